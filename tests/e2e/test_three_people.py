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
from tests.e2e.browser import NARROW, WIDE, check, visit
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


def reached(world: World, reference: str, states: set[str]) -> dict[str, Any]:
    """The page of a request, once it is in one of these states. The schedule's work is done by hand meanwhile."""

    def look() -> dict[str, Any] | None:
        world.sweep()
        known = world.page(reference)
        return known if known["state"] in states else None

    return until(look, 120, pause=2)


def mails_about(world: World, address: str, reference: str, count: int) -> list[dict[str, Any]]:
    """Mails to an address about one request, once there are so many."""

    def look() -> list[dict[str, Any]] | None:
        found = [mail for mail in world.mails_to(address) if reference in mail["BodyText"]]
        return found if len(found) >= count else None

    return until(look, 60)


def opened(bundle: Path) -> dict[str, bytes]:
    """What is in a bundle, each file as its manifest says."""
    with zipfile.ZipFile(bundle) as packed:
        assert packed.testzip() is None
        files = {name: packed.read(name) for name in packed.namelist()}
    manifest = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        assert hashlib.sha256(files[one["path"]]).hexdigest() == one["sha256"], one["path"]
        assert len(files[one["path"]]) == one["bytes"]
    return files


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
        assert "more records than most" in words and "it takes you to the file" in words
        assert page.locator("form").count() == 0, "no code opens what a login does"

        given = page.request.post(
            f"{world.api_url}/api/dsr/{reference}/download", data={"assertion": login(reference)}, max_redirects=0
        )
        assert given.status == 303, given.text()
        bundle = tmp_path / "bundle.zip"
        bundle.write_bytes(page.request.get(given.headers["location"]).body())
    files = opened(bundle)
    assert admin["email"].encode() in b"".join(files.values()), "their own address is theirs to have"
    others = [one["email"] for one in world.stack["demo"]["account_users"] if one["email"] != admin["email"]]
    assert not [other for other in others if other.encode() in b"".join(files.values())]
    assert [name for name in files if name.endswith(".csv")]
    for name in (name for name in files if name.endswith(".csv")):
        for row in csv.reader(io.StringIO(files[name].decode())):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "@")], name
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(tmp_path / "bundle")
    for viewport in (WIDE, NARROW):
        context = browser.new_context(offline=True, viewport=viewport)
        calls: list[str] = []
        page = context.new_page()
        page.on("request", lambda request, calls=calls: calls.append(request.url))
        for name in ("index.html", "notice.html"):
            page.goto((tmp_path / "bundle" / name).as_uri())
            # Names of files that were copied are one word of up to 80 characters.
            page.evaluate("document.querySelectorAll('li a').forEach((link) => { link.textContent += 'x'.repeat(80); })")
            check(page)
        assert [url for url in calls if not url.startswith("file:")] == []
        context.close()


def test_who_has_no_scripts_gets_from_a_code_to_the_file(world: World, browser: Browser) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
    body = json.dumps({"code": code_in(mails_about(world, address, reference, 1)[0]["BodyText"])}).encode()
    verified = world.call("POST", f"/api/dsr/{reference}/verification", body, {"Content-Type": "application/json"})
    assert verified.status == 200, verified
    reached(world, reference, {"completed"})
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto(f"{world.api_url}/privacy/requests/{reference}")
    page.get_by_role("button", name="Send me a code").click()
    assert page.get_by_role("heading", level=1, name="If a code can be sent, it is on its way").is_visible()
    fresh = until(lambda: codes[1:] if len(codes := codes_about(world, address, reference)) > 1 else None, 60)[-1]

    def enter(code: str) -> tuple[int, str]:
        page.get_by_label("Code for the download").fill(code)
        with page.expect_response(lambda answer: answer.url.endswith("/download")) as answered:
            page.get_by_role("button", name="Download", exact=True).click(no_wait_after=True)
        return answered.value.status, answered.value.headers.get("location", "")

    # A slip costs a try and no more: the page that says so has the field again.
    assert enter("000000" if fresh != "000000" else "000001")[0] == 422
    assert page.get_by_role("link", name="See where your request stands").is_visible()
    status, location = enter(fresh)
    assert status == 303 and reference not in location
    context.close()


