"""The keyed hashes that stand for a person; the same derivation as shared/privacy."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass


def hkdf_sha256(material: bytes, info: bytes) -> bytes:
    """RFC 5869 with an empty salt and 32 bytes out: one block of expansion."""
    extracted = hmac.digest(b"\0" * 32, material, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def normal_email(address: str) -> str:
    """The one form that addresses are matched by. Python's IDNA is the older one; domains of the demo are the same in both."""
    local, _, domain = address.strip().rpartition("@")
    return f"{local.lower()}@{domain.encode('idna').decode().lower()}"


def normal_handle(handle: str) -> str:
    """The one form that handles are matched by."""
    return handle.strip().removeprefix("@").lower()


@dataclass(frozen=True)
class SubjectKeys:
    """The current version of the secret SubjectKeys, as the product uses it when it writes."""

    version: str
    material: str

    @classmethod
    def from_secret(cls, text: str) -> SubjectKeys:
        secret = json.loads(text)
        return cls(secret["current"], secret[secret["current"]])

    def link(self, namespace: str, kind: str, identity: str) -> str:
        return self._reference("link", f"{namespace}/{kind}/{identity}")

    def suppression(self, namespace: str, kind: str, identity: str) -> str:
        return self._reference("suppression", f"{namespace}/{kind}/{identity}")

    def email(self, address: str) -> str:
        """The link of an e-mail address, however it is written."""
        return self.link("email", "email", normal_email(address))

    def handle(self, platform: str, handle: str) -> str:
        """The link of a handle on a platform, with or without its @."""
        return self.link(platform, "handle", normal_handle(handle))

    def member(self, tenant_id: str, user_id: str) -> str:
        """The link of a user of a tenant's account, by the ids that the dashboard signs."""
        return self.link("dashboard", "member", f"{tenant_id}/{user_id}")

    def obligation(self, code: str) -> str:
        """What receipts and the audit trail call an obligation, or a request of a person."""
        return self._reference("receipt", f"obligation#{code}")

    def hold(self, hold_id: str) -> str:
        """What the audit trail calls a hold."""
        return self._reference("audit", f"hold#{hold_id}")

    def contact(self, platform: str, tenant_id: str, scoped_id: str) -> str:
        return self._reference("contact", f"{platform}/{tenant_id}/{scoped_id}")

    def _reference(self, purpose: str, message: str) -> str:
        key = hkdf_sha256(self.material.encode(), f"privacy/{purpose}/{self.version}".encode())
        digest = hmac.digest(key, message.encode(), hashlib.sha256)
        return f"{self.version}-{base64.b32encode(digest[:20]).decode().rstrip('=').lower()}"
