"""The AWS stand-in, writing down every decision of its IAM (which role asked for which action on what, and whether it got it), and
whatever is sent to a queue or put on an event bus.

Started by its path, so that nothing of ours shadows a module of the stand-in. `DECISIONS_FILE` names the file of the decisions: one
JSON object a line, each only once. Keys are cut to what kind of row they name, so that the file holds nobody. `SENT_FILE` names the
file of the messages, as they are: whoever consumes one takes it away, and nothing could be looked for in it later.
"""

from __future__ import annotations

import json
import os
import re
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any

# The partition key of every table of ours, and that of the index of the ledger.
PARTITION_KEYS = ("pk", "due_shard")
# What is checked of a part of a transaction.
PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem", "Get": "GetItem"}
EQUALS = re.compile(r"([#\w]+)\s*=\s*(:\w+)")

Keys = list[str]


def kind(key: str) -> str:
    """What kind of row a partition key names: `obligation#8` of `obligation#8x2c…`, `holds` of `holds`."""
    head, separator, rest = key.partition("#")
    return head + separator + rest[:1]


def leading_keys(body: dict[str, Any]) -> dict[tuple[str, str], list[Keys]]:
    """The partition keys of a DynamoDB request, by action and table; `*` where the action is the request's own.

    IAM evaluates `dynamodb:LeadingKeys` over all keys of a batch together, and over each part of a transaction by itself.
    """
    found: dict[tuple[str, str], list[Keys]] = {}
    for part in body.get("TransactItems", []):
        for member, detail in part.items():
            found.setdefault((PARTS[member], detail["TableName"]), []).append(_of_row(detail))
    for table, requests in body.get("RequestItems", {}).items():
        is_read = isinstance(requests, dict)
        rows = [{"Key": key} for key in requests["Keys"]] if is_read else [row for one in requests for row in one.values()]
        found["*", table] = [sorted({key for row in rows for key in _of_row(row)})]
    if "TableName" in body:
        found["*", body["TableName"]] = [_of_row(body)]
    return found


def _of_row(detail: dict[str, Any]) -> Keys:
    if row := detail.get("Key") or detail.get("Item"):
        return [kind(row["pk"]["S"])]
    names, values = detail.get("ExpressionAttributeNames", {}), detail.get("ExpressionAttributeValues", {})
    equal = EQUALS.findall(detail.get("KeyConditionExpression", ""))
    return [kind(values[value]["S"]) for name, value in equal if names.get(name, name) in PARTITION_KEYS]


def cut(resource: str) -> str:
    """An object without its name: `arn:aws:s3:::bucket/receipts/…`."""
    if not resource.startswith("arn:aws:s3:::") or "/" not in resource:
        return resource
    bucket, _, key = resource.partition("/")
    folder, separator, _ = key.partition("/")
    return f"{bucket}/{folder}/…" if separator else f"{bucket}/…"


class Recorder:
    """Writes each decision about a role once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen: set[str] = set()
        self.keys: dict[tuple[str, str], list[Keys]] = {}

    def note(self, context: Any, is_allowed: bool) -> None:
        _, is_role, role = context.principal_arn.partition(":assumed-role/")
        if not is_role:
            return
        name, _, session = role.partition("/")
        for keys in self.of(context):
            line = json.dumps({
                "role": name, "session": session, "action": context.action, "resource": cut(context.resource_arn), "keys": keys,
                "attributes": context.service_context.get("dynamodb:attributes"),
                "select": context.service_context.get("dynamodb:select"), "is_allowed": is_allowed,
            }, sort_keys=True)
            if line not in self.seen:
                self.seen.add(line)
                with self.file.open("a") as file:
                    file.write(line + "\n")

    def of(self, context: Any) -> list[Keys]:
        """The keys of the call that is being decided."""
        service, _, action = context.action.partition(":")
        if service != "dynamodb":
            return [[]]
        table = context.resource_arn.partition(":table/")[2].partition("/")[0]
        return self.keys.get((action, table)) or self.keys.get(("*", table)) or [[]]


def record(file: Path) -> None:
    """Puts the recorder where the stand-in decides. Fails where it decides elsewhere: then nothing would be written."""
    from ministack.core import iam_actions, iam_evaluator

    recorder, asked = Recorder(file), ContextVar[Any]("asked", default=None)
    enforce, evaluate = iam_evaluator.enforce, iam_evaluator.evaluate
    described, checked = iam_actions.dynamodb_service_context, iam_actions.s3_additional_checks

    def ask(context: Any, *policies: Any) -> Any:
        # First the policies of the role, then perhaps those of the thing.
        asked.set(asked.get() or context)
        return evaluate(context, *policies)

    def decide(*arguments: Any, **named: Any) -> Any:
        asked.set(None)
        denied = enforce(*arguments, **named)
        if context := asked.get():
            recorder.note(context, denied is None)
        return denied

    def describe(body: bytes) -> Any:
        # The request that is decided next: nothing is awaited in between.
        recorder.keys = leading_keys(json.loads(body or b"{}"))
        return described(body)

    def check(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        # The stand-in takes the first of several deletes for one of no version.
        checks = checked(method, path, headers, body, query)
        deleted = iam_actions._s3_batch_delete_targets(path.strip("/"), body) if method == "POST" and "delete" in query else []
        return checks + [("s3:DeleteObjectVersion", arn) for arn, version in deleted[:1] if version]

    iam_evaluator.enforce, iam_evaluator.evaluate = decide, ask
    iam_actions.s3_additional_checks = check
    iam_actions.dynamodb_service_context = describe


class Sent:
    """Writes down what was sent where: a message by the name of its queue, an event by that of its bus."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lock = Lock()

    def note(self, to: str, what: dict[str, Any]) -> None:
        line = json.dumps({"to": last(to), "what": what}, sort_keys=True)
        with self.lock, self.file.open("a") as file:
            file.write(line + "\n")


def last(place: str) -> str:
    """The name at the end of an address or an ARN."""
    return place.rstrip("/").rpartition("/")[2]


def record_sent(file: Path) -> None:
    """Puts a note behind every way into a queue or a bus that a caller has. Fails where the stand-in takes them in elsewhere."""
    from ministack.services import eventbridge, sqs

    sent, send, put = Sent(file), sqs._act_send_message, eventbridge._put_events
    if sqs._HANDLERS["SendMessage"] is not send:
        raise RuntimeError("the stand-in sends messages by another way: none would be written down")

    def note_message(data: dict[str, Any], url: str) -> Any:
        # A batch comes through here too, message by message.
        answer = send(data, url)
        sent.note(data.get("QueueUrl") or url, {name: value for name, value in data.items() if name.startswith("Message") and value})
        return answer

    def note_events(data: dict[str, Any], *more: Any, **named: Any) -> Any:
        answer = put(data, *more, **named)
        for entry in data.get("Entries", []):
            sent.note(entry.get("EventBusName", "default"), entry)
        return answer

    sqs._act_send_message = sqs._HANDLERS["SendMessage"] = note_message
    eventbridge._put_events = note_events


def main() -> None:
    from ministack.app import main as serve

    record(Path(os.environ["DECISIONS_FILE"]))
    record_sent(Path(os.environ["SENT_FILE"]))
    serve()


if __name__ == "__main__":
    main()
