"""The plan on paper for a billion items and a million requests a day: what each part holds, by what was measured, what is assumed in
tests/bench/prices.toml, and the settings of template.yaml. What breaks first stands first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.cost import ASSUMED, PRICES, ROOT, callbacks, erased, lambda_seconds, memory_of, of_million
from tests.bench.cost_whole import ITEMS, SHARDS, at_once, changes, constant, one_due, trail_seconds, whole
from tests.bench.markdown import dollars, table

REQUESTS, DAY = 1_000_000, 24 * 60 * 60
# A second's requests on average; noon has ten times that.
MEAN = REQUESTS / DAY
NOON = 10 * MEAN
# Below so many write units a second a worker does not get a chunk of 2,000 through in its time (docs/known-limitations.md).
PACE_LEAST = 130
# What of a tick is for obligations (`Shares` of the sweeper).
SWEEP_SECONDS = 92
PARTITION = 1_000
# Of one that is due the row is moved on, which deletes its entry in the index and writes it anew; before that the message is sent.
ENTRIES_MOVED, CALLS_MOVING = 2, 2
# Writes to the due index in a life: one when it comes in, and two for each move, which are when it is erased, before each of four later
# visits, and after each of three looks.
INDEX_WRITES = 1 + 2 * (1 + 4 + 3)
# An account's functions at once, unless more is asked for; a queue's messages that are received and not yet deleted.
FUNCTIONS, IN_FLIGHT = 1_000, 120_000
BATCH_OF_WORKER = 5
# What of a tick a purge deletes for (docs/known-limitations.md), and a schedule that leaves a tick time to end.
PURGE_SECONDS, QUICK_MINUTES = 88, 5


@dataclass(frozen=True)
class Limit:
    """A part, how many requests a second it holds (none: no limit of that kind), and in words."""

    what: str
    holds: float | None
    until: str
    then: str


def parameter(name: str) -> int:
    """A number that template.yaml has by default; of a schedule its minutes."""
    text = (ROOT / "template.yaml").read_text()
    found = re.search(rf"^  {name}:\n    Type: \w+\n    Default: (?:rate\()?(\d+)( hours?)?", text, re.M)
    if not found:
        raise ValueError(f"template.yaml has no number for {name}")
    return int(found[1]) * (60 if found[2] else 1)


def gateway_rate() -> int:
    found = re.search(r"ANY /api/meta/data-deletion: \{ThrottlingRateLimit: (\d+)", (ROOT / "template.yaml").read_text())
    if not found:
        raise ValueError("template.yaml has no throttle for callbacks")
    return int(found[1])


def worker_seconds(measured: Mapping[str, Any]) -> tuple[float, float]:
    """Of an erasure of a hundred items, and of its four later visits together."""
    first, looks = measured["B6"]["measured"]["points"][0], measured["B4"]["measured"]["looks"]
    memory = memory_of("erasure-worker")
    return lambda_seconds(memory, first["CPU"], first["calls"]), lambda_seconds(memory, looks["cpu"], sum(looks["calls"].values()))


def at_noon(measured: Mapping[str, Any]) -> tuple[int, float]:
    """How many workers noon needs, and the write units of a table with which each of them gets on."""
    needed = round(NOON * sum(worker_seconds(measured)) + 0.5)
    return needed, max((needed + 1) * PACE_LEAST, NOON * ITEMS) * 100 / parameter("ErasingPercent")


def workers(measured: Mapping[str, Any]) -> Limit:
    erasing, looking = worker_seconds(measured)
    each, concurrency = erasing + looking, parameter("WorkerConcurrency")
    needed, units = at_noon(measured)
    pace, beside = erasing_share() / (needed + 1), share_of_one(needed, units)
    return Limit(
        f"erasure workers: {ITEMS} items take one {erasing:.2f} s, the four later visits {looking:.2f} s",
        concurrency / each,
        f"`WorkerConcurrency` {concurrency}. A million requests keep {MEAN * each:.1f} busy on average, {needed} at noon; meanwhile the queue grows",
        f"`WorkerConcurrency` {needed} and more. Each then has {pace:.0f} write units a second of {erasing_share():,.0f}, less than the {PACE_LEAST} that a chunk of "
        f"2,000 needs, and noon writes {NOON * ITEMS:,.0f}: so `TableWriteUnits` {units:,.0f} with it, and the quota of the table. The sweeper's part of a table is then "
        f"{beside:.0f} too, where it was {share_of_one(concurrency, parameter('TableWriteUnits')):,.0f}: what that makes of a purge is in its row",
    )


def erasing_share() -> float:
    return parameter("TableWriteUnits") * parameter("ErasingPercent") / 100


def share_of_one(workers: int, table_units: float) -> float:
    """Write units a second that each of so many workers, and the sweeper beside them, keeps to."""
    return table_units * parameter("ErasingPercent") / 100 / (workers + 1)


def purging(measured: Mapping[str, Any]) -> Limit:
    """What a purge takes out of one table by its date: not a matter of requests, but of what is stored."""
    every = parameter("PurgeSchedule")
    each = share_of_one(parameter("WorkerConcurrency"), parameter("TableWriteUnits"))
    beside = share_of_one(*at_noon(measured))

    def a_day(units: float, minutes: float) -> float:
        return units * PURGE_SECONDS * 24 * 60 / minutes / 1e6

    billion = 1e9 / 365 / 1e6
    falls_behind = "more than that: it would never catch up, and its alarms ring days before the date" if billion > a_day(each, every) else "less than that"
    return Limit(
        f"a purge by date: the sweeper's part of a table is {each:.0f} write units a second, for {PURGE_SECONDS} s of a tick", None,
        f"{each * PURGE_SECONDS:,.0f} records of one table in a tick, {a_day(each, every):.1f} million a day at {every} minutes. Of a billion that stay for twelve months "
        f"{billion:.1f} million are due a day, {falls_behind}",
        f"`PurgeSchedule` of {QUICK_MINUTES} minutes: {a_day(each, QUICK_MINUTES):.1f} million a day; {a_day(beside, QUICK_MINUTES):.1f} beside the workers, and with the units, of the row on workers",
    )


def sweeper(measured: Mapping[str, Any]) -> Limit:
    each, minutes, visits = one_due(measured), parameter("SweepSchedule"), measured["B4"]["measured"]["looks"]["visits"]
    bound = int(constant("functions/retention-sweeper/src/due.rs", "TAKEN_MAX").replace("_", ""))

    def a_day(seconds: float, every: float) -> float:
        return min(seconds / each.among_others, bound) * 24 * 60 / every

    index = ENTRIES_MOVED / CALLS_MOVING * 1e3 / ASSUMED["call_ms"]
    return Limit(
        f"the sweeper: one that is due takes {each.computes * 1e3:.0f} ms of its processor, measured, and waits {each.waits * 1e3:.0f} ms for its calls, assumed; "
        f"{at_once()} are under way, so each takes {each.among_others * 1e3:.0f} ms. A request is due {visits} times",
        a_day(SWEEP_SECONDS, minutes) / visits / DAY,
        f"{SWEEP_SECONDS / each.among_others:,.0f} in a tick of {SWEEP_SECONDS} s ({bound:,} by its bound), so {a_day(SWEEP_SECONDS, minutes) / 1e6:.1f} million a day at "
        f"{minutes} minutes; a million requests are due {visits} million times. A part of the index then takes {index:.0f} of its {PARTITION:,} writes a second at most. "
        "What is late is looked at later, not lost",
        f"`SweepSchedule` of a minute: {a_day(60, 1) / 1e6:.1f} million a day. Beyond that the processor: more memory, ten messages to one call",
    )


def trail(measured: Mapping[str, Any]) -> Limit:
    each, records, rows = trail_seconds(), ASSUMED["stream_records"], changes(measured)
    batches = rows / records
    return Limit(
        f"the audit trail: one chain, one conditional put after the other, {each * 1e3:.0f} ms a batch by what is assumed",
        1 / each / batches,
        f"{1 / each:.0f} full batches of {records} changes a second. At most {rows:.0f} changes a request make {MEAN * batches:.1f} a second on average, "
        f"{NOON * batches:.0f} at noon, when it falls behind; several shards of the stream also take places from each other",
        "it catches up after noon: the stream keeps changes for a day. Beyond that a chain for each part of the ledger",
    )


def queue(measured: Mapping[str, Any]) -> Limit:
    visits, requests = 1 + measured["B4"]["measured"]["looks"]["visits"], ASSUMED["requests_of_message"]
    held = parameter("WorkerConcurrency") * BATCH_OF_WORKER
    return Limit(
        f"the erasure queue: {visits} messages a request, each sent, received and deleted", None,
        f"{MEAN * visits:.0f} messages a second on average, {NOON * visits:.0f} at noon, with their deletes {NOON * visits * requests:,.0f} requests; a standard queue "
        f"has no limit of these. Lambda begins with {ASSUMED['pollers']} pollers, adds more while it is full, and stops at `WorkerConcurrency`: {held} messages of "
        f"the {IN_FLIGHT:,} that may be received and not yet deleted; what waits has no limit but 14 days",
        "nothing: what is still due is sent again by the next tick",
    )


def others(measured: Mapping[str, Any]) -> list[Limit]:
    each = sum(worker_seconds(measured))
    index = SHARDS * PARTITION / INDEX_WRITES
    b4, b8, first = measured["B4"]["measured"], measured["B8"]["measured"], measured["B6"]["measured"]["points"][0]
    # Taken in, all of an erasure but its items, looked at, sent before each look.
    units = measured["B3"]["measured"]["ours"]["new"]["wru"] + first["WRU"] - ITEMS + b4["looks"]["wru"] + b4["looks"]["visits"] * b8["ours"][0]["wru"] / 100
    quota = parameter("TableWriteUnits")
    events = NOON * ASSUMED["events_of_request"]
    return [
        Limit(
            f"the due index: {SHARDS} partitions of {PARTITION:,} writes a second, {INDEX_WRITES} writes in a life", index, f"noon takes {NOON / index:.0%} of it",
            "`DUE_SHARDS`; more shards cost half a read unit each in every tick",
        ),
        Limit(
            f"the ledger: {quota:,} write units a second on demand, at most {units:.0f} a request", quota / units, "some of these are of other tables",
            "the quota of the table, asked for",
        ),
        Limit("the gateway's throttle", float(gateway_rate()), "its setting in the template; the account's is 10,000", "raised; a callback that it refuses is lost, since Meta may not send it again: `CallbacksRefusedAlarm` rings"),
        Limit(
            f"functions at once: {FUNCTIONS:,} for an account", FUNCTIONS / each, "nearly all of them erasure workers: an answer to Meta takes milliseconds", "asked for",
        ),
        Limit(
            "the event bus", None, f"{events:.0f} events at noon, of a quota of 600 to 10,000 a second by region", "asked for; until then the stream brings them again",
        ),
        Limit("the chain of receipts of one tenant: one conditional write after the other", None, "20 to 50 a second for one tenant", "a chain for each part of a tenant's receipts"),
        Limit("alarms by obligation: a log line for each that is late", None, "–", "counted, not listed"),
        Limit("the ledger's stream: two readers a shard", None, "two functions read it, and that is all it takes", "a third reader goes behind the event bus"),
    ]


def breaks(measured: Mapping[str, Any]) -> str:
    """What breaks first, in this order; what has no limit of requests comes last."""
    limits = [workers(measured), purging(measured), sweeper(measured), trail(measured), queue(measured), *others(measured)]
    rows = [
        [one.what, "–" if one.holds is None else f"{one.holds:,.1f} a second, {one.holds * DAY / 1e6:,.2f} million a day", one.until, one.then]
        for one in sorted(limits, key=lambda one: one.holds or float("inf"))
    ]
    return table(["what", "holds, of requests", "and that is", "then"], rows)


def money(measured: Mapping[str, Any]) -> str:
    """A billion items, and a day's million callbacks."""
    billion = {part: cost * 1e3 for part, cost in erased(measured)[0].parts.items()}
    parts = ", ".join(f"{part} ${cost:,.0f}" for part, cost in billion.items() if cost >= 0.5)
    share = erasing_share()
    found = {one.what: one.total for one in whole(measured)}
    linked = of_million("wru", (PRICES["linked"]["together"] - 1) * REQUESTS)
    lines = [f"Deleting a billion items of 1 KiB is ${sum(billion.values()):,.0f} ({parts}); at {share:,.0f} a second it takes {1e9 / share / 3600:.0f} hours, if they stand in one table."]
    if found:
        full = found["this service, to its end, at that rate"]
        lines.append(
            f"A day's million callbacks of {ITEMS} items each are ${dollars(full)} to their end, with full batches of the stream, of which ${dollars(callbacks(measured, DAY)[0].total)} takes them in, "
            f"and ${dollars(linked)} more for each of their items that names an identity link."
        )
    return " ".join(lines)
