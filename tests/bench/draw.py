"""Draws what was measured into the documents: tables and charts of docs/performance.md, the whole of what it costs in docs/cost.md.

    python -m tests.bench.draw          from tests/bench/measured.json
    python -m tests.bench.draw new      takes target/bench/report.json over into it first
    python -m tests.bench.draw check    fails where a document says anything else

Needs nothing but Python.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.bench import charts, cost, cost_whole, plan
from tests.bench.causes import BESIDE, causes
from tests.bench.markdown import dollars, priced, shown, table
from tests.bench.report import BENCHES, HEAD, cells, number

ROOT = Path(__file__).resolve().parents[2]
MEASURED, REPORT = ROOT / "tests/bench/measured.json", ROOT / "target/bench/report.json"
SIZES, STEPS = ROOT / "tests/bench/sizes.json", ROOT / "tests/bench/steps.json"


def bench(measured: dict[str, Any], name: str) -> str:
    one = measured[name]
    machine = one["machine"]
    said = f"**{name}**: {one['what']}. Run at {machine['at'][:16]}Z on commit {machine['commit']}, {one['seconds']:,.0f} s, load {machine['load']:.1f}."
    notes = [*one["notes"], *(f"Missing: {missing}." for missing in one["missing"])]
    return "\n\n".join([said, table(HEAD, (cells(row) for row in one["rows"])), *(f"- {note}" for note in notes)])


def missed(measured: dict[str, Any]) -> str:
    """Every limit that the last run did not keep, and what it came to."""
    rows = []
    for name in sorted(measured):
        for row in measured[name]["rows"]:
            if row["holds"] is not False:
                continue
            came = shown(row["ratio"]) if row["ratio"] else number(row["ours"])
            of_floor = row["ours"] / row["floor"] if row["floor"] and "floor" in row["must"] else None
            rows.append([name, row["what"], row["peer"] or "–", f"{number(of_floor)} × floor" if of_floor else came, row["must"]])
    return table(["bench", "line", "against", "came to", "must"], rows) if rows else "Nothing."


def seconds(measured: dict[str, Any]) -> str:
    took = ", ".join(f"{name} {measured[name]['seconds']:,.0f} s ({measured[name]['machine']['load']:.1f})" for name in sorted(measured))
    return f"How long each bench above took, the machine's load when it had ended in brackets: {took}."


def shares(measured: dict[str, Any]) -> str:
    """What a function with a real share of a processor waits for it, beyond its start."""
    rows = [
        [f"{setting} MB", *(f"{number(round(one[what], 2))} ms" for what in ("first", "first waited", "warm", "warm waited"))]
        for setting, one in measured["B1"]["measured"]["memory"].items()
    ]
    return table(["`meta-callback` at", "first answer, CPU", "it waited", "each of ten more, CPU", "it waited"], rows)


def sizes(known: dict[str, Any]) -> str:
    """The functions by their zips, the largest first."""
    def weight(one: dict[str, Any]) -> tuple[str, str]:
        weights = one["weights"]
        if not weights:
            return "–", "–"
        most = ", ".join(f"{crate} {size / 1e3:,.0f}" for crate, size in weights["most"])
        return f"{most}; all {weights['all'] / 1e3:,.0f}", weights["commit"]

    def megabytes(size: int | None) -> str:
        return f"{size / 1e6:.3f}" if size else "–"

    def start(one: dict[str, Any]) -> tuple[str, str]:
        seen = one.get("start")
        if not seen:
            return "–", "–"
        return shown(seen["cpu"]), number(seen["peak"])

    by_size = sorted(known.items(), key=lambda pair: -(pair[1]["zip"] or 0))
    rows = [[f"`{name}`", megabytes(one["zip"]), megabytes(one["binary"]), str(one["crates"]), *start(one), *weight(one)] for name, one in by_size]
    return table(["function", "zip, MB", "unpacked, MB", "crates", "start, CPU-ms", "peak MB", "symbols by crate, kB", "weighed on"], rows)


def memory(measured: dict[str, Any]) -> str:
    """What each setting of memory would make of what was measured; the one that template.yaml has is bold."""
    rows = []
    for work in cost.works(measured):
        of = (work.cpu, work.calls, work.at_least)
        settings = [(one, cost.lambda_seconds(one, *of) * 1e3, cost.lambda_time(one, *of) * 1e6) for one in cost.MEMORY_MB]
        each = [f"{number(ms)} ms, {dollars(price)}" for _, ms, price in settings]
        has = cost.memory_of(work.function)
        chosen = [f"**{text}**" if one == has else text for (one, _, _), text in zip(settings, each, strict=True)]
        rows.append([f"`{work.function}`, {work.what}", f"{number(work.cpu * 1e3)} ms", *chosen])
    return table(["one invocation", "CPU, measured", *(f"{one} MB" for one in cost.MEMORY_MB)], rows)


def starts(known: dict[str, Any]) -> str:
    """What a start takes at each setting of memory, where it had no more than that setting pays for; that of template.yaml is bold."""
    rows = []
    for name, one in sorted(known.items()):
        has, cpu = cost.memory_of(name), one.get("start", {}).get("cpu", {}).get("median")
        each = []
        for setting in cost.MEMORY_MB:
            waited = one.get("curve", {}).get(str(setting))
            if cpu is None or waited is None:
                each.append("–")
                continue
            # A start is paid for since August 2025: memory times how long it takes.
            took = cpu + waited
            text = f"{number(round(took, 2))} ms, {dollars(cost.held(setting, took / 1e3) * 1e6)}"
            each.append(f"**{text}**" if setting == has else text)
        rows.append([f"`{name}`", f"{number(cpu)} ms" if cpu else "–", *each])
    return table(["start of", "CPU", *(f"{one} MB" for one in cost.MEMORY_MB)], rows)


def firsts(seen: dict[str, Any]) -> str:
    """What the first answer after a start takes, and a later one of the same kind."""
    rows = [
        [f"`{name}`", *(shown(one[what]) for what in ("start", "first", "third")), number(one["first"]["median"] - one["third"]["median"])]
        for name, one in seen.items()
    ]
    return table(["event", "start", "first answer", "third", "first beyond the third"], rows)


def steps(known: dict[str, Any]) -> str:
    """A cold start from the handler by the book on, one change after the other."""
    rows, before = [], None
    for one in known["steps"]:
        middle = one["cpu"]["median"]
        gave = "" if before is None else f"{number(round(before - middle, 2))}"
        rows.append([one["what"], shown(one["cpu"]), gave, number(one["peak"])])
        before = middle
    said = f"Run on commit {known['commit']}, {known['rounds']} rounds, {known['roots']} roots."
    return f"{said}\n\n" + table(["and", "CPU-ms", "saved", "peak MB"], rows)


def made(measured: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What stands between the marks of each document."""
    pages = {"docs/performance.md": {f"bench {name}": bench(measured, name) for name in sorted(measured)}}
    pages["docs/performance.md"] |= {"missed": missed(measured), "seconds": seconds(measured)}
    if measured["B1"]["measured"].get("memory"):
        pages["docs/performance.md"]["shares"] = shares(measured)
    if {"B1", "B2", "B4", "B7", "B8"} <= set(measured):
        pages["docs/performance.md"]["memory"] = memory(measured)
    if seen := measured["B1"]["measured"].get("firsts"):
        pages["docs/performance.md"]["firsts"] = firsts(seen)
    if STEPS.is_file():
        pages["docs/performance.md"]["steps"] = steps(json.loads(STEPS.read_text()))
    if SIZES.is_file():
        known = json.loads(SIZES.read_text())
        if "start" in known.get("empty", {}):
            pages["docs/performance.md"]["causes"] = causes(known)
        ours = {name: one for name, one in known.items() if name not in BESIDE}
        pages["docs/performance.md"] |= {"sizes": sizes(ours), "starts": starts(ours)}
    if {"B2", "B3", "B4", "B5", "B7", "B8"} <= set(measured):
        pages["docs/cost.md"] = {
            "cost callbacks": priced(cost.callbacks(measured)), "cost erased": priced(cost.erased(measured)),
            "cost idle": priced(cost.idle(measured)), "cost tenant": priced(cost_whole.tenant(measured)),
        }
        if whole := cost_whole.whole(measured):
            pages["docs/cost.md"]["cost whole"] = priced(whole)
            pages["docs/cost.md"] |= {"plan": plan.breaks(measured), "plan money": plan.money(measured)}
    return pages


