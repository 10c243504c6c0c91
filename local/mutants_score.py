"""What became of the mutations, over many runs.

A run is of some files. Their rows in `tests/mutants/score.csv` are written anew; those of other files stay, with the hash of the
file that they are about, so that a row of a file that has changed since is known to be stale.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from local.settings import ROOT

CRATE = "shared/privacy"
EXPLAINED = ROOT / "tests/mutants.toml"
SCORE = ROOT / "tests/mutants/score.csv"
NOTE = ROOT / "docs/mutation.md"
KINDS = ("caught", "timeout", "missed", "explained", "unviable", "unswitched", "untried")
HEADINGS = ("caught", "timeout", "missed", "explained", "does not compile", "not switched", "not tried")
Row = dict[str, str]


def hash_of(file: str) -> str:
    return hashlib.sha256((ROOT / file).read_bytes()).hexdigest()[:12]


class Ledger:
    """The outcomes of earlier runs on this machine: a mutation that a test noticed need not be tried again, where nothing moved."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.is_file() else {}

    def outcome(self, one: dict[str, Any], hashes: dict[str, str]) -> str:
        kept = self.files.get(one["file"], {})
        return kept["outcomes"].get(one["name"], "untried") if kept.get("hash") == hashes[one["file"]] else "untried"

    def keep(self, rows: list[Row], hashes: dict[str, str]) -> None:
        for row in rows:
            if row["outcome"] == "untried":
                continue
            kept = self.files.get(row["file"], {})
            if kept.get("hash") != hashes[row["file"]]:
                kept = self.files[row["file"]] = {"hash": hashes[row["file"]], "outcomes": {}}
            kept["outcomes"][row["name"]] = row["outcome"]
        self.path.write_text(json.dumps(self.files, indent=1))


def explained() -> set[tuple[str, str]]:
    listed = tomllib.loads(EXPLAINED.read_text()).get("survivor", [])
    return {(one["file"], one["mutation"]) for one in listed}


def report(rows: list[Row], hashes: dict[str, str]) -> int:
    """Prints what nothing explains; 1 if there is any."""
    known = explained()
    new = [row for row in rows if row["outcome"] == "missed" and (row["file"], row["mutation"]) not in known]
    caught = {(row["file"], row["mutation"]) for row in rows if row["outcome"] in ("caught", "timeout")}
    missed = {(row["file"], row["mutation"]) for row in rows if row["outcome"] == "missed"}
    stale = sorted((caught - missed) & known)
    print(dict(Counter(row["outcome"] for row in rows)))
    for row in new:
        print(f"  {row['name']}: no test notices")
    for file, mutation in stale:
        print(f"  {file}: {mutation}: is explained in tests/mutants.toml, and a test notices it")
    if os.environ.get("DRAW"):
        keep(rows, known, hashes)
        draw()
    return 1 if new or stale else 0


def read() -> list[Row]:
    with SCORE.open(newline="") as file:
        return list(csv.DictReader(file))


def keep(rows: list[Row], known: set[tuple[str, str]], hashes: dict[str, str]) -> None:
    """The rows of the files of this run in place of theirs; a file of which nothing was tried, though it could be, keeps its row."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        is_explained = row["outcome"] == "missed" and (row["file"], row["mutation"]) in known
        counts.setdefault(row["file"], Counter())["explained" if is_explained else row["outcome"]] += 1
    score = {row["file"]: row for row in read() if (ROOT / row["file"]).is_file()}
    for file, found in counts.items():
        if not found["untried"] or found["caught"] + found["timeout"] + found["missed"] + found["explained"]:
            score[file] = {"file": file, "hash": hashes[file], **{kind: str(found[kind]) for kind in KINDS}}
    with SCORE.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "hash", *KINDS], lineterminator="\n")
        writer.writeheader()
        writer.writerows(score[name] for name in sorted(score))


def module_of(file: str) -> str:
    return file.removeprefix(f"{CRATE}/src/").split("/")[0].removesuffix(".rs")


def draw() -> None:
    """The table of docs/mutation.md: the score by module."""
    modules: dict[str, Counter[str]] = {}
    for row in read():
        found = modules.setdefault(module_of(row["file"]), Counter())
        found.update({kind: int(row[kind]) for kind in KINDS})
        found["files"] += 1
        found["stale"] += row["hash"] != hash_of(row["file"])
    total = sum(modules.values(), Counter())
    columns = ("module", "files", "changed since", *HEADINGS)
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "---:|" * (len(columns) - 1)]
    for name, found in [*sorted(modules.items()), ("all", total)]:
        label = name if name == "all" else f"`{name}`"
        lines.append(f"| {label} | " + " | ".join(str(found[kind]) for kind in ("files", "stale", *KINDS)) + " |")
    before, rest = NOTE.read_text().split("<!-- score -->\n", 1)
    after = rest.split("<!-- score: end -->", 1)[1]
    NOTE.write_text(before + "<!-- score -->\n" + "\n".join(lines) + "\n<!-- score: end -->" + after)


if __name__ == "__main__":
    draw()
