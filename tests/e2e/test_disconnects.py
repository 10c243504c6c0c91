"""The dashboard says that an integration was disconnected: ingest stops with the write, and everything of it goes."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from local.demo.model import Connection
from local.settings import REGION
from tests.e2e.test_ingest_race import Ingest
from tests.e2e.world import Answer, Person, World, until


def call_as(session: boto3.Session, world: World, path: str, body: Any, method: str = "POST") -> Answer:
    """One call, signed as the dashboard's SDK would sign it."""
    data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    request = AWSRequest(method=method, url=world.api_url + path, data=data, headers=headers)
    credentials = session.get_credentials()
    assert credentials is not None
    SigV4Auth(credentials, "execute-api", REGION).add_auth(request)
    return world.call(method, path, data, dict(request.headers))


@pytest.fixture(scope="module")
def dashboard(world: World) -> Iterator[boto3.Session]:
    """A role that holds the stack's policy DashboardCalls and nothing else."""
    iam, name = world.settings.client("iam"), f"dashboard-{uuid.uuid4().hex[:8]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=world.outputs["DashboardCallsArn"])
    given = world.clients["sts"].assume_role(RoleArn=role, RoleSessionName="dashboard")["Credentials"]
    yield boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    iam.detach_role_policy(RoleName=name, PolicyArn=world.outputs["DashboardCallsArn"])
    iam.delete_role(RoleName=name)


def connection(world: World, platform: str, tenant: str = "tenant-birch") -> Connection:
    person = world.person(tenant, namespace=platform)
    return person.connections[0]


def body(one: Connection, **more: Any) -> dict[str, Any]:
    return {"tenant_id": one.tenant_id, "connection_id": one.connection_id, **more}


def disconnect(session: boto3.Session, world: World, platform: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = call_as(session, world, f"/api/integrations/{platform}/disconnect", body)
    assert answer.status == 202, answer
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.parametrize(("platform", "days"), [("google", 30), ("linkedin", 10), ("meta", 30), ("some-new-platform", 30)])
def test_a_disconnected_connection_goes_and_nothing_else(
    world: World, dashboard: boto3.Session, platform: str, days: int
) -> None:
    one = connection(world, platform)
    before = world.everything(without=[one.connection_id])
    taken = disconnect(dashboard, world, platform, body(one))
    today = datetime.now(timezone.utc).date()
    assert taken["time_zone"] == "UTC"
    assert taken["due_by"] in {str(today + timedelta(days=days)), str(today + timedelta(days=days - 1))}
    until(lambda: world.left([one]) == 0 or None, 60)
    assert world.everything() == before
    assert disconnect(dashboard, world, platform, body(one))["obligation_id"] == taken["obligation_id"]
    # The id of the obligation opens no page.
    page = world.call("GET", f"/privacy/requests/{taken['obligation_id']}", headers={"Accept": "application/json"})
    unknown = world.call("GET", f"/privacy/requests/{'a' * 32}", headers={"Accept": "application/json"})
    assert (page.status, page.body) == (404, unknown.body)


def people(world: World, tenant: str) -> dict[str, tuple[int, dict[str, int]]]:
    """The people whom connections of a tenant know: the total, and what each source added."""
    rows = [row for row in world.table("PeopleTableName") if row["pk"]["S"] == f"people#{tenant}"]
    numbers = {row["sk"]["S"]: {key: int(value["N"]) for key, value in row["sources"]["M"].items()} for row in rows}
    return {row["sk"]["S"]: (int(row["total"]["N"]), numbers[row["sk"]["S"]]) for row in rows}


def test_whom_others_know_too_keeps_the_others_only(world: World, dashboard: boto3.Session) -> None:
    tenant = f"tenant-{uuid.uuid4().hex[:8]}"
    going, staying = connection(world, "google", tenant), connection(world, "google", tenant)
    assert all(len(sources) == 2 for _, sources in people(world, tenant).values())
    disconnect(dashboard, world, "google", body(going))
    until(lambda: world.left([going]) == 0 or None, 60)
    left = people(world, tenant)
    assert len(left) == 2
    for total, sources in left.values():
        assert total == sum(sources.values()) > 0
        assert [source.split("#")[0] for source in sources] == [staying.connection_id]
    disconnect(dashboard, world, "google", body(staying))
    until(lambda: world.left([staying]) == 0 or None, 60)
    assert people(world, tenant) == {}


def test_the_write_itself_stops_ingest(world: World, dashboard: boto3.Session) -> None:
    person = world.person("tenant-dogwood", namespace="google", signals=300)
    with Ingest(world, person) as ingest:
        until(lambda: ingest.admitted or None, 10, pause=0.1)
        disconnect(dashboard, world, "google", body(person.connections[0]))
        admitted = ingest.admitted
        until(lambda: world.left(person.connections) == 0 or None, 120)
        time.sleep(1)
        # One write may have been under way when the answer came.
        assert ingest.admitted <= admitted + 1
    assert ingest.refused > 0 and not ingest.faults
    assert world.left(person.connections) == 0


def test_reconnecting_cancels_nothing(world: World, dashboard: boto3.Session) -> None:
    one = connection(world, "google", "tenant-cedar")
    disconnect(dashboard, world, "google", body(one))
    again = world.connect("tenant-cedar", "google", one.platform_user_id)
    new = world.left([again])
    until(lambda: world.left([one]) == 0 or None, 60)
    assert world.left([again]) == new > 0


def test_what_nobody_knows_is_taken_all_the_same(world: World, dashboard: boto3.Session) -> None:
    before = world.everything()
    body = {"tenant_id": "nobody", "connection_id": f"c{uuid.uuid4().hex[:12]}", "disconnected_at": "2026-10-01T00:00:00Z"}
    taken = disconnect(dashboard, world, "google", body)
    assert taken["due_by"] == "2026-10-31"
    row = f"obligation#{taken['obligation_id']}"

    def erased() -> bool | None:
        rows = [item for item in world.table("LedgerTableName") if item["pk"]["S"] == row]
        return any(item["sk"]["S"] == "head" and item["state"]["S"] == "verifying" for item in rows) or None

    until(erased, 60)
    assert world.everything() == before


def test_only_a_signed_call_of_a_role_that_may_gets_in(world: World) -> None:
    one = connection(world, "google")
    path, before, held = "/api/integrations/google/disconnect", world.obligations(), world.left([one])
    unsigned = world.call("POST", path, json.dumps(body(one)).encode(), {"Content-Type": "application/json"})
    assert unsigned.status == 403
    role = world.clients["lambda"].get_function_configuration(FunctionName=world.outputs["RequestStatusFunctionName"])["Role"]
    given = world.clients["sts"].assume_role(RoleArn=role, RoleSessionName="not-the-dashboard")["Credentials"]
    stranger = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    assert call_as(stranger, world, path, body(one)).status == 403
    assert (world.obligations(), world.left([one])) == (before, held)


def test_a_bad_member_is_named_and_nothing_is_stored(world: World, dashboard: boto3.Session) -> None:
    before = world.obligations()
    for member, value in [("tenant_id", "a#b"), ("connection_id", None), ("disconnected_at", "tomorrow")]:
        answer = call_as(
            dashboard, world, "/api/integrations/google/disconnect",
            {"tenant_id": "tenant-alder", "connection_id": "c1", member: value},
        )
        assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
        assert answer.json["type"] == "urn:privacy:problem:bad-member" and answer.json["member"] == member
    assert world.obligations() == before
