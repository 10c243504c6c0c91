"""Builds the functions twice, from two copies of the sources in folders of different names and lengths, and compares.

FUNCTIONS names some of them; without it, all are built, which takes twice as long as `make build` from nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.build import build, functions, places, tool_environment
from local.pack import sha256
from local.settings import ROOT, StackError, host_architecture

# Neither is as long as the other, nor as the place where sources usually lie.
FOLDERS = ("a", "another-folder/of-another-length")
FILES = ("bootstrap", "bootstrap.zip")


@dataclass(frozen=True)
class Compared:
    """One file of one function, built twice."""

    function: str
    file: str
    hashes: tuple[str, str]

    @property
    def is_same(self) -> bool:
        return self.hashes[0] == self.hashes[1]


def copy(to: Path) -> None:
    """What is under version control, as it stands here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def names_in(binary: bytes, known: Iterable[str]) -> list[str]:
    """Which folders of the machine that built it a binary names."""
    return [path for path in known if path.encode() in binary]


def environment(root: Path) -> dict[str, str]:
    """Nothing that the other copy compiled, wherever this machine usually keeps it."""
    return {**tool_environment(), "CARGO_TARGET_DIR": str(root / "target"), "CARGO_INCREMENTAL": "0"}


def compare(roots: tuple[Path, Path], names: Iterable[str]) -> list[Compared]:
    def hashed(root: Path, name: str, file: str) -> str:
        return sha256(root / "target/lambda" / name / file)

    return [Compared(name, file, (hashed(roots[0], name, file), hashed(roots[1], name, file))) for name in names for file in FILES]


def table(compared: Iterable[Compared]) -> list[str]:
    lines = []
    for one in compared:
        said = one.hashes[0] if one.is_same else f"DIFFERS: {one.hashes[0]} and {one.hashes[1]}"
        lines.append(f"  {one.function:<18} {one.file:<14} {said}")
    return lines


def wanted(text: str) -> list[str]:
    known = [name for group in functions() for name in group]
    names = text.replace(",", " ").split()
    if unknown := sorted(set(names) - set(known)):
        raise StackError(f"no such function: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return sorted(names or known)


def run(given: Mapping[str, str]) -> bool:
    """Whether both builds are the same, byte for byte, and name no folder."""
    names, architecture = wanted(given.get("FUNCTIONS", "")), given.get("ARCHITECTURE") or host_architecture()
    with tempfile.TemporaryDirectory(prefix="reproducible-") as scratch:
        roots = (Path(scratch) / FOLDERS[0], Path(scratch) / FOLDERS[1])
        for number, root in enumerate(roots, start=1):
            print(f"  build {number} of 2: {len(names)} functions for {architecture}", flush=True)
            copy(root)
            started = time.monotonic()
            build(architecture, root=root, only=names, environment=environment(root))
            print(f"  build {number} of 2 took {time.monotonic() - started:.0f} s", flush=True)
        compared = compare(roots, names)
        print("\n".join(table(compared)), flush=True)
        leaks = {
            name: found
            for name in names
            for root in roots
            if (found := names_in((root / "target/lambda" / name / "bootstrap").read_bytes(), places(root, environment(root))))
        }
    for name, found in leaks.items():
        print(f"  {name} names {', '.join(found)}", flush=True)
    differing = [one for one in compared if not one.is_same]
    print(f"  {len(compared) - len(differing)} of {len(compared)} files are the same", flush=True)
    return not differing and not leaks


if __name__ == "__main__":
    try:
        sys.exit(0 if run(os.environ) else 1)
    except StackError as problem:
        sys.exit(f"error: {problem}")
