"""Runs last: after everything the other tests did, nothing of anybody stands where it must not, in any spelling.

People, their words and the secrets of the stack are marked. What is searched for them: lines of logs, queues and dead letters,
every message and event that was ever sent, also those that a function took, ledger, marks and counters, receipts, reports, names
of bundles, letters, requests to processors, metrics, the configuration of functions, rules and schedules, outputs of the stack,
and answers to whoever sends them.
"""

from __future__ import annotations

import json
import re
import secrets
import urllib.parse
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from local.demo import people
from local.demo.accounts import own
from local.demo.periods import dated
from local.settings import ROOT
from tests.e2e.bundles import reached
from tests.e2e.test_letters import await_mails, await_messages, code_in, somebody, verify
from tests.e2e.sent import sent, unused
from tests.e2e.test_periods import purge
from tests.e2e.traces import LEAST, Needles, leaked, places_of_contact, without_contact
from tests.e2e.world import FORM, Answer, World, until

OF_THE_MAIL_SERVICE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO \[ses-v2\] SESv2 SendEmail: MessageId=")
# What is secret in the secrets of the stack: ids of keys and addresses of processors are not.
SECRET_MEMBERS = ("secret", "seed", "current", "previous")
Sinks = dict[str, list[str]]


def of_functions(world: World) -> Iterator[str]:
    """What the functions logged, as CloudWatch has it."""
    logs = world.clients["logs"]
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                for event in events["events"]:
                    yield f"{group['logGroupName']} {event['message']}"


def log_lines(world: World) -> Iterator[str]:
    yield from of_functions(world)
    # What the functions printed, as the machine that ran them saw it; not what the stand-in for SES says of the mails it
    # was given, for it is the one whom they are addressed to.
    printed = world.settings.log_file.read_text(errors="replace").splitlines()
    yield from (line for line in printed if not OF_THE_MAIL_SERVICE.match(line))


def queue_bodies(world: World) -> Iterator[str]:
    """All queues, their dead letters and what the bus shows, read from the stand-in's own window, so that nothing is taken
    from anybody."""
    urls = [url for name, url in sorted(world.outputs.items()) if name.endswith(("QueueUrl", "LettersUrl", "EventsUrl"))]
    assert len(urls) >= 8, urls
    for url in urls:
        query = urllib.parse.urlencode({"QueueUrl": url})
        yield world.call("GET", f"{world.settings.endpoint}/_ministack/sqs/messages?{query}").body.decode()


def objects(world: World, output: str, *, with_content: bool) -> Iterator[str]:
    """Every version of every object: its name, what is said about it, and what is in it. Of bundles only the former: they are
    for whom they are about."""
    s3, bucket = world.clients["s3"], world.outputs[output]
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for marker in page.get("DeleteMarkers", []):
            yield str(marker["Key"])
        for version in page.get("Versions", []):
            one = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
            head = s3.head_object(**one)
            said = {name: head.get(name) for name in ("Metadata", "ContentType", "ContentDisposition", "CacheControl")}
            yield f"{version['Key']} {json.dumps(said)}"
            if with_content:
                yield s3.get_object(**one)["Body"].read().decode(errors="replace")


def letters(world: World) -> list[dict[str, Any]]:
    known = world.call("GET", f"{world.settings.endpoint}/_ministack/ses/messages").json["messages"]
    return [mail for mails in known.values() for mail in mails]


def of_vendors(world: World, path: str) -> Any:
    return world.call("GET", f"http://127.0.0.1:{world.settings.vendors_file.read_text()}{path}").json


