"""Staff place and release holds, confirm halted plans and read the promise ledger."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest

from local.settings import REGION
from tests.e2e.test_disconnects import body, call_as, connection, dashboard, disconnect
from tests.e2e.test_periods import purge, purge_all
from tests.e2e.world import World, until

__all__ = ["dashboard"]
HOLDS, PROMISES = "/api/staff/holds", "/api/staff/promises"


@pytest.fixture(scope="module")
def staff(world: World) -> Iterator[boto3.Session]:
    """A role that holds the stack's policy StaffCalls and nothing else."""
    iam, name = world.settings.client("iam"), f"staff-{uuid.uuid4().hex[:8]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=world.outputs["StaffCallsArn"])
    given = world.clients["sts"].assume_role(RoleArn=role, RoleSessionName="staff")["Credentials"]
    yield boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    iam.detach_role_policy(RoleName=name, PolicyArn=world.outputs["StaffCallsArn"])
    iam.delete_role(RoleName=name)


def get(staff: boto3.Session, world: World, path: str) -> dict[str, Any]:
    answer = call_as(staff, world, path, {}, "GET")
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json
    return found


def state(staff: boto3.Session, world: World, obligation: str, wanted: str) -> dict[str, Any]:
    """The obligation, once it is in this state."""
    path = f"/api/staff/obligations/{obligation}"

    def reached() -> dict[str, Any] | None:
        found = get(staff, world, path)
        return found if found["state"] == wanted else None

    return until(reached, 60)


def test_a_hold_keeps_its_scope_until_it_is_released(world: World, staff: boto3.Session, dashboard: boto3.Session) -> None:
    one = connection(world, "google", "tenant-cedar")
    before = world.everything(without=[one.connection_id])
    review_by = str((datetime.now(timezone.utc) + timedelta(days=60)).date())
    hold = {
        "tenant_id": one.tenant_id, "connection_id": one.connection_id, "classes": ["signals"], "reason": "a court",
        "approver": "counsel", "proof": "file 7", "review_by": review_by,
    }
    placed = call_as(staff, world, HOLDS, hold)
    assert (placed.status, placed.json["review_by"]) == (201, review_by)
    assert call_as(staff, world, HOLDS, hold).json == placed.json
    taken = disconnect(dashboard, world, "google", body(one))
    state(staff, world, taken["obligation_id"], "held")
    assert world.left([one]) > 0
    listed = {one["hold_id"]: one for one in get(staff, world, HOLDS)["holds"]}[placed.json["hold_id"]]
    assert (listed["waiting"], listed["is_past_review"], listed["released_at"]) == (1, False, None)
    disconnects = {one["promise"]: one for one in get(staff, world, PROMISES)["promises"]}["promise.disconnect"]
    assert disconnects["holds"] and disconnects["held"] >= 1
    released = call_as(staff, world, f"{HOLDS}/{placed.json['hold_id']}", {"reason": "matter-closed"}, "DELETE")
    assert (released.status, released.json) == (200, {"waiting": 1})
    state(staff, world, taken["obligation_id"], "verifying")
    assert world.left([one]) == 0
    assert world.everything() == before


def test_the_promises_hold(world: World, staff: boto3.Session) -> None:
    found = get(staff, world, PROMISES)
    assert found["is_complete"] and len(found["promises"]) == 9
    assert [one for one in found["promises"] if not (one["holds"] and one["sentence"])] == []


def test_what_goes_by_its_date_is_shown_with_its_proof(world: World, staff: boto3.Session) -> None:
    purge_all(world)
    scheduled = {one["promise"]: one for one in get(staff, world, PROMISES)["scheduled"]}
    assert len(scheduled) == 6
    assert "7 years" in scheduled["class.billing-records"]["sentence"]
    assert "12 months" in scheduled["class.security-logs"]["sentence"]
    assert all(one["holds"] == (one["verdict"] in ("holds", "held")) for one in scheduled.values())
    # What has a first period that is due was swept up to now.
    assert scheduled["class.member-profiles"]["last_proof"]["at"] is not None


def test_a_halted_plan_is_confirmed_by_its_hash(world: World, staff: boto3.Session, dashboard: boto3.Session) -> None:
    one = connection(world, "google", "tenant-dogwood")
    key = {"pk": {"S": f"{one.tenant_id}#{one.connection_id}"}, "sk": {"S": "something#new"}}
    facts = {"tenant_id": {"S": one.tenant_id}, "connection_id": {"S": one.connection_id}}
    world.clients["dynamodb"].put_item(TableName=world.outputs["InboxTableName"], Item=key | facts)
    taken = disconnect(dashboard, world, "google", body(one))["obligation_id"]
    plan = state(staff, world, taken, "planned")["plan"]
    assert plan["is_waiting"] and plan["over_ceiling"] == {"unclassified": 0}
    path = f"/api/staff/obligations/{taken}/plan-confirmation"
    why = {"reason": "records-reviewed"}
    unsaid = call_as(staff, world, path, {"plan_hash": plan["plan_hash"]})
    assert (unsaid.status, unsaid.json["type"]) == (422, "urn:privacy:problem:no-reason")
    other = call_as(staff, world, path, {"plan_hash": "0" * 64} | why)
    assert (other.status, other.json["type"]) == (409, "urn:privacy:problem:plan-differs")
    assert call_as(staff, world, path, {"plan_hash": plan["plan_hash"]} | why).status == 200
    state(staff, world, taken, "verifying")
    assert world.left([one]) == 0


