"""Ninety days in minutes: the functions' time is moved, and each part of an account goes on its day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta, timezone
from itertools import count
from typing import Any

import boto3
import pytest

from local.demo.model import instant
from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.test_staff import HOLDS, PROMISES, get, staff, state
from tests.e2e.test_terminations import left, reactivate, tenant_with_everything
from tests.e2e.world import World, until

__all__ = ["dashboard", "staff"]


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


def test_what_a_hold_keeps_of_conversations_is_on_the_promise_ledger_and_goes_on_its_release(
    moving: World, dashboard: boto3.Session, staff: boto3.Session
) -> None:
    world = moving
    tenant, connections = tenant_with_everything(world)
    assert call_as(dashboard, world, f"/api/accounts/{tenant}/termination", {}).status == 202
    hold = {
        "tenant_id": tenant, "classes": ["conversation-messages"], "reason": "a court", "approver": "counsel",
        "review_by": str((datetime.now(timezone.utc) + timedelta(days=89)).date()),
    }
    placed = call_as(staff, world, HOLDS, hold)
    assert placed.status == 201, placed

    def swept(day: float, done: Callable[[], bool]) -> None:
        world.move(day)

        def is_so() -> bool | None:
            world.sweep()
            return done() or None

        until(is_so, 60, pause=2)

    def promise() -> dict[str, Any]:
        (found,) = [one for one in get(staff, world, PROMISES)["promises"] if one["promise"] == "termination.phase.conversations"]
        return found

    swept(31.5, lambda: kept_by_hold(world, tenant))
    swept(75, lambda: promise()["held"] >= 1)
    assert kept_by_hold(world, tenant) and promise()["holds"], "a hold delays, and the ledger says so"
    released = call_as(staff, world, f"{HOLDS}/{placed.json['hold_id']}", {}, "DELETE")
    assert released.status == 200, released
    swept(75, lambda: not left(world, tenant, connections))
    swept(90, lambda: promise()["holds"])


def test_conversations_that_still_stand_ring_on_day_75_and_are_gone_by_day_90(
    moving: World, dashboard: boto3.Session, staff: boto3.Session
) -> None:
    """A record that no class knows halts their plan, and nobody looks until the alarm of their last day rings."""
    world = moving
    tenant, connections = tenant_with_everything(world)
    put(world, "ConversationsTableName", tenant, "something#new", tenant_id=tenant)
    taken = call_as(dashboard, world, f"/api/accounts/{tenant}/termination", {})
    assert taken.status == 202
    (conversations,) = [one["obligation_id"] for one in taken.json["phases"] if one["phase"] == "conversations"]

    def halts() -> bool | None:
        world.sweep()
        found = get(staff, world, f"/api/staff/obligations/{conversations}")
        return found["state"] == "planned" or None

    world.move(32)
    until(halts, 60, pause=2)

    def timeliness() -> str:
        return str(get(staff, world, f"/api/staff/obligations/{conversations}")["timeliness"])

    def promise() -> dict[str, Any]:
        (found,) = [one for one in get(staff, world, PROMISES)["promises"] if one["promise"] == "termination.phase.conversations"]
        return found

    world.move(74)
    world.sweep()
    assert timeliness() == "in-time", "the alarm is fifteen days before the last day"
    hours = count(step=2)

    def rings() -> bool | None:
        """What the metric of the alarm `ObligationsNearDueAlarm` is made of. The schedule may sweep it first: then it is due an hour later."""
        world.move(75 + next(hours) / 24)
        return world.sweep()["near_due"] >= 1 or None

    until(rings, 60, pause=1)
    assert timeliness() == "near-due" and promise()["holds"], "fifteen days are left to mend it"
    plan = get(staff, world, f"/api/staff/obligations/{conversations}")["plan"]
    assert plan["is_waiting"] and plan["over_ceiling"] == {"unclassified": 0}
    path = f"/api/staff/obligations/{conversations}/plan-confirmation"
    assert call_as(staff, world, path, {"plan_hash": plan["plan_hash"], "reason": "records-reviewed"}).status == 200
    state(staff, world, conversations, "verifying")
    assert left(world, tenant, connections) == set()
    world.move(90)
    world.sweep()
    assert timeliness() == "finished" and promise()["holds"]


def kept_by_hold(world: World, tenant: str) -> bool:
    """Whether of all that the tenant had of its own only messages are left, and the links to whom they are of."""
    facts = world.of_tenants().get(tenant, [])
    return any("#message#" in fact for fact in facts) and all("#message#" in fact or "#link#" in fact for fact in facts)


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


def put(world: World, output: str, partition: str, key: str, **facts: str) -> tuple[str, dict[str, Any]]:
    """A row of the tenant's own, as the product writes it; its table and key."""
    table, at = world.outputs[output], {"pk": {"S": partition}, "sk": {"S": key}}
    world.clients["dynamodb"].put_item(TableName=table, Item=at | {name: {"S": fact} for name, fact in facts.items()})
    return table, at


