"""Meta's signature as somebody else reads it: the facebook-sdk of PyPI, which knows nothing of this repository.

Signer and verifier of this repository could misread padding or the signed text in the same way; three parties cannot.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import facebook
import pytest

from local.demo.signed_request import sign, signed_request
from local.settings import ROOT
from tests.e2e.world import World

VECTORS = json.loads((ROOT / "tests" / "vectors" / "signed_request.json").read_text())
# Well signed, and no answer of the SDK: another algorithm, and no JSON.
UNREADABLE = {"OWN-7 algorithm none", "OWN-11 payload not JSON"}


def read_by_others(text: str, secret: str) -> dict[str, Any] | None:
    """What the SDK reads; `None` if it refuses, also where it stumbles."""
    try:
        found = facebook.parse_signed_request(text, secret)
    except (ValueError, AttributeError):
        return None
    return found or None


def base64url(data: bytes, *, padded: bool = False) -> str:
    text = base64.urlsafe_b64encode(data).decode()
    return text if padded else text.rstrip("=")


def signed_here(secret: str, text: str, *, padded_signature: bool = False) -> str:
    """Signs an encoded payload as it stands."""
    return f"{base64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest(), padded=padded_signature)}.{text}"


def test_what_we_sign_is_read_by_others_whatever_its_length() -> None:
    lengths = set()
    for digits in range(1, 25):
        user_id = "1" + "7" * (digits - 1)
        text = signed_request("a secret", user_id, 1_700_000_000)
        lengths.add(len(text.partition(".")[2]) % 4)
        assert read_by_others(text, "a secret") == {"user_id": user_id, "algorithm": "HMAC-SHA256", "issued_at": 1_700_000_000}
        assert read_by_others(text, "another secret") is None
    assert lengths == {0, 2, 3}, "every padding there is"


@pytest.mark.parametrize("vector", VECTORS, ids=[one["name"] for one in VECTORS])
def test_others_judge_the_vectors_as_they_say(vector: dict[str, Any]) -> None:
    """Those that `shared/privacy/src/signed_request/tests.rs` holds our verifier to."""
    read = read_by_others(vector["signed_request"], vector["secret"])
    assert (read is not None) == (vector["hmac_ok"] and vector["name"] not in UNREADABLE)
    assert read is None or read == vector["payload"]


def spellings(secret: str, user_id: str) -> Iterator[tuple[str, str]]:
    """Texts that one secret signs for one person, and texts that look like it, each with what it is."""
    payload = {"user_id": user_id, "algorithm": "HMAC-SHA256", "issued_at": 1_700_000_000}
    good = sign(secret, payload)
    signature, text = good.split(".")
    yield "as we sign it", good
    for more in range(4):
        yield f"{more} letters longer", sign(secret, payload | {"code": "x" * more})
    encoded = (base64url(json.dumps(payload | {"code": "x" * more}).encode(), padded=True) for more in range(3))
    padded = next(text for text in encoded if text.endswith("="))
    yield "padding that is signed", signed_here(secret, padded)
    yield "a padded signature", signed_here(secret, text, padded_signature=True)
    yield "escapes and blanks", signed_here(secret, base64url(json.dumps(payload | {"code": "a/ü☂"}, indent=2).replace("/", "\\/").encode()))
    letters = base64url(json.dumps(payload | {"code": "~~~~~?????"}).encode())
    assert "-" in letters and "_" in letters
    yield "both letters of its own that this alphabet has", signed_here(secret, letters)
    other = sign(secret, payload | {"user_id": f"{user_id}0"})
    yield "the signature of another", f"{other.split('.')[0]}.{text}"
    yield "another secret", sign(f"{secret}x", payload)
    yield "signed before it was encoded", signed_here(secret, json.dumps(payload)).split(".")[0] + "." + text
    yield "signed with the padding, sent without", signed_here(secret, padded).rstrip("=")
    yield "another algorithm", sign(secret, payload | {"algorithm": "HMAC-SHA1"})
    yield "no algorithm", sign(secret, {"user_id": user_id})
    yield "a third part", f"{good}.{text}"
    yield "halves exchanged", f"{text}.{signature}"
    yield "no dot", signature + text


def test_the_service_and_others_take_and_refuse_the_same(world: World) -> None:
    person = world.person()
    secret, other_secret = world.secrets["facebook"], world.secrets["instagram"]
    assert secret != other_secret
    taken, refused, codes = [], [], set()
    for what, text in spellings(secret, person.user_id):
        read, answer = read_by_others(text, secret), world.post(text)
        assert (answer.status, read is not None) in [(200, True), (400, False)], (what, answer.status, read)
        if read is None:
            refused.append(what)
            continue
        taken.append(what)
        assert read["user_id"] == person.user_id, what
        codes.add(answer.json["confirmation_code"])
    assert len(codes) == 1, "the same person, however it is spelt"
    assert len(taken) == 9 and len(refused) == 9, (taken, refused)
    # The same digits in another app are somebody else, for whom that app's secret signs.
    text = sign(other_secret, {"user_id": person.user_id, "algorithm": "HMAC-SHA256"})
    assert read_by_others(text, secret) is None and read_by_others(text, other_secret) is not None
    answer = world.post(text)
    assert answer.status == 200 and answer.json["confirmation_code"] not in codes
