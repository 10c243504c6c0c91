"""A real browser, and an accessibility engine that looks at its pages. Chromium is Debian's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

# Without these it would look for its maker's hosts at every start.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
# The narrowest screen that a page has to fit, as WCAG 1.4.10 has it.
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}


@contextmanager
def visit(browser: Browser, *, scripts: bool = True, viewport: dict[str, int] | None = None) -> Iterator[Page]:
    """A page of somebody who has never been here; what it calls beside its own site is a failure."""
    context: BrowserContext = browser.new_context(java_script_enabled=scripts, viewport=viewport or WIDE)
    page = context.new_page()
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    try:
        yield page
        sites = {urlsplit(url).netloc for url in calls if urlsplit(url).scheme in ("http", "https")}
        assert len(sites) <= 1, sites
    finally:
        context.close()


def serious(page: Page) -> list[str]:
    """What the engine finds that shuts somebody out."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"]]


def check(page: Page) -> None:
    """That anybody can use a page: nothing serious, nothing cut off, one heading above all, everything within reach of a key."""
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == "en"


def reachable(page: Page, most: int = 80) -> list[str]:
    """The names of what the Tab key reaches, in its order."""
    reached: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        one = page.evaluate(
            "(() => { const it = document.activeElement;"
            " return it === document.body ? '' : (it.id || it.name || it.textContent || '').trim().slice(0, 60); })()"
        )
        if not one:
            break
        reached.append(str(one))
    return reached
