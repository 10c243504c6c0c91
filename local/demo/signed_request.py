"""Signs a request the way Meta does. Also a command: python -m local.demo.signed_request SECRET USER_ID."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from typing import Any


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sign(secret: str, payload: dict[str, Any]) -> str:
    """The signature covers the encoded payload text, not what it decodes to."""
    text = _base64url(json.dumps(payload, separators=(",", ":")).encode())
    return f"{_base64url(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))}.{text}"


def signed_request(secret: str, user_id: str, issued_at: int | None = None) -> str:
    """What Meta posts when `user_id` asks for deletion; issued now unless told otherwise."""
    return sign(secret, {
        "user_id": user_id,
        "algorithm": "HMAC-SHA256",
        "issued_at": int(time.time()) if issued_at is None else issued_at,
    })


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m local.demo.signed_request SECRET USER_ID")
    print(signed_request(sys.argv[1], sys.argv[2]))
