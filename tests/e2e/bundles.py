"""Bundles: until a request is answered with one, the codes that open it, the browser that fetches it, what is in it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.e2e.browser import NARROW, WIDE, check
from tests.e2e.world import World, until


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


def codes_about(world: World, address: str, reference: str) -> list[str]:
    """Every code that was sent for a request, oldest first."""
    texts = [mail["BodyText"] for mail in mails_about(world, address, reference, 1)]
    return [word for text in texts for word in text.split() if len(word) == 6 and word.isdigit()]


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


def read_offline(browser: Browser, bundle: Path, folder: Path) -> None:
    """Opens the pages of a bundle as whoever has unpacked it does, with no way to anywhere."""
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)
    for viewport in (WIDE, NARROW):
        context = browser.new_context(offline=True, viewport=viewport)
        calls: list[str] = []
        page = context.new_page()
        page.on("request", lambda request, calls=calls: calls.append(request.url))
        for name in ("index.html", "notice.html"):
            page.goto((folder / name).as_uri())
            # Names of files that were copied are one word of up to 80 characters.
            page.evaluate("document.querySelectorAll('li a').forEach((link) => { link.textContent += 'x'.repeat(80); })")
            check(page)
        assert [url for url in calls if not url.startswith("file:")] == []
        context.close()


def downloaded(page: Page, press: Callable[[], None], to: Path) -> str:
    """Lets the browser fetch what a press of a button leads to, and keep it; the address it came from."""
    with page.expect_download() as got:
        press()
    assert got.value.suggested_filename == "your-data.zip"
    got.value.save_as(to)
    return str(got.value.url)
