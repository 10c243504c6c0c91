"""What a request sets in motion: flags at the gate, a child's report, tenants that decide, letters, dates that come."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from botocore.exceptions import ClientError

from local.demo.accounts import seed_accounts
from local.demo.keys import SubjectKeys, normal_email, normal_handle
from tests.e2e.test_letters import await_mails, code_in, row, somebody, trail, verify
from tests.e2e.test_requests_staff import REQUESTS, act, note
from tests.e2e.test_staff import get, staff
from tests.e2e.world import World, until

__all__ = ["staff"]
KNOWN_SINCE = "2025-06-01T00:00:00.000Z"


@pytest.fixture
def moving(world: World) -> Iterator[World]:
    yield world
    world.move(0)


def flags_of(world: World, person: str) -> set[str]:
    """What is not to be done with somebody's data, as the product finds it."""
    return set(flag_row(world, person)) - {"pk", "lifted", "expires_at"}


def flag_row(world: World, person: str) -> dict[str, Any]:
    key = {"pk": {"S": f"flags#{person}"}}
    got = world.clients["dynamodb"].get_item(TableName=world.outputs["SuppressionTableName"], Key=key, ConsistentRead=True)
    found: dict[str, Any] = got.get("Item", {})
    return found


def lets(world: World, person: str, *flags: str) -> bool:
    """Whether the gate lets a use that these flags stop: the condition that the product puts into its own transaction."""
    check = {"ConditionCheck": {
        "TableName": world.outputs["SuppressionTableName"], "Key": {"pk": {"S": f"flags#{person}"}},
        "ConditionExpression": " AND ".join(f"attribute_not_exists({flag})" for flag in flags),
    }}
    try:
        world.clients["dynamodb"].transact_write_items(TransactItems=[check])
    except ClientError as error:
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        assert "ConditionalCheckFailed" in reasons, error
        return False
    return True


def by_email(world: World, address: str) -> str:
    return world.subject_keys().suppression("email", "email", normal_email(address))


def answered(world: World, reference: str) -> dict[str, Any]:
    """The row of a request, once it is answered. The schedule's work is done by hand meanwhile."""

    def look() -> dict[str, Any] | None:
        world.sweep()
        known = row(world, reference)
        return known if known["state"]["S"] == "answered" else None

    return until(look, 120, pause=2)


def code_for(world: World, address: str, count: int = 1) -> str:
    return code_in(await_mails(world, address, count)[-1]["BodyText"])


def test_objecting_and_opting_out_reach_the_gate_at_once_and_what_needs_proof_once_it_is_shown(
    world: World, staff: boto3.Session
) -> None:
    for kind, residence, flag in (
        ("objection", "Germany", "no_marketing"), ("opt-out", "California", "opted_out"),
    ):
        address = somebody()
        person = by_email(world, address)
        assert lets(world, person, flag)
        world.ask_for({"kind": kind, "email": address, "residence": residence})
        until(lambda person=person, flag=flag: flag in flags_of(world, person) or None, 60)
        assert not lets(world, person, flag) and lets(world, person, "restricted")
    for kind, flag in (("restriction", "restricted"), ("consent-withdrawal", "consent_withdrawn")):
        address = somebody()
        person = by_email(world, address)
        reference = world.ask_for({"kind": kind, "email": address, "residence": "Germany"})
        code = code_for(world, address)
        assert flags_of(world, person) == set(), "nothing on the word of anybody"
        assert verify(world, reference, code).status == 200
        until(lambda person=person, flag=flag: flag in flags_of(world, person) or None, 60)
        assert not lets(world, person, flag, "quarantined")
        answered(world, reference)


def test_a_flag_is_lifted_by_staff_and_the_gate_lets_again(world: World, staff: boto3.Session) -> None:
    address = somebody()
    person = by_email(world, address)
    reference = world.ask_for({"kind": "opt-out", "email": address, "residence": "California"})
    until(lambda: "opted_out" in flags_of(world, person) or None, 60)
    assert "expires_at" not in flag_row(world, person), "what stands stays"
    stranger = note(staff, world, kind="complaint", details="Of somebody else.")
    refused = act(staff, world, reference, "lifting", flag="opted-out", asked_in=stranger, why="They say so there.")
    assert refused.status == 400 and not lets(world, person, "opted_out")
    for _ in range(2):
        lifted = act(staff, world, reference, "lifting", flag="opted-out", why="They called back and want it.")
        assert lifted.status == 200, lifted
    assert flags_of(world, person) == set() and lets(world, person, "opted_out")
    kept = float(flag_row(world, person)["expires_at"]["N"]) - time.time()
    assert 729 <= kept / 86_400 <= 732, "what stood goes two years after it was lifted"
    shown = get(staff, world, f"{REQUESTS}/{reference}")
    (act_of_staff,) = [one for one in shown["history"] if one["what"] == "lifted"]
    assert (act_of_staff["flag"], act_of_staff["why"]) == ("opted-out", "They called back and want it.")
    assert shown["lifted"] == ["opted-out"] and shown["flags"] == []