def configuration(world: World) -> Iterator[str]:
    """What anybody sees who may look at the stack: functions with their environment, rules, schedules, metrics, outputs."""
    yield json.dumps(world.outputs)
    for page in world.clients["lambda"].get_paginator("list_functions").paginate():
        yield json.dumps(page["Functions"], default=str)
    for bus in ("default", world.outputs["EventBusName"]):
        for rule in world.clients["events"].list_rules(EventBusName=bus)["Rules"]:
            yield json.dumps(rule, default=str)
            yield json.dumps(world.clients["events"].list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"])
    scheduler = world.settings.client("scheduler")
    for one in scheduler.list_schedules()["Schedules"]:
        yield json.dumps(scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"]), default=str)
    for page in world.settings.client("cloudwatch").get_paginator("list_metrics").paginate():
        yield json.dumps(page["Metrics"], default=str)


def secret_words(world: World) -> set[str]:
    """What no one may read who may not read the secrets."""
    words = set(world.secrets.values()) | {world.subject_keys().material}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in SECRET_MEMBERS and isinstance(inner, str):
                    words.add(inner)
                walk(inner)

    for output in ("MetaAppSecretsArn", "ReceiptKeyArn", "ProcessorsArn", "MessengersArn"):
        walk(json.loads(world.clients["secretsmanager"].get_secret_value(SecretId=world.outputs[output])["SecretString"]))
    # The words that the payloads of events/ are signed with stand in this repository.
    return {word for word in words if len(word) >= 16}


def rows(world: World, *outputs: str) -> list[str]:
    return [json.dumps(row, default=repr) for output in outputs for row in world.table(output)]


def of_demo_accounts(world: World, now: datetime) -> set[str]:
    """Words of what the tenants of the demo have of their own, and of what goes by its date there: `make up` writes both."""
    linkedin = next(one for one in people.connections(now) if one.platform == "linkedin")
    by_date = dated(linkedin.tenant_id, linkedin.connection_id, now, now - timedelta(days=3))
    keys = world.subject_keys()
    return by_date.markers.union(*(own(tenant, keys, now).markers for tenant in people.TENANTS))


@pytest.fixture(scope="module")
def hidden(world: World) -> set[str]:
    """Everybody of the demo and of the tests, and the secrets."""
    person = world.stack["demo"]["meta_users"][0]
    now = datetime.now(timezone.utc)
    accounts = of_demo_accounts(world, now)
    markers = world.markers | people.markers(people.connections(now), now) | accounts
    assert person["user_id"] in markers and len(markers) > 300
    # The words of a user's address and name: those that the stack says it has.
    users = [one["email"] for one in world.stack["demo"]["account_users"]]
    assert users and all(address.partition("@")[0] in accounts for address in users)
    return {word for word in markers | secret_words(world) if len(word) >= LEAST}


@pytest.fixture(scope="module")
def reachable(world: World) -> set[str]:
    """Addresses and accounts of whoever asked, or may have: while a request is open, the ledger says where its answer goes."""
    accounts = {one["email"] for kind in ("account_users", "conversation_contacts") for one in world.stack["demo"].get(kind, [])}
    return {word for word in world.askers | accounts if len(word) >= LEAST}


def search(sinks: Sinks, words: set[str]) -> dict[str, list[tuple[str, str]]]:
    needles = Needles(words)
    return {name: found for name, texts in sinks.items() if (found := needles.found_in("\n".join(texts)))}


def codes(world: World) -> dict[str, set[str]]:
    """The codes that were sent, by the letter that they stand in."""
    found: dict[str, set[str]] = {}
    texts = [(str(mail["Subject"]), str(mail["BodyText"])) for mail in letters(world)]
    for kind, text in texts + [("a message", one["text"]) for one in of_vendors(world, "/_messages")]:
        found.setdefault(kind, set()).update(word for word in text.split() if re.fullmatch(r"\d{6}", word))
    return found


def fill(world: World, address: str) -> None:
    """Sees that there is something to search wherever anything could be: letters, messages, bundles, reports."""
    reference = world.ask_for({"kind": "access", "email": address, "residence": "Germany"})
    (mail,) = await_mails(world, address, 1)
    assert verify(world, reference, code_in(mail["BodyText"])).status == 200
    reached(world, reference, {"completed"})
    await_mails(world, somebody_else(world), 1)
    for _ in range(2):
        handle = f"h{secrets.token_hex(6)}"
        world.ask_for({"kind": "erasure", "connected_account": {"platform": "instagram", "handle": handle}})
        code_in(await_messages(world, handle, 1)[0]["text"])
    purge(world)


def somebody_else(world: World) -> str:
    """The address of somebody who asks and does nothing more."""
    address = somebody()
    world.ask_for({"kind": "access", "email": address})
    return address


def test_nothing_of_anybody_is_left_in_logs_queues_or_the_ledger(
    world: World, hidden: set[str], reachable: set[str]
) -> None:
    person, asker = world.person("tenant-birch"), somebody()
    fill(world, asker)
    world.await_erased(world.ask(person))
    words = hidden | {person.user_id}
    on_their_way = sent(world.settings.sent_file)
    assert unused(on_their_way, world.outputs) == set(), "nothing was sent there: is anything written down?"

    sinks: Sinks = {
        "logs": list(log_lines(world)),
        "queues": list(queue_bodies(world)),
        "messages and events, consumed or not": [text for texts in on_their_way.values() for text in texts],
        "marks and counters": rows(world, "SuppressionTableName", "LimitsTableName"),
        "receipts": list(objects(world, "ReceiptsBucketName", with_content=True)),
        "reports": list(objects(world, "ReportsBucketName", with_content=True)),
        "names of bundles": list(objects(world, "BundlesBucketName", with_content=False)),
        "letters": [json.dumps([mail.get(part) for part in ("Subject", "BodyText", "BodyHtml")]) for mail in letters(world)],
        "messages": [json.dumps([one["text"]]) for one in of_vendors(world, "/_messages")],
        "processors": [json.dumps(of_vendors(world, "/_state"))],
        "configuration": list(configuration(world)),
    }
    empty = {name for name, texts in sinks.items() if not "".join(texts).strip()}
    assert empty == set(), f"nothing to search in {empty}: it would pass without looking"
    assert any("erasure-worker" in line for line in sinks["logs"]), "no log to search"
    assert search(sinks, words | reachable | {asker}) == {}
    told = codes(world)
    assert len(told["a message"]) >= 2 and sum(len(of_kind) >= 2 for of_kind in told.values()) >= 2, "codes to look for"
    assert leaked(told, sinks["logs"] + sinks["queues"] + sinks["messages and events, consumed or not"]) == {}
    assert search({"ledger": rows(world, "LedgerTableName")}, {asker}), "where the answer goes is not found: the search sees nothing"
    places = places_of_contact(ROOT / "policy.toml")
    elsewhere = [without_contact(row, places) for row in world.table("LedgerTableName")]
    assert search({"ledger": elsewhere}, words | reachable | {asker}) == {}


def test_the_search_would_find_what_is_there(world: World, hidden: set[str]) -> None:
    """The tables of the product hold everybody: the same search, over them, finds people."""
    found = search({"product": rows(world, "InboxTableName", "ConnectionsTableName", "AccountsTableName")}, hidden)
    assert len({word for word, _ in found["product"]}) > 100
    demo = of_demo_accounts(world, datetime.now(timezone.utc))
    assert len(demo & {word for word, _ in found["product"]}) >= 12, "users and secrets of the demo's accounts"


def test_a_code_that_was_told_elsewhere_would_be_found() -> None:
    told = {"mail": {"104729", "224737", "350377"}, "message": {"479909", "611953"}, "once": {"746773"}}
    lines = ['{"code":"104729"}', "the code 224737.", 'n="1350377"', "7467730", "479909 ms"]
    assert leaked(told, lines) == {"mail": {"104729", "224737"}}
    assert leaked(told, [*lines, "x=611953&"]).keys() == {"mail", "message"}
    assert leaked(told, []) == {}


MARK = "Zyx.Marked+{}@example.org"


def refused(world: World) -> Iterator[tuple[str, Answer]]:
    """Calls that are not taken, each with a word of its own in every place where one fits."""

    def mark(number: int) -> str:
        return MARK.format(number)

    def quoted(number: int) -> str:
        return urllib.parse.quote(mark(number), safe="")

    as_json = {"Content-Type": "application/json", "Accept": "application/json"}
    yield mark(1), world.call("GET", f"/privacy/requests/{quoted(1)}")
    yield mark(2), world.call("GET", f"/privacy/requests/{quoted(2)}", headers={"Accept": "application/json"})
    yield mark(3), world.call("GET", f"/{quoted(3)}?q={quoted(3)}")
    yield mark(4), world.post(f"{mark(4)}.{mark(4)}")
    yield mark(5), world.call("POST", "/api/meta/data-deletion", mark(5).encode(), {"Content-Type": FORM})
    yield mark(6), world.call("POST", "/api/dsr", json.dumps({"kind": mark(6), "email": mark(6)}).encode(), as_json)
    yield mark(7), world.call("POST", "/api/dsr", json.dumps({"kind": "access", "email": [mark(7)]}).encode(), as_json)
    yield mark(8), world.call("POST", "/api/dsr", f'{{"{mark(8)}": '.encode(), as_json)
    yield mark(9), world.call("POST", f"/api/dsr/{quoted(9)}/verification", json.dumps({"code": mark(9)}).encode(), as_json)
    yield mark(10), world.call("POST", "/api/dsr", mark(10).encode(), {"Content-Type": mark(10), "Accept": "application/json"})
    yield mark(11), world.call("PUT", f"/api/dsr?{quoted(11)}", mark(11).encode(), as_json)


def test_no_refusal_repeats_what_was_sent(world: World) -> None:
    marks = []
    for mark, answer in refused(world):
        marks.append(mark)
        assert 400 <= answer.status < 500, (mark, answer.status)
        text = answer.body.decode(errors="replace") + json.dumps(answer.headers)
        assert Needles([mark]).found_in(text) == [], (mark, answer.status)
    assert len(marks) == 11
    assert search({"logs": list(of_functions(world))}, set(marks)) == {}


def test_every_alarm_names_a_runbook(world: World) -> None:
    alarms = world.settings.client("cloudwatch").describe_alarms()["MetricAlarms"]
    named = {alarm["AlarmDescription"].rsplit("See ", 1)[1] for alarm in alarms}
    assert len(alarms) >= 15
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
