"""Staff note requests of people, list them and act on them, over the deployed stack with its permissions."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import boto3

from tests.e2e.test_disconnects import call_as
from tests.e2e.test_staff import get, staff
from tests.e2e.world import World, until

__all__ = ["staff"]
REQUESTS = "/api/staff/requests"


def instant(days_ago: int) -> str:
    at = datetime.now(timezone.utc) - timedelta(days=days_ago)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def note(staff: boto3.Session, world: World, **members: Any) -> str:
    """The reference of a request that came by phone three days ago."""
    body = {"kind": "opt-out", "email": "staff-e2e@example.com", "channel": "phone", "received_at": instant(3), "why": "Called."} | members
    answer = call_as(staff, world, REQUESTS, body)
    assert answer.status == 201, answer
    assert answer.json["received_at"] == body["received_at"]
    assert call_as(staff, world, REQUESTS, body).json == answer.json, "noted again it is the same"
    reference: str = answer.json["reference"]
    return reference


def act(staff: boto3.Session, world: World, reference: str, name: str, **body: Any) -> Any:
    return call_as(staff, world, f"{REQUESTS}/{reference}/{name}", body)


def slug(answer: Any) -> str:
    return str(answer.json["type"]).rsplit(":", 1)[-1]


def test_a_call_counts_from_its_receipt_is_on_the_work_list_and_is_extended_once(world: World, staff: boto3.Session) -> None:
    reference = note(staff, world, kind="access", residence="DE")
    shown = get(staff, world, f"{REQUESTS}/{reference}")
    assert shown["channel"] == "phone" and shown["contact"]["email"] == "staff-e2e@example.com"
    (received,) = [one for one in shown["history"] if one["what"] == "received"]
    assert (received["by"], received["why"]) == ("staff", "Called.")
    assert received["who"].endswith("/staff"), "the principal that the gateway has checked"
    listed, cursor = [], ""
    while True:
        page = call_as(staff, world, f"{REQUESTS}?kind=access&limit=20{cursor}", {}, "GET").json
        listed += [one["reference"] for one in page["requests"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert listed.count(reference) == 1
    first = shown["dates"]["legal"]["date"]
    assert slug(act(staff, world, reference, "extension")) == "bad-member"
    extended = act(staff, world, reference, "extension", reason="Two systems have to be searched.")
    assert extended.status == 200 and extended.json["due_by"]["date"] > first
    assert slug(act(staff, world, reference, "extension", reason="It is still more.")) == "not-extendable"


def test_a_denial_needs_a_reason_that_the_law_has(world: World, staff: boto3.Session) -> None:
    reference = note(staff, world, kind="access")
    refused = act(staff, world, reference, "denial", reason="legal-obligation", why="Invoices.")
    assert (refused.status, slug(refused)) == (422, "not-deniable")
    denied = act(staff, world, reference, "denial", reason="excessive", why="The third this week.")
    assert (denied.status, denied.json["state"]) == (200, "denied")
    assert act(staff, world, reference, "denial", reason="excessive", why="The third this week.").status == 200
    assert slug(act(staff, world, reference, "extension", reason="More time.")) == "not-now"


def test_nothing_is_mended_or_closed_before_somebody_is_verified(world: World, staff: boto3.Session) -> None:
    reference = note(staff, world, kind="correction", details="My name is wrong.")
    fields = [{"field": "name", "decision": "applied", "evidence": "file-7", "value": "Right Name"}]
    assert slug(act(staff, world, reference, "correction", fields=fields, why="Seen.")) == "not-now"
    assert slug(act(staff, world, reference, "closure", outcome="completed", evidence="file-7", why="Done.")) == "steps-left"


def test_a_complaint_is_answered_with_its_evidence(world: World, staff: boto3.Session) -> None:
    reference = note(staff, world, kind="complaint", details="Nobody wrote back.")
    # It is in work once it was acknowledged.
    path = f"{REQUESTS}/{reference}"
    until(lambda: get(staff, world, path)["state"] == "in-progress" or None, 60)
    assert "answer" in get(staff, world, path)["waits_for"]
    closure = {"outcome": "answered", "evidence": "file-7", "why": "Looked into it."}
    for _ in range(2):
        answer = act(staff, world, reference, "closure", **closure)
        assert (answer.status, answer.json["state"]) == (200, "completed")
    assert slug(act(staff, world, reference, "closure", **closure | {"evidence": "file-8"})) == "not-now"


def test_unknown_requests_and_unsigned_calls_get_nothing(world: World, staff: boto3.Session) -> None:
    nobody = "8" + "a" * 32
    assert call_as(staff, world, f"{REQUESTS}/{nobody}", {}, "GET").status == 404
    assert act(staff, world, nobody, "denial", reason="excessive", why="So.").status == 404
    assert world.call("GET", REQUESTS).status == 403
