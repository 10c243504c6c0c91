"""B2: warm callbacks, one in ten told twice, one in twenty with a signature that does not hold: processor time for each and how even the
answers are, against the same handler in Python, in Node, and in Rust by the book.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from contextlib import ExitStack

from tests.bench.callbacks import callback, same_work
from tests.bench.emulator import Item
from tests.bench.peers_here import PEERS, commands
from tests.bench.report import Bench, Row, at_least, at_most, not_there
from tests.bench.stats import interval, ratios
from tests.bench.subject import Subject
from tests.bench.world import World

ROUNDS, ASKED_FOR = 11, 20_000
# In each round, for each side: 20,020 in all.
REQUESTS = int(os.environ.get("REQUESTS", "1820"))


def requests(number: int) -> list[tuple[bytes, int]]:
    """Events and the status that each is to be answered with; other people in every round."""
    source, issued_at = random.Random(number), int(time.time()) - 60
    made, accepted = list[tuple[bytes, int]](), list[tuple[bytes, int]]()
    for one in range(REQUESTS):
        user, kind = str(10**16 + number * 10**6 + one), source.random()
        if kind < 0.05:
            made.append((json.dumps(callback(user, issued_at, "another")).encode(), 400))
        elif kind < 0.15 and accepted:
            # Told twice is only what was accepted once.
            made.append(source.choice(accepted))
        else:
            accepted.append((json.dumps(callback(user, issued_at)).encode(), 200))
            made.append(accepted[-1])
    return made


def one_round(process: Subject, events: list[tuple[bytes, int]]) -> tuple[float, list[float], list[bytes]]:
    """Processor microseconds for each, how long each took, and what was answered."""
    before, took, answers = process.cpu(), list[float](), list[bytes]()
    for event, status in events:
        answer, seconds = process.runtime.ask(event)
        # A substring: to read it as JSON would cost the other core more than the rest.
        assert f'"statusCode":{status}'.encode() in answer.replace(b" ", b""), answer
        took.append(seconds)
        answers.append(answer)
    return (process.cpu() - before) / len(events) * 1e6, took, answers


def wrong_codes(events: list[tuple[bytes, int]], answers: list[bytes], heads: list[Item]) -> str:
    """Whether somebody was given another code than the key of their row, or another one the second time; "" if nobody was."""
    codes: dict[bytes, set[str]] = {}
    for (event, status), answer in zip(events, answers, strict=True):
        if status == 200:
            codes.setdefault(event, set()).add(json.loads(json.loads(answer)["body"])["confirmation_code"])
    if twice := sum(len(one) != 1 for one in codes.values()):
        return f"gives {twice} people more than one code"
    given = {code for one in codes.values() for code in one}
    kept = {head["pk"]["S"].partition("#")[2] for head in heads}
    return "" if given == kept and len(given) == len(codes) else f"gives {len(given)} codes, of which {len(given & kept)} are keys of its {len(kept)} rows"


def run(world: World) -> Bench:
    count = ROUNDS * REQUESTS
    bench = Bench("B2", f"warm callbacks, {count:,} for each side in {ROUNDS} rounds: 10 % told twice, 5 % with a bad signature")
    if count < ASKED_FOR:
        bench.notes.append(f"Not the whole bench: {ASKED_FOR:,} are asked for, REQUESTS made them fewer.")
    found, bench.missing = commands()
    world.begin()
    cpu, took = dict[str, list[float]](), dict[str, list[float]]()
    with ExitStack() as stack:
        processes = {"ours": stack.enter_context(world.ours("meta-callback"))}
        for name, peer in found.items():
            processes[name] = stack.enter_context(world.start(name, peer["command"], peer["environment"]))
        for name, process in processes.items():
            # A hundred to warm up.
            one_round(process, requests(1000)[:100])
            cpu[name], took[name] = [], []
        for number in range(ROUNDS):
            events = requests(number)
            accepted = [event for event, status in events if status == 200]
            # Every second round the other way round: nobody always comes first.
            for name, process in list(processes.items())[:: 1 if number % 2 == 0 else -1]:
                world.begin()
                spent, seconds, answers = one_round(process, events)
                cpu[name].append(spent)
                took[name] += seconds
                heads = list(world.emulator.items("ledger"))
                missing = same_work(heads, world.front.messages("erasure"), len(set(accepted)), len(accepted)) or wrong_codes(events, answers, heads)
                bench.same(not missing, f"{name} {missing}")
            world.say(f"round {number + 1} of {ROUNDS}: " + ", ".join(f"{name} {values[-1]:.0f} µs" for name, values in cpu.items()))
    ours = interval(cpu["ours"])
    wanted = {"python": at_least(8.0, "ratio"), "node": at_least(8.0, "ratio")}
    for name, title in PEERS.items():
        if name in cpu:
            row = Row("CPU-µs each", None, ours.median, title, interval(cpu[name]).median, ratios(cpu["ours"], cpu[name]), wanted.get(name))
            bench.rows.append(row)
        elif name in wanted:
            bench.rows.append(not_there("CPU-µs each", ours.median, title, wanted[name]))
    for name, values in took.items():
        median, late = statistics.median(values) * 1e3, statistics.quantiles(values, n=100)[98] * 1e3
        limit = at_most(3.0) if name == "ours" else None
        who = "ours" if name == "ours" else PEERS[name]
        bench.measured[f"latency {name}"] = {"median": median, "p99": late}
        if name == "ours":
            bench.rows.append(Row("p99 over the median", 1.0, late / median, limit=limit))
        bench.notes.append(f"{who}: median {median:.2f} ms, p99 {late:.2f} ms, most of it the emulator and the door before it")
    bench.measured["cpu"] = cpu
    return bench
