"""B4: one owner of 10,000 items of 1 KiB goes, beside a bystander; the worker as it is built, against boto3 and the calls of Fides."""

from __future__ import annotations

import hashlib
import json
import math
import time
from pathlib import Path
from typing import Any

from tests.bench.callbacks import callback, queued
from tests.bench.cost import of_million, requests
from tests.bench.emulator import Item
from tests.bench.front import Counted
from tests.bench.report import Bench, Row, at_least, at_most
from tests.bench.stats import ratios
from tests.bench.world import World, connect, signals

ITEMS, BYTES, BYSTANDERS, ROUNDS = 10_000, 1024, 10_000, 11
OWNER, BYSTANDER, USER, NOBODY = "alder#c1", "birch#c2", "10158000000000001", "10158000000000009"
EARLIER, EARLIER_USER = "cedar#c3", "10158000000000003"
WRU, RRU, CALLS = float(ITEMS), ITEMS * BYTES / 8192 + 1, math.ceil(ITEMS / 25) + math.ceil(ITEMS * BYTES / 2**20)


# The floor has no call but those that read and delete.
DOLLARS = of_million("wru", WRU) + of_million("rru", RRU)


def dollars(counted: Counted) -> float:
    """Everything that was called: units, and what is asked of S3, SQS and Secrets Manager."""
    return of_million("wru", counted.wru) + of_million("rru", counted.rru) + requests(counted.calls)


def fill(world: World, items: int, size: int, bystanders: int, earlier: int = 0) -> tuple[Path, list[str]]:
    """A state with two accepted requests, of somebody who has nothing, or so many items, and of the owner, and the messages that ask
    for them."""
    world.begin()
    if earlier:
        world.emulator.put("connections", connect(*EARLIER.split("#"), EARLIER_USER))
        world.emulator.put("inbox", signals(*EARLIER.split("#"), earlier, size))
    world.emulator.put("connections", connect("alder", "c1", USER) + connect("birch", "c2", "10158000000000002"))
    world.emulator.put("inbox", signals("alder", "c1", items, size))
    world.emulator.put("inbox", signals("birch", "c2", bystanders, size))
    with world.ours("meta-callback") as intake:
        for user in (EARLIER_USER if earlier else NOBODY, USER):
            assert intake.ask(callback(user, int(time.time()) - 60))["statusCode"] == 200
    messages = world.front.messages("erasure")[-2:]
    state = world.folder / "states" / f"erase-{items}x{size}.db"
    world.emulator.keep(state)
    return state, messages


def connected(world: World) -> int:
    """How many rows there are of the owner's connection: itself, its links, its line in the directory."""
    tenant, _, connection = OWNER.partition("#")
    of_owner = {"tenant_id": {"S": tenant}, "connection_id": {"S": connection}}
    rows = list(world.emulator.items("connections"))
    return sum(of_owner.items() <= row.items() or row["pk"]["S"] == f"tenant#{tenant}" for row in rows)


def left(world: World) -> tuple[int, str]:
    """How many items there are of the owner, and all that there is of the bystander, to the byte."""
    rows = list(world.emulator.items("inbox", BYSTANDER))
    rows += [row for row in world.emulator.items("connections") if row.get("tenant_id", {}).get("S") == BYSTANDER.partition("#")[0]]
    return world.emulator.count("inbox", OWNER), hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def erase(world: World, state: Path, message: str, before: str = "") -> tuple[float, float, Counted]:
    """Processor seconds, peak megabytes and what was called, of the worker's one visit or several. It runs already, and has done what
    `before` asks for, if anything."""
    world.begin(state)
    with world.ours("erasure-worker") as worker:
        assert worker.ask(queued(before or json.dumps({"obligation": "z" * 33, "v": 1}))) == {"batchItemFailures": []}
        receipts, _ = certified(world), world.front.take()
        cpu, asked = 0.0, [message]
        while asked:
            answer, spent = worker.timed(queued(*asked))
            assert answer == {"batchItemFailures": []}, answer
            cpu += spent
            asked, world.front.sent[:] = world.front.messages("erasure"), []
        counted = world.front.take()
        state_now = row(world, message)["state"]["S"]
        # Verified, certified, and only second looks to come.
        assert state_now == "verifying" and certified(world) > receipts, f"{state_now}, {receipts} receipts"
        return cpu, worker.peak_mb(), counted


def row(world: World, message: str) -> Item:
    """The row that a message is about."""
    key = f"obligation#{json.loads(message)['obligation']}"
    (one,) = (one for one in world.emulator.items("ledger", key) if one["sk"]["S"] == "head")
    return one


def certified(world: World) -> int:
    return sum(name.startswith("receipts/") for name in world.front.buckets.objects)


def looks(world: World, state: Path, message: str) -> dict[str, Any]:
    """The three second looks after an erasure, each as soon as it may be, and one visit more, as a processor's time runs out after the
    last: what they take together."""
    world.begin(state)
    with world.ours("erasure-worker", SECOND_LOOKS="PT1S,PT2S,PT3S") as worker:
        assert worker.ask(queued(message)) == {"batchItemFailures": []}
        world.front.take()
        cpu = 0.0
        for _ in range(4):
            time.sleep(1.1)
            answer, spent = worker.timed(queued(message))
            assert answer == {"batchItemFailures": []}, answer
            cpu += spent
    counted = world.front.take()
    looked = len(row(world, message)["looks"]["L"])
    assert looked == 3, looked
    return counted.as_json() | {"cpu": cpu, "visits": 4}


