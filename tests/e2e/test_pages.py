"""The pages, as people meet them: in a browser, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import NARROW, WIDE, check, reachable, visit
from tests.e2e.world import World


def instructions(world: World, page: Page) -> None:
    answer = page.goto(f"{world.api_url}/privacy")
    assert answer is not None and answer.status == 200


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_anybody_can_use_the_instructions_and_the_form(world: World, browser: Browser, viewport: dict[str, int]) -> None:
    with visit(browser, viewport=viewport) as page:
        instructions(world, page)
        check(page)
        for platform in ("Instagram", "Facebook", "LinkedIn", "Google"):
            assert page.get_by_role("heading", name=platform).count() == 1
        for more in page.locator("details summary").all():
            more.click()
        check(page)


def test_the_form_is_reached_by_keyboard_alone(world: World, browser: Browser) -> None:
    with visit(browser) as page:
        instructions(world, page)
        reached = reachable(page)
        wanted = ["kind-erasure", "email", "platform", "handle", "residence", "details"]
        assert [one for one in reached if one in wanted] == wanted, reached
        assert "Skip to the content" in reached[0]


def test_a_request_goes_in_without_scripts_and_its_page_shows_it(world: World, browser: Browser) -> None:
    address = "ines.moreau@example.org"
    world.askers.add(address)
    with visit(browser, scripts=False, viewport=NARROW) as page:
        instructions(world, page)
        page.get_by_label("Send me a copy of my data").check()
        page.get_by_label("Your e-mail address", exact=True).fill(address)
        page.get_by_label("Where do you live? (optional)").fill("Germany")
        page.get_by_role("button", name="Send the request").click()
        assert page.get_by_role("heading", level=1, name="We have your request").is_visible()
        page.get_by_role("link", name="See where your request stands").click()
        assert re.fullmatch(r".*/privacy/requests/8[a-z2-7]{32}", urlsplit(page.url).path)
        assert address not in page.content()
    with visit(browser, viewport=NARROW) as phone:
        phone.goto(page.url)
        check(phone)


def test_what_was_typed_is_not_lost_and_the_field_is_named(world: World, browser: Browser) -> None:
    hostile = '"><script>document.title="mine"</script>'
    with visit(browser) as page:
        instructions(world, page)
        page.get_by_label("Delete my data").check()
        page.get_by_label("Your e-mail address", exact=True).fill("not an address")
        page.get_by_label("In your words").fill(hostile)
        page.get_by_role("button", name="Send the request").click()
        check(page)
        field = page.get_by_label("Your e-mail address", exact=True)
        assert field.get_attribute("aria-invalid") == "true"
        assert field.input_value() == "not an address"
        assert page.get_by_label("In your words").input_value() == hostile
        assert page.get_by_label("Delete my data").is_checked()
        assert page.title() != "mine"


def test_sent_twice_it_is_one_request(world: World, browser: Browser) -> None:
    with visit(browser) as page:
        instructions(world, page)
        page.get_by_label("Delete my data").check()
        page.get_by_label("Your e-mail address", exact=True).fill("twice@example.org")
        world.askers.add("twice@example.org")
        page.get_by_role("button", name="Send the request").click()
        first = page.locator("section.code code").inner_text()
        page.reload()
        assert page.locator("section.code code").inner_text() == first


def test_an_erased_person_reads_what_became_of_everything(world: World, browser: Browser) -> None:
    code = world.ask(world.person("tenant-alder"))
    world.await_erased(code)
    for viewport in (NARROW, WIDE):
        with visit(browser, viewport=viewport) as page:
            page.goto(f"{world.api_url}/privacy/requests/{code}")
            check(page)
            assert page.get_by_role("heading", name="What we keep, and why").is_visible()
