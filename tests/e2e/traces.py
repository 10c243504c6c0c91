"""Every way in which a word could stand somewhere, and a search for many words at once."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import tomllib
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

# Shorter ones stand in any text by chance.
LEAST = 8
# What whoever asks has written themselves, by the row of their request: it may hold anything.
OWN_WORDS = {"asked": {"declaration", "details"}, "words": {"details"}}


def spellings(word: str) -> Iterator[tuple[str, str]]:
    """How it is written, and what that looks like: as it is, escaped for some format, or hashed without a key."""
    texts = {word, word.removeprefix("@"), word.strip(), word.lower(), word.upper()}
    for text in texts:
        yield "plain", text
        yield "url", urllib.parse.quote(text, safe="")
        yield "form", urllib.parse.quote_plus(text)
        yield "url twice", urllib.parse.quote(urllib.parse.quote(text, safe=""), safe="")
        yield "json", json.dumps(text)[1:-1]
        yield "html", html.escape(text)
        yield "hex", text.encode().hex()
        yield "reversed", text[::-1]
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            yield from (("base64", inner) for inner in inside_base64(text.encode(), alphabet))
        for name in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
            yield name, digest.hex()
            yield name, base64.b64encode(digest).decode().rstrip("=")
            yield name, base64.urlsafe_b64encode(digest).decode().rstrip("=")


def inside_base64(word: bytes, alphabet: object) -> Iterator[str]:
    """What stays the same of a word wherever it stands in what was encoded: three beginnings, without their edges."""
    assert callable(alphabet)
    for before in range(3):
        encoded = alphabet(bytes(before) + word).decode().rstrip("=")
        whole = (before + len(word)) * 8 // 6
        yield encoded[-(-before * 8 // 6) : whole]


class Needles:
    """Words to look for, in every spelling. Small and large letters are one, but where they are the code itself."""

    def __init__(self, words: Iterable[str]) -> None:
        self.exact: dict[str, list[tuple[str, str, str]]] = {}
        self.folded: dict[str, list[tuple[str, str, str]]] = {}
        for word in words:
            assert len(word) >= LEAST, f"a word of {len(word)} letters stands anywhere by chance"
            for form, text in set(spellings(word)):
                if len(text) < LEAST:
                    continue
                where, needle = (self.exact, text) if form == "base64" else (self.folded, text.lower())
                where.setdefault(needle[:LEAST], []).append((needle, form, word))

    def found_in(self, text: str) -> list[tuple[str, str]]:
        """Which words stand there, and how they are written."""
        found = set(_hits(text, self.exact)) | set(_hits(text.lower(), self.folded))
        return sorted(found)


def _hits(text: str, needles: dict[str, list[tuple[str, str, str]]]) -> Iterator[tuple[str, str]]:
    # One look at every place, however many words there are.
    for at in range(len(text) - LEAST + 1):
        for needle, form, word in needles.get(text[at : at + LEAST], ()):
            if text.startswith(needle, at):
                yield word, form


def leaked(sent: Mapping[str, set[str]], texts: Iterable[str]) -> dict[str, set[str]]:
    """Codes of six digits that stand in a text as words of their own, by the letter that they were sent in.

    Any number of six digits is a code by chance: one in hundreds of runs is. Whatever writes codes down writes down those of a whole
    kind of letter, so more than half of a kind, and two at least, are no chance.
    """
    seen = {word for text in texts for word in re.findall(r"(?<!\w)\d{6}(?!\w)", text)}
    found = {kind: codes & seen for kind, codes in sent.items()}
    return {kind: stand for kind, stand in found.items() if len(stand) >= 2 and 2 * len(stand) > len(sent[kind])}


def places_of_contact(policy: Path) -> dict[str, set[str]]:
    """By the row of a request, the attributes that may say where whoever asked can be reached: contact data, as the policy file calls
    it, and their own words. Nothing else in the ledger may."""
    places = {row: set(attributes) for row, attributes in OWN_WORDS.items()}
    for row in tomllib.loads(policy.read_text())["own"]["contact-data"]["rows"]:
        assert row["partition"] == "obligation#{obligation}" and "{" not in row["key"], f"contact data stands elsewhere: {row}"
        places.setdefault(row["key"], set()).update(row["attributes"])
    return places


def without_contact(row: Mapping[str, Any], places: Mapping[str, set[str]]) -> str:
    """A row of the ledger, as DynamoDB gives it, without what may say where whoever asked can be reached."""
    is_of_request = row["pk"]["S"].startswith("obligation#8")
    left_out = places.get(row["sk"]["S"], set()) if is_of_request else set()
    return json.dumps({name: value for name, value in row.items() if name not in left_out}, default=repr)
