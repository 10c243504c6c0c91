"""A client that is made from openapi.yaml and means no good: what it is answered is what the file says.

Late, by its name: among what it makes are requests noted months after they came, which are overdue the moment they stand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.settings import ROOT
from tests.e2e.world import World

# A signature is nothing that a schema can describe, so a callback that fits it is refused all the same; whoever asks staff
# or a person about an id that nobody has is told so. Every call is signed anew, so that none comes with a bad signature:
# test_staff.py and test_disconnects.py try those.
UNDESCRIBABLE = ["positive_data_acceptance", "missing_required_header", "ignored_auth"]


@pytest.mark.parametrize("paths", ["^/(privacy|api/meta)", "^/api/dsr", "^/api/(integrations|accounts)", "^/api/staff"])
def test_every_call_answers_as_it_is_described(world: World, tmp_path: Path, paths: str) -> None:
    command = [
        str(Path(sys.executable).with_name("st")), "run", str(ROOT / "openapi.yaml"), "--url", world.api_url,
        "--include-path-regex", paths, "--phases", "examples,coverage,fuzzing", "--max-examples", "15",
        "--exclude-checks", ",".join(UNDESCRIBABLE), "--seed", "20261127", "--generation-deterministic", "--no-color",
        "--rate-limit", "40/s",
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.e2e.signed_calls", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stdout[-12_000:] + ran.stderr[-2_000:]
