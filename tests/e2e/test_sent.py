"""That every message and event is written down, also what is consumed at once; shown on the stand-in in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.emulator import record_sent
from tests.e2e.sent import sent, unused
from tests.e2e.traces import Needles

MARK = "Zyx.Marked+1@example.org"
QUEUE = "notices-of-a-test"


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of a stand-in that writes down what is sent."""
    from ministack.services import eventbridge, sqs

    # Put back afterwards: the recorder replaces both.
    monkeypatch.setattr(sqs, "_act_send_message", sqs._act_send_message)
    monkeypatch.setitem(sqs._HANDLERS, "SendMessage", sqs._HANDLERS["SendMessage"])
    monkeypatch.setattr(eventbridge, "_put_events", eventbridge._put_events)
    file = tmp_path / "sent.jsonl"
    record_sent(file)
    yield file
    sqs.reset()


def answered(asked: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: the browser of another test has a loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, asked).result()


def call(service: Any, target: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"x-amz-target": target, "host": "127.0.0.1"}
    status, _, answer = answered(service.handle_request("POST", "/", headers, json.dumps(body).encode(), {}))
    assert status == 200, answer
    return json.loads(answer) if answer else {}


def ask(action: str, **members: Any) -> dict[str, Any]:
    from ministack.services import sqs

    return call(sqs, f"AmazonSQS.{action}", members)


def test_a_word_in_a_message_that_was_consumed_is_found(recorded: Path) -> None:
    url = ask("CreateQueue", QueueName=QUEUE)["QueueUrl"]
    ask("SendMessage", QueueUrl=url, MessageBody=json.dumps({"v": 1, "said": f'"{MARK}"'}))
    ask("SendMessageBatch", QueueUrl=url, Entries=[{"Id": str(number), "MessageBody": f"batch-{number}"} for number in range(2)])
    attribute = {"whom": {"DataType": "String", "StringValue": "attribute-of-it"}}
    ask("SendMessage", QueueUrl=url, MessageBody="plain", MessageAttributes=attribute)
    for message in ask("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)["Messages"]:
        ask("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert "Messages" not in ask("ReceiveMessage", QueueUrl=url), "nothing is left in the queue"

    texts = sent(recorded)[QUEUE]
    assert len(texts) == 4, texts
    for word in ("batch-0", "batch-1", "attribute-of-it"):
        assert word in "\n".join(texts), word
    assert Needles([MARK]).found_in("\n".join(texts)), "as the marked words are looked for"


def test_an_event_is_written_down_that_no_rule_wants(recorded: Path) -> None:
    from ministack.services import eventbridge

    entry = {"EventBusName": "arn:aws:events:us-east-1:000000000000:event-bus/default", "Source": "test", "DetailType": "of a test",
             "Detail": json.dumps({"said": MARK})}
    call(eventbridge, "AWSEvents.PutEvents", {"Entries": [entry]})
    assert Needles([MARK]).found_in("\n".join(sent(recorded)["default"]))


def test_what_was_refused_was_not_sent(recorded: Path) -> None:
    from ministack.services import sqs

    headers = {"x-amz-target": "AmazonSQS.SendMessage", "host": "127.0.0.1"}
    body = json.dumps({"QueueUrl": "http://127.0.0.1/000000000000/none-such", "MessageBody": "x"}).encode()
    assert answered(sqs.handle_request("POST", "/", headers, body, {}))[0] >= 400
    assert not recorded.exists()


def test_a_queue_that_nothing_was_sent_to_is_named() -> None:
    outputs = {"ErasureQueueUrl": "http://h/0/erasure", "NoticeQueueUrl": "http://h/0/notices", "ExportQueueUrl": "http://h/0/exports",
               "EventBusName": "privacy", "ErasureDeadLettersUrl": "http://h/0/dead"}
    found = {"erasure": ["x"], "exports": ["x"], "privacy": []}
    assert unused(found, outputs) == {"NoticeQueueUrl", "EventBusName"}
