"""What the commands here read of policy.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from local.settings import POLICY


def has_meta(policy: Path = POLICY) -> bool:
    """Whether it promises anything for callbacks of Meta: without that there is no app whose secrets could be stored."""
    return any(route.startswith("meta-") for route in tomllib.loads(policy.read_text())["promise"])
