"""Erasing one owner's items as it is done without this service. An event names the owner: `{"owner": "alder#c1"}`."""

from __future__ import annotations

from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key

table = boto3.resource("dynamodb").Table("inbox")
KEYS = {"ProjectionExpression": "pk, sk"}


def query(event: dict[str, Any], _context: object) -> dict[str, int]:
    """What boto3's own guide shows: query page by page, delete in batches."""
    asked: dict[str, Any] = {"KeyConditionExpression": Key("pk").eq(event["owner"])} | KEYS
    return {"removed": _delete(table.query, asked)}


def scan(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Where nobody knows which partition holds whom: scan and filter."""
    return {"removed": _delete(table.scan, {"FilterExpression": Attr("pk").eq(event["owner"])} | KEYS)}


def _delete(find: Any, asked: dict[str, Any]) -> int:
    removed = 0
    with table.batch_writer() as batch:
        while True:
            page = find(**asked)
            for row in page["Items"]:
                batch.delete_item(Key={"pk": row["pk"], "sk": row["sk"]})
            removed += len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return removed
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def fides(event: dict[str, Any], _context: object) -> dict[str, int]:
    """The calls of Fides' connector for DynamoDB: one query without paging, then one unconditional put for each row, masked. Its
    client is the low-level one. What lies beyond the first mebibyte is not met, and no row goes."""
    client = boto3.client("dynamodb")
    found = client.query(
        TableName="inbox", KeyConditionExpression="pk = :owner", ExpressionAttributeValues={":owner": {"S": event["owner"]}},
    )
    for row in found["Items"]:
        client.put_item(TableName="inbox", Item=row | {"text": {"NULL": True}})
    return {"removed": 0, "masked": len(found["Items"])}
