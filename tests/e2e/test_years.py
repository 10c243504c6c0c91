"""Our own records, two years on: the record of a closed request goes, with all that belongs to it, and no other does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.e2e.test_periods import purge
from tests.e2e.world import World, until

# The request is completed on day 32. 24 months have at most 731 days, and the day after is the first.
COMPLETED, KEPT, GONE = 32, 32 + 720, 32 + 733


def watermarks(world: World) -> list[dict[str, Any]]:
    return [row for row in world.table("LedgerTableName") if row["pk"]["S"].startswith("purge")]


@pytest.fixture
def years_on(world: World) -> Iterator[World]:
    """A world whose other purges are done for the years to come, and that forgets it afterwards."""
    client, table = world.clients["dynamodb"], world.outputs["LedgerTableName"]
    purge(world)
    before = watermarks(world)
    far = (datetime.now(timezone.utc) + timedelta(days=4000)).strftime("%Y-%m-%dT00:00:00.000Z")
    for row in before:
        if row["sk"]["S"] == "watermark":
            client.put_item(TableName=table, Item={**row, "swept_until": {"S": far}})
    yield world
    world.move(0)
    for row in watermarks(world):
        client.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
    for row in before:
        client.put_item(TableName=table, Item=row)


def rows_of(world: World, code: str) -> set[str]:
    return {row["sk"]["S"] for row in world.table("LedgerTableName") if row["pk"]["S"] == f"obligation#{code}"}


def run(world: World, dry_run: bool = False) -> dict[str, Any]:
    report = purge(world, dry_run)["report"]["classes"]
    assert report["own.requests"]["fault"] is None and report["own.holds"]["fault"] is None, json.dumps(report)
    own: dict[str, Any] = report["own.requests"]
    return own


def test_the_record_of_a_closed_request_goes_after_two_years_and_no_other_does(years_on: World) -> None:
    world = years_on
    person = world.person("tenant-alder")
    code = world.ask(person)
    world.await_erased(code)

    def completed() -> bool | None:
        world.sweep()
        return world.page(code)["state"] == "completed" or None

    for day in (7.1, 30.1, COMPLETED):
        world.move(day)
        looks = len([look for look in world.page(code)["second_looks"] if "done_at" in look])

        def looked(looks: int = looks) -> bool | None:
            world.sweep()
            page = world.page(code)
            return page["state"] == "completed" or sum("done_at" in look for look in page["second_looks"]) > looks or None

        until(looked, 60, pause=1)
    until(completed, 60, pause=1)
    assert {"head", "outcome#000001", "plan#000001", "processors#000001"} <= rows_of(world, code)

    world.move(KEPT)
    run(world)
    assert world.page(code)["state"] == "completed"
    other = world.ask(world.person("tenant-alder"))
    world.await_erased(other, sweep_every=2)

    world.move(GONE)
    kept = rows_of(world, other)
    assert run(world, dry_run=True)["purged"] >= 1 and rows_of(world, code)
    own = run(world)
    assert own["purged"] >= 1 and own["late"] == 0 and not own["truncated"]
    assert rows_of(world, code) == set() and rows_of(world, other) == kept
    nobody = world.call("GET", f"/privacy/requests/{'0f' * 16}", headers={"Accept": "application/json"})
    answer = world.call("GET", f"/privacy/requests/{code}", headers={"Accept": "application/json"})
    assert (answer.status, answer.json["type"]) == (nobody.status, nobody.json["type"])
