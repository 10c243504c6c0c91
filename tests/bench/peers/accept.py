"""The deletion callback as one writes it without this service: check the signature, one conditional write, one message.

`plain` is the handler that is measured against ours; `powertools` and `outbox` get their idempotency the way that is usual, with
the same row and the same due index.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from typing import Any
from urllib.parse import parse_qs

import boto3
from botocore.exceptions import ClientError

TABLE, QUEUE = os.environ["LEDGER_TABLE"], os.environ["ERASURE_QUEUE_URL"]
dynamodb, sqs, secrets = boto3.client("dynamodb"), boto3.client("sqs"), boto3.client("secretsmanager")
app_secrets: dict[str, Any] = {}


def app_secret() -> bytes:
    if not app_secrets:
        answer = secrets.get_secret_value(SecretId=os.environ["META_APP_SECRETS_ARN"])
        app_secrets.update(json.loads(answer["SecretString"]))
    return str(app_secrets["facebook"]["current"]).encode()


def verified(event: dict[str, Any]) -> dict[str, Any] | None:
    body = base64.b64decode(event["body"]).decode() if event.get("isBase64Encoded") else event["body"]
    signature, _, text = parse_qs(body)["signed_request"][0].partition(".")
    expected = hmac.digest(app_secret(), text.encode(), hashlib.sha256)
    if not hmac.compare_digest(expected, base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))):
        return None
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return payload


def code(user_id: str) -> str:
    return hashlib.sha256(f"facebook/{user_id}".encode()).hexdigest()[:33]


def row(payload: dict[str, Any]) -> dict[str, Any]:
    name = code(payload["user_id"])
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    text = {
        "pk": f"obligation#{name}", "sk": "head", "state": "received", "route": "meta-data-deletion", "received_at": now,
        "covers_until": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(payload["issued_at"])), "next_action_at": now,
        "due_shard": f"{int(name[:2], 16) % 8:02}", "due_date": "2036-01-01", "due_zone": "UTC",
    }
    return {name: {"S": value} for name, value in text.items()}


def answer(user_id: str) -> dict[str, Any]:
    name = code(user_id)
    body = {"url": f"{os.environ['PUBLIC_BASE_URL']}/privacy/requests/{name}", "confirmation_code": name}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


REFUSED = {"statusCode": 400, "headers": {"content-type": "application/json"}, "body": json.dumps({"title": "Bad request"})}


def plain(event: dict[str, Any], _context: object) -> dict[str, Any]:
    payload = verified(event)
    if payload is None:
        return REFUSED
    try:
        dynamodb.put_item(TableName=TABLE, Item=row(payload), ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    sqs.send_message(QueueUrl=QUEUE, MessageBody=json.dumps({"v": 1, "obligation": code(payload["user_id"])}))
    return answer(payload["user_id"])


def outbox(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The row and the message to be sent in one transaction; a relay, which is not counted here, sends it and deletes its row."""
    payload = verified(event)
    if payload is None:
        return REFUSED
    name = code(payload["user_id"])
    message = {"pk": {"S": f"outbox#{name}"}, "sk": {"S": "message"}, "body": {"S": json.dumps({"v": 1, "obligation": name})}}
    try:
        dynamodb.transact_write_items(TransactItems=[
            {"Put": {"TableName": TABLE, "Item": row(payload), "ConditionExpression": "attribute_not_exists(pk)"}},
            {"Put": {"TableName": TABLE, "Item": message}},
        ])
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
    return answer(payload["user_id"])


def powertools(event: dict[str, Any], context: object) -> dict[str, Any]:
    """AWS's own utility around the handler, its record in a table of its own."""
    payload = verified(event)
    if payload is None:
        return REFUSED
    return _idempotent()(payload)


def _idempotent() -> Any:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, idempotent_function

    if "made" not in _made:
        store = DynamoDBPersistenceLayer(table_name="idempotency")

        @idempotent_function(data_keyword_argument="payload", persistence_store=store)
        def work(payload: dict[str, Any]) -> dict[str, Any]:
            dynamodb.put_item(TableName=TABLE, Item=row(payload))
            sqs.send_message(QueueUrl=QUEUE, MessageBody=json.dumps({"v": 1, "obligation": code(payload["user_id"])}))
            return answer(payload["user_id"])

        _made["made"] = lambda payload: work(payload=payload)
    return _made["made"]


_made: dict[str, Any] = {}
