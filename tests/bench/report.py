"""What a bench says: floor, ours, the peer's, the ratio with its interval, and whether it is what it must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.bench.stats import Interval

BENCHES = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8")
Of = Literal["itself", "floor", "ratio", "peer"]
# What stands for a bench where one number has to: how the name of its row begins, and the unit.
HEADLINES = {
    "B1": ("CPU-ms", "CPU-ms"), "B2": ("CPU-µs each", "CPU-µs"), "B3": ("WRU, new", "WRU"), "B4": ("items per CPU-second", "items/CPU-s"),
    "B5": ("RRU beyond the floor, for each", "RRU"), "B6": ("RRU for each item, to", "RRU"), "B7": ("peak, times", "×"),
    "B8": ("RRU, times", "×"),
}


class Different(Exception):
    """Both sides did not do the same work, so that no number counts."""


@dataclass(frozen=True)
class Limit:
    """What `of` must be at most, or at least: the value itself, its multiple of the floor, the ratio to the peer."""

    value: float
    of: Of
    is_most: bool

    def __str__(self) -> str:
        sign = "≤" if self.is_most else "≥"
        return f"{sign} {number(self.value)}" + {"itself": "", "floor": " × floor", "ratio": " ×", "peer": " × peer"}[self.of]


def at_most(value: float, of: Of = "itself") -> Limit:
    return Limit(value, of, True)


def at_least(value: float, of: Of = "itself") -> Limit:
    return Limit(value, of, False)


@dataclass
class Row:
    what: str
    floor: float | None
    ours: float
    peer: str = ""
    theirs: float | None = None
    # How many times better than the peer.
    ratio: Interval | None = None
    limit: Limit | None = None
    # Where values spread and there is no peer to compare with.
    spread: Interval | None = None

    @property
    def holds(self) -> bool | None:
        if self.limit is None:
            return None
        value = self.ours
        if self.limit.of == "floor" and self.floor:
            value = self.ours / self.floor
        elif self.limit.of == "ratio":
            value = self.ratio.median if self.ratio else float("nan")
        return value <= self.limit.value if self.limit.is_most else value >= self.limit.value

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what, "floor": self.floor, "ours": self.ours, "peer": self.peer, "theirs": self.theirs,
            "ratio": self.ratio and self.ratio.as_json(), "spread": self.spread and self.spread.as_json(),
            "must": str(self.limit) if self.limit else "", "holds": self.holds,
        }


def not_there(what: str, ours: float, peer: str, limit: Limit) -> Row:
    """A comparison that is asked for and was not made: a line without a number is not kept."""
    return Row(what, None, ours, peer, None, None, limit)


@dataclass
class Bench:
    name: str
    what: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # Peers that are not there; no number stands in for theirs.
    missing: list[str] = field(default_factory=list)
    # Counted by the way, for the cost model and the charts.
    measured: dict[str, Any] = field(default_factory=dict)

    def same(self, is_same: bool, otherwise: str) -> None:
        if not is_same:
            raise Different(f"{self.name}: {otherwise}")

    def as_json(self) -> dict[str, Any]:
        rows = [row.as_json() for row in self.rows]
        return summary(self.name, rows) | {"what": self.what, "rows": rows, "notes": self.notes, "missing": self.missing, "measured": self.measured}


def summary(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A bench in one line: the value that stands for it beside its peers, and whether every limit of the bench holds. `ratio` is how
    many times better than the peer that the goal names, or else than the first; `interval` its 95 %, where values spread."""
    begins, unit = HEADLINES[name]
    chosen = [row for row in rows if row["what"].startswith(begins)]
    compared = [row for row in chosen if row["ratio"]]
    ratio = next((row["ratio"] for row in [*(row for row in compared if row["must"]), *compared]), None)
    counted = [row["theirs"] / row["ours"] for row in chosen if row["theirs"] is not None and row["ours"]]
    return {
        "ours": chosen[0]["ours"], "peers": {row["peer"]: row["theirs"] for row in chosen if row["peer"]},
        "floor": next((row["floor"] for row in chosen if row["floor"] is not None), None), "unit": unit,
        "ratio": ratio["median"] if ratio else next(iter(counted), None), "interval": [ratio["low"], ratio["high"]] if ratio else None,
        "goal": "; ".join(dict.fromkeys(f"{row['what']} {row['must']}" for row in rows if row["must"])),
        "reached": all(row["holds"] is not False for row in rows),
    }


def number(value: float | None) -> str:
    """Four digits that count, and no more."""
    if value is None:
        return "–"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1
    return f"{value:,.{digits}f}" if abs(value) >= 0.001 else f"{value:.2e}"


# What is counted, so that one run is enough; everything else without an interval was measured once, or is a median.
COUNTED = ("WRU", "RRU", "calls", "dollars", "zip")


def plain_ratio(row: dict[str, Any]) -> str:
    """How many times better than the peer, where there is no interval."""
    ours, theirs = row["ours"], row["theirs"]
    if not ours or not theirs or "exponent" in row["what"]:
        return ""
    is_more_better = "per CPU-second" in row["what"]
    better = ours / theirs if is_more_better else theirs / ours
    return f"{better:,.2f}, {'counted' if row['what'].startswith(COUNTED) else 'no interval'}"


HEAD = ("what", "floor", "ours", "peer", "theirs", "ratio (95 %)", "must", "")


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    ratio = row["ratio"]
    shown = f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})" if ratio else plain_ratio(row)
    ours = number(row["ours"])
    if spread := row["spread"]:
        ours += f" ({number(spread['low'])} to {number(spread['high'])})"
    verdict = {None: "", True: "ok", False: "MISSED"}[row["holds"]]
    return (row["what"], number(row["floor"]), ours, row["peer"] or "–", number(row["theirs"]), shown, row["must"], verdict)


def table(rows: list[dict[str, Any]]) -> str:
    lines = [HEAD, *[cells(row) for row in rows]]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    return "\n".join("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
