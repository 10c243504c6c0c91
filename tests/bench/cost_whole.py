"""What a request costs to its end, and a tenant for a month, beside what people would do instead; the parts are of tests/bench/cost.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.cost import (
    ASSUMED,
    PRICES,
    ROOT,
    SECONDS_OF_MONTH,
    Priced,
    callbacks,
    erased,
    held,
    lambda_seconds,
    lambda_time,
    logs,
    memory_of,
    objects,
    of_million,
    of_service,
    secrets,
    traced,
)

ITEMS = 100
# A day, in which a million requests come where batches of the stream are full.
DAY_SECONDS = 24 * 60 * 60
# Parts of the due index, and what B8 has due in a tick.
SHARDS, DUE = 8, 100


def constant(path: str, name: str) -> str:
    """What a constant in Rust is set to."""
    found = re.search(rf"^(?:pub(?:\(\w+\))? )?const {name}: \w+ = (\w+);", (ROOT / path).read_text(), re.M)
    if not found:
        raise ValueError(f"{path} has no {name}")
    return found[1]


def at_once() -> int:
    """How many obligations the sweeper works on at once."""
    return int(constant("functions/retention-sweeper/src/due.rs", "AT_ONCE"))


@dataclass(frozen=True)
class OneDue:
    """What the sweeper takes for one that is due: processor, measured; waiting for its calls, assumed."""

    computes: float
    waits: float

    @property
    def alone(self) -> float:
        return self.computes + self.waits

    @property
    def among_others(self) -> float:
        """Where as many as may be are under way: they wait together, and compute one after the other."""
        return max(self.computes, self.alone / at_once())


def one_due(measured: Mapping[str, Any]) -> OneDue:
    """Of a tick with a hundred due, without what it takes with none."""
    b8, memory = measured["B8"]["measured"], memory_of("retention-sweeper")
    tick, idle = b8["ours"][0], b8["idle"]["due"]
    calls = sum(tick["calls"].values()) - sum(idle["calls"].values())
    return OneDue(lambda_seconds(memory, (b8["seconds"][0] - idle["cpu"]) / DUE, 0), lambda_seconds(memory, 0, calls / DUE))


def messages(count: float) -> float:
    """To their end: each is sent, received and deleted."""
    return of_million("sqs", count * ASSUMED["requests_of_message"])


def _join(*parts: Mapping[str, float]) -> dict[str, float]:
    return {name: sum(part.get(name, 0.0) for part in parts) for name in dict.fromkeys(name for part in parts for name in part)}


def _of(function: str, seen: Mapping[str, Any], invocations: float, sent: float, share: float = 1.0) -> dict[str, float]:
    """What was counted of a function, or a share of it; and a million of those."""
    calls = sum(seen["calls"].values())
    return {
        "writes": of_million("wru", seen["wru"] * share * 1e6), "reads": of_million("rru", seen["rru"] * share * 1e6),
        "objects": objects(seen["calls"]) * share * 1e6, "messages": messages(sent * 1e6),
        "secrets": secrets(of_service(seen["calls"], "secretsmanager:")) * share * 1e6,
        "invocations": of_million("invocation", invocations * 1e6), "logs": logs(invocations * 1e6),
        "time": lambda_time(memory_of(function), seen["cpu"] * share, calls * share) * 1e6,
    }


def changes(measured: Mapping[str, Any]) -> float:
    """Of rows of the ledger, by one request to its end: at most, as some of these writes are of other tables. Taken in, erased, looked at,
    sent by the sweeper before each look."""
    b4 = measured["B4"]["measured"]
    written = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:TransactWriteItems")
    erasing, looking = (sum(part["calls"].get(call, 0) for call in written) for part in (b4["ours"], b4["looks"]))
    return float(1 + erasing + looking + b4["looks"]["visits"])


def trail_seconds() -> float:
    """Of one batch in the trail, assumed."""
    return lambda_seconds(memory_of("audit-trail"), ASSUMED["stream_cpu_ms"] / 1e3, ASSUMED["trail_gets"] + ASSUMED["trail_puts"])


def told(batches: float) -> dict[str, float]:
    """The ledger's stream, where it invokes each of its two functions so often for a request. Reading a stream costs Lambda nothing."""
    asked = {"s3:GetObject": ASSUMED["trail_gets"], "s3:PutObject": ASSUMED["trail_puts"]}
    events = lambda_time(memory_of("ledger-events"), ASSUMED["stream_cpu_ms"] / 1e3, 1)
    return {
        "invocations": of_million("invocation", 2 * batches * 1e6), "logs": logs(2 * batches * 1e6), "objects": objects(asked) * batches * 1e6,
        "events": of_million("event", ASSUMED["events_of_request"] * 1e6),
        "time": (held(memory_of("audit-trail"), trail_seconds()) + events) * batches * 1e6,
    }


