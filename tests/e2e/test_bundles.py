"""What a bundle is fetched by, whose it is, and that it goes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import NARROW
from tests.e2e.bundles import codes_about, downloaded, mails_about, opened, reached, read_offline
from tests.e2e.test_letters import code_in, somebody, trail, verify
from tests.e2e.test_workflow import answered, code_for
from tests.e2e.world import Answer, World, until

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def moving(world: World) -> Iterator[World]:
    yield world
    world.move(0)


def test_who_has_no_scripts_gets_from_a_code_to_the_file(world: World, browser: Browser, tmp_path: Path) -> None:
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

    def enter(code: str) -> int:
        page.get_by_label("Code for the download").fill(code)
        with page.expect_response(lambda answer: answer.url.endswith("/download")) as answered:
            page.get_by_role("button", name="Download", exact=True).click(no_wait_after=True)
        return answered.value.status

    # A slip costs a try and no more: the page that says so has the field again.
    assert enter("000000" if fresh != "000000" else "000001") == 422
    page.get_by_role("heading", level=1, name="This did not show that the request is yours").wait_for()
    statuses: list[int] = []
    source = downloaded(page, lambda: statuses.append(enter(fresh)), tmp_path / "bundle.zip")
    assert statuses == [303] and reference not in source
    assert "index.html" in opened(tmp_path / "bundle.zip")
    context.close()
    read_offline(browser, tmp_path / "bundle.zip", tmp_path / "bundle")


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


def test_a_bundle_is_erased_after_fourteen_days_and_the_trail_says_so(moving: World) -> None:
    world = moving
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
    assert verify(world, reference, code_for(world, address)).status == 200
    answered(world, reference)

    def bundle() -> dict[str, Any]:
        key = {"pk": {"S": f"obligation#{reference}"}, "sk": {"S": "bundle"}}
        got = world.clients["dynamodb"].get_item(TableName=world.outputs["LedgerTableName"], Key=key, ConsistentRead=True)
        found: dict[str, Any] = got.get("Item", {})
        return found

    def versions() -> list[str]:
        """Every version and marker of the bundle that is still in the bucket."""
        name = hashlib.sha256(f"request\n{reference}\n0".encode()).hexdigest()[:40]
        found = world.clients["s3"].list_object_versions(Bucket=world.outputs["BundlesBucketName"], Prefix=f"bundles/{name}")
        return [one["Key"] for kind in ("Versions", "DeleteMarkers") for one in found.get(kind, [])]

    def fetch() -> Answer:
        """With a fresh code, which is the right one."""
        known = len(codes_about(world, address, reference))
        assert world.call("POST", f"/api/dsr/{reference}/code", b"{}", JSON).status == 202
        fresh = until(lambda: sent[-1] if len(sent := codes_about(world, address, reference)) > known else None, 60)
        return world.call("POST", f"/api/dsr/{reference}/download", json.dumps({"code": fresh}).encode(), JSON)

    assert "made_at" in bundle() and "erased_at" not in bundle()
    given = fetch()
    assert given.status == 200 and given.body[:2] == b"PK", "a fresh code opens it"
    assert len(versions()) == 1
    world.move(13)
    world.sweep()
    assert "erased_at" not in bundle(), "not before its day"
    assert len(versions()) == 1
    world.move(14.1)

    def erased() -> bool | None:
        world.sweep()
        return "erased_at" in bundle() or None

    until(erased, 60, pause=2)
    assert "bundle-erased" in [one["what"]["S"] for one in trail(world, reference)]
    assert versions() == [], "no version and no marker is left"
    refused = fetch()
    assert refused.status == 422 and b"PK" not in refused.body[:2], "the right code opens nothing any more"
