"""Tables and numbers of the documents."""

from __future__ import annotations

from collections.abc import Iterable

from tests.bench.cost import Priced
from tests.bench.report import number


def shown(one: dict[str, float]) -> str:
    """A median and what holds it."""
    return f"{number(one['median'])} ({number(one['low'])} to {number(one['high'])})"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def dollars(value: float) -> str:
    return f"{value:,.4f}" if value < 0.1 else f"{value:,.2f}"


def priced(found: Iterable[cost.Priced]) -> str:
    found = list(found)
    parts = list(dict.fromkeys(part for one in found for part in one.parts if any(other.parts.get(part) for other in found)))
    rows = [[one.what, *(dollars(one.parts[part]) if part in one.parts else "–" for part in parts), f"**{dollars(one.total)}**"] for one in found]
    return table(["$", *parts, "all"], rows)
