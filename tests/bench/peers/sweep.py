"""Removing what is past its date as it is done without this service. An event says up to when: `{"before": "2026-…"}`."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key

resource = boto3.resource("dynamodb")


def scan(event: dict[str, Any], _context: object) -> dict[str, int]:
    """The whole table is read, and filtered by the date in each item."""
    table = resource.Table("logs")
    asked: dict[str, Any] = {"FilterExpression": Attr("at").lt(event["before"]), "ProjectionExpression": "pk, sk"}
    return {"removed": _delete(table, table.scan, asked)}


def index(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Every item has its own entry in an index by date."""
    table = resource.Table("logs-indexed")
    removed = 0
    for shard in range(4):
        asked: dict[str, Any] = {
            "IndexName": "by-date", "KeyConditionExpression": Key("shard").eq(str(shard)) & Key("at").lt(event["before"]),
        }
        removed += _delete(table, table.query, asked)
    return {"removed": removed}


def ledger(event: dict[str, Any], _context: object) -> dict[str, int]:
    """What is due, found by reading all that is open; each is sent, then moved on to the date that the event names.
    It may name how many pages are read at most."""
    table, sqs = resource.Table("ledger"), boto3.client("sqs")
    # A page of so many is somewhat under a mebibyte. Without a limit the emulator reads the whole rest of the table for each page.
    asked: dict[str, Any] = {"FilterExpression": Attr("next_action_at").lte(event["before"]), "Limit": 2_500}
    due, sent, pages = 0, 0, 0
    while True:
        page = table.scan(**asked)
        due += len(page["Items"])
        for row in page["Items"]:
            body = json.dumps({"v": 1, "obligation": row["pk"].partition("#")[2]})
            sqs.send_message(QueueUrl=os.environ["ERASURE_QUEUE_URL"], MessageBody=body)
            table.update_item(
                Key={"pk": row["pk"], "sk": row["sk"]}, UpdateExpression="SET next_action_at = :next",
                ConditionExpression=Attr("next_action_at").eq(row["next_action_at"]), ExpressionAttributeValues={":next": event["next"]},
            )
            sent += 1
        pages += 1
        if "LastEvaluatedKey" not in page or pages == event.get("pages"):
            return {"due": due, "sent": sent}
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _delete(table: Any, find: Any, asked: dict[str, Any]) -> int:
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
