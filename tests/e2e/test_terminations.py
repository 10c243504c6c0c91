"""An account ends: each part of what the tenant leaves goes on its days, and a reactivation in time stops it."""

from __future__ import annotations

import hashlib
import io
import json
import urllib.request
import uuid
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3

from local.demo.model import Connection
from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.world import Answer, World, until

__all__ = ["dashboard"]


def tenant_with_everything(world: World) -> tuple[str, dict[str, Connection]]:
    tenant = f"tenant-{uuid.uuid4().hex[:8]}"
    world.account(tenant)
    connections = {platform: world.person(tenant, namespace=platform).connections[0] for platform in ("facebook", "linkedin", "google")}
    return tenant, connections


def ended(days: int) -> dict[str, str]:
    """The service ended at noon so many days ago, so that the clocks stand where they would after waiting."""
    noon = datetime.now(timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)
    return {"ended_at": (noon - timedelta(days=days)).isoformat()}


def terminate(world: World, dashboard: boto3.Session, tenant: str, days: int) -> dict[str, Any]:
    answer = call_as(dashboard, world, f"/api/accounts/{tenant}/termination", ended(days))
    assert answer.status == 202, answer
    found: dict[str, Any] = answer.json
    return found


def reactivate(world: World, dashboard: boto3.Session, tenant: str) -> Answer:
    return call_as(dashboard, world, f"/api/accounts/{tenant}/termination", {}, method="DELETE")


def left(world: World, tenant: str, connections: dict[str, Connection]) -> set[str]:
    found = {platform for platform, one in connections.items() if world.left([one])}
    return found | ({"own"} if world.of_tenants().get(tenant) else set())


def test_after_a_month_everything_is_gone_and_nothing_of_others(world: World, dashboard: boto3.Session) -> None:
    tenant, connections = tenant_with_everything(world)
    ids = [one.connection_id for one in connections.values()]
    before = world.everything(without=[*ids, f"own/{tenant}"])
    taken = terminate(world, dashboard, tenant, 32)
    assert {one["phase"] for one in taken["phases"]} == {"account", "conversations", "linkedin", "people", "platforms"}
    until(lambda: not left(world, tenant, connections) or None, 90)
    assert world.everything() == before, "links to users and contacts are gone too"
    assert reactivate(world, dashboard, tenant).status == 409


def test_in_the_first_month_only_what_platforms_ask_for_goes(world: World, dashboard: boto3.Session) -> None:
    tenant, connections = tenant_with_everything(world)
    taken = terminate(world, dashboard, tenant, 8)
    today = datetime.now(timezone.utc).date()
    assert taken["export_until"] == str(today + timedelta(days=22)) and taken["due_by"] == str(today + timedelta(days=82))
    until(lambda: left(world, tenant, connections) == {"own", "facebook", "google"} or None, 60)
    assert terminate(world, dashboard, tenant, 8) == taken, "no clock moves by repeating"
    path = f"/api/accounts/{tenant}/termination"
    other = call_as(dashboard, world, path, ended(1))
    assert (other.status, other.json["type"]) == (409, "urn:privacy:problem:other-end")
    answer = reactivate(world, dashboard, tenant)
    assert (answer.status, answer.json) == (200, {"cancelled": ["account", "conversations", "people", "platforms"], "begun": ["linkedin"]})
    world.sweep()
    assert left(world, tenant, connections) == {"own", "facebook", "google"}
    # The end that comes once more is an old message; one that was decided since starts new clocks, and these have run out.
    late = call_as(dashboard, world, path, ended(8))
    assert (late.status, late.json["type"]) == (409, "urn:privacy:problem:came-back")
    decided = {"decided_at": (datetime.now(timezone.utc) + timedelta(seconds=2)).isoformat()}
    # The phase that had begun may wait for a processor yet: the second end stands beside it then, or takes its row.
    again = call_as(dashboard, world, path, ended(28) | decided)
    assert again.status == 202, again
    assert again.json["export_until"] == str(today + timedelta(days=2)), again
    until(lambda: left(world, tenant, connections) == {"own"} or None, 60)


def test_who_never_ended_is_not_touched(world: World, dashboard: boto3.Session) -> None:
    before = world.obligations()
    answer = reactivate(world, dashboard, f"tenant-{uuid.uuid4().hex[:8]}")
    assert (answer.status, answer.json) == (200, {"cancelled": [], "begun": []})
    unsigned = world.call("POST", "/api/accounts/tenant-alder/termination", b"{}", {"Content-Type": "application/json"})
    assert unsigned.status == 403 and world.obligations() == before


def test_the_dashboard_fetches_an_account_while_its_export_is_open(world: World, dashboard: boto3.Session) -> None:
    """Ordered, made by the worker, given by a link for minutes; refused before the end and after the window."""
    tenant, _ = tenant_with_everything(world)
    path = f"/api/accounts/{tenant}/export"
    assert call_as(dashboard, world, path, {}).status == 409, "nothing ends"
    assert world.call("POST", path, b"{}", {"Content-Type": "application/json"}).status == 403
    terminate(world, dashboard, tenant, 1)
    ordered = call_as(dashboard, world, path, {})
    assert ordered.status == 202 and tenant not in str(ordered.json)

    def ready() -> dict[str, Any] | None:
        shown = call_as(dashboard, world, path, {}, method="GET")
        assert shown.status == 200, shown
        return shown.json if shown.json["state"] == "ready" else None

    shown = until(ready, 60)
    assert shown["reference"] == ordered.json["reference"] and tenant not in shown["url"]
    with urllib.request.urlopen(shown["url"], timeout=30) as answer:
        packed = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert packed.testzip() is None and {"index.html", "manifest.json", "notice.html"} <= set(packed.namelist())
    manifest = json.loads(packed.read("manifest.json"))
    assert (manifest["kind"], manifest["of"]) == ("account", tenant)
    for file in manifest["files"]:
        assert hashlib.sha256(packed.read(file["path"])).hexdigest() == file["sha256"], file["path"]
    gone, _ = tenant_with_everything(world)
    terminate(world, dashboard, gone, 32)
    assert call_as(dashboard, world, f"/api/accounts/{gone}/export", {}).json["type"] == "urn:privacy:problem:window-closed"
    # A job that comes after the window is for nothing that was ordered: it is done, and makes nothing.
    queue = world.outputs["ExportQueueUrl"]
    counted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def waiting() -> int:
        left = world.clients["sqs"].get_queue_attributes(QueueUrl=queue, AttributeNames=counted)["Attributes"]
        return sum(int(left[name]) for name in counted)

    # A job of another test that met a second worker at the same bundle comes again in twelve minutes.
    before = waiting()
    world.clients["sqs"].send_message(QueueUrl=queue, MessageBody=json.dumps({"v": 1, "tenant": gone}))
    until(lambda: waiting() <= before or None, 60)
    assert call_as(dashboard, world, path.replace(tenant, gone), {}, method="GET").json["state"] == "none"