def codes_about(world: World, address: str, reference: str) -> list[str]:
    """Every code that was sent for a request, oldest first."""
    texts = [mail["BodyText"] for mail in mails_about(world, address, reference, 1)]
    return [word for text in texts for word in text.split() if len(word) == 6 and word.isdigit()]


def test_a_code_to_the_address_of_an_account_opens_nothing_of_the_account(world: World, tmp_path: Path) -> None:
    user = [one for one in world.stack["demo"]["account_users"] if one["tenant_id"] == "tenant-birch"][1]
    told = []
    for address in (user["email"], somebody()):
        reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
        path, json_type = f"/api/dsr/{reference}", {"Content-Type": "application/json"}
        code = code_in(mails_about(world, address, reference, 1)[0]["BodyText"])
        assert world.call("POST", f"{path}/verification", json.dumps({"code": code}).encode(), json_type).status == 200
        reached(world, reference, {"completed"})
        assert world.call("POST", f"{path}/code", b"{}", json_type).status == 202
        # The answer to the request may come in between; it has no code.
        with_code = until(lambda: codes[1:] if len(codes := codes_about(world, address, reference)) > 1 else None, 60)
        fresh = with_code[-1]
        # The answer is a link, which is followed.
        given = world.call("POST", f"{path}/download", json.dumps({"code": fresh}).encode(), json_type)
        assert given.status == 200, given
        bundle = tmp_path / f"{reference}.zip"
        bundle.write_bytes(given.body)
        files = opened(bundle)
        assert not [name for name in files if name.startswith("data/")]
        assert b"nothing of an account" in files["index.html"]
        told.append({name: len(files[name]) for name in files})
    assert told[0] == told[1], "whoever has an account and whoever has none get the same"


def test_a_californian_has_an_agent_ask_to_know_and_to_delete(
    world: World, browser: Browser, staff: boto3.Session
) -> None:
    contact = world.stack["demo"]["conversation_contacts"][0]
    person, agent = contact["email"], somebody()
    permission = hashlib.sha256(b"I let them ask for me.").hexdigest()
    before = world.of_tenants()
    references = [
        world.ask_for({
            "kind": kind, "email": person, "residence": "California",
            "agent": {"email": agent, "name": "Privacy Agents Inc.", "permission_sha256": permission},
        })
        for kind in ("know", "erasure")
    ]
    for reference in references:
        assert world.page(reference)["state"] in ("received", "awaiting-verification")
    until(lambda: len(world.mails_to(agent)) >= 2 or None, 60)
    asked = [mails_about(world, person, reference, 1)[0] for reference in references]
    assert world.of_tenants() == before, "nothing goes on the word of an agent"
    for reference in references:
        (mail,) = [mail for mail in asked if reference in mail["BodyText"]]
        assert "Somebody says that they act for you" in mail["BodyText"]
        body = json.dumps({"code": code_in(mail["BodyText"])}).encode()
        answer = world.call("POST", f"/api/dsr/{reference}/verification", body, {"Content-Type": "application/json"})
        assert answer.status == 200, answer
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
    # The copy is made anew, whole, in the place of the one that lacked a part.
    act(staff, world, to_know, "instruction", {
        "tenant_id": contact["tenant_id"], "instruction_id": "ticket-6", "why": "Their answer of today.",
    })
    reached(world, to_know, {"completed"})
    act(staff, world, to_delete, "instruction", {
        "tenant_id": contact["tenant_id"], "instruction_id": "ticket-7", "why": "Their answer of today.",
    })
    reached(world, to_delete, {"completed", "partly-retained"})
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
