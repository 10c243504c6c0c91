"""Medians, and intervals that assume nothing of how the values are spread."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    median: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        return {"median": self.median, "low": self.low, "high": self.high}


def interval(values: Sequence[float]) -> Interval:
    """The median, and a range that holds it with 95 % or more: between two order statistics, by the binomial distribution. Of 11
    values the second and the second last (98.8 %)."""
    ordered, count = sorted(values), len(values)
    outside, rank = 0.5**count, 0
    while rank + 1 < (count + 1) // 2 and 2 * (outside + math.comb(count, rank + 1) * 0.5**count) <= 0.05:
        rank += 1
        outside += math.comb(count, rank) * 0.5**count
    return Interval(statistics.median(ordered), ordered[rank], ordered[count - 1 - rank])


def ratios(one: Sequence[float], other: Sequence[float]) -> Interval:
    """Of `other` to `one`, round by round."""
    return interval([b / a for a, b in zip(one, other, strict=True)])


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The `k` of `y = a·x^k` that fits best: 1 is linear."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mean_x, mean_y = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum((x - mean_x) ** 2 for x in xs)
