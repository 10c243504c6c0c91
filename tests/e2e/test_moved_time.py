"""Ninety days in minutes: the functions' time is moved, and each part of an account goes on its day."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.test_terminations import left, reactivate, tenant_with_everything
from tests.e2e.world import World, until

__all__ = ["dashboard"]


@pytest.fixture
def moving(world: World) -> Iterator[World]:
    yield world
    world.move(0)


def test_an_account_ends_and_every_part_goes_on_its_days(moving: World, dashboard: boto3.Session) -> None:
    world = moving
    tenant, connections = tenant_with_everything(world)
    path = f"/api/accounts/{tenant}/termination"
    assert call_as(dashboard, world, path, {}).status == 202
    everything = {"facebook", "linkedin", "google", "own"}
    world.sweep()
    assert left(world, tenant, connections) == everything, "nothing on the day itself"

    def gone(day: float, kept: set[str]) -> None:
        world.move(day)

        def is_so() -> bool | None:
            world.sweep()
            return left(world, tenant, connections) == kept or None

        until(is_so, 60, pause=2)

    gone(8, {"facebook", "google", "own"})
    gone(28.5, {"own"})
    world.move(30)
    world.sweep()
    own = world.of_tenants()[tenant]
    assert len(own) > 10, "export and reactivation are open"
    # The account and the conversations go from T+31 on; a clock that jumps back erases nothing and gives nothing back.
    gone(32, set())
    world.move(3)
    world.sweep()
    assert left(world, tenant, connections) == set()
    assert reactivate(world, dashboard, tenant).status == 409


def test_a_reactivation_on_the_thirtieth_day_keeps_the_account(moving: World, dashboard: boto3.Session) -> None:
    world = moving
    tenant, connections = tenant_with_everything(world)
    assert call_as(dashboard, world, f"/api/accounts/{tenant}/termination", {}).status == 202
    world.move(29.5)
    answer = reactivate(world, dashboard, tenant)
    assert answer.status == 200 and {"account", "conversations"} <= set(answer.json["cancelled"])
    for day in (31.5, 75, 91):
        world.move(day)
        world.sweep()
    assert "own" in left(world, tenant, connections)


def test_second_looks_and_the_last_date_of_a_copy_end_a_request(moving: World) -> None:
    world = moving
    person = world.person("tenant-alder")
    code = world.ask(person)
    world.await_erased(code)
    for count, day in enumerate((7.1, 30.1), start=2):
        world.move(day)

        def looked(count: int = count) -> bool | None:
            world.sweep()
            return sum("done_at" in look for look in world.page(code)["second_looks"]) >= count or None

        until(looked, 60, pause=2)
    assert world.page(code)["state"] == "verifying", "copies of processors expire by the end of that day"

    def completed() -> bool | None:
        world.sweep()
        return world.page(code)["state"] == "completed" or None

    world.move(32)
    until(completed, 60, pause=2)
