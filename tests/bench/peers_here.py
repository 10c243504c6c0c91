"""Which peers of the callback are there: what is not is reported as missing, and nothing stands in for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tests.bench.world import HERE, ROOT

PEERS = {"python": "Python: awslambdaric, boto3", "node": "Node: aws-lambda-ric, SDK v3", "rust": "Rust by the book"}
STATE = Path(os.environ.get("BENCH_STATE") or ROOT / "local/.state/bench")


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
    if ric.exists() and (node / "index.mjs").exists():
        found["node"] = {"command": [str(ric), str(node / "index.handler")], "environment": {"LAMBDA_TASK_ROOT": str(node)}}
    else:
        missing.append(f"{PEERS['node']}: aws-lambda-ric is not installed")
    rust = STATE / "rust/release/callback-default"
    if rust.exists():
        found["rust"] = {"command": [str(rust)], "environment": {}}
    else:
        missing.append(f"{PEERS['rust']}: not built")
    return found, missing
