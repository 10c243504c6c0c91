"""B5: 2,000 log records are due, among ten and among a hundred times as many; the sweeper as it is built, against a scan and against
an index entry for each item. `LIVE` names other numbers of records that are not due, `LIVE=200000,2000000`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.bench.emulator import Item, item
from tests.bench.front import Counted
from tests.bench.report import Bench, Row, at_most
from tests.bench.states import grow
from tests.bench.world import World

DUE, SHARDS, TEXT = 2_000, 4, 180
LIVE = [int(count) for count in os.environ.get("LIVE", "20000,198000").split(",")]


def rows(day: datetime.date, count: int) -> Iterator[Item]:
    for number in range(count):
        shard, at = number % SHARDS, f"{day}T10:00:00.000Z"
        yield item(pk=f"log#{day}#{shard}", sk=f"tenant-{number % 10}#{at}#{number:07}", text="z" * TEXT, at=at, shard=str(shard))


def size(row: Item) -> int:
    return sum(len(name) + len(next(iter(value.values()))) for name, value in row.items())


def a_day_behind(world: World) -> datetime.date:
    """A stack that has been running, with the logs of one day still to go: that day."""
    world.begin()
    with world.ours("retention-sweeper") as sweeper:
        sweeper.ask({"sweep": "periods"})
    for one in list(world.emulator.items("ledger")):
        if one["pk"]["S"] != "purge#security-logs":
            continue
        if one["sk"]["S"] != "watermark":
            world.emulator.call("DeleteItem", {"TableName": "ledger", "Key": {name: one[name] for name in ("pk", "sk")}})
            continue
        until = datetime.datetime.fromisoformat(one["swept_until"]["S"]) - datetime.timedelta(days=1)
        one["swept_until"] = {"S": until.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        day = until.date()
        world.emulator.put("ledger", [one])
    return day


def fill(world: World, live: int) -> tuple[Path, datetime.date]:
    day = a_day_behind(world)
    world.emulator.create("logs-indexed", ["pk", "sk"], ("by-date", ["shard", "at"]))
    world.emulator.put("logs", rows(day, DUE))
    state = world.folder / "states" / f"sweep-{live}.db"
    world.emulator.keep(state)
    world.emulator.stop()
    for number in range(10):
        grow(state, "logs", rows(datetime.date.today() - datetime.timedelta(days=100 + number), live // 10))
    world.emulator.start(state)
    return state, day


def others(world: World, day: datetime.date) -> tuple[int, int, str]:
    """How many records of the day that is due are there, how many others, and a digest of those, whatever their order."""
    due, kept, mixed = {f"log#{day}#{shard}" for shard in range(SHARDS)}, 0, 0
    for row in world.emulator.items("logs"):
        if row["pk"]["S"] not in due:
            kept += 1
            mixed += int.from_bytes(hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest())
    return sum(world.emulator.count("logs", shard) for shard in due), kept, f"{mixed % 2**256:x}"


def ours(world: World, state: Path) -> Counted:
    world.begin(state)
    with world.ours("retention-sweeper") as sweeper:
        answer = sweeper.ask({"sweep": "periods"})
    assert answer["report"]["classes"]["security-logs"]["purged"] == DUE, answer
    return world.front.take()


def peer(world: World, state: Path | None, handler: str, before: datetime.date) -> Counted:
    if state:
        world.begin(state)
    world.front.take()
    with world.python(handler) as process:
        answer = process.ask({"before": f"{before}T00:00:00.000Z"})
    assert answer["removed"] == DUE, answer
    return world.front.take()


def run(world: World) -> Bench:
    bench = Bench("B5", f"sweep {DUE:,} due log records of some 250 B beside {' and beside '.join(f'{live:,}' for live in LIVE)} that are not")
    seen: list[Counted] = []
    scanned = Counted()
    floor = 0.0
    for live in LIVE:
        world.say(f"filling {live:,}")
        state, day = fill(world, live)
        tomorrow = day + datetime.timedelta(days=1)
        floor = SHARDS * (-(-sum(size(row) for row in rows(day, DUE)) // SHARDS // 4096) / 2 + 1)
        due, kept, digest = others(world, day)
        bench.same((due, kept) == (DUE, live), f"filled with {due} due and {kept} others")
        world.say("sweeping")
        seen.append(ours(world, state))
        bench.same(others(world, day) == (0, live, digest), "ours left something that was due, or took or changed what was not")
        world.say("scan sweep")
        scanned = peer(world, state, "sweep.scan", tomorrow)
        bench.same(others(world, day) == (0, live, digest), "the scan sweep left something, or took or changed what was not due")
    world.say("index for each item")
    # Only what is due: what is not costs an index nothing when it is swept.
    world.emulator.put("logs-indexed", rows(day, DUE))
    indexed = peer(world, None, "sweep.index", tomorrow)
    bench.same(world.emulator.count("logs-indexed") == 0, "the index left something")
    last = seen[-1]
    beyond = (last.rru - floor) / DUE
    bench.rows += [
        Row("RRU", floor, last.rru, "scan sweep", scanned.rru),
        Row("RRU", floor, last.rru, "index entry for each", indexed.rru),
        Row("RRU beyond the floor, for each", 0.0, beyond, "scan sweep", (scanned.rru - floor) / DUE, limit=at_most(0.1)),
        Row("WRU", float(DUE), last.wru, "index entry for each", indexed.wru, limit=at_most(1.01, "floor")),
        Row("RRU, times those with the fewest live", 1.0, last.rru / seen[0].rru, limit=at_most(1.0)),
        Row("calls, times those with the fewest live", 1.0, sum(last.calls.values()) / sum(seen[0].calls.values()), limit=at_most(1.0)),
    ]
    bench.notes.append(
        f"An index entry for each also costs a unit when the record is written: {LIVE[-1] + DUE:,} WRU for these. "
        "RRU of ours are of the whole run, all classes and holds in it; its floor is of the one class that had something due."
    )
    bench.measured = {"live": LIVE, "ours": [one.as_json() for one in seen], "scan": scanned.as_json(), "index": indexed.as_json()}
    return bench
