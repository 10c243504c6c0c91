"""The programs of this repository that tests call, as `cargo test --workspace` has compiled what they are made of: for one of them
alone cargo would choose other features, and compile the clients of AWS once more.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

from local.settings import ROOT

TOOLS = ("policy-check", "privacy-sim", "staff", "verify-receipts")


@cache
def folder() -> Path:
    chosen = [word for tool in TOOLS for word in ("--bin", tool)]
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--workspace", "--tests", *chosen], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug"


def tool(name: str) -> str:
    """Where it is, built from the sources as they are."""
    return str(folder() / name)
