"""What a tenant has of its own: its account, and the conversations its agents held, with their files."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.demo.model import instant
from local.demo.records import FIRST, LAST, SENTENCES, marker
from local.demo.seed import BATCH, put_rows

CONTACTS, MESSAGES = 3, 8


@dataclass
class Own:
    """Everything of one tenant itself, ready to be written."""

    account_rows: list[dict[str, object]] = field(default_factory=list)
    conversation_rows: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    markers: set[str] = field(default_factory=set)


def own(tenant_id: str, now: datetime) -> Own:
    """Same tenant, same personal strings, every time."""
    source = random.Random(f"demo/account/{tenant_id}")
    made = Own()
    _account(tenant_id, source, made)
    for number in range(CONTACTS):
        _conversation(tenant_id, f"p{number}{source.getrandbits(40):010x}", source, now, made)
    return made


def _account(tenant_id: str, source: random.Random, made: Own) -> None:
    word = marker(source)
    made.markers.add(word)
    row = {"pk": f"account#{tenant_id}", "tenant_id": tenant_id}
    made.account_rows += [
        row | {"sk": "profile", "company": f"{tenant_id} Limited", "plan": "team"},
        row | {"sk": f"user#{source.getrandbits(40):010x}", "name": f"{source.choice(FIRST)} {word}", "email": f"{word}@example.com"},
        row | {"sk": f"key#{source.getrandbits(40):010x}", "secret": f"sk-{word}"},
    ]


def _conversation(tenant_id: str, contact_id: str, source: random.Random, now: datetime, made: Own) -> None:
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


def seed_accounts(clients: Mapping[str, Any], outputs: Mapping[str, str], tenants: Iterable[str], now: datetime) -> set[str]:
    """Writes the tenants' own data; the personal words in it."""
    markers: set[str] = set()
    for tenant_id in tenants:
        made = own(tenant_id, now)
        markers |= made.markers
        for table, rows in (("AccountsTableName", made.account_rows), ("ConversationsTableName", made.conversation_rows)):
            for start in range(0, len(rows), BATCH):
                put_rows(clients["dynamodb"], outputs[table], rows[start : start + BATCH])
        for key, versions in made.files.items():
            for body in versions:
                clients["s3"].put_object(Bucket=outputs["FilesBucketName"], Key=key, Body=body)
    return markers