def write_new_account(world: World, tenant: str, now: str) -> list[tuple[str, dict[str, Any]]]:
    """What the product has of an account that came back: no key but the message's says when, so the rows do."""
    of_account = {"tenant_id": tenant, "written_at": now}
    return [
        put(world, "AccountsTableName", f"account#{tenant}", "profile", company="Again Limited", **of_account),
        put(world, "AccountsTableName", f"account#{tenant}", "user#u9#profile", user_id="u9", **of_account),
        put(world, "ConversationsTableName", tenant, "contact#p9#profile", contact_id="p9", **of_account),
        put(world, "ConversationsTableName", tenant, f"contact#p9#message#{now}#m9", contact_id="p9", tenant_id=tenant),
    ]


def test_a_return_after_the_window_keeps_the_new_account_and_loses_the_old_content(
    moving: World, dashboard: boto3.Session
) -> None:
    world = moving
    tenant, connections = tenant_with_everything(world)
    assert call_as(dashboard, world, f"/api/accounts/{tenant}/termination", {}).status == 202
    world.move(32)

    def is_gone() -> bool | None:
        world.sweep()
        return not left(world, tenant, connections) or None

    until(is_gone, 60, pause=2)
    # Eight days later the account is back. The dashboard says so before anything of it is written.
    world.move(40)
    assert reactivate(world, dashboard, tenant).status == 409
    today = datetime.now(timezone.utc)
    new = write_new_account(world, tenant, instant(today + timedelta(days=40)))
    kept = sorted(world.of_tenants()[tenant])
    # And something of the old life comes in late, from a backup say.
    put(world, "ConversationsTableName", tenant, f"contact#p1#message#{instant(today - timedelta(days=9))}#m1",
        contact_id="p1", tenant_id=tenant)
    assert len(world.of_tenants()[tenant]) == len(kept) + 1

    def is_only_new() -> bool | None:
        world.sweep()
        return sorted(world.of_tenants()[tenant]) == kept or None

    try:
        until(is_only_new, 90, pause=2)
        # The looks of seven and of thirty days, the last dates of copies, and the ninety days of conversations.
        for day in (48, 63, 75, 91, 95):
            world.move(day)
            for _ in range(3):
                world.sweep()
            assert sorted(world.of_tenants()[tenant]) == kept, f"day {day}"
        assert reactivate(world, dashboard, tenant).status == 409, "no clock has moved"
    finally:
        for table, key in new:
            world.clients["dynamodb"].delete_item(TableName=table, Key=key)


def test_second_looks_and_the_last_date_of_a_copy_end_a_request(moving: World) -> None:
    world = moving
    person = world.person("tenant-alder")
    code = world.ask(person)
    world.await_erased(code)
    # Some time later, and on the same day as UTC counts them.
    now = datetime.now(timezone.utc)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), timezone.utc)
    later = min(timedelta(hours=2), (midnight - now) / 2) / timedelta(days=1)
    for count, day in enumerate((7 + later, 30 + later), start=2):
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
