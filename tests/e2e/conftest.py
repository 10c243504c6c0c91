"""One stack for the whole run: started here on a free port with its own state, and always stopped.

E2E_STATE_DIR with STACK_PORT uses a stack that is already up, and leaves it up.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from local import stack as local_stack
from local.settings import Settings
from tests.e2e.browser import QUIET
from tests.e2e.world import World


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "no Chromium here: install the Debian package chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()
