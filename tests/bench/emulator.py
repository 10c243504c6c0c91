"""The same DynamoDB for both sides: `dynoxide` over HTTP, pinned to the core that the measured process does not have.

A state is filled once, kept as a file, and every round starts from a copy of it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.subject import OTHER_CORE, SUBJECT_CORE, spawn
from tests.bench.wire import Client

Item = dict[str, Any]

TABLES = {
    name: ["pk", "sk"]
    for name in ("accounts", "billing", "connections", "conversations", "inbox", "ledger", "logs", "people", "social")
} | {"suppression": ["pk"], "limits": ["pk"]}
# Every table's key, and the index of the ledger; peers add theirs.
DUE = ("due", ["due_shard", "next_action_at"])


def _schema(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def item(**attributes: Any) -> Item:
    """An item in the form of the wire: text and whole numbers."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in attributes.items()}


class Emulator:
    def __init__(self, binary: Path, folder: Path) -> None:
        self.binary, self.folder = binary, folder
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.client = Client(0)
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def file(self) -> Path:
        return self.folder / "now.db"

    def start(self, state: Path | None = None) -> None:
        """From a state that was kept, or empty with the tables of the service."""
        self.stop()
        for left in self.folder.glob("now.db*"):
            left.unlink()
        if state:
            shutil.copy(state, self.file)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        command = [str(self.binary), "serve", "--port", str(self.port), "--db-path", str(self.file)]
        self.process = spawn(command, OTHER_CORE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self.client = Client(self.port)
        if not state:
            for name, key in TABLES.items():
                self.create(name, key, DUE if name == "ledger" else None)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
            self.process = None

    def keep(self, state: Path) -> None:
        """Keeps what is there now, and goes on from it."""
        self.stop()
        state.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.file, state)
        self.start(state)

    def call(self, operation: str, body: Any) -> Any:
        headers = {
            "x-amz-target": f"DynamoDB_20120810.{operation}", "content-type": "application/x-amz-json-1.0",
            "authorization": "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            "x-amz-date": "20260101T000000Z",
        }
        answer = self.client.send("POST", "/", headers, json.dumps(body).encode())
        if answer.status != 200:
            raise RuntimeError(f"{operation}: {answer.status} {answer.body[:300]!r}")
        return json.loads(answer.body)

    def create(self, name: str, key: list[str], index: tuple[str, list[str]] | None = None) -> None:
        attributes = key + (index[1] if index else [])
        body: dict[str, Any] = {
            "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": _schema(key),
            "AttributeDefinitions": [{"AttributeName": one, "AttributeType": "S"} for one in attributes],
        }
        if index:
            body["GlobalSecondaryIndexes"] = [
                {"IndexName": index[0], "KeySchema": _schema(index[1]), "Projection": {"ProjectionType": "KEYS_ONLY"}}
            ]
        self.call("CreateTable", body)

    def put(self, table: str, items: Iterable[Item]) -> int:
        """Writes, 25 at a time; how many. Nothing is measured meanwhile, so the other core helps."""
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {SUBJECT_CORE})
        try:
            return self._put(table, items)
        finally:
            os.sched_setaffinity(0, own)

    def _put(self, table: str, items: Iterable[Item]) -> int:
        count, batch = 0, list[Item]()
        for one in items:
            batch.append({"PutRequest": {"Item": one}})
            if len(batch) == 25:
                self.call("BatchWriteItem", {"RequestItems": {table: batch}})
                count, batch = count + 25, []
        if batch:
            self.call("BatchWriteItem", {"RequestItems": {table: batch}})
        return count + len(batch)

    @staticmethod
    def _of(table: str, partition: str | None) -> dict[str, Any]:
        asked: dict[str, Any] = {"TableName": table}
        if partition is not None:
            asked |= {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": partition}}}
        return asked

    def items(self, table: str, partition: str | None = None) -> Iterator[Item]:
        """Everything that a table holds, or one partition of it."""
        asked, start = self._of(table, partition), None
        while True:
            answer = self.call("Scan" if partition is None else "Query", asked | ({"ExclusiveStartKey": start} if start else {}))
            yield from answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return

    def count(self, table: str, partition: str | None = None) -> int:
        """How many items a table has, or one partition of it."""
        asked, found, start = self._of(table, partition) | {"Select": "COUNT"}, 0, None
        while True:
            answer = self.call("Scan" if partition is None else "Query", asked | ({"ExclusiveStartKey": start} if start else {}))
            found, start = found + answer["Count"], answer.get("LastEvaluatedKey")
            if not start:
                return found