def test_a_child_report_that_is_credible_rests_at_once_and_goes_in_ten_days(world: World, staff: boto3.Session) -> None:
    handle = f"h{uuid.uuid4().hex[:12]}"
    person = world.subject_keys().suppression("instagram", "handle", normal_handle(handle))
    account = {"platform": "instagram", "handle": handle}
    reference = world.ask_for({"kind": "erasure", "connected_account": account, "about_child": True})
    path = f"{REQUESTS}/{reference}"
    until(lambda: get(staff, world, path)["waits_for"][:1] == ["review-child"] or None, 60)
    assert flags_of(world, person) == set()
    first = call_list(staff, world)[0]
    assert first["about_child"], "nothing is more urgent"
    answer = act(staff, world, reference, "verification", proof="child-report", finding="credible", why="Their school wrote.")
    assert answer.status == 200, answer
    due = datetime.fromisoformat(answer.json["due_by"]["date"]).date()
    assert (due - datetime.now(timezone.utc).date()).days <= 10
    answered(world, reference)
    assert "quarantined" in flags_of(world, person) and not lets(world, person, "quarantined")
    refused = act(staff, world, reference, "lifting", flag="quarantined", why="Somebody asks for it.")
    assert refused.status in (400, 409)


def call_list(staff: boto3.Session, world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(staff, world, f"{REQUESTS}?limit=5&waiting=true")["requests"]
    return found


def contact_of(world: World, tenant: str, keys: SubjectKeys, handle: str) -> str:
    """Gives a tenant's own contact a handle by which it is found; their id."""
    (made,) = seed_accounts(world.clients, world.outputs, [tenant], datetime.now(timezone.utc))
    world.markers |= made.markers
    contact, link = made.contacts[0].id, keys.handle("instagram", handle)
    owner = {"tenant_id": {"S": tenant}, "contact_id": {"S": contact}}
    rows = (
        ("ConnectionsTableName", {"pk": {"S": f"link#{link}"}, "sk": {"S": f"{tenant}##contact#{contact}"}, "known_since": {"S": KNOWN_SINCE}}),
        ("ConversationsTableName", {"pk": {"S": tenant}, "sk": {"S": f"contact#{contact}#link#{KNOWN_SINCE}#{link}"}}),
    )
    for table, item in rows:
        world.clients["dynamodb"].put_item(TableName=world.outputs[table], Item=item | owner)
    return contact


def test_of_two_tenants_the_one_that_says_so_loses_its_part_and_the_other_nothing_until_it_does(
    world: World, staff: boto3.Session
) -> None:
    keys, handle = world.subject_keys(), f"h{uuid.uuid4().hex[:12]}"
    tenants = [f"tenant-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    contacts = {tenant: contact_of(world, tenant, keys, handle) for tenant in tenants}
    before = world.of_tenants()
    reference = world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
    message = until(lambda: (world.messages_to(handle) or [None])[-1], 60)
    assert verify(world, reference, code_in(message["text"])).status == 200
    path = f"{REQUESTS}/{reference}"

    def routed() -> bool | None:
        world.sweep()
        return set(get(staff, world, path)["routed_to"]) == set(tenants) or None

    until(routed, 60, pause=2)
    assert world.of_tenants() == before, "whose customer they are decides"
    for done, tenant in enumerate(tenants):
        answer = act(staff, world, reference, "instruction", tenant_id=tenant, instruction_id=f"ticket-{done}", why="Their answer.")
        assert answer.status == 200, answer

        def gone(tenant: str = tenant) -> bool | None:
            world.sweep()
            return not [fact for fact in world.of_tenants()[tenant] if contacts[tenant] in fact] or None

        until(gone, 120, pause=2)
        now = world.of_tenants()
        for other in tenants[done + 1 :]:
            assert now[other] == before[other], "nothing of whoever has not said so"
        kept = [fact for fact in before[tenant] if contacts[tenant] not in fact]
        assert set(kept) <= set(now[tenant]), "nobody else's"
    answered(world, reference)


def test_staff_hand_a_complaint_to_the_tenant_that_it_is_about(world: World, staff: boto3.Session) -> None:
    tenant = f"tenant-{uuid.uuid4().hex[:8]}"
    (made,) = seed_accounts(world.clients, world.outputs, [tenant], datetime.now(timezone.utc))
    world.markers |= made.markers
    reference = note(staff, world, kind="complaint", details="A shop that I never wrote to wrote to me.")
    until(lambda: get(staff, world, f"{REQUESTS}/{reference}")["state"] == "in-progress" or None, 60)
    assert act(staff, world, reference, "route", tenant_id="tenant-of-nobody", why="It is their customer.").status == 404
    for _ in range(2):
        answer = act(staff, world, reference, "route", tenant_id=tenant, why="It is their customer.")
        assert (answer.status, answer.json["routed_to"]) == (200, [tenant])


def test_an_extension_and_a_denial_are_told_with_their_reasons(world: World, staff: boto3.Session) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
    assert verify(world, reference, code_for(world, address)).status == 200
    late = note(staff, world, kind="access", email=address, residence="Germany")
    why = "Two systems have to be searched by hand."
    assert act(staff, world, late, "extension", reason=why).status == 200
    until(lambda: [mail for mail in world.mails_to(address) if why in mail["BodyText"]] or None, 60)
    denied = act(staff, world, late, "denial", reason="excessive", why="The third this week.")
    assert denied.status == 200, denied

    def told() -> list[dict[str, Any]] | None:
        found = [mail for mail in world.mails_to(address) if late in mail["BodyText"] and why not in mail["BodyText"]]
        return [mail for mail in found if "complain" in mail["BodyText"].lower()] or None

    (letter, *_) = until(told, 60)
    assert "The third this week." not in letter["BodyText"], "what staff note among themselves stays there"


def test_what_a_tenant_never_decides_is_answered_in_part_on_the_legal_date(moving: World, staff: boto3.Session) -> None:
    world = moving
    keys, handle, tenant = world.subject_keys(), f"h{uuid.uuid4().hex[:12]}", f"tenant-{uuid.uuid4().hex[:8]}"
    contact = contact_of(world, tenant, keys, handle)
    reference = world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
    message = until(lambda: (world.messages_to(handle) or [None])[-1], 60)
    assert verify(world, reference, code_in(message["text"])).status == 200
    path = f"{REQUESTS}/{reference}"

    def routed() -> bool | None:
        world.sweep()
        return get(staff, world, path)["routed_to"] == [tenant] or None

    until(routed, 60, pause=2)
    due = get(staff, world, path)["due_by"]
    # The end of the last day, where whoever asked lives.
    ends = datetime.fromisoformat(due["date"]).replace(tzinfo=ZoneInfo(due["time_zone"])) + timedelta(days=1)

    def move_to_before_the_end(hours: float) -> None:
        world.move((ends - timedelta(hours=hours) - datetime.now(timezone.utc)) / timedelta(days=1))

    # As the letter says: until late on the last day.
    for hours in (25, 4):
        move_to_before_the_end(hours)
        world.sweep()
        assert row(world, reference)["state"]["S"] == "in-progress", f"{hours} hours before the end they may still decide"
    move_to_before_the_end(1.5)
    assert answered(world, reference)["in_part"]["BOOL"]
    assert [fact for fact in world.of_tenants()[tenant] if contact in fact], "silence is no instruction"
    until(lambda: len(world.messages_to(handle)) > 1 or None, 60)


def test_an_erasure_that_is_asked_twice_is_one_and_staff_see_both(world: World, staff: boto3.Session) -> None:
    address = somebody()
    references = []
    for count in (1, 2):
        reference = world.ask_for({"kind": "erasure", "email": address, "residence": "Germany"})
        references.append(reference)
        mail = until(lambda reference=reference: [m for m in world.mails_to(address) if reference in m["BodyText"]] or None, 60)[0]
        if count == 2:
            assert get(staff, world, f"{REQUESTS}/{references[0]}")["same_person"] == [], "not before it is shown"
        assert verify(world, reference, code_in(mail["BodyText"])).status == 200
    for one, other in (references, references[::-1]):
        shown = get(staff, world, f"{REQUESTS}/{one}")
        assert [known["reference"] for known in shown["same_person"]] == [other]
        assert "contact" in row(world, one)
    for reference in references:
        answered(world, reference)
