"""What the demo holds: connections of platform accounts, and how much of each kind of record stands behind them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timezone


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with exactly milliseconds: the only form stored."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@dataclass(frozen=True)
class Identity:
    """One identity of a platform account. `kind` is user or page; `name` is what the platform calls the id."""

    namespace: str
    kind: str
    value: str
    name: str = "user_id"


@dataclass(frozen=True)
class Connection:
    """One platform account connected to one tenant; everything else is made from `connection_id` as the seed."""

    tenant_id: str
    connection_id: str
    platform: str
    owner: str
    identities: tuple[Identity, ...]
    connected_at: datetime
    # Handles of its first contacts; the others are made up.
    handles: tuple[str, ...] = ()
    contacts: int = 6
    signals: int = 120
    media: int = 6

    @property
    def platform_user_id(self) -> str:
        """The id a callback would bring."""
        return self.identities[0].value

    @property
    def partition(self) -> str:
        return f"{self.tenant_id}#{self.connection_id}"

    def random(self) -> random.Random:
        return random.Random(f"demo/{self.connection_id}")


@dataclass
class MediaObject:
    """An object with its versions, oldest first; `deleted` puts a delete marker on top."""

    key: str
    versions: list[bytes]
    deleted: bool = False


@dataclass(frozen=True)
class Contribution:
    """What one contact of a connection added to a person whom other connections of the tenant may know too."""

    tenant_id: str
    person_id: str
    source: str
    number: int


@dataclass(frozen=True)
class KnownHandle:
    """A contact of a connection, by the handle that finds them."""

    platform: str
    handle: str
    tenant_id: str
    connection_id: str
    contact_id: str


@dataclass
class Records:
    """Everything of one connection, ready to be written."""

    connection_rows: list[dict[str, object]] = field(default_factory=list)
    inbox_rows: list[dict[str, object]] = field(default_factory=list)
    media: list[MediaObject] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    handles: list[KnownHandle] = field(default_factory=list)
    markers: set[str] = field(default_factory=set)
