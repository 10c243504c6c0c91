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

BYTES, BYSTANDERS, ROUNDS = 256, 50, 5
MOST = int(os.environ.get("MOST", "100000"))
SIZES = [size for size in (100, 1_000, 10_000, 100_000, 1_000_000) if size <= MOST]
FIXED_MAX = 80.0


def measure(world: World, bench: Bench, items: int) -> dict[str, float]:
    world.say(f"filling {items:,}")
    state, (_, message) = fill(world, items, BYTES, BYSTANDERS)
    bystander, rounds = left(world)[1], []
    for _ in range(ROUNDS):
        rounds.append(erase(world, state, message))
        bench.same(left(world) == (0, bystander), f"{items} items: something is left, or too much went")
    cpu, peak = sorted(one[0] for one in rounds)[ROUNDS // 2], max(one[1] for one in rounds)
    counted = rounds[0][2]
    world.say(f"{items:,}: {counted.wru:,.0f} WRU, {counted.rru:,.1f} RRU, {cpu * 1e6 / items:.1f} µs each, peak {peak:.1f} MB")
    return {
        "items": items, "WRU": counted.wru, "RRU": counted.rru, "calls": sum(counted.calls.values()), "CPU": cpu, "peak": peak,
        "objects": counted.objects, "sends": counted.sends, "secrets": counted.calls["secretsmanager:GetSecretValue"],
    }


def flatness(points: list[dict[str, float]], what: str) -> tuple[float, float, float]:
    """The slopes between sizes: the steepest over the least steep, the last itself; and what is fixed at the smallest size."""
    slopes = [(b[what] - a[what]) / (b["items"] - a["items"]) for a, b in zip(points, points[1:], strict=False)]
    return max(slopes) / min(slopes), slopes[-1], points[0][what] - slopes[0] * points[0]["items"]


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
    each = {point["items"]: point["CPU"] / point["items"] * 1e6 for point in points}
    largest = points[-1]
    slopes = [(b["CPU"] - a["CPU"]) / (b["items"] - a["items"]) * 1e6 for a, b in zip(points[1:], points[2:], strict=False)]
    bench.rows += [
        Row("CPU-µs for each item, to 10,000", None, slopes[0]),
        Row("CPU-µs for each item, beyond", None, slopes[-1]),
        Row("CPU for each: off flat", 0.0, slopes[-1] / slopes[0] - 1, limit=at_most(0.10)),
        Row("peak MB, 100 items", None, points[0]["peak"]),
        Row(f"peak MB, {largest['items']:,.0f} items", None, largest["peak"], limit=at_most(points[0]["peak"] + 24)),
    ]
    bench.notes.append("CPU of the whole request over its items, µs: " + ", ".join(f"{size:,.0f}: {value:.1f}" for size, value in each.items()))
    bench.measured = {"points": points}
    return bench
