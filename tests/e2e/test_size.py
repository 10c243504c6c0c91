"""What is deployed stays small: a cold start reads every byte of it."""

from __future__ import annotations

from local.settings import ROOT
from tests.e2e.world import World


def test_the_callback_stays_under_three_megabytes(world: World) -> None:
    assert world.outputs["MetaCallbackFunctionName"]
    archive = ROOT / "target/lambda/meta-callback/bootstrap.zip"
    assert archive.stat().st_size <= 3_000_000
