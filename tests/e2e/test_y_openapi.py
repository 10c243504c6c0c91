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

# Left out: `missing_required_header` holds a call without `Authorization` to 401, and the gateway answers 403 to whoever is not signed
# in, as AWS's own does. `ignored_auth` sends a header that is no signature, which the gateway's stand-in takes for one of the account's
# owner. A call without any, or by a key that nobody has, it refuses: test_staff.py and test_disconnects.py try those.
LEFT_OUT = ["missing_required_header", "ignored_auth"]
# A body that fits its schema may be refused for what no schema can say: a signature, dates in the future, members that need
# each other, a cursor of another list. What is only looked up or taken back has nothing of the kind, so there `positive_data_acceptance`
# holds; everywhere else it is off.
CHECKS = """
[checks.positive_data_acceptance]
enabled = false

[[operations]]
include-operation-id = [
    "showAccountExport", "reactivateAccount", "listHolds", "releaseHold", "showObligation", "showPurge",
    "showPromises", "listReplays", "showReplay", "inspectRequest", "showRequest",
]

[operations.checks.positive_data_acceptance]
enabled = true
"""


@pytest.mark.parametrize("paths", ["^/(privacy|api/meta)", "^/api/dsr", "^/api/(integrations|accounts)", "^/api/staff"])
def test_every_call_answers_as_it_is_described(world: World, tmp_path: Path, paths: str) -> None:
    settings = tmp_path / "checks.toml"
    settings.write_text(CHECKS)
    command = [
        str(Path(sys.executable).with_name("st")), "--config-file", str(settings), "run", str(ROOT / "openapi.yaml"), "--url", world.api_url,
        "--include-path-regex", paths, "--phases", "examples,coverage,fuzzing", "--max-examples", "15",
        "--exclude-checks", ",".join(LEFT_OUT), "--seed", "20261127", "--generation-deterministic", "--no-color",
        "--rate-limit", "40/s",
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.e2e.signed_calls", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert ran.returncode == 0, ran.stdout[-12_000:] + ran.stderr[-2_000:]
