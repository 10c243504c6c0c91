"""Builds the functions for Lambda. Cargo itself knows what is fresh, so this may run every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.settings import ROOT, StackError


def tool_environment() -> dict[str, str]:
    """The tools of our environment first: cargo-lambda and the zig linker it asks for."""
    tools = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}


def functions() -> list[list[str]]:
    """Every package that Lambda runs, the folders of functions/, in groups that are built together: cargo joins the
    features of what it builds at once, and who counts in UTC alone is not to carry the time zones of the others."""
    groups: dict[bool, list[str]] = {}
    for manifest in sorted((ROOT / "functions").glob("*/Cargo.toml")):
        groups.setdefault('features = ["zones"]' in manifest.read_text(), []).append(manifest.parent.name)
    return list(groups.values())


# In a function whose clock a test stack can move, and in no other.
MOVABLE_CLOCK = b"MOVABLE_CLOCK_FILE"


def build(architecture: str, folder: str = "target/lambda", *, movable_clock: bool = False) -> None:
    """Into `folder`, under the name of each function. Only a test stack may have a clock that moves."""
    for group in functions():
        # Where template.yaml looks, wherever CARGO_TARGET_DIR points.
        command = ["cargo", "lambda", "build", "--release", "--output-format", "zip", "--lambda-dir", folder]
        if movable_clock:
            command += ["--features", "privacy-edge/movable-clock"]
        command += [argument for name in group for argument in ("--package", name)]
        if architecture == "arm64":
            command.append("--arm64")
        try:
            ended = subprocess.run(command, cwd=ROOT, env=tool_environment(), check=False)
        except FileNotFoundError as error:
            raise StackError("cargo is not installed; see https://rustup.rs") from error
        if ended.returncode != 0:
            raise StackError("the functions did not build; the compiler's words are above")


if __name__ == "__main__":
    from local.settings import host_architecture

    try:
        build(os.environ.get("ARCHITECTURE") or host_architecture())
    except StackError as problem:
        sys.exit(f"error: {problem}")
