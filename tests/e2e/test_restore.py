"""A backup of the data tables is restored: what was erased since is back, and a replay of the ledger erases it again.

By the command of docs/runbooks/restore.md, as staff type it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import boto3
import pytest

from local.demo.model import Connection
from local.settings import REGION, ROOT
from tests.e2e.test_disconnects import body, call_as, connection, dashboard, disconnect
from tests.e2e.test_moved_time import moving
from tests.e2e.test_periods import forget, keys, purge_all, stored
from tests.e2e.test_periods import tenant as tenant_with_dates
from tests.e2e.test_staff import get, staff
from tests.e2e.test_terminations import left, tenant_with_everything, terminate
from tests.e2e.tools import tool
from tests.e2e.world import ERASED, World, until

__all__ = ["dashboard", "moving", "staff"]
REPLAYS = "/api/staff/replays"
# The table of marks is restored too: marks that were raised since are lost.
TABLES = ("InboxTableName", "ConnectionsTableName", "PeopleTableName", "SocialTableName", "AccountsTableName",
          "ConversationsTableName", "BillingTableName", "LogsTableName", "SuppressionTableName")
BUCKETS = ("MediaBucketName", "FilesBucketName")


class Backup:
    """Every row and every object, read with the rights of an administrator."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.taken_at = datetime.now(timezone.utc)
        self.rows = {table: world.table(table) for table in TABLES}
        self.objects = {bucket: self.bodies(bucket) for bucket in BUCKETS}

    def names(self, bucket: str) -> set[str]:
        pages = self.world.clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=self.world.outputs[bucket])
        return {found["Key"] for page in pages for found in page.get("Contents", [])}

    def bodies(self, bucket: str) -> dict[str, bytes]:
        s3, name = self.world.clients["s3"], self.world.outputs[bucket]
        return {key: s3.get_object(Bucket=name, Key=key)["Body"].read() for key in self.names(bucket)}

    def restore(self) -> None:
        """Writes back what is missing or was changed; marks that were not there then go."""
        world = self.world
        dynamodb, s3 = world.clients["dynamodb"], world.clients["s3"]
        for table, rows in self.rows.items():
            now = world.table(table)
            for row in rows:
                if row not in now:
                    dynamodb.put_item(TableName=world.outputs[table], Item=row)
        known = [row["pk"] for row in self.rows["SuppressionTableName"]]
        for row in world.table("SuppressionTableName"):
            if row["pk"] not in known:
                dynamodb.delete_item(TableName=world.outputs["SuppressionTableName"], Key={"pk": row["pk"]})
        for bucket, bodies in self.objects.items():
            missing = bodies.keys() - self.names(bucket)
            for key in missing:
                s3.put_object(Bucket=world.outputs[bucket], Key=key, Body=bodies[key])


def of(world: World, owners: Iterable[str]) -> dict[str, list[str]]:
    wanted = set(owners)
    return {owner: facts for owner, facts in world.everything().items() if owner in wanted}


def marks(world: World) -> set[str]:
    return {row["pk"]["S"] for row in world.table("SuppressionTableName")}


