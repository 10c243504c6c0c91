"""A thousand seeds of the fault simulation, run beside the other tests from a start of chance; docs/simulation.md."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.conftest import SEEDS


def test_a_thousand_seeds_break_no_promise(simulation: tuple[subprocess.Popen[bytes], Path]) -> None:
    process, log = simulation
    code, said = process.wait(3_000), log.read_text()
    print(said)
    assert code == 0, said[-4_000:]
    assert f"{SEEDS} of {SEEDS} seeds" in said and "0 broke a promise" in said.splitlines()[-1]