def test_a_purge_is_shown_and_only_a_plan_that_waits_is_confirmed(world: World, staff: boto3.Session) -> None:
    purge_all(world)
    shown = get(staff, world, "/api/staff/purges/member-profiles")
    assert shown["plan"] is None and shown["swept_until"] is not None
    client, table = world.clients["dynamodb"], world.outputs["LedgerTableName"]
    key = {"pk": {"S": "purge#own.holds"}, "sk": {"S": "watermark"}}
    plan = {"halted_at": {"N": "1"}, "planned": {"N": "2"}, "planned_until": {"S": "2026-11-01T00:00:00.000Z"}, "plan_hash": {"S": "5f" * 32}}
    client.put_item(TableName=table, Item=key | plan)
    path = "/api/staff/purges/own.holds"
    assert get(staff, world, path)["plan"]["is_waiting"]
    other = call_as(staff, world, f"{path}/plan-confirmation", {"plan_hash": "0" * 64, "reason": "backlog"})
    assert (other.status, other.json["type"]) == (409, "urn:privacy:problem:plan-differs")
    assert call_as(staff, world, f"{path}/plan-confirmation", {"plan_hash": "5f" * 32, "reason": "backlog"}).status == 200
    assert not get(staff, world, path)["plan"]["is_waiting"]
    assert client.get_item(TableName=table, Key=key)["Item"]["confirmed_by"]["S"].startswith("arn:")
    assert purge(world)["report"]["classes"]["own.holds"]["halted"] is False
    assert get(staff, world, path)["plan"] is None, "it was worked off"
    assert call_as(staff, world, "/api/staff/purges/signals", {}, "GET").status == 404


def test_only_staff_get_in(world: World, staff: boto3.Session, dashboard: boto3.Session) -> None:
    for method, path in [("GET", PROMISES), ("GET", "/api/staff/purges/security-logs"), ("GET", HOLDS), ("POST", HOLDS), ("DELETE", f"{HOLDS}/hold-0001")]:
        assert world.call(method, path, b"{}", {"Content-Type": "application/json"}).status == 403
        assert call_as(dashboard, world, path, {}, method).status == 403
    answer = call_as(staff, world, "/api/integrations/google/disconnect", {"tenant_id": "a", "connection_id": "c"})
    assert answer.status == 403, "nor do staff disconnect"


def test_what_nobody_knows_is_not_found(world: World, staff: boto3.Session) -> None:
    for method, path in [("DELETE", f"{HOLDS}/hold-nobody"), ("GET", f"/api/staff/obligations/{'0' * 32}")]:
        answer = call_as(staff, world, path, {}, method)
        assert (answer.status, answer.json["type"]) == (404, "urn:privacy:problem:not-found")


def test_a_hold_on_a_name_that_nobody_knows_is_not_found_unless_staff_are_certain(
    world: World, staff: boto3.Session, dashboard: boto3.Session
) -> None:
    nobody, review_by = f"tenant-{uuid.uuid4().hex[:8]}", str((datetime.now(timezone.utc) + timedelta(days=60)).date())
    hold = {
        "tenant_id": nobody, "classes": ["billing-records"], "reason": "a court", "approver": "counsel", "proof": "file 7",
        "review_by": review_by,
    }

    def unknown(asked: dict[str, Any], member: str) -> None:
        answer = call_as(staff, world, HOLDS, asked)
        assert (answer.status, answer.json["type"]) == (404, "urn:privacy:problem:unknown")
        assert answer.json["member"] == member and nobody not in answer.body.decode()

    before = len(get(staff, world, HOLDS)["holds"])
    unknown(hold, "tenant_id")
    unknown(hold | {"tenant_id": "tenant-cedar", "connection_id": "c-nobody", "classes": []}, "connection_id")
    unknown(hold | {"tenant_id": "tenant-cedar", "contact": "c-nobody", "classes": []}, "contact")
    assert len(get(staff, world, HOLDS)["holds"]) == before
    # For the dashboard the same name is taken all the same, and from then on it is known.
    answer = call_as(dashboard, world, f"/api/accounts/{nobody}/termination", {})
    assert answer.status == 202, answer
    assert call_as(dashboard, world, f"/api/accounts/{nobody}/termination", {}, "DELETE").status == 200
    certain = {"tenant_id": f"{nobody}-elder", "even_if_unknown": True}
    for known in (hold, hold | certain):
        placed = call_as(staff, world, HOLDS, known)
        assert placed.status == 201, placed
        assert call_as(staff, world, f"{HOLDS}/{placed.json['hold_id']}", {}, "DELETE").status == 200
