"""Makes the rows and media objects of one connection. Same connection, same personal strings, every time."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.demo.keys import SubjectKeys, normal_handle
from local.demo.model import Connection, Contribution, KnownHandle, MediaObject, Records, instant

FIRST = ("Maren", "Ilse", "Tobias", "Noor", "Caspar", "Yuki", "Odile", "Renzo", "Freya", "Anselm", "Priya", "Wanda")
LAST = ("Oakhurst", "Lindqvist", "Barros", "Achterberg", "Imai", "Delacroix", "Fontana", "Nyberg", "Okafor", "Sandoval")
KINDS = ("mention", "comment", "direct-message")
SENTENCES = (
    "Does the annual plan include the reporting module, or is that sold apart?",
    "We switched from a spreadsheet last month and the team will not go back.",
    "My colleague asked for a quote on Tuesday and nobody has answered so far.",
    "Is there a way to try it with about forty people before we commit to it?",
    "The video about onboarding was useful; could you send it to my work address?",
    "Honestly the support has been slow this week, I hope that gets better soon.",
    "We are comparing three products for the new office and yours is on the list.",
)


# Whose records never stand in the inbox or in media (`excluded_platforms` in `policy.toml`): of these there is the connection itself.
EXCLUDED = ("linkedin",)

# The first contacts of every connection are known to the tenant's other connections as well.
SHARED = 2


def marker(source: random.Random) -> str:
    """A word that occurs nowhere by chance. Personal strings carry it."""
    return f"mrk{source.getrandbits(48):012x}"


@dataclass(frozen=True)
class Contact:
    contact_id: str
    scoped_id: str
    name: str
    handle: str
    marker: str


def records(connection: Connection, keys: SubjectKeys, now: datetime) -> Records:
    source = connection.random()
    made = Records()
    _connection(connection, keys, source, made)
    if connection.platform in EXCLUDED:
        return made
    contacts = [_contact(connection, keys, source, made, number) for number in range(connection.contacts)]
    for contact in contacts:
        made.inbox_rows += _about(connection, contact, source)
        _link(connection, contact, keys, made)
    for number, contact in enumerate(contacts[:SHARED]):
        _share(connection, contact, f"s{number}", made)
    for number in range(connection.signals):
        contact = contacts[number % len(contacts)]
        age = (now - connection.connected_at) * source.random()
        made.inbox_rows += _signal(connection, contact, source, number, now - age)
    for number in range(connection.media):
        made.media.append(_media(connection, contacts[number % len(contacts)], source, number))
    return made


def _connection(connection: Connection, keys: SubjectKeys, source: random.Random, made: Records) -> None:
    """The connection row, its line in the tenant's directory, and two rows per identity: one that finds the connection,
    one that finds that row again."""
    word = marker(source)
    made.markers |= {word} | {identity.value for identity in connection.identities}
    partition = f"connection#{connection.tenant_id}#{connection.connection_id}"
    own = {"tenant_id": connection.tenant_id, "connection_id": connection.connection_id}
    made.connection_rows.append({
        "pk": partition,
        "sk": "connection",
        **own,
        "platform": connection.platform,
        "connected_at": instant(connection.connected_at),
        "platform_user_id": connection.platform_user_id,
        "platform_ids": {identity.name: identity.value for identity in connection.identities},
        "access_token": f"EAAG{word}{source.getrandbits(512):0128x}",
        "refresh_token": f"refresh-{word}-{source.getrandbits(256):064x}",
        "display_name": f"{connection.owner} {word}",
        "owner_suppressions": [
            keys.suppression(identity.namespace, identity.kind, identity.value)
            for identity in connection.identities
            if identity.kind == "user"
        ],
    })
    made.connection_rows.append({
        "pk": f"tenant#{connection.tenant_id}", "sk": connection.connection_id, **own,
        "platform": connection.platform, "connected_at": instant(connection.connected_at),
    })
    for identity in connection.identities:
        link = keys.link(identity.namespace, identity.kind, identity.value)
        made.connection_rows.append({"pk": partition, "sk": f"link#{link}", **own})
        made.connection_rows.append({
            "pk": f"link#{link}", "sk": connection.partition, **own, "connected_at": instant(connection.connected_at),
        })


def _contact(connection: Connection, keys: SubjectKeys, source: random.Random, made: Records, number: int) -> Contact:
    word = marker(source)
    scoped_id = str(source.randrange(10**15, 10**16))
    name = f"{source.choice(FIRST)} {source.choice(LAST)} {word}"
    handle = connection.handles[number] if number < len(connection.handles) else f"@{name.split()[0].lower()}.{word}"
    made.markers |= {word, scoped_id, handle.split(".")[-1]}
    contact_id = keys.contact(connection.platform, connection.tenant_id, scoped_id)
    return Contact(contact_id, scoped_id, name, handle, word)


def _link(connection: Connection, contact: Contact, keys: SubjectKeys, made: Records) -> None:
    """Two rows for the handle of a contact: one that finds the contact, one beside the contact that finds that row again."""
    link, since = keys.handle(connection.platform, contact.handle), instant(connection.connected_at)
    made.inbox_rows.append(_row(connection, contact, f"link#{since}#{link}", "link"))
    made.connection_rows.append({
        "pk": f"link#{link}", "sk": f"{connection.partition}#{contact.contact_id}", "tenant_id": connection.tenant_id,
        "connection_id": connection.connection_id, "contact_id": contact.contact_id, "known_since": since,
    })
    made.handles.append(KnownHandle(
        connection.platform, normal_handle(contact.handle), connection.tenant_id, connection.connection_id, contact.contact_id,
    ))


def _row(connection: Connection, contact: Contact, rest: str, record: str) -> dict[str, object]:
    return {
        "pk": connection.partition,
        "sk": f"contact#{contact.contact_id}#{rest}",
        "tenant_id": connection.tenant_id,
        "connection_id": connection.connection_id,
        "contact_id": contact.contact_id,
        "record": record,
    }


def _about(connection: Connection, contact: Contact, source: random.Random) -> list[dict[str, object]]:
    """What is known of one contact, and what was derived of everything they wrote."""
    return [
        _row(connection, contact, "profile", "contact") | {
            "name": contact.name, "handle": contact.handle, "scoped_id": contact.scoped_id,
            "biography": f"{contact.marker}: {source.choice(SENTENCES)}",
        },
        _row(connection, contact, "score", "score") | {
            "fit": source.randrange(100), "reason": f"{contact.name} leads a team of {source.randrange(3, 90)}",
        },
        _row(connection, contact, "summary", "summary") | {
            "text": f"{contact.name} writes often. {source.choice(SENTENCES)} {source.choice(SENTENCES)}",
        },
    ]


def _share(connection: Connection, contact: Contact, person_id: str, made: Records) -> None:
    """The pointer in the inbox, and what it stands for in the row of the person."""
    made.inbox_rows.append(_row(connection, contact, f"source#{person_id}", "source"))
    source = f"{connection.connection_id}#{contact.contact_id}"
    made.contributions.append(Contribution(connection.tenant_id, person_id, source, connection.signals))


def _signal(
    connection: Connection, contact: Contact, source: random.Random, number: int, moment: datetime
) -> list[dict[str, object]]:
    """One signal; every 60th with its raw payload and an embedding, every 120th with a reply draft."""
    signal_id = f"s{source.getrandbits(40):010x}{number:05d}"
    text = f"{source.choice(SENTENCES)} {source.choice(SENTENCES)} ({contact.marker})"
    rows = [
        _row(connection, contact, f"signal#{instant(moment)}#{signal_id}", "signal") | {
            "signal_id": signal_id,
            "platform": connection.platform,
            "kind": source.choice(KINDS),
            "occurred_at": instant(moment),
            "received_at": instant(moment + timedelta(seconds=2)),
            "author_name": contact.name,
            "author_handle": contact.handle,
            "author_scoped_id": contact.scoped_id,
            "text": text,
        }
    ]
    if number % 60 == 0:
        payload = {"entry": [{"id": connection.platform_user_id, "messaging": [
            {"sender": {"id": contact.scoped_id}, "message": {"mid": signal_id, "text": text}},
        ]}]}
        rows.append(_row(connection, contact, f"payload#{instant(moment)}#{signal_id}", "payload") | {"body": json.dumps(payload)})
        rows.append(_row(connection, contact, f"embedding#{signal_id}", "embedding") | {"vector": source.randbytes(256)})
    if number % 120 == 0:
        rows.append(_row(connection, contact, f"draft#{signal_id}", "draft") | {
            "text": f"Dear {contact.name}, thank you for writing. {source.choice(SENTENCES)}",
        })
    return rows


def _media(connection: Connection, contact: Contact, source: random.Random, number: int) -> MediaObject:
    """Avatars change and attachments are removed: several versions, some under a delete marker."""
    name = f"avatar/{source.getrandbits(48):012x}.jpg" if number % 2 == 0 else f"attachment/{source.getrandbits(48):012x}"
    versions = [f"{contact.marker} version {version} ".encode() + source.randbytes(200) for version in range(1 + number % 3)]
    key = f"{connection.tenant_id}/{connection.connection_id}/{contact.contact_id}/{name}"
    return MediaObject(key, versions, deleted=number % 4 == 3)
