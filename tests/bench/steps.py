"""A cold start step by step: from the handler by the book to the function as it is built, what each change takes off.

    python -m tests.bench.steps

Builds tests/bench/peers/rust once for each step, and starts all of them in alternating rounds as B1 does: exec to the first answer,
over TLS to three hosts, with the file of roots named. Writes tests/bench/steps.json, from which tests.bench.draw makes the table of docs/performance.md. Needs root.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.version import commit
from tests.bench.b1 import inside
from tests.bench.cold import TRUST
from tests.bench.emulator import Emulator
from tests.bench.front import Front
from tests.bench.peers_here import STATE
from tests.bench.stats import interval
from tests.bench.world import ROOT, SECRETS, World

STEPS, PEER = ROOT / "tests/bench/steps.json", ROOT / "tests/bench/peers/rust"
ROUNDS = int(os.environ.get("ROUNDS", "11"))


@dataclass
class Step:
    """One change more than the step before it."""

    name: str
    what: str
    features: str = ""
    profile: str = "release"
    # Of the build.
    given: dict[str, str] = field(default_factory=dict)


CHANGES = [
    Step("book", "by the book: `aws-config`, a client of HTTP for each service, `aws-lc`, many threads, `opt-level = 3`"),
    Step("no-jitter", "`aws-lc` without entropy from jitter", given={"AWS_LC_SYS_NO_JITTER_ENTROPY": "1"}),
    Step("one-client", "one client of HTTP, so one trust store, for all services", "one-client", given={"AWS_LC_SYS_NO_JITTER_ENTROPY": "1"}),
    Step("ring", "`ring` in place of `aws-lc`", "ring"),
    Step("no-chain", "region and credentials from the environment, no chain of `aws-config`", "no-chain"),
    Step("one-thread", "one thread", "one-thread"),
    Step("small", 'one codegen unit, fat LTO, `opt-level = "s"`', "one-thread", "small"),
]


# For tests.bench.sizes, which starts them beside the functions: the runtime with nothing behind it, without its subscriber of `tracing`
# too; and the last of the steps with its secret from the environment, as JSON and as it is.
BESIDE = [
    Step("empty", "", "empty,one-thread", "small"), Step("quiet", "", "empty,quiet,one-thread", "small"),
    Step("canned", "", "one-thread,canned", "small"), Step("unparsed", "", "one-thread,unparsed", "small"),
]


def built(step: Step) -> list[str]:
    """The command of a step's handler; each is kept beside the others."""
    kept = STATE / "steps" / step.name
    # What the environment says is compiled in: everything above it would be made anew each time.
    target = STATE / ("rust-apart" if step.given else "rust")
    command = ["cargo", "build", "--locked", "--quiet", "--manifest-path", str(PEER / "Cargo.toml"), "--target-dir", str(target)]
    command += ["--profile", step.profile] + (["--features", step.features] if step.features else [])
    subprocess.run(command, check=True, env=os.environ | step.given)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(target / step.profile / "callback-default", kept)
    return [str(kept)]


def main() -> int:
    subjects: dict[str, Any] = {}
    for step in BESIDE:
        print(f"  building {step.name}", flush=True)
        built(step)
    for step in CHANGES:
        print(f"  building {step.name}", flush=True)
        subjects[step.name] = {"command": built(step), "environment": {}, "roots": "all"}
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Path(folder) / "none", Path(folder))
        world = World(Path(folder), emulator, Front(emulator, SECRETS), Path(os.environ.get("LAMBDA_DIR") or ROOT / "target/lambda"), lambda line: print(f"  {line}", flush=True))
        world.ours("meta-callback").__exit__()
        ours = world.unpacked["meta-callback"]
        subjects["ours"] = {"command": ours, "environment": {}, "roots": "all"}
        # The machine's roots but for the one of this run: what reading all of them takes.
        subjects["one root"] = {"command": ours, "environment": {}, "roots": "one"}
        seen = inside(world, {"rounds": ROUNDS, "subjects": subjects, "functions": {}, "memory": False})
    named = [(step.name, step.what) for step in CHANGES] + [
        ("ours", "`meta-callback` as it is built: two secrets, of which one more, read during init"),
        ("one root", "the same, with one root in the trust store: not what is built"),
    ]
    found = [
        {"what": what, "cpu": interval([one["cpu"] for one in seen[name]]).as_json(), "peak": interval([one["peak"] for one in seen[name]]).median}
        for name, what in named
    ]
    STEPS.write_text(json.dumps({"commit": commit(), "roots": TRUST.read_text().count("BEGIN CERT"), "rounds": ROUNDS, "steps": found}, indent=1) + "\n")
    for one in found:
        print(f"  {one['cpu']['median']:7.2f} CPU-ms  {one['what']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
