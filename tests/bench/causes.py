"""Where the processor time of a start goes, by taking away what can be; of what tests.bench.sizes has timed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.bench.markdown import table
from tests.bench.report import number

# Handlers of tests/bench/peers/rust that start beside the functions, one thing less in each: `make bench-steps` builds them.
BESIDE = ("empty", "quiet", "small", "canned", "unparsed")


def _less(known: Mapping[str, Any], one: str, other: str) -> float | None:
    """What one handler takes beyond another, with one root in the trust store: when the others are read is not what is asked here.
    Nothing if one of them was not started."""
    more, less = (known.get(name, {}).get("start", {}).get("one root") for name in (one, other))
    return None if more is None or less is None else round(more - less, 3)


def handler(known: Mapping[str, Any]) -> str:
    """What the handler of the steps says of parts that no function of ours can be started without."""
    parts = [
        ("`tracing`: its subscriber", _less(known, "empty", "quiet")),
        ("one secret read ahead: call, signature, connection without TLS", _less(known, "small", "canned")),
        ("the JSON in it", _less(known, "canned", "unparsed")),
        ("settings, three clients", _less(known, "unparsed", "empty")),
    ]
    said = [[what, "not above the noise" if value is not None and value < 0.01 else number(value)] for what, value in parts]
    return table(["part of a start of the handler of the steps", "CPU-ms"], said)


def causes(known: Mapping[str, Any]) -> str:
    """Each function beside a handler that does nothing."""
    empty = known["empty"]["start"]
    floor, tracing = empty["cpu"]["median"], _less(known, "empty", "quiet")
    process = number(round(floor - (tracing or 0), 3))

    def faults(start: Mapping[str, Any]) -> str:
        return f"{start['faults']:,.0f}, {number(round(start['faults'] * empty['fault'] / 1e3, 3))} ms"

    rows = [["a handler that does nothing", number(floor), process, number(tracing), "–", "–", faults(empty)]]
    for name, one in sorted(known.items()):
        start = one.get("start", {})
        if name in BESIDE or "one root" not in start:
            continue
        cpu = start["cpu"]["median"]
        roots = cpu - start["one root"]
        rest = number(round(cpu - floor - roots, 3))
        rows.append([f"`{name}`", number(cpu), process, number(tracing), number(round(roots, 3)), rest, faults(start)])
    runtime = "process, runtime" if tracing is not None else "process, runtime, `tracing`"
    head = ["start of", "CPU-ms", runtime, "`tracing`", "trust store", "the rest: settings, clients, secrets", "page faults"]
    return f"One page fault takes {number(empty['fault'])} µs on this machine.\n\n" + table(head, rows) + "\n\n" + handler(known)
