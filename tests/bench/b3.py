"""B3: units for an accepted request, new and told a second time: ours against AWS's own utility and a transactional outbox. Each
puts the same row into the same due index.
"""

from __future__ import annotations

import time
from typing import Any

from tests.bench.callbacks import callback, same_work
from tests.bench.report import Bench, Row, at_most
from tests.bench.subject import Subject
from tests.bench.world import World

REQUESTS = 100


def units(world: World, process: Subject) -> dict[str, Any]:
    """Per request: of the new ones, then of the same once more."""
    issued_at = int(time.time()) - 60
    events = [callback(str(10_158_000_000_000_001 + number), issued_at) for number in range(REQUESTS)]
    # One whole request before anything counts: secrets are read, connections and clients made, libraries loaded. Its rows go again.
    assert process.ask(callback("1", issued_at))["statusCode"] == 200
    for row in list(world.emulator.items("ledger")):
        world.emulator.call("DeleteItem", {"TableName": "ledger", "Key": {name: row[name] for name in ("pk", "sk")}})
    world.front.sent.clear()
    world.front.take()
    found: dict[str, Any] = {}
    codes = []
    for kind in ("new", "duplicate"):
        before = process.cpu()
        answers = [process.ask(event) for event in events]
        cpu = (process.cpu() - before) / REQUESTS
        assert all(answer["statusCode"] == 200 for answer in answers), answers
        codes.append([answer["body"] for answer in answers])
        counted = world.front.take()
        found[kind] = {
            "wru": counted.wru / REQUESTS, "rru": counted.rru / REQUESTS, "sends": counted.sends / REQUESTS,
            "calls": sum(counted.calls.values()) / REQUESTS, "cpu": cpu,
        }
    assert codes[0] == codes[1], "the second answer is another one"
    return found


def run(world: World) -> Bench:
    bench = Bench("B3", f"units for an accepted request, of {REQUESTS}, each sent twice")
    found: dict[str, Any] = {}
    for name in ("ours", "plain", "powertools", "outbox"):
        world.say(name)
        world.begin()
        world.emulator.create("idempotency", ["id"])
        with world.ours("meta-callback") if name == "ours" else world.python(f"accept.{name}") as process:
            found[name] = units(world, process)
        # An outbox leaves the sending to its relay, which is not here; the utility answers a second time from its record.
        told = {"outbox": 0, "powertools": REQUESTS}.get(name, 2 * REQUESTS)
        rows = list(world.emulator.items("ledger"))
        missing = same_work([row for row in rows if row["sk"]["S"] == "head"], world.front.messages("erasure"), REQUESTS, told)
        bench.same(not missing, f"{name} {missing}")
        if name == "outbox":
            waiting = {row["pk"]["S"].partition("#")[2] for row in rows if row["sk"]["S"] == "message"}
            named = {row["pk"]["S"].partition("#")[2] for row in rows if row["sk"]["S"] == "head"}
            bench.same(waiting == named, f"{name} has {len(waiting)} messages for its relay, of {len(named)} requests")
    titles = {"plain": "one conditional put, by hand", "powertools": "Powertools idempotency", "outbox": "transactional outbox"}
    for kind, floor in (("new", 2.0), ("duplicate", 1.0)):
        ours = found["ours"][kind]
        for name, title in titles.items():
            bench.rows.append(Row(f"WRU, {kind}", floor, ours["wru"], title, found[name][kind]["wru"], limit=at_most(floor)))
        bench.rows.append(Row(f"RRU, {kind}", 0.0, ours["rru"], titles["powertools"], found["powertools"][kind]["rru"], limit=at_most(0.0)))
        bench.rows.append(Row(f"calls, {kind}", 2.0, ours["calls"], titles["powertools"], found["powertools"][kind]["calls"], limit=at_most(2.0)))
    bench.notes.append(
        "The outbox is counted without its relay, which sends the message and deletes its row: one write more, and a message. "
        "What a refused condition consumes is the size of the row that refused it; a cancelled transaction costs what a whole one does."
    )
    bench.measured = found
    return bench
