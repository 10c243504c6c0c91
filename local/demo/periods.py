"""What goes by its date: invoices, security logs, and what LinkedIn lets us keep for a while. Some of it is past its date."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from local.demo.model import instant
from local.demo.records import FIRST, LAST, marker
from local.demo.seed import put_rows

# What `policy.toml` has as `shards` of these stores.
BILLING_SHARDS, LOG_SHARDS, SOCIAL_SHARDS = 2, 4, 2


@dataclass
class Dated:
    """Rows by the output that names their table: those past their date, and those that stay."""

    due: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    live: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    markers: set[str] = field(default_factory=set)


def dated(tenant_id: str, connection_id: str, now: datetime, since: datetime) -> Dated:
    """`since` is the first day of the policy's classes: nothing older is ever looked for. What would be due before it is
    left out, so which of the due rows there are depends on the day."""
    source = random.Random(f"demo/periods/{tenant_id}")
    made = Dated()
    now = now.astimezone(timezone.utc)
    for hours in (1, 19, 30, 50, 70):
        moment = now - timedelta(hours=hours)
        if moment >= since:
            _profile(tenant_id, connection_id, moment, source, made.due if hours > 24 else made.live, hours > 48, made)
    for days in (1, 40, 300):
        moment = now - timedelta(days=days)
        _log(tenant_id, moment, source, made.live)
        _invoice(tenant_id, moment, source, made)
    return made


def _put(rows: dict[str, list[dict[str, object]]], output: str, row: dict[str, object]) -> None:
    rows.setdefault(output, []).append(row)


def _profile(
    tenant_id: str, connection_id: str, moment: datetime, source: random.Random, rows: dict[str, list[dict[str, object]]],
    is_line_due: bool, made: Dated,
) -> None:
    """Two profiles of other members, and the line of their hour in the registry, which the product writes with each."""
    hour = moment.strftime("%Y-%m-%dT%H")
    owner = {"tenant_id": tenant_id, "connection_id": connection_id}
    for _ in range(2):
        word = marker(source)
        made.markers.add(word)
        _put(rows, "SocialTableName", owner | {
            "pk": f"{tenant_id}#{connection_id}", "sk": f"member#{hour}#{instant(moment)}#{source.getrandbits(40):010x}",
            "name": f"{source.choice(FIRST)} {source.choice(LAST)} {word}", "headline": f"Works with {word}",
        })
    # A purge takes the line at its second look, a day after the hour was due.
    _put(rows if is_line_due else made.live, "SocialTableName", owner | {
        "pk": f"due#member-profiles#{hour}#{source.randrange(SOCIAL_SHARDS)}", "sk": f"{tenant_id}#{connection_id}",
    })


def _log(tenant_id: str, moment: datetime, source: random.Random, rows: dict[str, list[dict[str, object]]]) -> None:
    _put(rows, "LogsTableName", {
        "pk": f"log#{moment:%Y-%m-%d}#{source.randrange(LOG_SHARDS)}", "tenant_id": tenant_id,
        "sk": f"{tenant_id}#{instant(moment)}#{source.getrandbits(40):010x}", "event": "signed-in", "outcome": "ok",
    })


def _invoice(tenant_id: str, moment: datetime, source: random.Random, made: Dated) -> None:
    word = marker(source)
    made.markers.add(word)
    _put(made.live, "BillingTableName", {
        "pk": f"billing#{moment:%Y-%m-%d}#{source.randrange(BILLING_SHARDS)}", "tenant_id": tenant_id,
        "sk": f"{tenant_id}#{instant(moment)}#{source.getrandbits(40):010x}", "kind": "invoice", "billed_to": f"{word} Limited",
    })


# The classes that go hour by hour. Two years of empty hours are nothing to wait for on a stack that is minutes old.
HOURLY = ("member-profiles", "member-activity")


def pass_hours(dynamodb: Any, ledger: str, now: datetime, classes: Iterable[str] = HOURLY) -> None:
    """Has purges of these classes begin some days ago, where none has run yet."""
    begins = (now - timedelta(days=10)).replace(hour=0, minute=0, second=0, microsecond=0)
    for name in classes:
        try:
            dynamodb.update_item(
                TableName=ledger, Key={"pk": {"S": f"purge#{name}"}, "sk": {"S": "watermark"}},
                UpdateExpression="SET swept_until = :until, swept_at = :now",
                ConditionExpression="attribute_not_exists(swept_until)",
                ExpressionAttributeValues={":until": {"S": instant(begins)}, ":now": {"S": instant(now)}},
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            pass


def seed_dated(clients: Mapping[str, Any], outputs: Mapping[str, str], made: Dated) -> None:
    """Writes all of it."""
    for rows in (made.due, made.live):
        for output, of_table in rows.items():
            for start in range(0, len(of_table), 25):
                put_rows(clients["dynamodb"], outputs[output], of_table[start : start + 25])