def with_traces(parts: Mapping[str, float], whole: Mapping[str, float], seconds: float) -> dict[str, float]:
    """The same with what X-Ray records of its invocations: the more there are of all together in a second, the smaller a share. A price of
    invocations says how many there are."""
    each = of_million("invocation", 1)
    share = traced(whole["invocations"] / each / seconds)
    return {**parts, "traces": of_million("trace", parts.get("invocations", 0.0) / each * share)}


def keeping(measured: Mapping[str, Any]) -> dict[str, float]:
    """What stays of a million requests for its two years, in table and bucket, and the deletes at their end: two write units for the row
    that stands in the due index too, one for each other."""
    kept, months = measured["B4"]["measured"]["kept"], ASSUMED["kept_months"]
    trail = ASSUMED["stream_batches"] * ASSUMED["trail_bytes"]
    gigabytes = {name: of * 1e6 / 2**30 for name, of in (("bytes", kept["bytes"]), ("object_bytes", kept["object_bytes"] + trail))}
    price = PRICES["gb_month"]
    return {
        "kept": (gigabytes["bytes"] * (price["table"] + price["table_recovery"]) + gigabytes["object_bytes"] * price["bucket"]) * months,
        "writes": of_million("wru", (kept["rows"] + 1) * 1e6), "reads": of_million("rru", (1 + kept["bytes"] / 8192) * 1e6),
    }


def whole(measured: Mapping[str, Any]) -> list[Priced]:
    """A million callbacks to their end, each of a person with a hundred items: taken in, erased with its receipt, and looked at three
    times, with the visit that closes it. The peer takes in and deletes, and that is all."""
    b4, b8 = measured["B4"]["measured"], measured["B8"]["measured"]
    first = measured["B6"]["measured"]["points"][0]
    if not {"looks", "kept"} <= set(b4) or "objects" not in first or first["items"] != ITEMS:
        return []
    intake, theirs = callbacks(measured)[:2]
    # An older report does not say which of them only read: then all are priced as puts.
    gets, read = first.get("gets", 0), first.get("secrets", 0)
    calls = {
        "s3:GetObject": gets, "s3:": first["objects"] - gets, "secretsmanager:GetSecretValue": read,
        "other": first["calls"] - first["objects"] - read,
    }
    erasing = _of("erasure-worker", {"wru": first["WRU"], "rru": first["RRU"], "calls": calls, "cpu": first["CPU"]}, 1, 1)
    # The message of the first was paid for when it was sent.
    erasing["messages"] -= of_million("sqs", 1e6)
    looks = b4["looks"]
    looking = _of("erasure-worker", looks, looks["visits"], 0)
    # A tick with a hundred due, without what it takes with none.
    tick, idle = b8["ours"][0], b8["idle"]["due"]
    more = {name: tick[name] - idle[name] for name in ("wru", "rru")}
    asked = {call: count - idle["calls"].get(call, 0) for call, count in tick["calls"].items() if call.startswith(("s3:", "secretsmanager:"))}
    waking = _of("retention-sweeper", {"calls": asked, "cpu": 0, **more}, 0, looks["visits"], looks["visits"] / DUE)
    waking["time"] = held(memory_of("retention-sweeper"), one_due(measured).among_others) * looks["visits"] * 1e6
    alone, full = told(ASSUMED["stream_batches"]), told(changes(measured) / ASSUMED["stream_records"])
    deleting = {
        "writes": of_million("wru", b4["query"]["wru"] / 1e4 * ITEMS * 1e6), "reads": of_million("rru", b4["query"]["rru"] / 1e4 * ITEMS * 1e6),
        "messages": messages(1e6) - of_million("sqs", 1e6), "invocations": of_million("invocation", 1e6), "logs": logs(1e6),
        "time": lambda_time(memory_of("erasure-worker"), b4["cpu"]["query"] / 1e4 * ITEMS, sum(b4["query"]["calls"].values()) / 1e4 * ITEMS) * 1e6,
    }
    kept, quick = keeping(measured), callbacks(measured, DAY_SECONDS)[0]
    slow = _join(intake.parts, erasing, waking, looking, alone, kept)
    fast = _join(quick.parts, erasing, waking, looking, full, kept)
    peers = _join(theirs.parts, deleting)
    return [
        Priced("this service, to its end", with_traces(slow, slow, SECONDS_OF_MONTH)),
        *(
            Priced(what, with_traces(parts, slow, SECONDS_OF_MONTH))
            for what, parts in (
                ("of that: taken in", intake.parts), ("erased, with its receipt", erasing),
                ("three second looks, and closing", _join(waking, looking)), ("the ledger's stream: trail and events", alone),
                ("kept for two years, then purged", kept),
            )
        ),
        Priced("the same stream, where many requests share full batches", with_traces(full, fast, DAY_SECONDS)),
        Priced("this service, to its end, at that rate", with_traces(fast, fast, DAY_SECONDS)),
        Priced("one conditional put, then boto3 query + batch_writer", with_traces(peers, peers, SECONDS_OF_MONTH)),
    ]


