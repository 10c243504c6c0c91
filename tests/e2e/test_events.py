"""What changes in the ledger is told on the bus, and names nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import boto3

from tests.e2e.test_disconnects import body, call_as, connection, dashboard, disconnect
from tests.e2e.test_moved_time import moving, put
from tests.e2e.test_proofs import Vendors, vendors
from tests.e2e.test_staff import HOLDS, PROMISES, get, staff
from tests.e2e.world import Person, World, until

__all__ = ["dashboard", "moving", "staff", "vendors"]


def told(world: World, seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything that the bus has shown so far."""
    url = world.outputs["ShownEventsUrl"]
    while messages := world.clients["sqs"].receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            seen.append(json.loads(message["Body"]))
            world.clients["sqs"].delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return seen


def of(obligation: str, seen: list[dict[str, Any]]) -> dict[str, set[str]]:
    """What was told of one obligation: the ids of its events, by kind. A fact that is told twice has one id."""
    ref, found = hashlib.sha256(obligation.encode()).hexdigest()[:12], dict[str, set[str]]()
    for event in seen:
        if event["detail"].get("obligation_ref") == ref:
            found.setdefault(event["detail"]["kind"], set()).add(event["detail"]["event_id"])
    return found


def test_a_callback_is_told_from_accepted_to_erased(world: World) -> None:
    person = world.person("tenant-alder")
    code = world.ask(person)
    world.await_erased(code)
    ref = hashlib.sha256(code.encode()).hexdigest()[:12]
    seen: list[dict[str, Any]] = []

    def kinds() -> list[str]:
        return [event["detail"]["kind"] for event in told(world, seen) if event["detail"].get("obligation_ref") == ref]

    until(lambda: {"accepted", "erased"} <= set(kinds()) or None, 60)
    assert "retained" not in kinds(), "nothing of it was kept by a law"
    everything = json.dumps(seen)
    for secret in (code, person.user_id, person.connections[0].connection_id, "tenant-"):
        assert secret not in everything
    ids = [event["detail"]["event_id"] for event in seen]
    assert len(set(ids)) == len({(e["detail"]["event_id"], e["detail"]["kind"]) for e in seen}), ids


def tell_again(world: World, ask: dict[str, Any]) -> dict[str, Any]:
    answer = world.clients["lambda"].invoke(FunctionName=world.outputs["LedgerEventsFunctionName"], Payload=json.dumps(ask).encode())
    return {"error": answer.get("FunctionError"), "report": json.loads(answer["Payload"].read())}


def test_what_happened_is_told_again_under_the_ids_that_it_was_told_by(world: World) -> None:
    since = datetime.now(timezone.utc) - timedelta(seconds=5)
    code = world.ask(world.person("tenant-alder"))
    world.await_erased(code)
    seen: list[dict[str, Any]] = []
    until(lambda: {"accepted", "erased"} <= set(of(code, told(world, seen))) or None, 60)
    again: list[dict[str, Any]] = []
    ask, reports = {"tell_again_since": since.isoformat(timespec="milliseconds").replace("+00:00", "Z")}, []
    while ask:
        answer = tell_again(world, ask)
        assert answer["error"] is None, answer
        reports.append(answer["report"])
        ask = ask | {"from": reports[-1]["next"]} if reports[-1]["next"] else {}
    assert sum(report["told"] for report in reports) >= 2 and not any(report["unreadable"] for report in reports)
    until(lambda: {"accepted", "erased"} <= set(of(code, told(world, again))) or None, 60)
    assert of(code, again) == of(code, seen), "each under its own id"
    assert tell_again(world, {"tell_again_since": "2020-01-01T00:00:00Z"})["error"]


def test_a_hold_is_told_when_it_keeps_and_when_it_lets_go(
    world: World, staff: boto3.Session, dashboard: boto3.Session
) -> None:
    one = connection(world, "google", "tenant-cedar")
    hold = {
        "tenant_id": one.tenant_id, "connection_id": one.connection_id, "classes": ["signals"], "reason": "a court",
        "approver": "counsel", "proof": "file 7",
        "review_by": str((datetime.now(timezone.utc) + timedelta(days=60)).date()),
    }
    placed = call_as(staff, world, HOLDS, hold)
    assert placed.status == 201, placed
    taken = disconnect(dashboard, world, "google", body(one))["obligation_id"]
    seen: list[dict[str, Any]] = []
    until(lambda: {"accepted", "held"} <= set(of(taken, told(world, seen))) or None, 60)
    assert not {"released", "erased", "late"} & set(of(taken, seen)), "a part of it is kept"
    released = call_as(staff, world, f"{HOLDS}/{placed.json['hold_id']}", {}, "DELETE")
    assert released.status == 200, released
    until(lambda: {"released", "erased"} <= set(of(taken, told(world, seen))) or None, 60)
    known = of(taken, seen)
    assert all(len(known[kind]) == 1 for kind in ("accepted", "held", "released", "erased")), known
    assert "late" not in known, "a hold delays"
    hold_ref = hashlib.sha256(placed.json["hold_id"].encode()).hexdigest()[:12]

    def of_hold() -> list[str]:
        return [event["detail-type"] for event in told(world, seen) if event["detail"].get("hold_ref") == hold_ref]

    until(lambda: {"Hold placed", "Hold released"} <= set(of_hold()) or None, 60)
    everything = json.dumps(seen)
    for secret in (taken, placed.json["hold_id"], one.connection_id, one.tenant_id):
        assert secret not in everything


