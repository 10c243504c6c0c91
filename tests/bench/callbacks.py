"""Signed callbacks as Meta sends them and API Gateway passes them on."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from local.demo.signed_request import signed_request
from tests.bench.world import APP_SECRET


def callback(user_id: str, issued_at: int, secret: str = APP_SECRET) -> dict[str, Any]:
    body = urllib.parse.urlencode({"signed_request": signed_request(secret, user_id, issued_at)})
    path = "/api/meta/data-deletion"
    return {
        "version": "2.0", "routeKey": f"ANY {path}", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded", "host": "api.test"},
        "requestContext": {"http": {"method": "POST", "path": path}, "stage": "$default", "routeKey": f"ANY {path}"},
        "body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True,
    }


def queued(*bodies: str) -> dict[str, Any]:
    """Messages as Lambda hands them out of a queue."""
    return {"Records": [
        {"messageId": f"m{number}", "receiptHandle": "r", "body": body, "attributes": {}, "messageAttributes": {}, "md5OfBody": "",
         "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q", "awsRegion": "us-east-1"}
        for number, body in enumerate(bodies)
    ]}


INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
# What the row of an accepted callback says, whoever wrote it.
HEAD = {
    "sk": "head", "state": "received", "route": "meta-data-deletion", "received_at": INSTANT, "covers_until": INSTANT,
    "next_action_at": INSTANT, "due_shard": "0[0-7]", "due_date": r"\d{4}-\d\d-\d\d", "due_zone": "[A-Z][A-Za-z_/]+",
}


def differs_from_a_head(row: Mapping[str, Any], code: str) -> list[str]:
    """Attributes of a row that are not as those of an accepted callback with this code."""
    wanted = HEAD | {"pk": re.escape(f"obligation#{code}")}
    return [name for name, pattern in wanted.items() if not re.fullmatch(pattern, row.get(name, {}).get("S", ""))]


def same_work(heads: list[Any], messages: list[str], accepted: int, told: int) -> str:
    """What of the work of so many requests, of which somebody told so often, is missing; "" if nothing is."""
    if len(heads) != accepted:
        return f"keeps {len(heads)} requests of {accepted}"
    codes = {head["pk"]["S"].partition("#")[2] for head in heads}
    for head in heads:
        if differs := differs_from_a_head(head, head["pk"]["S"].partition("#")[2]):
            return f"writes another row: {', '.join(differs)}"
    named = [json.loads(body).get("obligation") for body in messages]
    if len(named) != told or (told and set(named) != codes):
        return f"sends {len(named)} messages about {len(set(named))} requests, not {told} about {accepted}"
    return ""
