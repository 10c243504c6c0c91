"""Builds the functions for Lambda. Cargo itself knows what is fresh, so this may run every time.

The same sources and the same tools make the same bytes, wherever they lie: no path of this machine gets into a binary, and
no moment into a zip. `local/reproducible.py` shows it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.pack import pack
from local.settings import ROOT, StackError
from local.version import commit, sources, stamp


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


def places(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The folders that sources are compiled from, and what a binary calls them instead. Of several that fit, the compiler takes
    the last."""
    home = Path(environment.get("HOME") or Path.home())
    cargo = Path(environment.get("CARGO_HOME") or home / ".cargo")
    target = Path(environment.get("CARGO_TARGET_DIR") or root / "target")
    known = {root: "/source", cargo: "/cargo", root / target: "/target"}
    # As it is written, and where it leads.
    return {str(path): name for place, name in known.items() for path in dict.fromkeys((place, place.resolve()))}


def nameless(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which compilers of Rust and of C know the folders by other names. What somebody set themselves stays."""
    known = places(root, environment)
    rust = [f"--remap-path-prefix={path}={name}" for path, name in known.items()]
    c = [f"-ffile-prefix-map={path}={name}" for path, name in known.items()]
    # Not RUSTFLAGS: cargo-lambda says by configuration which processor it builds for, and that variable would drop it.
    added = {"CARGO_BUILD_RUSTFLAGS": rust, "CFLAGS": c}
    return {**environment, **{name: " ".join(filter(None, [environment.get(name), *flags])) for name, flags in added.items()}}


def build(
    architecture: str,
    folder: str = "target/lambda",
    *,
    movable_clock: bool = False,
    root: Path = ROOT,
    only: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
) -> None:
    """Into `folder` of `root`, under the name of each function, or of those in `only`. Only a test stack may have a clock that
    moves."""
    wanted = set(only)
    # As they are before: what is changed while the compiler runs is not what it is called.
    these = (f"{commit(root)} with a clock that moves", "") if movable_clock else (commit(root), sources(root))
    for group in functions():
        names = [name for name in group if not wanted or name in wanted]
        if not names:
            continue
        # Where template.yaml looks, wherever CARGO_TARGET_DIR points.
        command = ["cargo", "lambda", "build", "--release", "--locked", "--lambda-dir", folder]
        if movable_clock:
            command += ["--features", "privacy-edge/movable-clock"]
        command += [argument for name in names for argument in ("--package", name)]
        if architecture == "arm64":
            command.append("--arm64")
        stamp(root / folder, names, ("", ""))
        try:
            ended = subprocess.run(command, cwd=root, env=nameless(root, environment or tool_environment()), check=False)
        except FileNotFoundError as error:
            raise StackError("cargo is not installed; see https://rustup.rs") from error
        if ended.returncode != 0:
            raise StackError("the functions did not build; the compiler's words are above")
        for name in names:
            pack(root / folder / name / "bootstrap")
        stamp(root / folder, names, these)


if __name__ == "__main__":
    from local.settings import host_architecture

    try:
        build(os.environ.get("ARCHITECTURE") or host_architecture())
    except StackError as problem:
        sys.exit(f"error: {problem}")
