"""Three people go the whole way: the form, the mail, the code, the status page, the answer."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from playwright.sync_api import Browser, Page

from local.demo.dashboard import Dashboard
from tests.e2e.browser import NARROW, check, visit
from tests.e2e.bundles import codes_about, downloaded, mails_about, opened, reached, read_offline
from tests.e2e.test_disconnects import call_as
from tests.e2e.test_letters import code_in, somebody
from tests.e2e.test_requests import audience, dashboard
from tests.e2e.test_staff import get, staff
from tests.e2e.world import World, until

__all__ = ["audience", "dashboard", "staff"]
REQUESTS = "/api/staff/requests"


def form(world: World, page: Page, kind: str, fill: Callable[[], None]) -> str:
    """Fills in the form and sends it; the reference."""
    page.goto(f"{world.api_url}/privacy")
    page.get_by_label(kind, exact=True).check()
    fill()
    page.get_by_role("button", name="Send the request").click()
    assert page.get_by_role("heading", level=1, name="We have your request").is_visible()
    return page.locator("section.code code").inner_text().strip()


def enter(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="This request is mine").click()
    assert page.get_by_role("heading", level=1, name="Thank you. We know now that it is yours").is_visible()


def act(staff: boto3.Session, world: World, reference: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = call_as(staff, world, f"{REQUESTS}/{reference}/{what}", body)
    assert answer.status == 200, answer
    known: dict[str, Any] = answer.json
    return known


def test_a_german_admin_asks_for_access_gets_an_extension_and_downloads(
    world: World, browser: Browser, staff: boto3.Session, tmp_path: Path, dashboard: Dashboard, audience: str
) -> None:
    # Of a tenant that no other test writes to: an address gets only so many letters a day.
    admin = next(one for one in world.stack["demo"]["account_users"] if one["tenant_id"] == "tenant-birch")

    def login(reference: str) -> str:
        return dashboard.login(audience, reference, admin["tenant_id"], admin["user_id"], email=admin["email"])

    with visit(browser, viewport=NARROW, scripts=False) as page:

        def fill() -> None:
            page.get_by_label("Your e-mail address", exact=True).fill(admin["email"])
            page.get_by_label("I have a login of my own here, and can log in").check()
            page.get_by_label("Where do you live? (optional)").fill("Germany")

        reference = form(world, page, "Send me a copy of my data", fill)
        extended = act(staff, world, reference, "extension", {"reason": "Your account has more records than most."})
        assert "GDPR" in json.dumps(extended)
        again = call_as(staff, world, f"{REQUESTS}/{reference}/extension", {"reason": "Another reason."})
        assert again.status == 409
        mails = mails_about(world, admin["email"], reference, 2)
        assert not [word for mail in mails for word in mail["BodyText"].split() if word.isdigit() and len(word) == 6], (
            "who has an account logs in: no code goes out"
        )
        assert any("more records than most" in mail["BodyText"] for mail in mails)
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        assert page.get_by_role("heading", name="Log in again").is_visible()
        shown = page.request.post(f"{world.api_url}/api/dsr/{reference}/verification", data={"assertion": login(reference)})
        assert shown.status == 200, shown.text()
        reached(world, reference, {"completed", "partly-retained"})
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        words = page.locator("main").inner_text()
        assert "more records than most" in words and "it takes you to the newest file" in words
        assert page.locator("form").count() == 0, "no code opens what a login does"

        # The dashboard sends their browser there, with a form.
        door, bundle = tmp_path / "dashboard.html", tmp_path / "bundle.zip"
        door.write_text(
            f'<!doctype html><form method="post" action="{world.api_url}/api/dsr/{reference}/download">'
            f'<input name="assertion" value="{login(reference)}"><button>My data</button></form>'
        )
        page.goto(door.as_uri())
        source = downloaded(page, lambda: page.get_by_role("button", name="My data").click(no_wait_after=True), bundle)
        assert reference not in source and admin["email"] not in source
    files = opened(bundle)
    assert admin["email"].encode() in b"".join(files.values()), "their own address is theirs to have"
    others = [one["email"] for one in world.stack["demo"]["account_users"] if one["email"] != admin["email"]]
    assert not [other for other in others if other.encode() in b"".join(files.values())]
    assert [name for name in files if name.endswith(".csv")]
    for name in (name for name in files if name.endswith(".csv")):
        for row in csv.reader(io.StringIO(files[name].decode())):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "@")], name
    read_offline(browser, bundle, tmp_path / "bundle")


def ask_as_agent(world: World, browser: Browser, kind: str, person: str, agent: str, permission: str) -> str:
    """What an agent fills in for somebody; the reference."""
    world.askers |= {person, agent, "Privacy Agents Inc."}
    with visit(browser, viewport=NARROW, scripts=False) as page:

        def fill() -> None:
            page.get_by_label("Your e-mail address", exact=True).fill(person)
            page.get_by_label("Where do you live? (optional)").fill("California")
            page.get_by_text("I ask for somebody else", exact=True).click()
            # Californians without a login have a field of that label, too.
            page.locator("#agent_name").fill("Privacy Agents Inc.")
            page.get_by_label("Your own e-mail address", exact=True).fill(agent)
            page.get_by_label("SHA-256 of their signed permission (optional)", exact=True).fill(permission)

        reference = form(world, page, kind, fill)
        words = page.locator("main").inner_text()
        assert "The person confirms" in words and "Show that you may" in words and person not in words
    with visit(browser, viewport=NARROW) as phone:
        phone.goto(f"{world.api_url}/privacy/requests/{reference}")
        check(phone)
    return reference


def confirm_as_person(world: World, browser: Browser, reference: str, mail: dict[str, Any]) -> None:
    """The person follows the letter to the page of the request, and says there that the agent may."""
    assert "Somebody says that they act for you" in mail["BodyText"]
    with visit(browser, viewport=NARROW, scripts=False) as page:
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        page.get_by_label("Code", exact=True).fill(code_in(mail["BodyText"]))
        page.get_by_role("button", name="They may ask for me").click()
        assert page.get_by_role("heading", level=1, name="Thank you. One part is done").is_visible()


def fetch_as_person(world: World, browser: Browser, reference: str, person: str, to: Path) -> dict[str, bytes]:
    """The person has a code sent from the page of the request, enters it and gets the file."""
    known = len(codes_about(world, person, reference))
    with visit(browser, viewport=NARROW, scripts=False) as page:
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        page.get_by_role("button", name="Send me a code").click()
        fresh = until(lambda: codes[known:] if len(codes := codes_about(world, person, reference)) > known else None, 60)[-1]
        page.get_by_label("Code for the download").fill(fresh)
        button = page.get_by_role("button", name="Download", exact=True)
        downloaded(page, lambda: button.click(no_wait_after=True), to)
    return opened(to)


def test_a_californian_has_an_agent_ask_to_know_and_to_delete(
    world: World, browser: Browser, staff: boto3.Session, tmp_path: Path
) -> None:
    contact = world.stack["demo"]["conversation_contacts"][0]
    person, agent = contact["email"], somebody()
    permission = hashlib.sha256(b"I let them ask for me.").hexdigest()
    before = world.of_tenants()
    references = [
        ask_as_agent(world, browser, kind, person, agent, permission)
        for kind in ("Tell me what kinds of data you hold, where they come from and who gets them", "Delete my data")
    ]
    for reference in references:
        assert world.page(reference)["state"] in ("received", "awaiting-verification")
    until(lambda: len(world.mails_to(agent)) >= 2 or None, 60)
    asked = {reference: mails_about(world, person, reference, 1)[0] for reference in references}
    assert world.of_tenants() == before, "nothing goes on the word of an agent"
    for reference in references:
        confirm_as_person(world, browser, reference, asked[reference])
    work = get(staff, world, f"{REQUESTS}?state=awaiting-verification")
    assert set(references) <= {one["reference"] for one in work["requests"]}
    for reference in references:
        act(staff, world, reference, "verification", {
            "proof": "agent-permission", "document_sha256": permission, "why": "The document is the one that they named.",
        })
    to_know, to_delete = references
    reached(world, to_know, {"partly-retained"})

    def routed() -> dict[str, Any] | None:
        world.sweep()
        known = get(staff, world, f"{REQUESTS}/{to_delete}")
        return known if known["routed_to"] else None

    assert until(routed, 60, pause=2)["routed_to"] == [contact["tenant_id"]]
    assert world.of_tenants() == before, "whose customer they are decides, and has not said anything"
    assert get(staff, world, f"{REQUESTS}/{to_know}")["routed_to"] == [contact["tenant_id"]]
    # The copy is made anew, whole, beside the one that lacked a part, which has its own day.
    act(staff, world, to_know, "instruction", {
        "tenant_id": contact["tenant_id"], "instruction_id": "ticket-6", "why": "Their answer of today.",
    })
    reached(world, to_know, {"completed"})
    # The agent hears how it goes on, and only the person gets the file.
    files = fetch_as_person(world, browser, to_know, person, tmp_path / "know.zip")
    assert "notice.html" in files and not [name for name in files if name.startswith("data/")], "kinds, and no copy"
    read_offline(browser, tmp_path / "know.zip", tmp_path / "know")
    act(staff, world, to_delete, "instruction", {
        "tenant_id": contact["tenant_id"], "instruction_id": "ticket-7", "why": "Their answer of today.",
    })
    reached(world, to_delete, {"completed", "partly-retained"})
    with visit(browser, viewport=NARROW) as phone:
        phone.goto(f"{world.api_url}/privacy/requests/{to_delete}")
        check(phone)
        words = phone.locator("main").inner_text()
        assert person not in words and contact["tenant_id"] not in words and "Privacy Agents" not in words
    after = world.of_tenants()
    of_person = [fact for fact in before[contact["tenant_id"]] if contact["contact_id"] in fact]
    assert of_person and not set(of_person) & set(after[contact["tenant_id"]])
    assert set(before[contact["tenant_id"]]) - set(of_person) <= set(after[contact["tenant_id"]]), "nobody else's"
    assert {key: value for key, value in after.items() if key != contact["tenant_id"]} == {
        key: value for key, value in before.items() if key != contact["tenant_id"]
    }


def test_somebody_with_only_a_handle_has_what_a_platform_brought_erased(world: World, browser: Browser) -> None:
    one = next(one for one in world.stack["demo"]["handles"] if one["platform"] == "instagram")
    connections = [contact["connection_id"] for contact in one["contacts"]]
    others = world.everything(without=connections)
    with visit(browser, viewport=NARROW, scripts=False) as page:

        def fill() -> None:
            page.get_by_label("Platform", exact=True).select_option("instagram")
            page.get_by_label("Name of your account there").fill("@" + one["handle"])

        reference = form(world, page, "Delete my data", fill)
        (message,) = until(lambda: [m for m in world.messages_to(one["handle"]) if reference in m["text"]] or None, 60)
        enter(page, code_in(message["text"]))
        known = reached(world, reference, {"verifying", "completed", "partly-retained"})
        assert known["state"] in ("verifying", "completed"), known
        page.goto(f"{world.api_url}/privacy/requests/{reference}")
        assert one["handle"] not in page.content()
    with visit(browser, viewport=NARROW) as phone:
        phone.goto(f"{world.api_url}/privacy/requests/{reference}")
        check(phone)
    left = [fact for facts in world.everything().values() for fact in facts if any(c["contact_id"] in fact for c in one["contacts"])]
    assert left == []
    assert world.everything(without=connections) == others
