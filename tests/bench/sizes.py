"""How large each function is, of how many crates it is made, which of them weigh most, and what it takes to start.

    python -m tests.bench.sizes                  zips and starts of target/lambda, and crates by `cargo tree`
    python -m tests.bench.sizes meta-callback    builds that function once more with its symbols, and weighs those; no starts
    python -m tests.bench.sizes all              each of them

Writes tests/bench/sizes.json, from which tests.bench.draw makes the table of docs/performance.md. What was weighed stays there
until it is weighed anew, with the commit that it was weighed on. Needs `nm`, which comes with every linker.
"""

from __future__ import annotations

import json
import mmap
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.version import commit
from tests.bench import share
from tests.bench.causes import BESIDE
from tests.bench.cold import TRUST
from tests.bench.emulator import Emulator
from tests.bench.front import Front
from tests.bench.peers_here import STATE
from tests.bench.stats import interval
from tests.bench.subject import Subject, stand_opposite
from tests.bench.world import SECRETS, environment

ROOT = Path(__file__).resolve().parents[2]
SIZES, SYMBOLS = ROOT / "tests/bench/sizes.json", ROOT / "target/symbols"
LAMBDAS = Path(os.environ.get("LAMBDA_DIR") or ROOT / "target/lambda")
# How many crates are named.
MOST = 6
ROUNDS, CURVE_ROUNDS = 11, 5
# The runtime with nothing behind it, as small as ours, and more of that kind: see tests/bench/steps.py.
HANDLERS = STATE / "steps"
# What the compiler makes for a type, in place of a path that begins with a crate: references, pointers, slices.
_BEFORE = re.compile(r"^(?:\$(?:RF|BP|LT|GT|C|u[0-9a-f]{2})\$|_|\[|(?:mut|dyn|const)\$u20\$|\.)+")
# A parameter stands where a type would: the trait tells whose it is.
_PARAMETER = re.compile(r"^[A-Z][A-Z0-9]?\$u20\$as\$u20\$")


def said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def functions() -> list[str]:
    return sorted(manifest.parent.name for manifest in (ROOT / "functions").glob("*/Cargo.toml"))


def crates(function: str) -> int:
    """Crates of other people and ours that are linked into it: no macros, no build scripts."""
    listed = said("cargo", "tree", "--locked", "--offline", "-p", function, "-e", "no-proc-macro,normal", "--prefix", "none", "--format", "{p}")
    return len({line.removesuffix(" (*)").strip() for line in listed.splitlines()})


def crate_of(symbol: str) -> str:
    """Whose a symbol is: of `_ZN4core3fmt5Write9write_fmt17h…E` core, of an implementation the type's."""
    if symbol.startswith("_R"):
        # Of the newer names the first crate: `C`, perhaps a disambiguator, its name.
        found = re.search(r"C(?:s[0-9A-Za-z]*_)?(\d+)_?", symbol)
        return symbol[found.end() : found.end() + int(found[1])] if found else "other"
    found = re.match(r"_ZN(\d+)", symbol)
    if not found:
        return "ring" if "ring_core" in symbol else "data and C"
    first = symbol[found.end() : found.end() + int(found[1])]
    return re.split(r"\.\.|\$|[^0-9A-Za-z_]", _BEFORE.sub("", _PARAMETER.sub("", _BEFORE.sub("", first))))[0] or "core"


def weighed(listed: Iterable[str]) -> Counter[str]:
    """Bytes for each crate, by the lines of `nm --print-size`: address, length, kind, name."""
    weights, seen = Counter[str](), set[str]()
    for line in listed:
        fields = line.split(maxsplit=3)
        # Several names of one place are weighed once.
        if len(fields) == 4 and fields[2] in "tTrRdDwWvV" and fields[0] not in seen:
            seen.add(fields[0])
            weights[crate_of(fields[3])] += int(fields[1], 16)
    return weights


def weigh(function: str) -> dict[str, Any]:
    command = ["cargo", "build", "--release", "--locked", "-p", function, "--target-dir", str(SYMBOLS)]
    subprocess.run([*command, "--config", "profile.release.strip=false"], cwd=ROOT, check=True)
    weights = weighed(said("nm", "--print-size", str(SYMBOLS / "release" / function)).splitlines())
    return {"commit": commit(), "all": weights.total(), "most": weights.most_common(MOST)}


def faults_of(process: Subject) -> int:
    """Pages that it had to be given so far, none of them from a disk."""
    return int((Path("/proc") / str(process.process.pid) / "stat").read_text().rpartition(")")[2].split()[7])


def fault_us(pages: int = 16_384) -> float:
    """Processor microseconds of a first touch of a page beyond a second one, on this machine."""
    zeros, took = bytes(pages * mmap.PAGESIZE), list[float]()
    with mmap.mmap(-1, len(zeros)) as memory:
        for _ in range(2):
            before = time.process_time()
            memory[:] = zeros
            took.append(time.process_time() - before)
    return (took[0] - took[1]) / pages * 1e6


