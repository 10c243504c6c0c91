"""The outside of the service as Meta and a person's browser use it."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

from local.demo.signed_request import signed_request


def post_deletion(api_url: str, secret: str, user_id: str) -> dict[str, str]:
    """Posts a deletion callback for `user_id` and returns Meta's expected answer."""
    body = urllib.parse.urlencode({"signed_request": signed_request(secret, user_id)}).encode()
    request = urllib.request.Request(f"{api_url}/api/meta/data-deletion", data=body, method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        given: dict[str, str] = json.load(answer)
        return given


def status(url: str) -> dict[str, Any]:
    """The status page's JSON."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        known: dict[str, Any] = json.load(answer)
        return known