@contextmanager
def typed(world: World, session: boto3.Session, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`staff`, run by whoever has these credentials; ended if nobody waits for its end."""
    given = session.get_credentials()
    assert given is not None and given.access_key and given.secret_key and given.token
    known = {
        "PRIVACY_API_URL": world.api_url, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": given.access_key,
        "AWS_SECRET_ACCESS_KEY": given.secret_key, "AWS_SESSION_TOKEN": given.token,
    }
    command = [tool("staff"), *words]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | known, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said(world: World, session: boto3.Session, *words: str) -> tuple[int, str, str]:
    """What it comes to at once: the exit code, what it prints, what it complains of."""
    with typed(world, session, *words) as process:
        out, err = process.communicate(timeout=900)
        return process.returncode, out, err


def replayed(world: World, staff: boto3.Session, replay: str) -> dict[str, Any]:
    """The report, once nothing is left to do. The schedules run as they would."""
    with typed(world, staff, "replay", replay, "--wait", "--json") as waiting:

        def over() -> int | None:
            code = waiting.poll()
            if code is None:
                world.sweep()
                purge_all(world)
            return code

        # Everything that was erased in the last day is looked at, that of other tests too.
        code = until(over, 450, pause=2)
        out, err = waiting.communicate()
    assert code == 0, (code, err)
    report: dict[str, Any] = json.loads(out)
    assert not report["is_open"]
    return report


def test_what_a_backup_brings_back_is_erased_again(moving: World, dashboard: boto3.Session, staff: boto3.Session) -> None:
    world = moving
    # Built before anything is restored: a message that is delivered once more would look at what came back, and leave the replay nothing.
    tool("staff")
    person = world.person("tenant-alder", "tenant-birch")
    gone: Connection = connection(world, "google", "tenant-cedar")
    tenant, connections = tenant_with_everything(world)
    # Others, beside the person and in a tenant of their own.
    other = world.person("tenant-alder", "tenant-cedar")
    staying, of_other = tenant_with_everything(world)
    # What is due of others goes first. Of ours some hours are over, and will have been purged when the backup is restored.
    purge_all(world)
    by_date = tenant_with_dates(world)
    assert by_date.due and keys(by_date.due) | keys(by_date.live) <= stored(world)
    bystanders = [one.connection_id for one in (*other.connections, of_other["facebook"], of_other["google"])] + [f"own/{staying}"]
    bystanders += {f"dated/{row['tenant_id']}" for row in by_date.live["LogsTableName"]}
    before = of(world, bystanders)
    backup = Backup(world)

    code = world.ask(person)
    disconnect(dashboard, world, "google", body(gone))
    terminate(world, dashboard, tenant, 32)
    forget(world, "member-profiles")
    purge_all(world)
    assert not keys(by_date.due) & stored(world)
    world.await_erased(code)
    until(lambda: not (world.left([gone]) or left(world, tenant, connections)) or None, 90)
    raised = marks(world)

    backup.restore()
    assert world.left(person.connections) > 0 and world.left([gone]) > 0
    assert left(world, tenant, connections) == {"facebook", "linkedin", "google", "own"}
    assert marks(world) < raised

    purge_all(world)
    assert keys(by_date.due) <= stored(world), "a purge alone has passed these hours"

    asked = ("replay", "--restored-to", backup.taken_at.isoformat(), "--reason", "the inbox was damaged")
    exit_code, out, err = said(world, staff, *asked, "--json")
    assert exit_code == 2, ("it is not over", err)
    begun = json.loads(out)
    assert begun["is_open"] and begun["reason"] == "the inbox was damaged"
    replay = begun["replay_id"]
    repeated = call_as(staff, world, REPLAYS, {"restored_to": backup.taken_at.isoformat(), "reason": "the inbox was damaged"})
    assert (repeated.status, repeated.json["replay_id"]) == (202, replay), "the same while it is open"
    world.sweep()
    # Periods are listed once purges that began before are over: a quarter of an hour later.
    world.move(0.0105)
    report = replayed(world, staff, replay)
    assert report == get(staff, world, f"{REPLAYS}/{replay}")
    exit_code, out, _ = said(world, staff, "replay", replay)
    assert exit_code == 0 and replay in out, "for people, and over"

    assert world.left(person.connections) == 0 and world.left([gone]) == 0
    assert left(world, tenant, connections) == set()
    assert marks(world) >= raised, "marks stand again"
    assert not keys(by_date.due) & stored(world) and keys(by_date.live) <= stored(world)
    assert of(world, bystanders) == before
    # The person, the connection, four phases of the account.
    found = report["obligations"]
    assert found["erased_again"] >= 5 and found["residue_found"] >= 5 and found["open"] == 0, report
    assert report["periods_open"] == 0 and report["asked_by"]
    assert world.page(code)["state"] in ERASED
    assert report in get(staff, world, REPLAYS)["replays"]


@pytest.mark.parametrize(
    ("member", "value"), [("restored_to", "yesterday"), ("restored_to", "2999-01-01T00:00:00Z"), ("restored_to", "2019-01-01T00:00:00Z"), ("reason", "")]
)
def test_a_bad_member_is_named_and_nothing_is_stored(world: World, staff: boto3.Session, member: str, value: str) -> None:
    before = get(staff, world, REPLAYS)
    asked = {"restored_to": datetime.now(timezone.utc).isoformat(), "reason": "a drill", member: value}
    answer = call_as(staff, world, REPLAYS, asked)
    assert (answer.status, answer.json["type"], answer.json["member"]) == (400, "urn:privacy:problem:bad-member", member)
    assert get(staff, world, REPLAYS) == before
    assert call_as(staff, world, f"{REPLAYS}/r00000000000000000", {}, "GET").status == 404


def test_the_command_says_by_its_exit_code_that_nothing_was_begun(
    world: World, staff: boto3.Session, dashboard: boto3.Session
) -> None:
    before = get(staff, world, REPLAYS)
    now = datetime.now(timezone.utc).isoformat()
    for session, words, complaint in (
        (staff, ("replay", "r00000000000000000", "--wait"), "urn:privacy:problem:not-found"),
        (staff, ("replay", "--restored-to", "yesterday", "--reason", "a drill", "--wait"), "(restored_to)"),
        (staff, ("replay", "--restored-to", now, "--wait"), "--reason"),
        (dashboard, ("replay", "--restored-to", now, "--reason", "a drill", "--wait"), "not allowed"),
    ):
        code, out, err = said(world, session, *words)
        assert (code, out) == (1, "") and complaint in err, (words, code, out, err)
    assert get(staff, world, REPLAYS) == before
