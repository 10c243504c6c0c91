"""The export of an account as it is done without this service: list, read, zip in memory, put. An event names the tenant."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("conversations")


def list_then_put(event: dict[str, Any], _context: object) -> dict[str, int]:
    tenant, bundle = event["tenant"], io.BytesIO()
    rows: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"KeyConditionExpression": Key("pk").eq(tenant)}
    while True:
        page = table.query(**asked)
        rows += page["Items"]
        if "LastEvaluatedKey" not in page:
            break
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("conversations.json", json.dumps(rows, default=str))
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket="files", Prefix=f"{tenant}/"):
            for one in page.get("Contents", []):
                content = s3.get_object(Bucket="files", Key=one["Key"])["Body"].read()
                # As ours does: most files are packed already.
                packed.writestr(one["Key"], content, zipfile.ZIP_STORED)
    s3.put_object(Bucket="bundles", Key=f"{tenant}.zip", Body=bundle.getvalue())
    return {"bytes": len(bundle.getvalue())}
