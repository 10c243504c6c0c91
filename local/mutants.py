"""Mutations of the domain that no test notices.

`cargo mutants` names them, and builds the crate anew for each: minutes apiece. Here they are all built once, each behind a
number (`tests/mutants`), and only the tests that come by are run for it. What cannot be switched so is counted, and left to it
(`make mutants-apart`).

Cut short (Ctrl-C), it counts what it came to; the rest is "not tried". Files are tried in the order of FILES.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from local import mutants_score
from local.mutants_score import CRATE
from local.settings import ROOT, default_state_dir

STATE = Path(os.environ.get("STATE_DIR") or default_state_dir()).resolve() / "mutants"
TREE = STATE / "tree"
# Adapters for tests, which tests of their own do not cover on purpose.
LEFT_OUT = f"{CRATE}/src/memory/**"
# A number of its own for each mutation; `MUTANT_SEEN` is a file for those that a test comes by.
SWITCH = """//! Which mutation is on.

use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

const UNKNOWN: u32 = u32::MAX;
const NONE: u32 = 999_999;
static CHOSEN: AtomicU32 = AtomicU32::new(UNKNOWN);
static SEEN: [AtomicBool; 20_000] = [const { AtomicBool::new(false) }; 20_000];
static FILE: OnceLock<Option<Mutex<File>>> = OnceLock::new();

/// Whether it is this one.
#[inline]
pub fn is(number: u32) -> bool {
    let chosen = CHOSEN.load(Ordering::Relaxed);
    if chosen == UNKNOWN { slow(number) } else { chosen == number }
}