def filled(text: str, parts: dict[str, str]) -> str:
    for mark, content in parts.items():
        pattern = re.compile(rf"(<!-- {re.escape(mark)}: made by make bench-docs -->\n).*?(<!-- {re.escape(mark)}: end -->)", re.S)
        text, count = pattern.subn(lambda found, content=content: f"{found[1]}{content}\n{found[2]}", text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"a document has {count} places for what is made as: {mark}")
    return text


def joined(known: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Bench by bench: what was not run again stays."""
    return known | new


def main(what: str) -> int:
    if what == "new":
        MEASURED.write_text(json.dumps(joined(json.loads(MEASURED.read_text()), json.loads(REPORT.read_text())), indent=1, ensure_ascii=False) + "\n")
    measured = json.loads(MEASURED.read_text())
    if absent := [name for name in BENCHES if name not in measured]:
        print(f"measured.json lacks {', '.join(absent)}", file=sys.stderr)
        return 1
    stale = []
    wanted = {path: filled((ROOT / path).read_text(), parts) for path, parts in made(measured).items()}
    wanted |= {f"docs/{name}.svg": drawn for name, drawn in charts.all_of(measured).items()}
    for path, text in wanted.items():
        file = ROOT / path
        if not file.is_file() or file.read_text() != text:
            stale.append(path)
            if what != "check":
                file.write_text(text)
    if what == "check" and stale:
        print(f"not as measured.json says: {', '.join(stale)}; run make bench-docs", file=sys.stderr)
        return 1
    print("\n".join(stale) or "the documents say what was measured")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
