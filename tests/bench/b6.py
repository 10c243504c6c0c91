"""B6: how an erasure grows: 100, 1,000, 10,000 and 100,000 items of one person, by the worker as it is built.

What an item costs between two sizes is the slope from one to the next: `(units(10N) − units(N)) / 9N`. What is left at the smallest
is the fixed part of a request. `MOST` names another largest size.
"""

from __future__ import annotations

import os

from tests.bench.b4 import erase, fill, left
from tests.bench.report import Bench, Row, at_most
from tests.bench.stats import exponent
from tests.bench.world import World

BYTES, BYSTANDERS, ROUNDS = 256, 50, 11
MOST = int(os.environ.get("MOST", "100000"))
SIZES = [size for size in (100, 1_000, 10_000, 100_000, 1_000_000) if size <= MOST]
FIXED_MAX = 80.0
# What is counted, found and erased together; a request with more has a lease, a note of its progress and a reading for each of them.
CHUNK = 2_000
# Of somebody whom the worker erased before, in every round: what is done once, connections and the first run of each path, is in no slope.
EARLIER = 2_500


def measure(world: World, bench: Bench, items: int) -> dict[str, float]:
    world.say(f"filling {items:,}")
    state, (before, message) = fill(world, items, BYTES, BYSTANDERS, EARLIER)
    bystander, rounds = left(world)[1], []
    for _ in range(ROUNDS):
        rounds.append(erase(world, state, message, before))
        bench.same(left(world) == (0, bystander), f"{items} items: something is left, or too much went")
    cpu, peak = sorted(one[0] for one in rounds)[ROUNDS // 2], max(one[1] for one in rounds)
    counted = rounds[0][2]
    world.say(f"{items:,}: {counted.wru:,.0f} WRU, {counted.rru:,.1f} RRU, {cpu * 1e6 / items:.1f} µs each, peak {peak:.1f} MB")
    return {
        "items": items, "WRU": counted.wru, "RRU": counted.rru, "calls": sum(counted.calls.values()), "CPU": cpu, "peak": peak,
        "objects": counted.objects, "sends": counted.sends, "secrets": counted.calls["secretsmanager:GetSecretValue"],
        "gets": counted.calls["s3:GetObject"],
    }


def flatness(points: list[dict[str, float]], what: str) -> tuple[float, float, float]:
    """The slopes between sizes: the steepest over the least steep, the last itself; and what is fixed at the smallest size."""
    slopes = [(b[what] - a[what]) / (b["items"] - a["items"]) for a, b in zip(points, points[1:], strict=False)]
    return max(slopes) / min(slopes), slopes[-1], points[0][what] - slopes[0] * points[0]["items"]


def time_and_memory(points: list[dict[str, float]]) -> tuple[list[Row], list[str]]:
    """Processor time between all sizes; what must be flat is what full chunks take, so from the first size on that has one."""
    slopes = [(b["items"], (b["CPU"] - a["CPU"]) / (b["items"] - a["items"]) * 1e6) for a, b in zip(points, points[1:], strict=False)]
    full = [slope for items, slope in slopes if items > CHUNK]
    rows = [Row(f"CPU-µs for each item, to {items:,.0f}", None, slope) for items, slope in slopes]
    if full:
        rows.append(Row("CPU for each: off flat", 0.0, abs(full[-1] / full[0] - 1), limit=at_most(0.10)))
    fixed = points[0]["CPU"] - slopes[0][1] / 1e6 * points[0]["items"]
    above = [(point["items"], point["CPU"] - fixed) for point in points]
    rows.append(Row("CPU-ms: fixed part", None, fixed * 1e3))
    if all(spent > 0 for _, spent in above):
        rows.append(Row("CPU: exponent", 1.0, exponent(above)))
    first, largest = points[0], points[-1]
    rows += [
        Row(f"peak MB, {first['items']:,.0f} items", None, first["peak"]),
        Row(f"peak MB, {largest['items']:,.0f} items", None, largest["peak"], limit=at_most(1.1 * first["peak"])),
    ]
    notes = [
        f"Whoever is erased comes after somebody with {EARLIER:,} items, by the same worker: what is done once is in no slope.",
        "CPU of the whole request over its items, µs: " + ", ".join(f"{one['items']:,.0f}: {one['CPU'] / one['items'] * 1e6:.1f}" for one in points),
    ]
    if len(slopes) > 1 and full and abs(off := slopes[0][1] / full[0] - 1) > 0.1:
        notes.append(
            f"Up to {CHUNK:,} items are one chunk, found in one reading; beyond, chunks follow one another, each with its lease, its note of "
            f"progress and its reading beside the deletes. The first slope is {off:+.0%} of the next; flat is said of those between sizes with full chunks."
        )
    return rows, notes


def run(world: World) -> Bench:
    bench = Bench("B6", f"growth: {', '.join(f'{size:,}' for size in SIZES)} items of {BYTES} B, {ROUNDS} rounds of each")
    points = [measure(world, bench, size) for size in SIZES]
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
