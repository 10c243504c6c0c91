"""B8: one tick of the sweeper with 100 obligations due, in ledgers with 10^4, 10^5 and 10^6 that are open, against a scan of the
ledger. `OPEN_MAX=100000` leaves the largest out.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.callbacks import callback
from tests.bench.emulator import DUE as DUE_INDEX
from tests.bench.emulator import Item
from tests.bench.front import Counted
from tests.bench.report import Bench, Row, at_most
from tests.bench.states import grow
from tests.bench.stats import exponent
from tests.bench.world import World

DUE, SHARDS, ROUNDS = 100, 8, 11
# What the smallest ledger has due in another state, to see what each costs.
MORE_DUE = 1_000
OPEN_MAX = int(os.environ.get("OPEN_MAX", "1000000"))
SIZES = [size for size in (10_000, 100_000, 1_000_000) if size <= OPEN_MAX]


def instant(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def code_of(number: int) -> str:
    return "8" + base64.b32encode(hashlib.sha256(str(number).encode()).digest()[:20]).decode().lower()


def obligations(like: Item, numbers: Iterable[int], due: int) -> Iterator[Item]:
    """Each like one that the intake wrote; so many of the first are due, the others in days to come."""
    now = datetime.datetime.now(datetime.UTC)
    for number in numbers:
        code = code_of(number)
        due_at = now - datetime.timedelta(minutes=30) if number < due else now + datetime.timedelta(days=1 + number % 20)
        shard = hashlib.sha256(code.encode()).digest()[0] % SHARDS
        yield like | {
            "pk": {"S": f"obligation#{code}"}, "next_action_at": {"S": instant(due_at)}, "due_shard": {"S": f"{shard:02}"},
        }


def fill(world: World, count: int, due: int = DUE) -> Path:
    """A ledger with so many open, the due ones and some others written by the emulator, the rest into its file."""
    world.begin()
    with world.ours("meta-callback") as intake:
        assert intake.ask(callback("1", int(time.time()) - 60))["statusCode"] == 200
    like = next(one for one in world.emulator.items("ledger") if one["sk"]["S"] == "head")
    world.emulator.call("DeleteItem", {"TableName": "ledger", "Key": {name: like[name] for name in ("pk", "sk")}})
    by_itself = min(count, 1_000)
    world.emulator.put("ledger", obligations(like, range(by_itself), due))
    state = world.folder / "states" / f"open-{count}-{due}.db"
    world.emulator.keep(state)
    world.emulator.stop()
    grow(state, "ledger", obligations(like, range(by_itself, count), due), DUE_INDEX)
    world.emulator.start(state)
    return state


def same_work(world: World, bench: Bench, who: str, count: int, due: int = DUE) -> None:
    """Every due obligation is sent once and moved on; none has gone. With a count of what is open, also of that: it takes a while."""
    wanted = {code_of(number) for number in range(due)}
    sent = [json.loads(body)["obligation"] for body in world.front.messages("erasure")]
    bench.same(sorted(sent) == sorted(wanted), f"{who} sends {len(sent)} messages, {len(wanted & set(sent))} of them of what is due")
    now = instant(datetime.datetime.now(datetime.UTC))
    keys = [{"pk": {"S": f"obligation#{code}"}, "sk": {"S": "head"}} for code in wanted]
    heads = [world.emulator.call("GetItem", {"TableName": "ledger", "Key": key, "ConsistentRead": True})["Item"] for key in keys]
    moved = sum(head["next_action_at"]["S"] > now for head in heads)
    bench.same(moved == due, f"{who} moves {moved} of {due} on")
    still = sum(in_shard(world, shard, "<=", now) for shard in range(SHARDS))
    bench.same(not still, f"{who} leaves {still} due")
    if count:
        open_ones = sum(in_shard(world, shard, ">", now) for shard in range(SHARDS))
        bench.same(open_ones == count, f"{who} leaves {open_ones} open of {count}")


def in_shard(world: World, shard: int, sign: str, at: str) -> int:
    """How many entries of the index are before or after that."""
    found, start = 0, None
    while True:
        answer = world.emulator.call("Query", {
            "TableName": "ledger", "IndexName": DUE_INDEX[0], "Select": "COUNT",
            "KeyConditionExpression": f"due_shard = :shard AND next_action_at {sign} :at",
            "ExpressionAttributeValues": {":shard": {"S": f"{shard:02}"}, ":at": {"S": at}},
        } | ({"ExclusiveStartKey": start} if start else {}))
        found, start = found + answer["Count"], answer.get("LastEvaluatedKey")
        if not start:
            return found


def tick(world: World, bench: Bench, count: int, due: int = DUE) -> tuple[Counted, float]:
    """One tick, and the processor seconds of it; the state is as the last tick left it."""
    with world.ours("retention-sweeper") as sweeper:
        # It runs, and has read the ledger once: what a tick takes is no start.
        sweeper.ask({"sweep": "due", "dry_run": True})
        world.front.take()
        answer, cpu = sweeper.timed({"sweep": "due"})
    counted = world.front.take()
    bench.same((answer["due"], answer["sent"]) == (due, due), f"{answer}")
    same_work(world, bench, "ours", count, due)
    return counted, cpu


def scan(world: World, bench: Bench, count: int) -> tuple[Counted, float]:
    """The same by the peer, and the processor seconds of it."""
    now = datetime.datetime.now(datetime.UTC)
    with world.python("sweep.ledger") as process:
        process.ask({"before": "", "next": "", "pages": 1})
        world.front.take()
        _, cpu = process.timed({"before": instant(now), "next": instant(now + datetime.timedelta(minutes=5))})
    counted = world.front.take()
    same_work(world, bench, "the scan", count)
    return counted, cpu


def idle(world: World) -> dict[str, Any]:
    """What a tick takes when nothing is due, for the cost of a month in which nothing comes."""
    world.begin()
    with world.ours("retention-sweeper") as sweeper:
        # The first run of all looks at every period since the policy began.
        sweeper.ask({"sweep": "periods"})
        found: dict[str, Any] = {}
        for name in ("due", "periods"):
            sweeper.ask({"sweep": name})
            world.front.take()
            _, cpu = sweeper.timed({"sweep": name})
            found[name] = world.front.take().as_json() | {"cpu": cpu}
    return found


def exponents(seen: list[Counted], scans: list[Counted], seconds: list[float]) -> Iterator[Row]:
    """Of what is open: none of it is what a tick grows with, where the exponent is 0; a scan's is 1."""
    if len(SIZES) < 2:
        return

    def calls(one: Counted) -> float:
        return float(sum(one.calls.values()))

    kinds: list[tuple[str, Callable[[Counted], float]]] = [("RRU", lambda one: one.rru), ("WRU", lambda one: one.wru), ("calls", calls)]
    for what, of in kinds:
        ours, theirs = (exponent(list(zip(SIZES, map(of, side), strict=True))) for side in (seen, scans))
        yield Row(f"{what}: exponent over what is open", 0.0, ours, "scan of the ledger", theirs, limit=at_most(0.01))
    # Time spreads, counts do not.
    yield Row("CPU: exponent over what is open", 0.0, exponent(list(zip(SIZES, seconds, strict=True))))


