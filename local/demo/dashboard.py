"""The dashboard of the demo: it signs that somebody has just logged in, as docs/logins.md describes it."""

from __future__ import annotations

import base64
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER = "https://dashboard.demo.example"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Dashboard:
    """One key. Its seed stays in the state folder."""

    kid: str
    seed: bytes

    @classmethod
    def new(cls) -> Dashboard:
        return cls(secrets.token_hex(4), secrets.token_bytes(32))

    @classmethod
    def load(cls, file: Path) -> Dashboard:
        known = json.loads(file.read_text())
        return cls(known["kid"], bytes.fromhex(known["seed"]))

    def save(self, file: Path) -> None:
        file.touch(mode=0o600)
        file.write_text(json.dumps({"kid": self.kid, "seed": self.seed.hex()}))

    def public(self) -> str:
        """What stands in the secret DashboardKeys."""
        x = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return json.dumps({"issuer": ISSUER, "keys": [{"kid": self.kid, "x": _text(x)}]})

    def login(self, audience: str, reference: str, tenant_id: str, user_id: str, **changes: Any) -> str:
        """That this user logged in just now, for one request. `changes` are claims that a test wants otherwise."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": audience, "sub": f"{tenant_id}/{user_id}", "request": reference,
            "auth_time": now - 5, "iat": now, "exp": now + 120, "jti": secrets.token_hex(16),
        } | changes
        header = {"alg": "EdDSA", "kid": self.kid, "typ": "JWT"}
        signed = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_text(Ed25519PrivateKey.from_private_bytes(self.seed).sign(signed.encode()))}"
