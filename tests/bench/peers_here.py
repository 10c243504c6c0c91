"""Which peers of the callback are there: what is not is reported as missing, and nothing stands in for it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from tests.bench.world import HERE, ROOT

PEERS = {"python": "Python: awslambdaric, boto3", "node": "Node: aws-lambda-ric, SDK v3", "rust": "Rust by the book"}
STATE = Path(os.environ.get("BENCH_STATE") or ROOT / "local/.state/bench")


def reason(peer: str) -> str:
    """The last that its installation said, without the folder that it was in."""
    log = STATE / f"{peer}.log"
    said = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.is_file() else []
    # npm's own frame around the words of who failed.
    said = [line for line in said if not re.match(r"npm (error|ERR!) (code|path|command|A complete log)", line)]
    return " / ".join(said[-2:]).replace(str(STATE), "…").replace("|", "¦")[-400:] or "nobody tried: make bench"


def commands() -> tuple[dict[str, Any], list[str]]:
    """How each is started, and who is not there."""
    peers, missing = HERE / "peers", []
    found: dict[str, Any] = {
        "python": {
            "command": [sys.executable, "-m", "awslambdaric", "accept.plain"],
            "environment": {"PYTHONPATH": str(peers), "LAMBDA_TASK_ROOT": str(peers)},
        },
    }
    node = STATE / "node"
    ric = node / "node_modules/.bin/aws-lambda-ric"
    if (STATE / ".node").exists():
        found["node"] = {"command": [str(ric), str(node / "index.handler")], "environment": {"LAMBDA_TASK_ROOT": str(node)}}
    else:
        missing.append(f"{PEERS['node']} did not install: {reason('node')}")
    rust = STATE / "callback-default/bootstrap"
    if (STATE / ".rust").exists():
        found["rust"] = {"command": [str(rust)], "environment": {}}
    else:
        missing.append(f"{PEERS['rust']} was not built: {reason('rust')}")
    return found, missing