def tenant(measured: Mapping[str, Any]) -> list[Priced]:
    """A tenant of the stated size, for a month: what it stores, what is asked of it, what goes by its date."""
    size, b5, b7 = PRICES["tenant"], measured["B5"]["measured"], measured["B7"]["measured"]
    to_end, one_callback, one_item = whole(measured), callbacks(measured), erased(measured)
    gigabytes = size["records"] * size["record_bytes"] / 2**30
    stored = gigabytes * (PRICES["gb_month"]["table"] + PRICES["gb_month"]["table_recovery"])
    rows = of_million("rru", 2**26 / 8192)

    def purge(seen: Mapping[str, Any], written: float) -> float:
        return size["purged_records"] * (of_million("wru", seen["wru"] + written) + of_million("rru", seen["rru"])) / 2_000

    def export(whose: str, memory_mb: int) -> float:
        each = 1024 / b7["large"]
        cpu, called = b7[f"{whose}large seconds"] * each, {call: count * each for call, count in b7[f"{whose}large calls"].items()}
        # Files are read and a bundle is put; then somebody downloads it.
        return float(size["exports_gb"] * (lambda_time(memory_mb, cpu, sum(called.values())) + objects(called) + rows + PRICES["other"]["download_gb"]))

    ours = {
        "their records, kept": stored, "callbacks": size["callbacks"] * (to_end or one_callback)[0].total / 1e6,
        "erased": size["disconnected_records"] * one_item[0].total / 1e6, "purged": purge(b5["ours"][-1], 0),
        "exports": export("", memory_of("export-worker")),
    }
    found = [Priced("this service", ours)]
    if to_end and "boto3 large seconds" in b7:
        # It has as much memory as it takes, and with that a whole processor; an index for each item is paid for when it is written.
        theirs = {
            "their records, kept": stored, "callbacks": size["callbacks"] * to_end[-1].total / 1e6,
            "erased": size["disconnected_records"] * one_item[1].total / 1e6, "purged": purge(b5["index"], 2_000),
            "exports": export("boto3 ", max(1769, round(b7["peaks"]["boto3 large"]))),
        }
        found.append(Priced("put, query + batch_writer, an index by date, list-then-put", theirs))
    return found
