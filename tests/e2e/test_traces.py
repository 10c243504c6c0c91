"""The search that other tests rely on: it finds a word however it is written, and finds nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.parse
from typing import Any

import pytest

from local.settings import ROOT
from tests.e2e.traces import Needles, places_of_contact, without_contact

WORD = "mia.o'Neil+new@example.org"


@pytest.mark.parametrize("form,written", [
    ("plain", f"to {WORD}."),
    ("plain", f"to {WORD.upper()}."),
    ("url", "q=" + urllib.parse.quote(WORD, safe="")),
    ("form", urllib.parse.urlencode({"email": WORD})),
    ("url twice", urllib.parse.quote(urllib.parse.quote(WORD, safe=""), safe="")),
    ("json", json.dumps({"of": f"Mia \u2603 {WORD}"})),
    ("html", "<p>mia.o&#x27;Neil+new@example.org</p>"),
    ("hex", WORD.encode().hex()),
    ("hex", WORD.encode().hex().upper()),
    ("base64", base64.b64encode(f"{WORD}".encode()).decode()),
    ("base64", base64.b64encode(f"x{WORD}yz".encode()).decode()),
    ("base64", base64.urlsafe_b64encode(f"xx{WORD}".encode()).decode()),
    ("base64", base64.b64encode(json.dumps({"email": WORD}).encode()).decode()),
    ("md5", hashlib.md5(WORD.encode(), usedforsecurity=False).hexdigest()),
    ("sha1", hashlib.sha1(WORD.lower().encode(), usedforsecurity=False).hexdigest()),
    ("sha256", hashlib.sha256(WORD.lower().encode()).hexdigest()),
    ("sha256", base64.urlsafe_b64encode(hashlib.sha256(WORD.encode()).digest()).decode()),
    ("sha512", hashlib.sha512(WORD.encode()).hexdigest()),
    ("reversed", WORD[::-1]),
])
def test_a_word_is_found_however_it_is_written(form: str, written: str) -> None:
    found = Needles([WORD, "another word"]).found_in(f"before {written} after")
    assert {word for word, _ in found} == {WORD} and form in {how for _, how in found}, found


def test_nothing_else_is_found() -> None:
    others = ["mia.o'neil@example.org", hashlib.sha256(b"key" + WORD.encode()).hexdigest(), base64.b64encode(b"mia").decode(), ""]
    assert Needles([WORD]).found_in("\n".join(others)) == []


def test_a_word_that_stands_anywhere_by_chance_is_not_looked_for() -> None:
    with pytest.raises(AssertionError):
        Needles(["mia"])


PLACES = places_of_contact(ROOT / "policy.toml")
REFERENCE = "obligation#8q3vd"


def row(pk: str, sk: str, **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}} | attributes


def found_in_ledger(of: dict[str, Any]) -> bool:
    return Needles([WORD]).found_in(without_contact(of, PLACES)) != []


@pytest.mark.parametrize("where", [
    row(REFERENCE, "asked", contact={"M": {"email": {"S": WORD}}}, state={"S": "answered"}),
    row(REFERENCE, "asked", agent={"M": {"email": {"S": WORD}, "name": {"S": "Agents"}}}),
    row(REFERENCE, "asked", declaration={"S": WORD}, details={"S": f"write to {WORD}"}),
    row(REFERENCE, "words", details={"S": f"write to {WORD}"}),
])
def test_an_address_may_stand_where_a_request_says_where_its_answer_goes(where: dict[str, Any]) -> None:
    assert WORD in json.dumps(where) and not found_in_ledger(where)


@pytest.mark.parametrize("where", [
    row(REFERENCE, "asked", contact={"M": {}}, routed={"L": [{"M": {"tenant": {"S": WORD}}}]}),
    row(REFERENCE, "asked", contact={"M": {"email": {"S": WORD}}}, member={"M": {"user": {"S": WORD.upper()}}}),
    row(REFERENCE, "head", links={"L": [{"S": WORD}]}), row(REFERENCE, "head", contact={"S": WORD}),
    row(REFERENCE, "outcome#1", outcomes={"M": {WORD: {"S": "removed"}}}),
    row(REFERENCE, "trail#000002", why={"S": f"asked from {WORD}"}), row(REFERENCE, "trail#000002", details={"S": WORD}),
    row(REFERENCE, f"subject#1#{hashlib.sha256(WORD.encode()).hexdigest()}"), row(f"asked-by#{WORD}", "8q3vd"),
    row("obligation#aq3vd", "asked", contact={"S": WORD}), row("asked", "asked", contact={"S": WORD}),
])
def test_an_address_is_found_anywhere_else_in_the_ledger(where: dict[str, Any]) -> None:
    assert found_in_ledger(where)