def kept(world: World, message: str) -> dict[str, int]:
    """What stays of a request once all is done: its rows by what DynamoDB counts of an item, its receipts."""
    rows = list(world.emulator.items("ledger", f"obligation#{json.loads(message)['obligation']}"))
    receipts = [len(body) for name, body in world.front.buckets.objects.items() if name.startswith("receipts/")]
    return {"rows": len(rows), "bytes": sum(map(stored, rows)), "objects": len(receipts), "object_bytes": sum(receipts)}


def stored(row: Item) -> int:
    """Bytes of an item as DynamoDB counts them, near enough: names and values, three for a list or a map."""
    return sum(len(name.encode()) + _size(value) for name, value in row.items())


def _size(value: dict[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind == "M":
        return 3 + stored(inner)
    if kind == "L":
        return 3 + sum(map(_size, inner))
    if kind in ("SS", "NS", "BS"):
        return sum(len(one) for one in inner)
    return 1 if kind in ("BOOL", "NULL") else len(inner.encode())


def peer(world: World, state: Path, handler: str) -> tuple[float, Counted, Any]:
    world.begin(state)
    with world.python(handler) as process:
        # As ours: it runs, and has erased somebody who has nothing.
        process.ask({"owner": "nobody"})
        world.front.take()
        answer, cpu = process.timed({"owner": OWNER})
    return cpu, world.front.take(), answer


def run(world: World) -> Bench:
    bench = Bench("B4", f"erase one owner of {ITEMS:,} x {BYTES} B beside a bystander of {BYSTANDERS:,}")
    state, (nobody, message) = fill(world, ITEMS, BYTES, BYSTANDERS)
    bystander = left(world)[1]
    ours, theirs, residue, counted, boto = list[float](), list[float](), list[int](), Counted(), Counted()

    def mine() -> None:
        nonlocal counted
        cpu, _, counted = erase(world, state, message, nobody)
        bench.same(left(world) == (0, bystander) and not connected(world), "ours left something, or took too much")
        ours.append(cpu)
        residue.append(left(world)[0] + connected(world))

    def the_peer() -> None:
        nonlocal boto
        cpu, boto, _ = peer(world, state, "erase.query")
        bench.same(left(world) == (0, bystander), "boto3 query + batch_writer left something")
        theirs.append(cpu)

    for number in range(ROUNDS):
        world.say(f"round {number + 1} of {ROUNDS}")
        # Every second round the other way round: nobody always comes first.
        for one_side in (mine, the_peer)[:: 1 if number % 2 == 0 else -1]:
            one_side()
    units(bench, counted, boto)
    faster = ratios(ours, theirs)
    rate, their_rate = ITEMS / sorted(ours)[ROUNDS // 2], ITEMS / sorted(theirs)[ROUNDS // 2]
    bench.rows.append(Row("items per CPU-second", None, rate, "boto3 query + batch_writer", their_rate, faster, at_least(10.0, "ratio")))
    world.say("second looks")
    bench.measured |= {"looks": looks(world, state, message), "kept": kept(world, message), "cpu": {"ours": sorted(ours)[ROUNDS // 2], "query": sorted(theirs)[ROUNDS // 2]}}
    world.say("scan + delete")
    cpu, scanned, _ = peer(world, state, "erase.scan")
    bench.same(left(world) == (0, bystander), "scan + delete left something")
    bench.rows.append(Row("dollars for it, x 10^6", DOLLARS * 1e6, dollars(counted) * 1e6, "scan + delete", dollars(scanned) * 1e6))
    world.say("the calls of Fides")
    _, masked, said = peer(world, state, "erase.fides")
    bench.rows.append(Row("items left", 0, max(residue), "the calls of Fides", left(world)[0], limit=at_most(0.0)))
    bench.notes.append("Both sides have first erased somebody who has nothing, so connections stand and secrets are read.")
    bench.notes.append(
        f"The calls of Fides mask {said['masked']:,} rows with {masked.wru:,.0f} WRU in {masked.dynamodb:,} calls and never meet the rest; no state to compare."
    )
    bench.notes.append(f"The bystander's half of the table costs a scan {scanned.rru:,.0f} RRU here; a real table holds more than two owners.")
    bench.measured["cpu"]["scan"] = cpu
    bench.measured |= {"ours": counted.as_json(), "query": boto.as_json(), "scan": scanned.as_json(), "fides": masked.as_json()}
    return bench


def units(bench: Bench, counted: Counted, boto: Counted) -> None:
    name = "boto3 query + batch_writer"
    calls = sum(counted.calls.values())
    bench.rows += [
        Row("WRU", WRU, counted.wru, name, boto.wru, limit=at_most(1.01, "floor")),
        Row("RRU", RRU, counted.rru, name, boto.rru, limit=at_most(2.05, "floor")),
        Row("calls", CALLS, calls, name, sum(boto.calls.values()), limit=at_most(1.15, "floor")),
        Row("dollars, x 10^6", DOLLARS * 1e6, dollars(counted) * 1e6, name, dollars(boto) * 1e6, limit=at_most(1.03, "floor")),
    ]
    bench.notes.append("Dollars are of all calls on both sides, those to S3, SQS and Secrets Manager too.")
    bench.notes.append(f"Calls of ours: {json.dumps(dict(sorted(counted.calls.items())))}")
