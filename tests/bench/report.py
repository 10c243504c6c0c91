"""What a bench says: floor, ours, the peer's, the ratio with its interval, and whether it is what it must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.bench.stats import Interval

BENCHES = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8")
Of = Literal["itself", "floor", "ratio", "peer"]


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
        return {"what": self.what, "rows": rows, "notes": self.notes, "missing": self.missing, "measured": self.measured}


def number(value: float | None) -> str:
    """Four digits that count, and no more."""
    if value is None:
        return "–"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1
    return f"{value:,.{digits}f}" if abs(value) >= 0.001 else f"{value:.2e}"


HEAD = ("what", "floor", "ours", "peer", "theirs", "ratio (95 %)", "must", "")


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    ratio = row["ratio"]
    shown = f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})" if ratio else ""
    ours = number(row["ours"])
    if spread := row["spread"]:
        ours += f" ({number(spread['low'])} to {number(spread['high'])})"
    verdict = {None: "", True: "ok", False: "MISSED"}[row["holds"]]
    return (row["what"], number(row["floor"]), ours, row["peer"] or "–", number(row["theirs"]), shown, row["must"], verdict)


def table(rows: list[dict[str, Any]]) -> str:
    lines = [HEAD, *[cells(row) for row in rows]]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    return "\n".join("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
