"""Letters: what people and businesses are told, by mail and by messages to accounts, and the codes in them."""

from __future__ import annotations

import json
import re
import secrets
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.world import FORM, Answer, World, until


def somebody() -> str:
    return f"p{secrets.token_hex(6)}@example.net"


def code_in(text: str) -> str:
    # References hold letters and digits; the code stands alone.
    found = [word for word in re.split(r"\s+", text) if re.fullmatch(r"\d{6}", word)]
    assert len(found) == 1, found
    return found[0]


def await_mails(world: World, address: str, count: int) -> list[dict[str, Any]]:
    return until(lambda: mails if len(mails := world.mails_to(address)) >= count else None, 60)


def await_messages(world: World, handle: str, count: int) -> list[dict[str, str]]:
    return until(lambda: messages if len(messages := world.messages_to(handle)) >= count else None, 60)


def verify(world: World, reference: str, code: str) -> Answer:
    body = json.dumps({"code": code}).encode()
    return world.call("POST", f"/api/dsr/{reference}/verification", body, {"Content-Type": "application/json"})


def fresh_code(world: World, reference: str) -> None:
    assert world.call("POST", f"/api/dsr/{reference}/code").status == 202


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def row(world: World, reference: str) -> dict[str, Any]:
    key = {"pk": {"S": f"obligation#{reference}"}, "sk": {"S": "asked"}}
    got = world.clients["dynamodb"].get_item(TableName=world.outputs["LedgerTableName"], Key=key, ConsistentRead=True)
    found: dict[str, Any] = got["Item"]
    return found


def trail(world: World, reference: str) -> list[dict[str, Any]]:
    rows = world.table("LedgerTableName")
    return [one for one in rows if one["pk"]["S"] == f"obligation#{reference}" and one["sk"]["S"].startswith("trail#")]


@pytest.fixture
def mood(world: World) -> Iterator[Any]:
    def tell(mood: str) -> None:
        base = f"http://127.0.0.1:{world.settings.vendors_file.read_text()}"
        request = urllib.request.Request(f"{base}/_mood/messenger/{mood}", method="PUT")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 204

    yield tell
    tell("honest")


def test_a_request_by_json_is_acknowledged_by_a_mail_whose_code_works(world: World) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address})
    (mail,) = await_mails(world, address, 1)
    assert mail["Source"] == world.outputs["MailFromAddress"]
    for part in (mail["BodyText"], mail["BodyHtml"]):
        assert f"/privacy/requests/{reference}" in part and address not in part
    code = code_in(mail["BodyText"])
    assert verify(world, reference, wrong(code)).status == 422
    assert verify(world, reference, code).status == 200
    assert verify(world, reference, code).status == 422, "a code is used once"


def test_a_request_by_the_form_is_acknowledged_too(world: World) -> None:
    address = somebody()
    world.askers.add(address)
    body = urllib.parse.urlencode({"kind": "erasure", "email": address}).encode()
    answer = world.call("POST", "/api/dsr", body, {"Content-Type": FORM, "Accept": "text/html"})
    assert answer.status in (200, 202, 303), answer
    (mail,) = await_mails(world, address, 1)
    assert "Deleting your data" in mail["BodyText"]
    code_in(mail["BodyText"])


def test_a_fresh_code_voids_the_old_one(world: World) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address})
    (first,) = await_mails(world, address, 1)
    fresh_code(world, reference)
    _, second = await_mails(world, address, 2)
    old, new = code_in(first["BodyText"]), code_in(second["BodyText"])
    if old != new:
        assert verify(world, reference, old).status == 422
    assert verify(world, reference, new).status == 200


def test_a_handle_gets_its_code_as_a_message(world: World) -> None:
    handle = f"h{secrets.token_hex(6)}"
    account = {"platform": "instagram", "handle": f"@{handle}"}
    reference = world.ask_for({"kind": "erasure", "connected_account": account})
    (message,) = await_messages(world, handle, 1)
    assert message["platform"] == "instagram" and f"/privacy/requests/{reference}" in message["text"]
    assert len(message["text"]) <= 1_000
    assert verify(world, reference, code_in(message["text"])).status == 200


def test_a_handle_that_nobody_has_is_no_fault_and_staff_see_it(world: World, mood: Any) -> None:
    mood("deaf")
    handle = f"h{secrets.token_hex(6)}"
    reference = world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
    until(lambda: row(world, reference) if "undelivered" in row(world, reference) else None, 60)
    assert row(world, reference)["state"]["S"] == "awaiting-verification"
    assert world.messages_to(handle) == []


def test_a_letter_that_came_back_is_noted_once_and_denies_nothing(world: World) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address})
    await_mails(world, address, 1)
    # What the rules of the template make of an event of SES; the stand-in sends none.
    body = json.dumps({"v": 1, "request": reference, "letter": "acknowledgement.1", "cause": "bounce"})
    for _ in range(2):
        world.clients["sqs"].send_message(QueueUrl=world.outputs["NoticeQueueUrl"], MessageBody=body)
    until(lambda: row(world, reference) if "undelivered" in row(world, reference) else None, 60)
    fresh_code(world, reference)
    _, second = await_mails(world, address, 2)
    assert [one["what"]["S"] for one in trail(world, reference)].count("bounced") == 1
    assert verify(world, reference, code_in(second["BodyText"])).status == 200


def test_a_poison_message_harms_no_letter(world: World) -> None:
    queue, address = world.outputs["NoticeQueueUrl"], somebody()
    world.clients["sqs"].send_message(QueueUrl=queue, MessageBody="poison")
    world.ask_for({"kind": "access", "email": address})
    assert len(await_mails(world, address, 1)) == 1


def test_no_log_holds_an_address_or_a_code(world: World) -> None:
    address = somebody()
    reference = world.ask_for({"kind": "access", "email": address})
    (mail,) = await_mails(world, address, 1)
    code, logs = code_in(mail["BodyText"]), world.clients["logs"]
    lines = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                lines += [event["message"] for event in events["events"]]
    assert any("notify-worker" in line or "obligation.ref" in line for line in lines), "no log to search"
    assert not [line for line in lines if address in line or reference in line or f'"{code}"' in line]
