"""One stack for the whole run: started here on a free port with its own state, and always stopped.

E2E_STATE_DIR with STACK_PORT uses a stack that is already up, and leaves it up.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from local import stack as local_stack
from local.settings import ROOT, Settings
from tests.e2e.browser import QUIET
from tests.e2e.tools import tool
from tests.e2e.world import World


RELEASE, SIMULATION = "test_release.py", "test_simulation.py"
RELEASE_FOLDER = "target/release-lambda"
# The build of a release, while it runs.
RUNNING: list[subprocess.Popen[bytes]] = []
SEEDS = 1_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    if running := os.environ.get("E2E_STATE_DIR"):
        settings = Settings(Path(running).resolve(), int(os.environ.get("STACK_PORT", "4566")))
        yield World(settings, local_stack.read(settings))
        return
    settings = Settings(Path(tempfile.mkdtemp(prefix="privacy-e2e-")).resolve(), free_port())
    try:
        yield World(settings, local_stack.up(settings))
    finally:
        local_stack.down(settings)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is made meanwhile comes last: a release, and the runs of the simulation."""
    items.sort(key=lambda item: item.path.name in (RELEASE, SIMULATION))


@contextmanager
def beside(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Runs behind the tests, which mostly wait, and is ended with them. What it says is in the file."""
    log = Path(tempfile.mkdtemp(prefix="privacy-beside-")) / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(["nice", "-n", "19", *command], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield process, log
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        shutil.rmtree(log.parent)


@pytest.fixture(scope="session", autouse=True)
def release_build(request: pytest.FixtureRequest) -> Iterator[Path | None]:
    """Builds a release beside the other tests, which mostly wait, and behind them; `None` where nothing asks for one, or
    NO_BUILD=1 takes what an earlier run built. What a build says is in a file."""
    if os.environ.get("NO_BUILD") == "1" or all(item.path.name != RELEASE for item in request.session.items):
        yield None
        return
    # After the stack, whose functions are built first.
    request.getfixturevalue("world")
    code = f"from local.build import build; from local.settings import host_architecture as host; build(host(), {RELEASE_FOLDER!r})"
    with beside([sys.executable, "-c", code]) as (process, log):
        RUNNING.append(process)
        yield log


@pytest.fixture(scope="session", autouse=True)
def simulation(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[bytes], Path] | None]:
    """A thousand seeds of the fault simulation beside the other tests, as `cargo test` has built it; `None` where nothing asks."""
    if all(item.path.name != SIMULATION for item in request.session.items):
        yield None
        return
    with beside([tool("privacy-sim"), f"SEEDS={SEEDS}"]) as running:
        yield running


@pytest.fixture(scope="session")
def release(release_build: Path | None) -> Path:
    """Where a release stands, built as `make build` and `make deploy` build it."""
    if release_build is not None:
        assert RUNNING[0].wait(3_000) == 0, release_build.read_text()[-4_000:]
    return ROOT / RELEASE_FOLDER


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "no Chromium here: install the Debian package chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()
