"""Runs the benches: `python -m tests.bench` all of them, `python -m tests.bench B4 B6` some.

Prints progress while it runs, then a table for each, and writes target/bench/report.json: what a run has not measured stays as an
earlier one left it. `LAMBDA_DIR` names other built functions than target/lambda, `OPEN_MAX` how large a ledger B8 fills.
"""

from __future__ import annotations

import atexit
import datetime
import importlib
import json
import os
import platform
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from local.version import built, commit, sources
from tests.bench.report import BENCHES, Different, table
from tests.bench.runtime import Failed
from tests.bench.subject import stand_opposite
from tests.bench.world import ROOT, Missing, make

REPORT = ROOT / "target/bench/report.json"


def measured_commit(lambdas: Path) -> str:
    """Of which commit the functions are. Those of another state of the sources are never called by this one's name."""
    names = sorted(manifest.parent.name for manifest in (ROOT / "functions").glob("*/Cargo.toml"))
    noted = {name: built(lambdas, name) for name in names}
    if os.environ.get("LAMBDA_DIR"):
        return " and ".join(sorted({one.get("commit") or "unknown" for one in noted.values()})) + " (LAMBDA_DIR)"
    if others := [name for name, one in noted.items() if one.get("sources", "") != sources()]:
        raise Missing(f"{', '.join(others)}: not built from the sources as they are: make build")
    return commit()


def machine(functions: str) -> dict[str, Any]:
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    return {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "commit": functions, "cores": os.cpu_count(),
        "processor": model, "system": platform.platform(), "python": platform.python_version(), "load": os.getloadavg()[0],
    }


def run(names: list[str]) -> int:
    report: dict[str, Any] = json.loads(REPORT.read_text()) if REPORT.is_file() else {}
    lambdas = Path(os.environ.get("LAMBDA_DIR") or ROOT / "target/lambda")
    try:
        functions = measured_commit(lambdas)
    except Missing as error:
        print(error, flush=True)
        return 1
    dynoxide = Path(os.environ.get("DYNOXIDE") or ROOT / "local/.state/bench/dynoxide/bin/dynoxide")
    stand_opposite()
    world = make(lambdas, dynoxide, ROOT / "target/bench/work", lambda _: None)
    # Nothing stays behind, whoever ends the run.
    atexit.register(shutil.rmtree, world.emulator.folder, ignore_errors=True)
    atexit.register(world.emulator.stop)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = 0
    for name in names:
        began = time.monotonic()
        world.say = lambda line, name=name, began=began: print(f"  {name} {time.monotonic() - began:6.1f} s  {line}", flush=True)  # type: ignore[misc]
        try:
            bench = importlib.import_module(f"tests.bench.{name.lower()}").run(world)
        except (AssertionError, Different, Failed, Missing) as error:
            print(f"{name}: {error}", flush=True)
            failed += 1
            # What an earlier run measured is not what this one found.
            if report.pop(name, None):
                REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
            continue
        finally:
            world.emulator.stop()
        report[name] = bench.as_json() | {"machine": machine(functions), "seconds": round(time.monotonic() - began, 1)}
        REPORT.parent.mkdir(parents=True, exist_ok=True)
        REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
        print(f"\n{name}: {bench.what} ({report[name]['seconds']} s)\n{table(report[name]['rows'])}")
        for note in bench.notes:
            print(f"  {note}")
        for one in bench.missing:
            print(f"  missing: {one}")
        print(flush=True)
        failed += any(row.holds is False for row in bench.rows)
    return 1 if failed else 0


if __name__ == "__main__":
    chosen = [name.upper() for argument in sys.argv[1:] for name in argument.split(",")] or list(BENCHES)
    if unknown := [name for name in chosen if name not in BENCHES]:
        sys.exit(f"there is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    sys.exit(run(chosen))