def halt(world: World, person: Person) -> str:
    """A request whose plan waits for a person: one of its records is of no class. The code."""
    connection = person.connections[0]
    put(world, "InboxTableName", f"{connection.tenant_id}#{connection.connection_id}", "something#new", tenant_id=connection.tenant_id)
    return world.ask(person)


def confirm(staff: boto3.Session, world: World, code: str) -> None:
    plan = get(staff, world, f"/api/staff/obligations/{code}")["plan"]
    path = f"/api/staff/obligations/{code}/plan-confirmation"
    assert call_as(staff, world, path, {"plan_hash": plan["plan_hash"], "reason": "records-reviewed"}).status == 200


def test_what_is_past_its_date_is_told_once(moving: World, staff: boto3.Session) -> None:
    world = moving
    code = halt(world, world.person("tenant-birch"))
    seen: list[dict[str, Any]] = []
    until(lambda: "accepted" in of(code, told(world, seen)) or None, 60)
    until(lambda: get(staff, world, f"/api/staff/obligations/{code}")["state"] == "planned" or None, 60)
    assert not {"late", "erased"} & set(of(code, seen)), "its date is thirty days ahead"
    world.move(31)

    def is_told() -> bool | None:
        world.sweep()
        return "late" in of(code, told(world, seen)) or None

    until(is_told, 60, pause=2)
    confirm(staff, world, code)
    world.await_erased(code, sweep_every=3)
    until(lambda: "erased" in of(code, told(world, seen)) or None, 60)
    assert len(of(code, seen)["late"]) == 1, "however often it was swept"


def test_what_comes_near_its_date_rings_days_before_it(moving: World, staff: boto3.Session) -> None:
    world = moving
    code = halt(world, world.person("tenant-birch"))
    until(lambda: get(staff, world, f"/api/staff/obligations/{code}")["state"] == "planned" or None, 60)

    def timeliness() -> str:
        return str(get(staff, world, f"/api/staff/obligations/{code}")["timeliness"])

    world.move(24)
    world.sweep()
    assert timeliness() == "in-time", "six days are left"
    hours = count(step=2)

    def rings() -> bool | None:
        """What the metric of the alarm `ObligationsNearDueAlarm` is made of. The schedule may sweep it first: then it is due an hour later."""
        world.move(26 + next(hours) / 24)
        return world.sweep()["near_due"] >= 1 or None

    until(rings, 60, pause=1)
    assert timeliness() == "near-due", "four days are left"
    confirm(staff, world, code)
    world.move(28)
    world.await_erased(code, sweep_every=3)
    assert timeliness() == "finished"


def test_a_processor_that_does_not_confirm_rings_by_its_own_date_and_makes_nothing_of_ours_late(
    moving: World, vendors: Vendors, staff: boto3.Session
) -> None:
    world = moving
    person = world.person("tenant-birch")
    vendors.tell("/_mood/posthog/down")
    code = world.ask(person)
    until(lambda: not world.left(person.connections) or None, 60)
    seen: list[dict[str, Any]] = []

    def obligation() -> dict[str, Any]:
        return get(staff, world, f"/api/staff/obligations/{code}")

    def posthog() -> dict[str, Any]:
        (found,) = [one for one in get(staff, world, PROMISES)["processors"] if one["promise"] == "processor.posthog"]
        return found

    until(lambda: obligation()["timeliness"] == "settling" or None, 60)
    hours = count(step=2)

    def rings(day: float, metric: str) -> Callable[[], bool | None]:
        def look() -> bool | None:
            world.move(day + next(hours) / 24)
            return world.sweep()[metric] >= 1 or None

        return look

    until(rings(11, "processors_late"), 60, pause=1)
    assert posthog()["holds"], "six days are left of its own"
    until(rings(31, "processors_overdue"), 60, pause=1)
    assert not posthog()["holds"] and obligation()["timeliness"] == "settling"
    assert "late" not in of(code, told(world, seen)), "our part was gone on the first day"
    vendors.tell("/_mood/posthog/honest")
    world.move(33)
    world.await_erased(code, sweep_every=3)
    assert posthog()["holds"]