def starts(names: list[str]) -> dict[str, dict[str, Any]]:
    """Processor milliseconds from exec until a function asks for its first event, its peak memory then and the pages that it was given;
    the same with one root in the trust store, and of handlers that do less and less. No TLS: secrets that a function reads ahead come from
    this process."""
    seen = defaultdict[tuple[str, bool], list[tuple[float, float, int]]](list)
    commands = {name: str(LAMBDAS / name / "bootstrap") for name in names}
    commands |= {name: str(HANDLERS / name) for name in BESIDE if (HANDLERS / name).is_file()}
    with tempfile.TemporaryDirectory() as folder:
        front = Front(Emulator(Path(folder) / "none", Path(folder)), SECRETS)
        one_root = Path(folder) / "root.pem"
        one_root.write_text(re.search("-----BEGIN CERT.*?-----END CERTIFICATE-----\n", TRUST.read_text(), re.S)[0])  # type: ignore[index]
        # The first round fills the caches of files.
        for number in range(1 + ROUNDS):
            # Every second round the other way round: nobody always comes first.
            for name, command in list(commands.items())[:: 1 if number % 2 == 0 else -1]:
                for alone in (False, True):
                    given = environment(front.endpoint, name) | ({"SSL_CERT_FILE": str(one_root)} if alone else {})
                    given |= {"CANNED_SECRET": json.dumps(SECRETS["arn:apps"])} if name in BESIDE else {}
                    with Subject(name, [command], given, Path(folder) / "log") as process:
                        # Who cannot start in this environment ends by itself.
                        while not (is_ready := process.runtime.is_ready.wait(0.2)) and process.process.poll() is None:
                            pass
                        if number and is_ready:
                            seen[name, alone].append((process.cpu() * 1e3, process.peak_mb(), faults_of(process)))
    found = {}
    for name in commands:
        whole, alone = seen[name, False], seen[name, True]
        # One that did not start has no number.
        if len(whole) == len(alone) == ROUNDS:
            found[name] = {
                "cpu": interval([spent for spent, _, _ in whole]).as_json(), "peak": interval([peak for _, peak, _ in whole]).median,
                "faults": interval([count for _, _, count in whole]).median, "one root": interval([spent for spent, _, _ in alone]).median,
            }
    return found


def curves(names: list[str]) -> dict[str, dict[str, float]]:
    """How many milliseconds a start waits with the share of a processor that each setting of memory pays for, from its first instruction
    on. Lambda gives a whole one to a start: this is the most that it can be."""
    seen: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        front = Front(Emulator(Path(folder) / "none", Path(folder)), SECRETS)
        for name in names:
            given, log = environment(front.endpoint, name), Path(folder) / "log"
            seen[name] = {
                str(one): interval([waited_ms(name, one, given, log) for _ in range(CURVE_ROUNDS)]).median for one in share.SETTINGS_MB
            }
            print(f"  {name}, waits at: {seen[name]}", flush=True)
    return seen


def waited_ms(name: str, memory_mb: int, given: dict[str, str], log: Path) -> float:
    with share.group(memory_mb) as group:
        # It joins the group by itself, before its first instruction.
        joining = ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$1"', str(group), str(LAMBDAS / name / "bootstrap")]
        with Subject(name, joining, given, log) as process:
            if not process.runtime.is_ready.wait(30):
                raise SystemExit(f"{name} does not ask for an event")
            return share.throttled_ms(group)


def main(asked: list[str]) -> int:
    known: dict[str, Any] = json.loads(SIZES.read_text()) if SIZES.is_file() else {}
    sizes: dict[str, Any] = {name: known.get(name, {}) for name in BESIDE if name == "empty" or name in known}
    for function in functions():
        one = sizes[function] = known.get(function, {"weights": None}) | {"crates": crates(function)}
        for name, file in (("zip", "bootstrap.zip"), ("binary", "bootstrap")):
            built = LAMBDAS / function / file
            one[name] = built.stat().st_size if built.is_file() else None
        if function in asked:
            one["weights"] = weigh(function)
        print(f"  {function}: {one}", flush=True)
    # Weighing takes both cores: what was timed before stays.
    stand_opposite()
    timed = {} if asked else starts([name for name, one in sizes.items() if one.get("binary")])
    for function, start in timed.items():
        print(f"  {function}: {start}", flush=True)
        sizes.setdefault(function, {})["start"] = start
    if timed and share.is_there():
        for function, curve in curves([name for name in timed if name not in BESIDE]).items():
            sizes[function]["curve"] = curve
    if "empty" in timed:
        sizes["empty"]["start"]["fault"] = fault_us()
    SIZES.write_text(json.dumps(sizes, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    names = functions() if sys.argv[1:] == ["all"] else sys.argv[1:]
    if unknown := sorted(set(names) - set(functions())):
        sys.exit(f"there is no function {', '.join(unknown)}")
    sys.exit(main(names))
