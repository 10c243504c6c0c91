"""B6: how an erasure grows: 100, 1,000, 10,000 and 100,000 items of one person, by the worker as it is built.

What an item costs between two sizes is the slope from one to the next: `(units(10N) − units(N)) / 9N`. What is left at the smallest
is the fixed part of a request. `MOST` names another largest size.
"""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

from tests.bench.b4 import erase, fill, left
from tests.bench.front import Counted
from tests.bench.report import Bench, Row, at_most
from tests.bench.stats import Interval, exponent, interval, ratios
from tests.bench.world import World

BYTES, BYSTANDERS, ROUNDS = 256, 50, 11
MOST = int(os.environ.get("MOST", "100000"))
SIZES = [size for size in (100, 1_000, 10_000, 100_000, 1_000_000) if size <= MOST]
FIXED_MAX = 80.0
# What is counted, found and erased together; a request with more has a lease, a note of its progress and a reading for each of them.
CHUNK = 2_000
# Of somebody whom the worker erased before, in every round: what is done once, connections and the first run of each path, is in no slope.
EARLIER = 2_500


def measure(world: World, bench: Bench) -> list[dict[str, Any]]:
    """Each size in every round, one after the other, every second round from the other end: what the machine does beside meets them all."""
    made = {}
    for items in SIZES:
        world.say(f"filling {items:,}")
        state, messages = fill(world, items, BYTES, BYSTANDERS, EARLIER)
        made[items] = state, messages, left(world)[1]
    seen: dict[int, list[tuple[float, float, Counted]]] = {items: [] for items in SIZES}
    for number in range(ROUNDS):
        world.say(f"round {number + 1} of {ROUNDS}")
        for items in SIZES[:: 1 if number % 2 == 0 else -1]:
            state, (before, message), bystander = made[items]
            seen[items].append(erase(world, state, message, before))
            bench.same(left(world) == (0, bystander), f"{items} items: something is left, or too much went")
    return [point(items, rounds) for items, rounds in seen.items()]


def point(items: int, rounds: list[tuple[float, float, Counted]]) -> dict[str, Any]:
    seconds, counted = [one[0] for one in rounds], rounds[0][2]
    return {
        "items": items, "WRU": counted.wru, "RRU": counted.rru, "calls": sum(counted.calls.values()), "CPU": interval(seconds).median,
        "seconds": seconds, "peak": max(one[1] for one in rounds), "objects": counted.objects, "sends": counted.sends,
        "secrets": counted.calls["secretsmanager:GetSecretValue"], "gets": counted.calls["s3:GetObject"],
    }


def flatness(points: list[dict[str, Any]], what: str) -> tuple[float, float, float]:
    """The slopes between sizes: the steepest over the least steep, the last itself; and what is fixed at the smallest size."""
    slopes = [(b[what] - a[what]) / (b["items"] - a["items"]) for a, b in zip(points, points[1:], strict=False)]
    return max(slopes) / min(slopes), slopes[-1], points[0][what] - slopes[0] * points[0]["items"]


def slopes(points: list[dict[str, Any]]) -> list[tuple[int, list[float]]]:
    """Processor microseconds for each item between a size and the next, of every round."""
    return [
        (b["items"], [(more - less) / (b["items"] - a["items"]) * 1e6 for less, more in zip(a["seconds"], b["seconds"], strict=True)])
        for a, b in pairwise(points)
    ]


def time_and_memory(points: list[dict[str, Any]]) -> tuple[list[Row], list[str]]:
    """Processor time and memory between all sizes; what must be flat is what full chunks take, so from the first size on that has one."""
    found = slopes(points)
    rows = [Row(f"CPU-µs for each item, to {items:,}", None, (one := interval(each)).median, spread=one) for items, each in found]
    first, largest = points[0], points[-1]
    full = next((one for one in points if one["items"] > CHUNK), largest)
    chunked = [each for items, each in found if items > CHUNK]
    if len(chunked) > 1:
        off = ratios(chunked[0], chunked[-1])
        spread = Interval(off.median - 1, off.low - 1, off.high - 1)
        rows.append(Row("CPU for each, the last slope beyond the first with full chunks", 0.0, abs(spread.median), limit=at_most(0.10), spread=spread))
    fixed = first["CPU"] - interval(found[0][1]).median / 1e6 * first["items"]
    above = [(one["items"], one["CPU"] - fixed) for one in points]
    rows.append(Row("CPU-ms: fixed part", None, fixed * 1e3))
    if all(spent > 0 for _, spent in above):
        rows.append(Row("CPU: exponent", 1.0, exponent(above)))
    rows += [
        *(Row(f"peak MB, {one['items']:,} items", None, one["peak"]) for one in points if one is not largest),
        Row(f"peak MB, {largest['items']:,} items", None, largest["peak"], limit=at_most(1.1 * full["peak"])),
    ]
    notes = [
        f"Whoever is erased comes after somebody with {EARLIER:,} items, by the same worker: what is done once is in no slope. A slope is of one "
        "round, the ratio of two is too, and the median of all rounds is said: as is whether time is flat, either way.",
        "CPU of the whole request over its items, µs: " + ", ".join(f"{one['items']:,}: {one['CPU'] / one['items'] * 1e6:.1f}" for one in points),
    ]
    if chunked and len(found) > len(chunked):
        other = ratios(chunked[0], found[0][1]).median - 1
        notes.append(
            f"Up to {CHUNK:,} items are one chunk, found in one reading; beyond, chunks follow one another, each with its lease, its note of "
            f"progress and its reading beside the deletes. So the first slope is another one ({other:+.0%} of the next), and flat is said, of time "
            "and of memory, between sizes with full chunks; up to there memory grows with the keys of a chunk."
        )
    return rows, notes


def run(world: World) -> Bench:
    bench = Bench("B6", f"growth: {', '.join(f'{size:,}' for size in SIZES)} items of {BYTES} B, {ROUNDS} rounds of each")
    points = measure(world, bench)
    kept = [point for point in points if point["items"] <= 10_000]
    for what, floor in (("WRU", 1.0), ("RRU", BYTES / 8192), ("calls", 1 / 25 + BYTES / 2**20)):
        flat, slope, fixed = flatness(points, what)
        # Keys are read once, and kept until they are erased.
        if what == "RRU":
            bench.rows.append(Row("RRU of the largest", floor * points[-1]["items"] + 1, points[-1][what], limit=at_most(1.05, "floor")))
        bench.rows += [
            Row(f"{what} for each item, to 10,000", floor, flatness(kept, what)[1]),
            Row(f"{what} for each item, beyond", floor, slope),
            Row(f"{what}: off flat", 0.0, abs(flat - 1), limit=at_most(0.05)),
            Row(f"{what}: fixed part", None, fixed, limit=at_most(FIXED_MAX)),
            Row(f"{what}: exponent", 1.0, exponent([(point["items"], point[what] - fixed) for point in points])),
        ]
    rows, notes = time_and_memory(points)
    bench.rows += rows
    bench.notes += notes
    bench.measured = {"points": points}
    return bench
