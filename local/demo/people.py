"""Who is in the demo.

One person (FIRST_PERSON) connected by Facebook in two tenants and by Instagram, with another id, in a third. The same
digits as that Facebook id are somebody else in the Instagram namespace. Everybody leaves at least one tenant untouched.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from local.demo.keys import SubjectKeys
from local.demo.model import Connection, Identity, KnownHandle
from local.demo.records import marker, records

TENANTS = ("tenant-alder", "tenant-birch", "tenant-cedar", "tenant-dogwood")
META_NAMESPACES = ("facebook", "instagram", "threads")

_source = random.Random("demo/people")


def _digits() -> str:
    return str(_source.randrange(10**16, 10**17))


def _connection_id() -> str:
    return f"c{_source.getrandbits(48):012x}"


def user(namespace: str, value: str) -> tuple[Identity, ...]:
    return (Identity(namespace, "user", value),)


def instagram(me: str, account: str) -> tuple[Identity, ...]:
    """Two ids of one account: the `id` of /me, which a callback brings, and the `user_id`."""
    return (Identity("instagram", "user", me, "id"), Identity("instagram", "user", account))


def page(value: str) -> tuple[Identity, ...]:
    return (Identity("facebook", "page", value, "page_id"),)


# Fixed by the seed above.
FIRST_PERSON = _digits()
FIRST_ON_INSTAGRAM = (_digits(), _digits())
NAMESAKE_ON_INSTAGRAM = (FIRST_PERSON, _digits())
SECOND_PERSON, THREADS_PERSON, FOURTH_PERSON = _digits(), _digits(), _digits()
FIFTH_ON_INSTAGRAM = (_digits(), _digits())
_PAGES = [_digits() for _ in range(5)]
_IDS = [_connection_id() for _ in range(14)]
# One contact writes to two tenants under this handle on Instagram. On Facebook it is somebody else.
HANDLE = f"@wren.{marker(_source)}"


def connections(now: datetime) -> list[Connection]:
    """In the order of stack.json: by tenant; the first tenant's last connection belongs to no Meta user and has signals."""
    ago = [now - timedelta(days=days) for days in (400, 310, 220, 150, 90, 45)]
    alder, birch, cedar, dogwood = TENANTS
    return [
        Connection(alder, _IDS[0], "facebook", "Maren Oakhurst", user("facebook", FIRST_PERSON) + page(_PAGES[0]),
                   ago[0], contacts=60, signals=12_000, media=40),
        Connection(alder, _IDS[1], "instagram", "Renzo Fontana", instagram(*FIFTH_ON_INSTAGRAM), ago[3],
                   handles=(HANDLE,), signals=200),
        Connection(alder, _IDS[2], "facebook", "Freya Nyberg", user("facebook", SECOND_PERSON) + page(_PAGES[1]), ago[1], signals=180),
        Connection(alder, _IDS[3], "linkedin", "Alder Works", user("linkedin", _digits_of("alder")), ago[2]),
        Connection(alder, _IDS[13], "google", "Alder Works", user("google", _digits_of("alder")), ago[2], signals=60),
        Connection(birch, _IDS[4], "facebook", "Maren Oakhurst", user("facebook", FIRST_PERSON) + page(_PAGES[2]),
                   ago[2], contacts=12, signals=320, media=16),
        Connection(birch, _IDS[5], "facebook", "Priya Sandoval", user("facebook", FOURTH_PERSON) + page(_PAGES[3]), ago[4],
                   handles=(HANDLE.replace("wren", "Wren"),), signals=150),
        Connection(birch, _IDS[6], "google", "Birch Studio", user("google", _digits_of("birch")), ago[1], signals=90),
        Connection(cedar, _IDS[7], "instagram", "Maren Oakhurst", instagram(*FIRST_ON_INSTAGRAM),
                   ago[3], contacts=10, signals=260, media=12),
        Connection(cedar, _IDS[8], "facebook", "Freya Nyberg", user("facebook", SECOND_PERSON) + page(_PAGES[4]), ago[2], signals=160),
        Connection(cedar, _IDS[9], "threads", "Yuki Imai", user("threads", THREADS_PERSON), ago[5], signals=140),
        Connection(dogwood, _IDS[10], "instagram", "Tobias Achterberg", instagram(*NAMESAKE_ON_INSTAGRAM), ago[0],
                   handles=(HANDLE.removeprefix("@"),), signals=240),
        Connection(dogwood, _IDS[11], "linkedin", "Dogwood Labs", user("linkedin", _digits_of("dogwood")), ago[4]),
        Connection(dogwood, _IDS[12], "threads", "Yuki Imai", user("threads", THREADS_PERSON), ago[5], signals=70),
    ]


def meta_users(of: list[Connection]) -> list[dict[str, object]]:
    """Every id of a Meta person, in its namespace: of one account on Instagram there are two, and both lead to the same."""
    found: dict[tuple[str, str], list[Connection]] = {}
    for connection in of:
        for identity in connection.identities:
            if identity.kind == "user" and identity.namespace in META_NAMESPACES:
                found.setdefault((identity.namespace, identity.value), []).append(connection)
    return [
        {
            "namespace": namespace,
            "user_id": user_id,
            "tenants": sorted({connection.tenant_id for connection in theirs}),
            "connections": [connection.connection_id for connection in theirs],
        }
        for (namespace, user_id), theirs in found.items()
    ]


def handles(known: list[KnownHandle]) -> list[dict[str, object]]:
    """Every contact once, by the platform and the handle that find them."""
    found: dict[tuple[str, str], list[KnownHandle]] = {}
    for one in known:
        found.setdefault((one.platform, one.handle), []).append(one)
    return [
        {
            "platform": platform,
            "handle": handle,
            "tenants": sorted({one.tenant_id for one in theirs}),
            "contacts": [
                {"tenant_id": one.tenant_id, "connection_id": one.connection_id, "contact_id": one.contact_id} for one in theirs
            ],
        }
        for (platform, handle), theirs in found.items()
    ]


def tenants(of: list[Connection]) -> list[dict[str, object]]:
    return [
        {
            "tenant_id": tenant_id,
            "connections": [
                {"platform": connection.platform, "connection_id": connection.connection_id}
                for connection in of
                if connection.tenant_id == tenant_id
            ],
        }
        for tenant_id in dict.fromkeys(connection.tenant_id for connection in of)
    ]


def markers(of: list[Connection], now: datetime) -> set[str]:
    """Every word and id in these connections' data that points at a person. They depend on no key and no clock."""
    any_keys = SubjectKeys("v0", "")
    return set().union(*(records(connection, any_keys, now).markers for connection in of))


def _digits_of(name: str) -> str:
    return str(random.Random(f"demo/{name}").randrange(10**16, 10**17))
