"""Counts what the stack holds of a connection: rows of the inbox, rows of the connection, versions of its media."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Counter:
    def __init__(self, clients: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
        self._dynamodb = clients["dynamodb"]
        self._s3 = clients["s3"]
        self._outputs = outputs

    def total(self, tenant_id: str, connection_id: str) -> int:
        return (
            self._rows("InboxTableName", f"{tenant_id}#{connection_id}")
            + self._rows("ConnectionsTableName", f"connection#{tenant_id}#{connection_id}")
            + self._versions(f"{tenant_id}/{connection_id}/")
        )

    def is_connected(self, tenant_id: str, connection_id: str) -> bool:
        return self._rows("ConnectionsTableName", f"connection#{tenant_id}#{connection_id}") > 0

    def _rows(self, table: str, partition: str) -> int:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._outputs[table],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            Select="COUNT",
            ConsistentRead=True,
        )
        return sum(page["Count"] for page in pages)

    def _versions(self, prefix: str) -> int:
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._outputs["MediaBucketName"], Prefix=prefix
        )
        return sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages)
