"""The page of a request at every turn that it can take, as people meet it: nobody is shut out of any."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import boto3
from playwright.sync_api import Browser, Page

from tests.e2e.browser import NARROW, WIDE, check, visit
from tests.e2e.bundles import codes_about, downloaded, mails_about, opened, reached
from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.test_letters import code_in, row, somebody, trail, verify
from tests.e2e.test_requests_staff import REQUESTS, act, slug
from tests.e2e.test_staff import get, staff
from tests.e2e.test_workflow import contact_of
from tests.e2e.world import World, until

__all__ = ["dashboard", "staff"]


def looked_at(world: World, browser: Browser, reference: str, *said: str) -> None:
    """The page says this, on a phone and on a wide screen, and anybody can use it."""
    for viewport in (NARROW, WIDE):
        with visit(browser, viewport=viewport) as page:
            answer = page.goto(f"{world.api_url}/privacy/requests/{reference}")
            assert answer is not None and answer.status == 200
            words = page.locator("main").inner_text()
            assert not [one for one in said if one not in words], words
            check(page)


def declare(page: Page, name: str) -> None:
    page.get_by_label("Your full name is your signature").fill(name)
    page.get_by_role("button", name="I declare this").click()


def test_a_declaration_is_signed_on_the_page_and_a_slip_comes_back_with_its_words(world: World, browser: Browser) -> None:
    reference = world.ask_for({"kind": "access", "email": somebody(), "residence": "California"})
    looked_at(world, browser, reference, "penalty of perjury")
    with visit(browser, viewport=NARROW) as page:
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        declare(page, "@Mia")
        page.get_by_role("heading", level=1, name="Please look at this once more").wait_for()
        field = page.get_by_label("Your full name is your signature")
        assert field.input_value() == "@Mia" and field.get_attribute("aria-invalid") == "true"
        check(page)
        declare(page, "Mia Example")
        page.get_by_role("heading", level=1, name="Thank you. One part is done").wait_for()
        check(page)
        # What was just done is on the page that the link leads to, at once.
        page.get_by_role("link", name="See where your request stands").click()
        assert re.search(r"\?after=\d+$", page.url), page.url
        assert page.get_by_label("Your full name is your signature").count() == 0
        check(page)


def test_a_request_whose_person_was_asked_something_says_since_when(world: World, browser: Browser, staff: boto3.Session) -> None:
    reference = world.ask_for({"kind": "access", "email": somebody(), "residence": "United Kingdom"})
    paused = act(staff, world, reference, "pause", event="asked", why="Which of two accounts do they mean?")
    assert paused.status == 200, paused
    looked_at(world, browser, reference, "wait for your answer since")


def test_a_lost_bundle_is_made_again_and_its_page_says_so(world: World, browser: Browser, staff: boto3.Session) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
    code = code_in(mails_about(world, address, reference, 1)[0]["BodyText"])
    assert verify(world, reference, code).status == 200
    reached(world, reference, {"completed"})
    looked_at(world, browser, reference, "Get your data")
    told = len(mails_about(world, address, reference, 2))
    order = {"order_id": "ticket-31", "reason": "lost", "why": "Their laptop was stolen."}
    for _ in range(2):
        ordered = act(staff, world, reference, "bundle", **order)
        assert ordered.status == 200, ordered
    refused = act(staff, world, reference, "bundle", **(order | {"reason": "spoilt"}))
    assert (refused.status, slug(refused)) == (409, "not-now")
    looked_at(world, browser, reference)

    def again() -> dict[str, Any] | None:
        world.sweep()
        known = row(world, reference)
        return known if known["state"]["S"] == "answered" else None

    until(again, 120, pause=2)
    assert mails_about(world, address, reference, told + 1), "their person hears that it is there"
    deeds = [one["what"]["S"] for one in trail(world, reference)]
    assert deeds.count("ordered-again") == 1 and deeds.count("answered") == 2, deeds
    looked_at(world, browser, reference, "Get your data")


def test_what_businesses_decide_is_on_the_page_without_their_names(
    world: World, browser: Browser, staff: boto3.Session, dashboard: boto3.Session
) -> None:
    keys, handle = world.subject_keys(), f"h{uuid.uuid4().hex[:12]}"
    waiting, declining = (f"tenant-{uuid.uuid4().hex[:8]}" for _ in range(2))
    for tenant in (waiting, declining):
        contact_of(world, tenant, keys, handle)
    reference = world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
    looked_at(world, browser, reference, "send to your account")
    message = until(lambda: (world.messages_to(handle) or [None])[-1], 60)
    assert verify(world, reference, code_in(message["text"])).status == 200

    def routed() -> bool | None:
        world.sweep()
        return set(get(staff, world, f"{REQUESTS}/{reference}")["routed_to"]) == {waiting, declining} or None

    until(routed, 60, pause=2)
    looked_at(world, browser, reference, "A business decides")
    listed = call_as(dashboard, world, f"/api/accounts/{declining}/requests?limit=1", {}, method="GET")
    assert listed.status == 200 and listed.json["next_cursor"] is None, listed
    foreign = call_as(dashboard, world, f"/api/accounts/{declining}/requests?cursor=abc", {}, method="GET")
    assert foreign.status == 400, foreign
    body = {"decision_id": "d-1", "decided_by": "user-7", "decision": "decline", "reason": "legal-claims"}
    said = call_as(dashboard, world, f"/api/accounts/{declining}/requests/{listed.json['requests'][0]['ref']}/decision", body)
    assert said.status == 200, said
    looked_at(world, browser, reference, "decided against it")
    assert waiting not in str(world.page(reference)) and declining not in str(world.page(reference))

def test_a_californian_names_what_we_would_know_staff_compare_it_and_the_copy_is_theirs(
    world: World, browser: Browser, staff: boto3.Session, tmp_path: Path
) -> None:
    person, named = somebody(), {"name": "Noa Vale", "phone": "+1 (415) 555-0142", "postcode": "94110"}
    world.askers |= {person, *named.values()}
    with visit(browser, viewport=NARROW, scripts=False) as page:
        page.goto(f"{world.api_url}/privacy")
        page.get_by_label("Send me a copy of my data", exact=True).check()
        page.get_by_label("Your e-mail address", exact=True).fill(person)
        page.get_by_label("Where do you live? (optional)").fill("California")
        page.get_by_text("I live in California and have no login here", exact=True).click()
        for kind, value in named.items():
            page.locator(f"#point_{kind}").fill(value)
        page.get_by_label("Declaration: your full name").fill(named["name"])
        page.get_by_role("button", name="Send the request").click()
        reference = page.locator("section.code code").inner_text().strip()
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        page.get_by_label("Code", exact=True).fill(code_in(mails_about(world, person, reference, 1)[0]["BodyText"]))
        page.get_by_role("button", name="This request is mine").click()
        page.get_by_role("heading", level=1, name="Thank you. One part is done").wait_for()
    looked_at(world, browser, reference)
    held = named | {"phone": "1-415-555-0142"}
    said = {"proof": "data-points", "why": "Compared with the record of their company."}
    two = act(staff, world, reference, "verification", **said, held={kind: held[kind] for kind in ("name", "phone")})
    assert (two.status, slug(two)) == (422, "too-few-points"), "a copy wants three"
    unnamed = act(staff, world, reference, "verification", **said, held=held | {"company": "Vale Ltd."})
    assert (unnamed.status, slug(unnamed)) == (422, "not-named")
    shown = act(staff, world, reference, "verification", **said, held=held)
    assert shown.status == 200, shown
    assert named["phone"] not in str(get(staff, world, f"{REQUESTS}/{reference}"))
    reached(world, reference, {"completed"})
    with visit(browser, viewport=NARROW, scripts=False) as page:
        known = len(codes_about(world, person, reference))
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        page.get_by_role("button", name="Send me a code").click()
        fresh = until(lambda: codes_about(world, person, reference)[known:] or None, 60)[-1]
        page.get_by_label("Code for the download").fill(fresh)
        button = page.get_by_role("button", name="Download", exact=True)
        downloaded(page, lambda: button.click(no_wait_after=True), tmp_path / "copy.zip")
    assert "notice.html" in opened(tmp_path / "copy.zip")