def for_each_due(few: Counted, many: Counted) -> list[Row]:
    """What one more that is due takes: its row read and moved on, its entry in the index found, deleted and written anew, one message."""
    more = MORE_DUE - DUE

    def calls(one: Counted) -> int:
        return sum(one.calls.values())

    return [
        Row("RRU for each more that is due", 1.0, (many.rru - few.rru) / more, limit=at_most(1.1)),
        Row("WRU for each more that is due", 3.0, (many.wru - few.wru) / more, limit=at_most(3.0)),
        Row("calls for each more that is due", 3.0, (calls(many) - calls(few)) / more),
    ]


def ticks_and_scans(world: World, bench: Bench) -> tuple[list[Counted], list[float], list[Counted], list[float]]:
    """Of each ledger: what a tick took and its processor seconds, and those of a scan. In each round one ledger comes after the other, so
    that whatever else the machine does meets all of them."""
    states, rounds, seen = list[Path](), list[list[float]](), list[Counted]()
    for size in SIZES:
        world.say(f"filling {size:,}")
        states.append(fill(world, size))
        rounds.append([])
        seen.append(Counted())
    for number in range(ROUNDS):
        world.say(f"round {number + 1} of {ROUNDS}")
        for at in list(range(len(SIZES)))[:: 1 if number % 2 == 0 else -1]:
            world.begin(states[at])
            seen[at], cpu = tick(world, bench, 0 if number else SIZES[at])
            rounds[at].append(cpu)
    scans, scan_seconds = list[Counted](), list[float]()
    for state, size in zip(states, SIZES, strict=True):
        world.say(f"scan of the ledger of {size:,}")
        world.begin(state)
        scanned, cpu = scan(world, bench, size)
        scans.append(scanned)
        scan_seconds.append(cpu)
        state.unlink()
    return seen, [sorted(one)[ROUNDS // 2] for one in rounds], scans, scan_seconds


def run(world: World) -> Bench:
    bench = Bench("B8", f"one tick with {DUE} due, in ledgers with {' and '.join(f'{size:,}' for size in SIZES)} open")
    seen, seconds, scans, scan_seconds = ticks_and_scans(world, bench)
    first, last = seen[0], seen[-1]
    world.say(f"{MORE_DUE:,} due among {SIZES[0]:,}")
    world.begin(fill(world, SIZES[0], MORE_DUE))
    more, more_cpu = tick(world, bench, SIZES[0], MORE_DUE)
    # A row is read and moved on, its entry in the index is found, deleted and written anew, a message is sent.
    bench.rows += [
        Row("RRU", SHARDS * 0.5 + DUE, last.rru, "scan of the ledger", scans[-1].rru),
        Row("WRU", float(3 * DUE), last.wru, "scan of the ledger", scans[-1].wru),
        Row("calls", None, sum(last.calls.values()), "scan of the ledger", sum(scans[-1].calls.values())),
        Row("RRU, times those with the fewest open", 1.0, last.rru / first.rru, "scan of the ledger", scans[-1].rru / scans[0].rru, limit=at_most(1.01)),
        Row("WRU, times", 1.0, last.wru / first.wru, limit=at_most(1.01)),
        Row("calls, times", 1.0, sum(last.calls.values()) / sum(first.calls.values()), limit=at_most(1.01)),
        *for_each_due(first, more),
        *exponents(seen, scans, seconds),
        Row("CPU-ms of the tick, fewest open", None, seconds[0] * 1e3),
        Row("CPU-ms of the tick, most open", None, seconds[-1] * 1e3),
    ]
    bench.notes.append(
        "A tick's calls and units are the same in each ledger; its processor time is the median of rounds that take one ledger after the other. "
        "Where that differs the work does not; why is not measured. What else is larger is the emulator's file, beside the same caches of the processor."
    )
    bench.notes.append(f"Calls of ours: {dict(sorted(last.calls.items()))}")
    world.say("a tick that finds nothing")
    bench.measured = {
        "open": SIZES, "ours": [one.as_json() for one in seen], "scan": [one.as_json() for one in scans], "seconds": seconds, "scan seconds": scan_seconds,
        "idle": idle(world), "more due": more.as_json() | {"due": MORE_DUE, "cpu": more_cpu},
    }
    return bench