#[cold]
fn slow(number: u32) -> bool {
    let file = FILE.get_or_init(|| {
        let path = std::env::var("MUTANT_SEEN").ok()?;
        std::fs::OpenOptions::new().create(true).append(true).open(path).ok().map(Mutex::new)
    });
    let Some(file) = file else {
        let chosen = std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(NONE);
        CHOSEN.store(chosen, Ordering::Relaxed);
        return chosen == number;
    };
    if !SEEN[number as usize].swap(true, Ordering::Relaxed) {
        let _ = writeln!(file.lock().unwrap(), "{number}");
    }
    false
}
"""
# A property that has failed has failed: nobody reads the smallest case.
QUIET = {"PROPTEST_MAX_SHRINK_ITERS": "0", "PROPTEST_FAILURE_PERSISTENCE": "off", "RUST_BACKTRACE": "0"}
PLACE = re.compile(r":\d+:\d+: ")
BATCHES = (6, 30, 100, 100_000)
# With NEAREST, tests that take longer than so many seconds are left out.
QUICK = 1.0


@dataclass
class Run:
    """The tests, built."""

    binary: str
    listed: list[dict[str, Any]]
    seconds: dict[str, float] = field(default_factory=dict)
    seen_by: dict[int, list[str]] = field(default_factory=dict)

    def test(self, names: list[str], timeout: float, **more: str) -> str:
        """`passed`, `failed` or `hung`."""
        command = [self.binary, "--exact", "--test-threads=1", "--quiet", *names]
        environment = os.environ | QUIET | {"CARGO_MANIFEST_DIR": str(TREE / CRATE)} | more
        try:
            done = subprocess.run(
                command, cwd=TREE / CRATE, env=environment, timeout=timeout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return "hung"
        return "failed" if done.returncode else "passed"

    def look(self) -> None:
        """Which test comes by which mutation."""
        names = subprocess.run([self.binary, "--list", "--format=terse"], capture_output=True, text=True, check=True).stdout
        tests = [line.removesuffix(": test") for line in names.splitlines() if line.endswith(": test")]

        def one(place: int, name: str) -> None:
            seen = STATE / f"seen/{place}"
            start = time.monotonic()
            outcome = self.test([name], 600, MUTANT_SEEN=str(seen))
            self.seconds[name] = time.monotonic() - start
            if outcome == "failed":
                raise SystemExit(f"{name} fails without any mutation")
            for line in set(seen.read_text().split()) if seen.is_file() else ():
                self.seen_by.setdefault(int(line), []).append(name)

        shutil.rmtree(STATE / "seen", ignore_errors=True)
        (STATE / "seen").mkdir()
        with ThreadPoolExecutor(jobs()) as pool:
            list(pool.map(one, range(len(tests)), tests))

    def outcome(self, number: int) -> str:
        # Those beside the code first: they are about it.
        module = self.listed[number]["file"].removeprefix(f"{CRATE}/src/").removesuffix(".rs").replace("/", "::").split("::")

        def distance(name: str) -> tuple[int, float]:
            return -len(os.path.commonprefix([module, name.split("::")])), self.seconds[name]

        tests = sorted(self.seen_by.get(number, []), key=distance)
        if nearest := int(os.environ.get("NEAREST") or 0):
            tests = [name for name in tests if self.seconds[name] <= QUICK][:nearest]
        for size in BATCHES:
            batch, tests = tests[:size], tests[size:]
            if not batch:
                break
            usual = sum(self.seconds[name] for name in batch)
            result = self.test(batch, 60 + 20 * usual, MUTANT=str(number))
            if result != "passed":
                return "timeout" if result == "hung" else "caught"
        return "missed"


def jobs() -> int:
    return int(os.environ.get("JOBS") or 1)


def copy_tree() -> None:
    shutil.rmtree(TREE, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, TREE / name)
    crate = TREE / CRATE
    (crate / "src/mutant.rs").write_text(SWITCH)
    for name, line in (("src/lib.rs", "pub mod mutant;"), ("build.rs", '#[path = "src/mutant.rs"]\nmod mutant;')):
        (crate / name).write_text((crate / name).read_text() + f"\n{line}\n")
    manifest = TREE / "Cargo.toml"
    lints = '[workspace.lints.rust]\nwarnings = "allow"\narithmetic_overflow = "allow"\nunconditional_panic = "allow"\n'
    manifest.write_text(manifest.read_text().replace("[workspace.lints.rust]\n", lints))


def build(listed: list[dict[str, Any]], tool: str) -> tuple[str, set[int], set[int]]:
    """The program of the tests, the mutations in it, and those that do not compile."""
    # What did not compile last time will not now, where nothing moved.
    known = STATE / "unviable.json"
    names = set(json.loads(known.read_text())) if known.is_file() else set()
    bad = {number for number, one in enumerate(listed) if one["name"] in names}
    # Two bodies of one hidden type.
    hidden = {n for n, one in enumerate(listed) if one["genre"] == "FnValue" and "impl " in one["function"]["return_type"]}
    (STATE / "list.json").write_text(json.dumps(listed))
    while True:
        copy_tree()
        (STATE / "left-out").write_text("\n".join(map(str, sorted(bad | hidden))))
        command = [tool, str(STATE / "list.json"), str(TREE), str(STATE / "left-out")]
        written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        lines: dict[tuple[str, int], set[int]] = {}
        for number, *place in map(str.split, written.splitlines()):
            if place:
                lines.setdefault((place[0], int(place[1])), set()).add(int(number))
        command = ["cargo", "test", "--locked", "--package", "privacy", "--lib", "--no-run", "--message-format=json", "--target-dir", str(ROOT / "target")]
        built = subprocess.run(command, cwd=TREE, capture_output=True, text=True)
        messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
        if built.returncode == 0:
            binary = next(one["executable"] for one in messages if one.get("executable"))
            return binary, set().union(*lines.values()), bad
        errors = [one["message"] for one in messages if one["reason"] == "compiler-message" and one["message"]["level"] == "error"]
        found: set[int] = set()
        for error in errors:
            found |= blamed(error, lines, listed)
        (STATE / "errors.txt").write_text("\n".join(error.get("rendered") or "" for error in errors) + built.stderr)
        if not found - bad:
            raise SystemExit(f"the switched tree does not build: {STATE / 'errors.txt'}")
        print(f"  {len(errors)} errors, {len(found - bad)} mutations left out", flush=True)
        bad |= found
        names |= {listed[number]["name"] for number in found}
        known.write_text(json.dumps(sorted(names)))


def blamed(error: dict[str, Any], lines: dict[tuple[str, int], set[int]], listed: list[dict[str, Any]]) -> set[int]:
    found: set[int] = set()
    for span in error["spans"]:
        path = os.path.normpath(span["file_name"])
        for line in range(span["line_start"], span["line_end"] + 1):
            if span["is_primary"] or span["line_end"] == span["line_start"]:
                found |= lines.get((path, line), set())
    # A constant calls a function that was constant before it was switched.
    named = re.match(r"cannot call non-const (?:associated )?(?:function|method) `(?:.*::)?(\w+)`", error["message"])
    if named:
        for number, one in enumerate(listed):
            if one["genre"] == "FnValue" and one["function"]["function_name"].split("::")[-1] == named[1]:
                found.add(number)
    return found


def in_order(listed: list[dict[str, Any]], switched: set[int], globs: list[str]) -> list[int]:
    def place(number: int) -> tuple[int, int]:
        matches = [fnmatch(listed[number]["file"], glob) for glob in globs]
        return (matches.index(True) if True in matches else len(globs), number)

    return sorted(switched, key=place)


def try_all(run: Run, numbers: list[int], outcomes: dict[int, str]) -> None:
    """Writes into `outcomes`, and returns early when interrupted."""
    with ThreadPoolExecutor(jobs()) as pool:
        try:
            for number, outcome in zip(numbers, pool.map(run.outcome, numbers), strict=True):
                outcomes[number] = outcome
                if outcome in ("missed", "timeout"):
                    print(f"  {outcome} {run.listed[number]['name']}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)


def main() -> int:
    cargo_mutants, tool = sys.argv[1:]
    files = os.environ.get("FILES", "").split()
    STATE.mkdir(parents=True, exist_ok=True)
    wanted = [argument for glob in files for argument in ("--file", glob)]
    command = [cargo_mutants, "mutants", "--package", "privacy", "--list", "--json", *wanted, "--exclude", LEFT_OUT]
    listed = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    for one in listed:
        one.pop("diff", None)
    hashes = {file: mutants_score.hash_of(file) for file in {one["file"] for one in listed}}
    print(f"{len(listed)} mutations", flush=True)
    binary, switched, bad = build(listed, tool)
    run = Run(binary, listed)
    run.look()
    known = mutants_score.Ledger(STATE / "outcomes.json")
    outcomes = dict.fromkeys(range(len(listed)), "unswitched") | dict.fromkeys(bad, "unviable") | dict.fromkeys(switched, "untried")
    if os.environ.get("AGAIN"):
        noticed = {number: known.outcome(listed[number], hashes) for number in switched}
        outcomes |= {number: outcome for number, outcome in noticed.items() if outcome in ("caught", "timeout")}
    numbers = [number for number in in_order(listed, switched, files) if outcomes[number] == "untried"]
    print(f"{len(switched)} of them switched, {len(numbers)} to be tried, {len(run.seconds)} tests", flush=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    begun = time.monotonic()
    try_all(run, numbers, outcomes)
    took = time.monotonic() - begun
    rows = [
        {"file": one["file"], "name": one["name"], "mutation": PLACE.split(one["name"], maxsplit=1)[1], "outcome": outcomes[number]}
        for number, one in enumerate(listed)
    ]
    known.keep(rows, hashes)
    tried = sum(outcomes[number] != "untried" for number in numbers)
    print(f"{took / max(tried, 1):.2f} s each")
    return mutants_score.report(rows, hashes)


if __name__ == "__main__":
    sys.exit(main())
