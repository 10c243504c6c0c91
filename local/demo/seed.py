"""Writes connections and everything behind them into a running stack."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from local.demo.keys import SubjectKeys
from local.demo.model import Connection, Contribution, KnownHandle, MediaObject
from local.demo.records import records

_serialize = TypeSerializer().serialize
BATCH = 25


def subject_keys(clients: Mapping[str, Any], outputs: Mapping[str, str]) -> SubjectKeys:
    """The keys of the stack."""
    secret = clients["secretsmanager"].get_secret_value(SecretId=outputs["SubjectKeysArn"])
    return SubjectKeys.from_secret(secret["SecretString"])


def seed(
    clients: Mapping[str, Any], outputs: Mapping[str, str], connections: Iterable[Connection], now: datetime
) -> list[KnownHandle]:
    """`clients` holds dynamodb, s3 and secretsmanager. The contacts of these connections, by their handles."""
    keys = subject_keys(clients, outputs)
    known: list[KnownHandle] = []
    with ThreadPoolExecutor(max_workers=8) as pool:
        waiting = []
        for connection in connections:
            made = records(connection, keys, now)
            known += made.handles
            for table, rows in (("ConnectionsTableName", made.connection_rows), ("InboxTableName", made.inbox_rows)):
                for start in range(0, len(rows), BATCH):
                    waiting.append(pool.submit(put_rows, clients["dynamodb"], outputs[table], rows[start : start + BATCH]))
            waiting += [pool.submit(_contribute, clients["dynamodb"], outputs["PeopleTableName"], one) for one in made.contributions]
            waiting += [pool.submit(_put_object, clients["s3"], outputs["MediaBucketName"], item) for item in made.media]
        for one in waiting:
            one.result()
    return known


def put_rows(dynamodb: Any, table: str, rows: list[dict[str, Any]]) -> None:
    """One batch write; what the table did not take is offered again."""
    request = [{"PutRequest": {"Item": {key: _serialize(value) for key, value in row.items()}}} for row in rows]
    left: dict[str, Any] = {table: request}
    while left:
        left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}
        if left:
            time.sleep(0.05)


def _contribute(dynamodb: Any, table: str, one: Contribution) -> None:
    """Adds a source to a person, and its number to the person's total, once."""
    key = {"pk": {"S": f"people#{one.tenant_id}"}, "sk": {"S": f"person#{one.person_id}"}}
    dynamodb.update_item(
        TableName=table, Key=key,
        UpdateExpression="SET tenant_id = :tenant, sources = if_not_exists(sources, :none), #total = if_not_exists(#total, :zero)",
        ExpressionAttributeNames={"#total": "total"},
        ExpressionAttributeValues={":tenant": {"S": one.tenant_id}, ":none": {"M": {}}, ":zero": {"N": "0"}},
    )
    try:
        dynamodb.update_item(
            TableName=table, Key=key,
            UpdateExpression="SET sources.#source = :number, #total = #total + :number",
            ConditionExpression="attribute_not_exists(sources.#source)",
            ExpressionAttributeNames={"#source": one.source, "#total": "total"},
            ExpressionAttributeValues={":number": {"N": str(one.number)}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        pass


def _put_object(s3: Any, bucket: str, item: MediaObject) -> None:
    for body in item.versions:
        s3.put_object(Bucket=bucket, Key=item.key, Body=body)
    if item.deleted:
        s3.delete_object(Bucket=bucket, Key=item.key)
