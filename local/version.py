"""Which sources these are: the commit, and whether anything has been changed since; and which ones a built function is of."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path

from local.settings import ROOT

# What a binary is made of: a change of anything else leaves it as it is.
SOURCES = ("functions", "shared", "Cargo.toml", "Cargo.lock", "policy.toml", "local/build.py", "local/pack.py")
# What is drawn from numbers, and changes none.
DRAWN = (":!docs", ":!tests/bench/measured.json", ":!tests/bench/sizes.json", ":!tests/bench/steps.json", ":!*.md")
STAMP = "built.json"


def _git(root: Path, *arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def commit(root: Path = ROOT) -> str:
    """`3c0b112`, or `3c0b112-dirty` where files differ from it; empty where there is no git."""
    head = _git(root, "rev-parse", "--short", "HEAD").strip()
    return f"{head}-dirty" if head and _git(root, "status", "--porcelain", "--", ".", *DRAWN).strip() else head


def sources(root: Path = ROOT) -> str:
    """A digest of the sources of the functions as they lie there, new files included; empty where there is no git."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SOURCES)
    digest = hashlib.sha256()
    for name in sorted(set(filter(None, listed.split("\0")))):
        file = root / name
        digest.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else 'gone'}\n".encode())
    return digest.hexdigest() if listed else ""


def stamp(folder: Path, names: Iterable[str], of: tuple[str, str]) -> None:
    """Notes of which commit and sources those functions in `folder` are. To be taken before they are compiled; while they are, of
    none."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / STAMP
    known = json.loads(file.read_text()) if file.is_file() else {}
    known |= {name: {"commit": of[0], "sources": of[1]} for name in names}
    file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def built(folder: Path, name: str) -> dict[str, str]:
    """What was noted of a function; nothing where nobody noted it."""
    file = folder / STAMP
    noted: dict[str, str] = json.loads(file.read_text()).get(name, {}) if file.is_file() else {}
    return noted
