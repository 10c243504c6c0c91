"""B8: one tick of the sweeper with 100 obligations due, in ledgers with 10^4, 10^5 and more that are open, against a scan of the
ledger. `OPEN_MAX=1000000` fills the largest too, which takes minutes.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.callbacks import callback
from tests.bench.emulator import Item
from tests.bench.front import Counted
from tests.bench.report import Bench, Row, at_most
from tests.bench.world import World

DUE, SHARDS, ROUNDS = 100, 8, 3
OPEN_MAX = int(os.environ.get("OPEN_MAX", "100000"))
SIZES = [size for size in (10_000, 100_000, 1_000_000) if size <= OPEN_MAX]


def instant(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def obligations(like: Item, count: int) -> Iterator[Item]:
    """As many as wanted, each like one that the intake wrote; 100 of them are due, the others in days to come."""
    now = datetime.datetime.now(datetime.UTC)
    for number in range(count):
        code = "8" + base64.b32encode(hashlib.sha256(str(number).encode()).digest()[:20]).decode().lower()
        due_at = now - datetime.timedelta(minutes=30) if number < DUE else now + datetime.timedelta(days=1 + number % 20)
        shard = hashlib.sha256(code.encode()).digest()[0] % SHARDS
        yield like | {
            "pk": {"S": f"obligation#{code}"}, "next_action_at": {"S": instant(due_at)}, "due_shard": {"S": f"{shard:02}"},
        }


def fill(world: World, count: int) -> Path:
    world.begin()
    with world.ours("meta-callback") as intake:
        assert intake.ask(callback("1", int(time.time()) - 60))["statusCode"] == 200
    like = next(one for one in world.emulator.items("ledger") if one["sk"]["S"] == "head")
    world.emulator.call("DeleteItem", {"TableName": "ledger", "Key": {name: like[name] for name in ("pk", "sk")}})
    world.emulator.put("ledger", obligations(like, count))
    state = world.folder / "states" / f"open-{count}.db"
    world.emulator.keep(state)
    return state


def tick(world: World, bench: Bench) -> tuple[Counted, float]:
    """One tick, and the processor seconds of it; the state is as the last tick left it."""
    with world.ours("retention-sweeper") as sweeper:
        # A tick that finds nothing makes the connections.
        world.front.take()
        answer, cpu = sweeper.timed({"sweep": "due"})
    bench.same((answer["due"], answer["sent"]) == (DUE, DUE), f"{answer}")
    return world.front.take(), cpu


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


def run(world: World) -> Bench:
    bench = Bench("B8", f"one tick with {DUE} due, in ledgers with {' and '.join(f'{size:,}' for size in SIZES)} open")
    seen, scans, seconds = list[Counted](), list[Counted](), list[float]()
    for size in SIZES:
        world.say(f"filling {size:,}")
        state = fill(world, size)
        rounds = []
        for _ in range(ROUNDS):
            world.begin(state)
            counted, cpu = tick(world, bench)
            rounds.append(cpu)
        seen.append(counted)
        seconds.append(sorted(rounds)[ROUNDS // 2])
        world.say("scan of the ledger")
        world.begin(state)
        with world.python("sweep.ledger") as process:
            found = process.ask({"before": instant(datetime.datetime.now(datetime.UTC))})
        bench.same(found["due"] == DUE, f"the scan finds {found['due']}")
        scans.append(world.front.take())
    first, last = seen[0], seen[-1]
    # A row is read and moved on, its entry in the index is found, deleted and written anew, a message is sent.
    bench.rows += [
        Row("RRU", SHARDS * 0.5 + DUE, last.rru, "scan of the ledger", scans[-1].rru),
        Row("WRU", float(3 * DUE), last.wru, "", None),
        Row("calls", None, sum(last.calls.values()), "scan of the ledger", sum(scans[-1].calls.values())),
        Row("RRU, times those with the fewest open", 1.0, last.rru / first.rru, "scan of the ledger", scans[-1].rru / scans[0].rru, limit=at_most(1.01)),
        Row("WRU, times", 1.0, last.wru / first.wru, limit=at_most(1.01)),
        Row("calls, times", 1.0, sum(last.calls.values()) / sum(first.calls.values()), limit=at_most(1.01)),
        Row("CPU-ms of the tick, fewest open", None, seconds[0] * 1e3),
        Row("CPU-ms of the tick, most open", None, seconds[-1] * 1e3),
    ]
    bench.notes.append(f"Calls of ours: {dict(sorted(last.calls.items()))}")
    world.say("a tick that finds nothing")
    bench.measured = {
        "open": SIZES, "ours": [one.as_json() for one in seen], "scan": [one.as_json() for one in scans], "seconds": seconds,
        "idle": idle(world),
    }
    return bench
