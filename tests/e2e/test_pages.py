"""The pages, as people meet them: in a browser, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import re
import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, Page

from tests.e2e.browser import NARROW, QUIET, WIDE, check, reachable, visit
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


class Elsewhere(BaseHTTPRequestHandler):
    """A page with a form, under the policy of ours, and every place that its answer may lead to."""

    policy = ""
    # Hosts that were asked for something.
    reached: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.reached.append(self.headers["Host"].partition(":")[0])
        self.send_response(200)
        if self.path.startswith("/form"):
            to = self.path.partition("?")[2]
            body = f'<form method="post" action="/go?{to}"><button>Download</button></form>'.encode()
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", self.policy)
        else:
            body = b"a bundle"
            self.send_header("Content-Disposition", 'attachment; filename="your-data.zip"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(303)
        self.send_header("Location", f"https://{self.path.partition('?')[2]}/bundle")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def elsewhere(folder: Path, policy: str) -> Iterator[int]:
    """The port of a server with a certificate of its own."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(pem + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Elsewhere.policy = policy
    Elsewhere.reached.clear()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_form_goes_on_to_a_bucket_and_the_policy_lets_it_go_nowhere_else(
    world: World, browser: Browser, tmp_path: Path
) -> None:
    """On the stack a bucket is of the same origin as the pages; on AWS it is not, and a browser asks the policy for it."""
    policy = world.call("GET", "/privacy").headers["content-security-policy"]
    bucket, other = "bundles.s3.eu-central-1.amazonaws.com", "elsewhere.example"
    with elsewhere(tmp_path, policy) as port:
        rules = ", ".join(f"MAP {host}:443 127.0.0.1:{port}" for host in (bucket, other))
        flags = [*QUIET, "--ignore-certificate-errors", f"--host-resolver-rules={rules}"]
        away = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=flags)
        page = away.new_context(java_script_enabled=False, ignore_https_errors=True).new_page()
        page.goto(f"https://127.0.0.1:{port}/form?{bucket}")
        with page.expect_download() as got:
            page.get_by_role("button", name="Download").click(no_wait_after=True)
        assert got.value.suggested_filename == "your-data.zip"
        page.goto(f"https://127.0.0.1:{port}/form?{other}")
        with page.expect_console_message(lambda message: "form-action" in message.text, timeout=10_000):
            page.get_by_role("button", name="Download").click(no_wait_after=True)
        away.close()
    assert bucket in Elsewhere.reached and other not in Elsewhere.reached
