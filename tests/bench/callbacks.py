"""Signed callbacks as Meta sends them and API Gateway passes them on."""

from __future__ import annotations

import base64
import urllib.parse
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
