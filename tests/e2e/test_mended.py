"""What a request was taken for is mended: its person takes it back, or lives elsewhere than was noted."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
from playwright.sync_api import Browser

from tests.e2e.browser import NARROW, check, visit
from tests.e2e.bundles import codes_about, mails_about
from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.test_letters import code_in, somebody, trail, verify
from tests.e2e.test_request_pages import looked_at
from tests.e2e.test_requests_staff import REQUESTS, act, note, slug
from tests.e2e.test_staff import get, staff
from tests.e2e.test_workflow import contact_of
from tests.e2e.world import World, until

__all__ = ["dashboard", "staff"]


def did(world: World, reference: str) -> list[str]:
    return [one["what"]["S"] for one in trail(world, reference)]


def test_who_asked_takes_it_back_from_page_to_page(world: World, browser: Browser) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
    first = code_in(mails_about(world, address, reference, 1)[0]["BodyText"])
    with visit(browser, viewport=NARROW) as page:
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        page.get_by_role("button", name="Send me a code to take it back").click()
        code = until(lambda: codes[-1] if len(codes := codes_about(world, address, reference)) > 1 else None, 60)
        check(page)
        for entered, said in (("000000" if code != "000000" else "000001", "This did not show that the request is yours"),
                              (code, "Your request is taken back")):
            page.get_by_label("Code to take it back").first.fill(entered)
            page.get_by_role("button", name="Take it back").first.click()
            page.get_by_role("heading", level=1, name=said).wait_for()
            check(page)
        page.get_by_role("link", name="See where your request stands").click()
        page.get_by_role("heading", level=1, name="You have taken this request back").wait_for()
        assert page.get_by_role("button", name="Take it back").count() == 0
        check(page)
    assert world.page(reference)["outcome"] == "withdrawn"
    letters = until(lambda: [one for one in mails_about(world, address, reference, 1) if "is taken back" in one["Subject"]] or None, 60)
    assert len(letters) == 1
    for late in (first, code):
        assert verify(world, reference, late).status == 422, "nothing begins afterwards"
    assert did(world, reference).count("withdrawn") == 1


def test_staff_take_a_request_back_and_the_business_that_was_asked_has_nothing_to_decide(
    world: World, staff: boto3.Session, dashboard: boto3.Session
) -> None:
    keys, handle, tenant = world.subject_keys(), f"h{uuid.uuid4().hex[:12]}", f"tenant-{uuid.uuid4().hex[:8]}"
    contact_of(world, tenant, keys, handle)
    before = world.of_tenants()
    reference = world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
    message = until(lambda: (world.messages_to(handle) or [None])[-1], 60)
    assert verify(world, reference, code_in(message["text"])).status == 200

    def asked() -> list[dict[str, Any]]:
        answer = call_as(dashboard, world, f"/api/accounts/{tenant}/requests", {}, method="GET")
        assert answer.status == 200, answer
        found: list[dict[str, Any]] = answer.json["requests"]
        return found

    def routed() -> list[dict[str, Any]] | None:
        world.sweep()
        return asked() or None

    (part,) = until(routed, 60, pause=2)
    no_evidence = act(staff, world, reference, "withdrawal", why="They wrote so.")
    assert (no_evidence.status, slug(no_evidence)) == (400, "bad-member")
    body = {"evidence": "mail-77", "why": "They wrote so."}

    def taken() -> Any:
        answer = act(staff, world, reference, "withdrawal", **body)
        return answer if answer.status == 200 else None

    # What is being carried out at this moment is 409.
    until(taken, 60, pause=2)
    assert act(staff, world, reference, "withdrawal", **body).status == 200, "said again it changes nothing"
    assert did(world, reference).count("withdrawn") == 1
    assert world.page(reference)["outcome"] == "withdrawn"
    late = call_as(dashboard, world, f"/api/accounts/{tenant}/requests/{part['ref']}/decision",
                   {"decision_id": "d-1", "decided_by": "user-7", "decision": "agree"})
    assert late.status == 404, late
    world.sweep()
    assert world.of_tenants()[tenant] == before[tenant], "nothing of what they hold went"


def test_where_a_person_lives_is_mended_and_the_dates_of_that_law_hold(world: World, browser: Browser, staff: boto3.Session) -> None:
    address = somebody()
    reference = note(staff, world, kind="access", email=address, residence="US-CA")
    path = f"{REQUESTS}/{reference}"
    mails_about(world, address, reference, 1)
    as_noted = get(staff, world, path)
    nowhere = act(staff, world, reference, "residence", residence="Springfield", why="So they say.")
    assert (nowhere.status, slug(nowhere)) == (400, "bad-member")
    assert act(staff, world, reference, "residence", residence="Germany").status == 400, "without a reason"
    assert get(staff, world, path) == as_noted

    def mend() -> dict[str, Any]:
        mended = act(staff, world, reference, "residence", residence="Germany", why="Their mail names Hamburg.")
        assert mended.status == 200, mended
        known: dict[str, Any] = mended.json
        return known

    def letters() -> list[dict[str, Any]]:
        return [one for one in mails_about(world, address, reference, 1) if one["Subject"] == "Another law holds for your request"]

    mended = mend()
    until(lambda: get(staff, world, path)["told"].get("relocated") or None, 60)
    assert mend()["due_by"] == mended["due_by"], "said again it changes nothing"
    shown = get(staff, world, path)
    assert as_noted["regime"] != shown["regime"] == mended["regime"]
    assert shown["due_by"]["date"] < as_noted["due_by"]["date"] and shown["received_at"] == as_noted["received_at"]
    (act_of_staff,) = [one for one in shown["history"] if one["what"] == "relocated"]
    assert (act_of_staff["by"], act_of_staff["why"]) == ("staff", "Their mail names Hamburg.")
    assert len(letters()) == 1
    assert shown["due_by"].items() <= world.page(reference)["due_by"].items()
    looked_at(world, browser, reference)
    unsigned = world.call("POST", f"{path}/residence", json.dumps({"residence": "DE", "why": "x"}).encode(), {"Content-Type": "application/json"})
    assert unsigned.status == 403
