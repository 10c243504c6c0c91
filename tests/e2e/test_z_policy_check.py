"""Runs last: everything that the other tests made the functions store is in the data map, and what is not is named."""

from __future__ import annotations

import os
import subprocess
import sys

from local.settings import ROOT
from tests.e2e.tools import tool
from tests.e2e.world import World


def policy_check(world: World) -> subprocess.CompletedProcess[str]:
    stack = {"STATE_DIR": str(world.settings.state_dir), "STACK_PORT": str(world.settings.port)}
    environment = os.environ | stack | {"POLICY_CHECK": tool("policy-check")}
    command = [sys.executable, "-m", "local.policy_check"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=540, check=False)


def test_all_that_is_stored_is_in_the_data_map_and_a_stray_attribute_is_named(world: World) -> None:
    known = policy_check(world)
    assert known.returncode == 0, known.stdout + known.stderr
    table, key = world.outputs["InboxTableName"], {"pk": {"S": "tenant-cedar#c-stray"}, "sk": {"S": "contact#p1#profile"}}
    stray = {"tenant_id": {"S": "tenant-cedar"}, "shoe_size": {"S": "a value that nobody reads"}}
    world.clients["dynamodb"].put_item(TableName=table, Item=key | stray)
    try:
        found = policy_check(world)
    finally:
        world.clients["dynamodb"].delete_item(TableName=table, Key=key)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "shoe_size" in found.stdout and "a value that nobody reads" not in found.stdout + found.stderr
