"""Businesses decide in the dashboard about what we only keep for them: each sees and decides its own part, and no other."""

from __future__ import annotations

import uuid
from typing import Any

import boto3

from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.test_letters import code_in, verify
from tests.e2e.test_requests_staff import REQUESTS
from tests.e2e.test_staff import get, staff
from tests.e2e.test_workflow import answered, contact_of
from tests.e2e.world import World, until

__all__ = ["dashboard", "staff"]


def parts(dashboard: boto3.Session, world: World, tenant: str) -> list[dict[str, Any]]:
    answer = call_as(dashboard, world, f"/api/accounts/{tenant}/requests", {}, method="GET")
    assert answer.status == 200, answer
    found: list[dict[str, Any]] = answer.json["requests"]
    return found


def test_one_business_agrees_and_one_declines_and_neither_sees_nor_moves_the_other_s(
    world: World, staff: boto3.Session, dashboard: boto3.Session
) -> None:
    keys, handle = world.subject_keys(), f"h{uuid.uuid4().hex[:12]}"
    agreeing, declining, stranger = (f"tenant-{uuid.uuid4().hex[:8]}" for _ in range(3))
    contacts = {tenant: contact_of(world, tenant, keys, handle) for tenant in (agreeing, declining)}
    before = world.of_tenants()
    reference = world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
    message = until(lambda: (world.messages_to(handle) or [None])[-1], 60)
    assert parts(dashboard, world, agreeing) == [], "nobody has shown who they are"
    assert verify(world, reference, code_in(message["text"])).status == 200

    def routed() -> bool | None:
        world.sweep()
        return set(get(staff, world, f"{REQUESTS}/{reference}")["routed_to"]) == {agreeing, declining} or None

    until(routed, 60, pause=2)
    (one,), (other,) = parts(dashboard, world, agreeing), parts(dashboard, world, declining)
    assert one == other and (one["kind"], one["state"], one["is_open"]) == ("erasure", "asked", True)
    assert reference not in str(one) and handle not in str(one) and parts(dashboard, world, stranger) == []

    def decide(tenant: str, ref: str = one["ref"], **said: Any) -> Any:
        body = {"decision_id": "d-1", "decided_by": "user-7", **said}
        return call_as(dashboard, world, f"/api/accounts/{tenant}/requests/{ref}/decision", body)

    for missed in (decide(stranger, decision="agree"), decide(agreeing, "0" * 12, decision="agree")):
        assert missed.status == 404, missed
    assert decide(declining, decision="decline", reason="found-accurate").status == 422
    assert world.of_tenants() == before
    taken = decide(agreeing, decision="agree")
    assert (taken.status, taken.json["state"]) == (200, "agreed"), taken
    assert decide(agreeing, decision="agree").json == taken.json, "said again it is said once"
    assert decide(declining, decision="decline", reason="legal-claims").json["state"] == "declined"
    # Both have decided, so nothing waits for the last day.
    assert answered(world, reference)["in_part"]["BOOL"]
    after = world.of_tenants()
    assert not [fact for fact in after[agreeing] if contacts[agreeing] in fact]
    assert {**after, agreeing: []} == {**before, agreeing: []}, "of nobody else anything"
    shown = {part["state"]: part for part in world.page(reference)["routed"]}
    assert set(shown) == {"done", "declined"} and shown["declined"]["reason"] == "legal-claims"
    history = get(staff, world, f"{REQUESTS}/{reference}")["history"]
    said = {act["what"]: (act["by"], act["who"]) for act in history if act["what"] in ("instructed", "declined")}
    assert said == {"instructed": ("tenant", "user-7"), "declined": ("tenant", "user-7")}
    assert {part["state"] for part in parts(dashboard, world, agreeing)} == {"done"}
