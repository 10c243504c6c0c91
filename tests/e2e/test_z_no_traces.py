"""Runs last: after everything the other tests did, nothing of anybody stands in a log, a queue or the ledger."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator
from datetime import datetime, timezone

from local.demo import people
from local.settings import ROOT
from tests.e2e.world import World

OF_THE_MAIL_SERVICE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO \[ses-v2\] SESv2 SendEmail: MessageId=")


def log_lines(world: World) -> Iterator[str]:
    logs = world.clients["logs"]
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                for event in events["events"]:
                    yield f"{group['logGroupName']} {event['message']}"
    # What the functions printed, as the machine that ran them saw it; not what the stand-in for SES says of the mails it
    # was given, for it is the one whom they are addressed to.
    printed = world.settings.log_file.read_text(errors="replace").splitlines()
    yield from (line for line in printed if not OF_THE_MAIL_SERVICE.match(line))


def queue_bodies(world: World) -> Iterator[str]:
    """All queues, read from the stand-in's own window, so that nothing is taken from anybody."""
    for output in ("ErasureQueueUrl", "ErasureDeadLettersUrl", "SweeperDeadLettersUrl", "NoticeQueueUrl", "NoticeDeadLettersUrl"):
        query = urllib.parse.urlencode({"QueueUrl": world.outputs[output]})
        yield world.call("GET", f"{world.settings.endpoint}/_ministack/sqs/messages?{query}").body.decode()


def test_nothing_of_anybody_is_left_in_logs_queues_or_the_ledger(world: World) -> None:
    person = world.stack["demo"]["meta_users"][0]
    world.await_erased(world.ask(world.person("tenant-birch")))
    markers = world.markers | people.markers(people.connections(datetime.now(timezone.utc)), datetime.now(timezone.utc))
    hidden = markers | set(world.secrets.values()) | {world.subject_keys().material}
    assert person["user_id"] in markers and len(markers) > 300

    lines = list(log_lines(world))
    assert any("erasure-worker" in line for line in lines), "no log to search: the test would pass without looking"
    ledger = [json.dumps(row, default=repr) for output in ("LedgerTableName", "SuppressionTableName") for row in world.table(output)]
    assert ledger
    for where, words in ((lines, hidden | world.askers), (list(queue_bodies(world)), hidden | world.askers), (ledger, hidden)):
        text = "\n".join(where)
        assert [word for word in words if word in text] == []


def test_every_alarm_names_a_runbook(world: World) -> None:
    alarms = world.settings.client("cloudwatch").describe_alarms()["MetricAlarms"]
    named = {alarm["AlarmDescription"].rsplit("See ", 1)[1] for alarm in alarms}
    assert len(alarms) >= 15
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
