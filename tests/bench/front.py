"""The one door to AWS for both sides: DynamoDB behind it is the emulator, everything else is answered here. It counts calls and
units, so that neither side has to, and neither pays for it: DynamoDB is asked for what a call consumed by whoever passes it on.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.bench.buckets import Buckets
from tests.bench.emulator import Emulator
from tests.bench.wire import Answer, Request, Server

READS = {"Query", "GetItem", "BatchGetItem", "Scan", "TransactGetItems"}
SUBJECT_KEYS = {"current": "v1", "v1": "0123456789abcdef0123456789abcdef"}
PASSED_ON = {"x-amz-target", "content-type", "authorization", "x-amz-date"}


@dataclass
class Counted:
    """What was called since the last time somebody asked."""

    wru: float = 0
    rru: float = 0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def dynamodb(self) -> int:
        return sum(count for name, count in self.calls.items() if name.startswith("dynamodb:"))

    @property
    def sends(self) -> int:
        return sum(count for name, count in self.calls.items() if name.startswith("sqs:"))

    @property
    def objects(self) -> int:
        return sum(count for name, count in self.calls.items() if name.startswith("s3:"))

    def as_json(self) -> dict[str, Any]:
        return {"wru": self.wru, "rru": self.rru, "calls": dict(sorted(self.calls.items()))}


class Front:
    def __init__(self, emulator: Emulator, secrets: dict[str, Any]) -> None:
        self.emulator, self.secrets, self.lock = emulator, secrets, threading.Lock()
        self.buckets = Buckets()
        self.sent: list[tuple[str, str]] = []
        self.counted = Counted()
        self.server = Server(self.answer)
        self.endpoint = f"http://127.0.0.1:{self.server.port}"

    def take(self) -> Counted:
        with self.lock:
            taken, self.counted = self.counted, Counted()
        return taken

    def messages(self, queue: str) -> list[str]:
        """Bodies of the messages that were sent there."""
        return [body for url, body in self.sent if url.endswith(f"/{queue}")]

    def note(self, name: str, wru: float = 0, rru: float = 0) -> None:
        with self.lock:
            self.counted.calls[name] += 1
            self.counted.wru += wru
            self.counted.rru += rru

    def answer(self, request: Request) -> Answer:
        service, _, operation = request.headers.get("x-amz-target", "").partition(".")
        if service == "DynamoDB_20120810":
            return self._dynamodb(operation, request)
        if service == "AmazonSQS":
            return self._sqs(operation, json.loads(request.body))
        if service == "secretsmanager":
            self.note(f"secretsmanager:{operation}")
            secret = self.secrets[json.loads(request.body)["SecretId"]]
            return Answer(json.dumps({"ARN": "arn:s", "Name": "s", "SecretString": json.dumps(secret)}).encode())
        name, answer = self.buckets.answer(request)
        self.note(f"s3:{name}")
        return answer

    def _sqs(self, operation: str, asked: Any) -> Answer:
        self.note(f"sqs:{operation}")
        entries = asked.get("Entries") or [asked]
        self.sent += [(asked["QueueUrl"], entry["MessageBody"]) for entry in entries]
        digests = [hashlib.md5(entry["MessageBody"].encode()).hexdigest() for entry in entries]
        if operation == "SendMessage":
            return Answer(json.dumps({"MessageId": "m", "MD5OfMessageBody": digests[0]}).encode())
        done = [{"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": digest} for entry, digest in zip(entries, digests, strict=True)]
        return Answer(json.dumps({"Successful": done, "Failed": []}).encode())

    def _dynamodb(self, operation: str, request: Request) -> Answer:
        body = request.body
        if b'"ReturnConsumedCapacity"' not in body:
            body = body.rstrip()[:-1] + (b"," if len(body) > 2 else b"") + b'"ReturnConsumedCapacity":"INDEXES"}'
        headers = {name: value for name, value in request.headers.items() if name in PASSED_ON}
        answered = self.emulator.client.send("POST", "/", headers, body)
        units = consumed(answered, operation, body)
        self.note(f"dynamodb:{operation}", *((0, units) if operation in READS else (units, 0)))
        kept = {name: value for name, value in answered.headers.items() if name in ("content-type", "x-amz-crc32", "x-amzn-requestid")}
        return Answer(answered.body, answered.status, kept)


def size(value: Any) -> int:
    """Bytes of an attribute's value, about as DynamoDB counts them."""
    kind, inner = next(iter(value.items()))
    if kind == "M":
        return 3 + sum(len(name) + size(one) + 1 for name, one in inner.items())
    if kind == "L":
        return 3 + sum(size(one) + 1 for one in inner)
    return len(str(inner).encode())


def consumed(answered: Answer, operation: str, body: bytes) -> float:
    """Units of a call. One that a condition refused is billed by the row that refused it, at least one unit; a transaction that was
    cancelled is billed like one that was not."""
    answer = json.loads(answered.body)
    if answered.status == 200:
        capacity = answer.get("ConsumedCapacity") or []
        return sum(one["CapacityUnits"] for one in (capacity if isinstance(capacity, list) else [capacity]))
    kind = answer.get("__type", "")
    if kind.endswith("ConditionalCheckFailedException"):
        row = answer.get("Item") or {}
        return max(1, -(-sum(len(name) + size(value) for name, value in row.items()) // 1024))
    if kind.endswith("TransactionCanceledException"):
        return 2 * len(json.loads(body)["TransactItems"])
    return 0
