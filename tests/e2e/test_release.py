"""What a release holds: built as `make build` and `make deploy` build it, not as the test stack is."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import package, reproducible
from local.build import functions, places, tool_environment
from local.settings import ROOT
from tests.e2e.world import World

NAMES = sorted(name for group in functions() for name in group)


@pytest.mark.parametrize("name", NAMES)
def test_no_release_has_a_clock_that_can_be_moved(world: World, release: Path, name: str) -> None:
    assert not package.has_movable_clock(release / name / "bootstrap.zip")
    # The search would find it: what the test stack runs has it, where the function reads the time at all.
    assert package.has_movable_clock(ROOT / "target/lambda" / name / "bootstrap.zip") or name == "request-status"


@pytest.mark.parametrize("name", NAMES)
def test_no_release_names_a_folder_of_the_machine_that_built_it(release: Path, name: str) -> None:
    binary = (release / name / "bootstrap").read_bytes()
    assert reproducible.names_in(binary, places(ROOT, tool_environment())) == []
    # The search would find them: panics name their files, by what the compiler was told to call them.
    assert b"/cargo/registry/" in binary or b"/source/" in binary or b"src/" in binary


def test_the_callback_stays_under_three_megabytes(release: Path) -> None:
    assert (release / "meta-callback" / "bootstrap.zip").stat().st_size <= 3_000_000
