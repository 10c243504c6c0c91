"""What a tenant has of its own: its account, and the conversations its agents held, with their files."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.demo.keys import SubjectKeys
from local.demo.model import instant
from local.demo.records import FIRST, LAST, SENTENCES, marker
from local.demo.seed import BATCH, put_rows, subject_keys

CONTACTS, MESSAGES = 3, 8


# Links do not move with the day on which the demo is written.
KNOWN_SINCE = "2025-06-01T00:00:00.000Z"


@dataclass(frozen=True)
class Known:
    """A user of an account, or a contact of a tenant's own, by the e-mail address that finds them."""

    tenant_id: str
    id: str
    email: str


@dataclass
class Own:
    """Everything of one tenant itself, ready to be written."""

    account_rows: list[dict[str, object]] = field(default_factory=list)
    conversation_rows: list[dict[str, object]] = field(default_factory=list)
    link_rows: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    markers: set[str] = field(default_factory=set)
    users: list[Known] = field(default_factory=list)
    contacts: list[Known] = field(default_factory=list)


def own(tenant_id: str, keys: SubjectKeys, now: datetime) -> Own:
    """Same tenant, same personal strings, every time."""
    source = random.Random(f"demo/account/{tenant_id}")
    made = Own()
    _account(tenant_id, keys, source, made)
    for number in range(CONTACTS):
        contact_id = f"p{number}{source.getrandbits(40):010x}"
        word = _conversation(tenant_id, contact_id, source, now, made)
        if number == 0:
            known = Known(tenant_id, contact_id, f"{word}@example.org")
            made.contacts.append(known)
            made.conversation_rows.append(_link(tenant_id, "contact", known, keys.email(known.email), made) | {"pk": tenant_id})
    return made


def _account(tenant_id: str, keys: SubjectKeys, source: random.Random, made: Own) -> None:
    """A profile, two users of whom one has an id that begins with the other's, and a key."""
    row = {"pk": f"account#{tenant_id}", "tenant_id": tenant_id}
    made.account_rows.append(row | {"sk": "profile", "company": f"{tenant_id} Limited", "plan": "team"})
    first = f"{source.getrandbits(40):010x}"
    for user_id in (first, f"{first}2"):
        word = marker(source)
        made.markers.add(word)
        known = Known(tenant_id, user_id, f"{word}@example.com")
        made.users.append(known)
        made.account_rows += [
            row | {
                "sk": f"user#{user_id}#profile", "user_id": user_id, "name": f"{source.choice(FIRST)} {word}", "email": known.email,
            },
            _link(tenant_id, "user", known, keys.email(known.email), made) | row,
            _link(tenant_id, "user", known, keys.member(tenant_id, user_id), made) | row,
        ]
    secret = marker(source)
    made.markers.add(secret)
    made.account_rows.append(row | {"sk": f"key#{source.getrandbits(40):010x}", "secret": f"sk-{secret}"})


def _link(tenant_id: str, part: str, known: Known, link: str, made: Own) -> dict[str, object]:
    """The row beside somebody that names the link to them; the link itself is among the tenant's."""
    owner: dict[str, object] = {"tenant_id": tenant_id, f"{part}_id": known.id}
    made.link_rows.append(owner | {"pk": f"link#{link}", "sk": f"{tenant_id}##{part}#{known.id}", "known_since": KNOWN_SINCE})
    return owner | {"sk": f"{part}#{known.id}#link#{KNOWN_SINCE}#{link}"}


def _conversation(tenant_id: str, contact_id: str, source: random.Random, now: datetime, made: Own) -> str:
    """The marker of the contact."""
    word = marker(source)
    made.markers.add(word)
    name = f"{source.choice(FIRST)} {source.choice(LAST)} {word}"
    row = {"pk": tenant_id, "tenant_id": tenant_id, "contact_id": contact_id}
    beginning = f"contact#{contact_id}"
    made.conversation_rows.append(row | {"sk": f"{beginning}#profile", "name": name})
    for number in range(MESSAGES):
        at = instant(now - timedelta(days=120) + timedelta(days=number))
        text = f"{source.choice(SENTENCES)} ({word})"
        made.conversation_rows += [
            row | {"sk": f"{beginning}#message#{at}#m{number}", "text": text},
            row | {"sk": f"{beginning}#embedding#{at}#m{number}", "vector": source.randbytes(64)},
            row | {"sk": f"{beginning}#trace#{at}#t{number}", "prompt": f"Answer {name}: {text}"},
        ]
    for version in range(2):
        made.files.setdefault(f"{tenant_id}/{contact_id}/talk/quote.pdf", []).append(f"{word} version {version}".encode())
    return word


def seed_accounts(
    clients: Mapping[str, Any], outputs: Mapping[str, str], tenants: Iterable[str], now: datetime
) -> list[Own]:
    """Writes the tenants' own data, and says what it is."""
    keys = subject_keys(clients, outputs)
    written = [own(tenant_id, keys, now) for tenant_id in tenants]
    for made in written:
        for table, rows in (
            ("AccountsTableName", made.account_rows),
            ("ConversationsTableName", made.conversation_rows),
            ("ConnectionsTableName", made.link_rows),
        ):
            for start in range(0, len(rows), BATCH):
                put_rows(clients["dynamodb"], outputs[table], rows[start : start + BATCH])
        for key, versions in made.files.items():
            for body in versions:
                clients["s3"].put_object(Bucket=outputs["FilesBucketName"], Key=key, Body=body)
    return written


def account_users(written: Iterable[Own]) -> list[dict[str, str]]:
    """Every user of an account, by the address that finds them."""
    return [{"tenant_id": one.tenant_id, "user_id": one.id, "email": one.email} for made in written for one in made.users]


def conversation_contacts(written: Iterable[Own]) -> list[dict[str, str]]:
    """The contacts of tenants' own who are known by an address."""
    return [{"tenant_id": one.tenant_id, "contact_id": one.id, "email": one.email} for made in written for one in made.contacts]
