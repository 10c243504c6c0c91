"""What goes by its date goes by it, through the deployed sweeper, and what is not past its date stays as it is."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from local.demo.periods import HOURLY, Dated, dated, pass_hours, seed_dated
from tests.e2e.world import World

TABLES = ("SocialTableName", "BillingTableName", "LogsTableName")
# Where purges of what goes by the hour begin on this stack at the latest (`pass_hours`): nothing that is made here is older.
SINCE = datetime.now(timezone.utc) - timedelta(days=9)


def purge(world: World, dry_run: bool = False) -> dict[str, Any]:
    tick = json.dumps({"sweep": "periods", "dry_run": dry_run}).encode()
    answer = world.clients["lambda"].invoke(FunctionName=world.outputs["RetentionSweeperFunctionName"], Payload=tick)
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def purge_all(world: World) -> dict[str, Any]:
    """Runs until nothing is left over for the next run: the first ones pass the time before the stack was made."""
    for _ in range(30):
        told = purge(world)
        if not any(one["truncated"] for one in told["report"]["classes"].values()):
            return told
    raise AssertionError("thirty runs were not enough")


def keys(rows: dict[str, list[dict[str, object]]]) -> set[tuple[str, str]]:
    return {(str(row["pk"]), str(row["sk"])) for of_table in rows.values() for row in of_table}


def stored(world: World) -> set[tuple[str, str]]:
    return {(row["pk"]["S"], row["sk"]["S"]) for output in TABLES for row in world.table(output)}


def forget(world: World, name: str) -> None:
    """Takes the watermark of a class away, and the list of what is looked at again. What goes by the hour begins some days ago, not years."""
    for row in world.table("LedgerTableName"):
        if row["pk"]["S"] == f"purge#{name}":
            key = {"pk": row["pk"], "sk": row["sk"]}
            world.clients["dynamodb"].delete_item(TableName=world.outputs["LedgerTableName"], Key=key)
    if name in HOURLY:
        pass_hours(world.clients["dynamodb"], world.outputs["LedgerTableName"], datetime.now(timezone.utc), [name])


def tenant(world: World) -> Dated:
    made = dated(f"tenant-{uuid.uuid4().hex[:8]}", f"c{uuid.uuid4().hex[:12]}", datetime.now(timezone.utc), SINCE)
    seed_dated(world.clients, world.outputs, made)
    world.markers |= made.markers
    return made


def test_what_is_past_its_date_goes_and_a_report_says_so(world: World) -> None:
    # What is due of others goes first, so that what goes then is ours.
    purge_all(world)
    made = tenant(world)
    before = stored(world)
    assert made.due and keys(made.due) <= before and keys(made.live) <= before
    # These hours were passed a moment ago: without a watermark the class begins again.
    forget(world, "member-profiles")
    told = purge_all(world)
    assert before - stored(world) == keys(made.due)
    report = told["report"]
    assert report["is_dry_run"] is False and set(report["classes"]) >= {"billing-records", "security-logs", "member-profiles"}
    assert all(one["fault"] is None and not one["halted"] for one in report["classes"].values())
    body = world.clients["s3"].get_object(Bucket=world.outputs["ReportsBucketName"], Key=told["stored_under"])["Body"].read()
    assert json.loads(body) == report
    assert not [word for word in made.markers if word.encode() in body]


def test_a_dry_run_writes_nothing_and_knows_that_the_schedule_lives(world: World) -> None:
    purge_all(world)
    before, reports = stored(world), world.clients["s3"].list_objects_v2(Bucket=world.outputs["ReportsBucketName"])["KeyCount"]
    told = purge(world, dry_run=True)
    assert told["report"]["is_dry_run"] and told["report"]["is_schedule_alive"] and told["stored_under"] is None
    assert stored(world) == before
    assert world.clients["s3"].list_objects_v2(Bucket=world.outputs["ReportsBucketName"])["KeyCount"] == reports


def test_a_dry_run_of_what_is_due_names_refs_and_writes_nothing(world: World) -> None:
    tick = json.dumps({"sweep": "due", "dry_run": True}).encode()
    answer = world.clients["lambda"].invoke(FunctionName=world.outputs["RetentionSweeperFunctionName"], Payload=tick)
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer and told["dry_run"] is True, told
    kinds = told["kinds"].values()
    assert told["due"] == sum(kind["due"] for kind in kinds)
    assert len(told["to_send"]) == sum(kind["to_send"] for kind in kinds)
    assert all(len(one["ref"]) == 12 for one in told["to_send"]), told


def test_a_disconnect_reaches_what_goes_by_its_hour(world: World) -> None:
    """The whole partition of a connection is one key range, whatever hours are in it."""
    partitions = {row["pk"]["S"] for row in world.table("SocialTableName")}
    person = world.person(f"tenant-{uuid.uuid4().hex[:8]}")
    (connection,) = person.connections
    made = dated(connection.tenant_id, connection.connection_id, datetime.now(timezone.utc), SINCE)
    seed_dated(world.clients, world.outputs, made)
    world.markers |= made.markers
    world.await_erased(world.ask(person))
    left = {row["pk"]["S"] for row in world.table("SocialTableName")}
    assert f"{connection.tenant_id}#{connection.connection_id}" not in left
    assert {pk for pk in partitions if not pk.startswith("due#")} <= left
