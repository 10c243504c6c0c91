"""Charts as SVG: bars on a logarithmic scale, for what differs by orders of magnitude. No library, and the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from tests.bench.report import number

WIDTH, LEFT, BAR, GAP, RIGHT = 760, 250, 18, 8, 110
OURS, THEIRS, INK = "#2f6f4f", "#9aa5b1", "#222222"
# How a bar of ours is named, or begins to be.
US = "this service"


def bars(title: str, unit: str, values: Sequence[tuple[str, float]]) -> str:
    """One bar for each. The shortest has a tenth of the scale, so that its length is seen too."""
    least, most = min(value for _, value in values), max(value for _, value in values)
    low, high = math.log10(least) - 0.3, math.log10(most)
    scale = (WIDTH - LEFT - RIGHT) / max(high - low, 0.3)
    height = 44 + len(values) * (BAR + GAP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-weight="bold">{escape(title)}</text>',
        f'<text x="{WIDTH - 10}" y="22" text-anchor="end">{escape(unit)}, logarithmic</text>',
    ]
    for at, (name, value) in enumerate(values):
        y, length = 36 + at * (BAR + GAP), (math.log10(value) - low) * scale
        lines += [
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{OURS if name.startswith(US) else THEIRS}"/>',
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 14}">{number(value)}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def against_peers(rows: Sequence[dict[str, Any]], what: str) -> list[tuple[str, float]]:
    """Ours, then everybody's of that line."""
    chosen = [row for row in rows if row["what"] == what]
    peers = [(row["peer"], row["theirs"]) for row in chosen if row["theirs"]]
    return [(US, chosen[0]["ours"]), *peers] if chosen and peers else []


def all_of(measured: dict[str, Any]) -> dict[str, str]:
    """Every chart by the name of its file."""
    wanted = {
        "bench-cold-start": ("B1", "CPU-ms", "Cold start: exec to the first answer, three hosts over TLS", "CPU-ms"),
        "bench-warm": ("B2", "CPU-µs each", "A warm callback", "CPU-µs"),
        "bench-accept": ("B3", "WRU, new", "A new request", "write units"),
        "bench-erase": ("B4", "items per CPU-second", "Erasing 10,000 items of 1 KiB: more is better", "items per CPU-second"),
        "bench-sweep": ("B5", "RRU", "Sweeping 2,000 due records of 200,000", "read units"),
        "bench-ledger": ("B8", "RRU", "A tick with 100 due", "read units"),
    }
    drawn = {}
    for name, (bench, what, title, unit) in wanted.items():
        values = against_peers(measured[bench]["rows"], what) if bench in measured else []
        if values:
            drawn[name] = bars(title, unit, values)
    exports = measured.get("B7", {}).get("rows", [])
    peaks = [row for row in exports if row["what"].startswith("peak MB")]
    if peaks:
        values = [(f"{US}, {row['what'].split(', ', 1)[1]}", row["ours"]) for row in peaks]
        values += [(f"boto3, {row['what'].split(', ', 1)[1]}", row["theirs"]) for row in peaks]
        drawn["bench-export"] = bars("Peak memory of an export", "MB", values)
    return drawn
