"""What the outside sees: one body for everything unknown, a problem document for everything wrong, and nothing stored."""

from __future__ import annotations

import json
import urllib.parse

import pytest

from local.demo.signed_request import sign, signed_request
from tests.e2e.world import FORM, World

DELETION = "/api/meta/data-deletion"
JSON = {"Accept": "application/json"}


def form(*fields: tuple[str, str]) -> bytes:
    return urllib.parse.urlencode(fields).encode()


def test_every_unknown_code_gets_the_same_answer(world: World) -> None:
    odd = ["a" * 32, "z" * 26, "A", "0", "..%2F..%2Fetc", "%00", "a" * 2000, "%C3%A4", "aaaa%20aaaa", "undefined"]
    for accept in ("application/json", "text/html", "*/*"):
        answers = [world.call("GET", f"/privacy/requests/{code}", headers={"Accept": accept}) for code in odd]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.body for answer in answers}) == 1
        assert len({answer.headers["content-type"] for answer in answers}) == 1


@pytest.mark.parametrize("path", ["/", "/nope", "/api/meta", "/api/meta/data-deletion/x", "/privacy/requests/a/b", "/.env"])
def test_unknown_paths_get_our_own_document(world: World, path: str) -> None:
    answer = world.call("GET", path, headers=JSON)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["type"] and answer.json["status"] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for path in (DELETION, "/api/meta/deauthorize") for method in ("GET", "PUT", "DELETE", "PATCH")]
    + [(method, "/privacy/requests/" + "a" * 32) for method in ("POST", "PUT", "DELETE")],
)
def test_wrong_methods_get_our_own_document(world: World, method: str, path: str) -> None:
    answer = world.call(method, path, headers=JSON)
    assert answer.status == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"]


def bad_requests() -> list[tuple[str, bytes, str, int]]:
    """(what is wrong, body, content type, status). Signed with a secret no app has, unless it fails before that."""
    user, unknown = "10158", "not-a-secret-of-ours"
    good = signed_request(unknown, user)
    signature, payload = good.split(".")
    return [
        ("no body", b"", FORM, 400),
        ("no field", form(("other", "1")), FORM, 400),
        ("two fields", form(("signed_request", good), ("signed_request", good)), FORM, 400),
        ("empty field", form(("signed_request", "")), FORM, 400),
        ("no dot", form(("signed_request", signature + payload)), FORM, 400),
        ("two dots", form(("signed_request", good + ".x")), FORM, 400),
        ("a secret of nobody", form(("signed_request", good)), FORM, 400),
        ("no signature", form(("signed_request", "." + payload)), FORM, 400),
        ("not base64url", form(("signed_request", "!!!!." + payload)), FORM, 400),
        ("JSON", json.dumps({"signed_request": good}).encode(), "application/json", 400),
        ("plain text", good.encode(), "text/plain", 400),
        ("far too long", form(("signed_request", "a" * 200_000)), FORM, 400),
        ("not UTF-8", b"signed_request=\xff\xfe", FORM, 400),
    ]


@pytest.mark.parametrize(("wrong", "body", "content_type", "status"), bad_requests(), ids=[one[0] for one in bad_requests()])
def test_bad_requests_store_nothing(world: World, wrong: str, body: bytes, content_type: str, status: int) -> None:
    before = world.obligations()
    for route in ("data-deletion", "deauthorize"):
        answer = world.call("POST", f"/api/meta/{route}", body, {"Content-Type": content_type})
        assert answer.status == status, (wrong, answer)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == status
        assert b"10158" not in answer.body and b"signed_request" not in answer.body
    assert world.obligations() == before


def test_well_signed_nonsense_stores_nothing(world: World) -> None:
    secret = world.secrets["facebook"]
    before = world.obligations()
    for payload in (
        {"algorithm": "HMAC-SHA256"},
        {"algorithm": "AES-256-CBC HMAC-SHA256", "user_id": "1"},
        {"user_id": "1"},
        {"algorithm": "HMAC-SHA256", "user_id": "1.5"},
        {"algorithm": "HMAC-SHA256", "user_id": 1.5},
        {"algorithm": "HMAC-SHA256", "user_id": ""},
        {"algorithm": "HMAC-SHA256", "user_id": None},
    ):
        assert world.post(sign(secret, payload)).status == 400, payload
    assert world.obligations() == before


def test_multipart_is_taken_too(world: World) -> None:
    text = world.signed(world.person())
    body = f'--x\r\nContent-Disposition: form-data; name="signed_request"\r\n\r\n{text}\r\n--x--\r\n'.encode()
    answer = world.call("POST", DELETION, body, {"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status == 200 and set(answer.json) == {"url", "confirmation_code"}


def test_the_answer_is_what_meta_asks_for(world: World) -> None:
    person = world.person()
    answer = world.post(world.signed(person))
    code = answer.json["confirmation_code"]
    assert answer.headers["content-type"].startswith("application/json")
    assert code.isalnum() and len(code) >= 22 and person.user_id not in code
    assert answer.json["url"] == f"{world.api_url}/privacy/requests/{code}"
    assert world.call("GET", answer.json["url"], headers=JSON).status == 200
