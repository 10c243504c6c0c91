"""Years on: invoices go seven years after each, security logs after twelve months, the record of a closed request after
twenty-four, and nothing else with them."""

from __future__ import annotations

import calendar
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import boto3
import pytest

from local.demo.model import instant
from local.demo.seed import put_rows
from tests.e2e.test_disconnects import call_as, dashboard
from tests.e2e.test_periods import forget, purge, purge_all
from tests.e2e.test_terminations import tenant_with_everything, terminate
from tests.e2e.world import World, until

__all__ = ["dashboard"]

# The request is completed on day 32. 24 months have at most 731 days, and the day after is the first.
COMPLETED, KEPT, GONE = 32, 32 + 720, 32 + 733
# By then every file of an account that ended yesterday is erased.
ERASED = 40


# At most so many days after it was written a record of a class is due, whatever the months between.
DUE_AFTER = {
    "billing-records": 2557, "security-logs": 366, "member-profiles": 1, "member-activity": 2, "organisation-activity": 42,
    "page-reports": 366,
}


def watermarks(world: World) -> list[dict[str, Any]]:
    return [row for row in world.table("LedgerTableName") if row["pk"]["S"].startswith("purge")]


def move(world: World, days: float, but: str = "") -> None:
    """Moves the functions, and has every class but one swept up to that day, hour by hour of which would take too long here. No
    further: a watermark beyond what a clock allows is not believed."""
    world.move(days)
    now = datetime.now(timezone.utc) + timedelta(days=days)
    for row in watermarks(world):
        name = row["pk"]["S"].removeprefix("purge#")
        if row["sk"]["S"] == "watermark" and name in DUE_AFTER and name != but:
            until = (now - timedelta(days=DUE_AFTER[name])).strftime("%Y-%m-%dT00:00:00.000Z")
            world.clients["dynamodb"].put_item(TableName=world.outputs["LedgerTableName"], Item={**row, "swept_until": {"S": until}})


def schedule_purges(world: World, state: str) -> None:
    scheduler = world.settings.client("scheduler")
    for one in scheduler.list_schedules()["Schedules"]:
        found = scheduler.get_schedule(Name=one["Name"], GroupName=one["GroupName"])
        if json.loads(found["Target"].get("Input", "{}")) == {"sweep": "periods"}:
            kept = ("Name", "GroupName", "Description", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target")
            scheduler.update_schedule(State=state, **{name: found[name] for name in kept if name in found})
            return
    raise AssertionError("no schedule of purges")


@pytest.fixture
def years_on(world: World) -> Iterator[World]:
    """A world that forgets afterwards how far its purges came in years that are yet to come. Only the test purges meanwhile: a run
    that begins between moving the clock and its watermarks would sweep the years between."""
    client, table = world.clients["dynamodb"], world.outputs["LedgerTableName"]
    schedule_purges(world, "DISABLED")
    try:
        purge_all(world)
        before = watermarks(world)
        yield world
        world.move(0)
        for row in watermarks(world):
            client.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
        for row in before:
            client.put_item(TableName=table, Item=row)
    finally:
        schedule_purges(world, "ENABLED")


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

        until(looked, 180, pause=1)
    until(completed, 180, pause=1)
    assert {"head", "outcome#000001", "plan#000001", "processors#000001"} <= rows_of(world, code)

    move(world, KEPT)
    run(world)
    assert world.page(code)["state"] == "completed"
    other = world.ask(world.person("tenant-alder"))
    world.await_erased(other, sweep_every=2)

    move(world, GONE)
    kept = rows_of(world, other)
    assert run(world, dry_run=True)["purged"] >= 1 and rows_of(world, code)
    own = run(world)
    assert own["purged"] >= 1 and own["late"] == 0 and not own["truncated"]
    assert rows_of(world, code) == set() and rows_of(world, other) == kept
    nobody = world.call("GET", f"/privacy/requests/{'0f' * 16}", headers={"Accept": "application/json"})
    answer = world.call("GET", f"/privacy/requests/{code}", headers={"Accept": "application/json"})
    assert (answer.status, answer.json["type"]) == (nobody.status, nobody.json["type"])


def test_what_is_known_of_an_export_of_an_account_goes_two_years_after_its_files(years_on: World, dashboard: boto3.Session) -> None:
    world = years_on
    tenant, _ = tenant_with_everything(world)
    terminate(world, dashboard, tenant, 1)
    assert call_as(dashboard, world, f"/api/accounts/{tenant}/export", {}).status == 202
    # A request that was closed before its bundle was made: its note is not waited for, and goes with the row of the account.
    note = {"pk": {"S": f"pending#{tenant}"}, "sk": {"S": uuid.uuid4().hex}, "since": {"S": instant(datetime.now(timezone.utc))}}
    world.clients["dynamodb"].put_item(TableName=world.outputs["LedgerTableName"], Item=note)

    def known(kind: str) -> list[dict[str, Any]]:
        rows = [row for row in world.table("LedgerTableName") if row["pk"]["S"] == f"{kind}#{tenant}"]
        # That staff ordered it stays, as every act of theirs.
        return [row for row in rows if not row["sk"]["S"].startswith("noted#")]

    def swept(done: Callable[[], bool]) -> None:
        def look() -> bool | None:
            world.sweep()
            return done() or None

        until(look, 60, pause=1)

    until(lambda: [row for row in known("export") if "made_at" in row] or None, 60)
    move(world, ERASED)
    swept(lambda: "erased_at" in known("export")[0])
    move(world, ERASED + 725)
    world.sweep()
    assert len(known("export")) == 1 and known("pending") == [note], "not before its day"
    move(world, ERASED + 732)
    swept(lambda: not known("export"))
    assert known("pending") == []


# -- by the calendar -----------------------------------------------------------------------------------------------------


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month: the service counts these with a library of its own."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def noon(world: World, day: date, name: str) -> None:
    """Moves the functions to the noon of a day, on which one class is looked at."""
    at = datetime.combine(day, time(12), timezone.utc)
    move(world, (at - datetime.now(timezone.utc)) / timedelta(days=1), but=name)


def write(world: World, output: str, prefix: str, days: Iterable[date], facts: dict[str, object]) -> dict[tuple[str, str], date]:
    """A row for each of two tenants on each day; the keys of them with their days."""
    tenants = [f"tenant-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    rows, made = [], {}
    for number, day in enumerate(days):
        for tenant in tenants:
            at = datetime.combine(day, time(9, 30), timezone.utc)
            pk, sk = f"{prefix}#{day}#{number % 2}", f"{tenant}#{instant(at)}#{uuid.uuid4().hex[:10]}"
            rows.append({"pk": pk, "sk": sk, "tenant_id": tenant, **facts})
            made[pk, sk] = day
    for start in range(0, len(rows), 25):
        put_rows(world.clients["dynamodb"], world.outputs[output], rows[start : start + 25])
    return made


def left(world: World, output: str, made: dict[tuple[str, str], date]) -> set[date]:
    stored = {(row["pk"]["S"], row["sk"]["S"]) for row in world.table(output)}
    days = [day for key, day in made.items() if key in stored]
    assert len(days) == 2 * len(set(days)), "both tenants' records of a day go together"
    return set(days)


def test_an_invoice_is_kept_for_seven_years_and_gone_the_day_after(years_on: World) -> None:
    world = years_on
    forget(world, "billing-records")
    days = [date(2026 + month // 12, month % 12 + 1, 17) for month in range(84)] + [date(2028, 2, 29)]
    made = write(world, "BillingTableName", "billing", days, {"kind": "invoice", "billed_to": "Somebody Limited"})
    # What is kept for seven years whole goes from the day after on: a 29 February counts as the 28th.
    gone_on = {day: months_after(day, 84) + timedelta(days=1) for day in days}
    assert gone_on[date(2028, 2, 29)] == date(2035, 3, 1)
    quiet = [date(year, 11, 30) for year in range(2027, 2033)]
    edges = [date(2033, 1, 17), date(2033, 1, 18), date(2034, 1, 1), date(2035, 2, 28), date(2035, 3, 1)]
    for today in quiet + edges:
        noon(world, today, "billing-records")
        told = purge_all(world)["report"]["classes"]["billing-records"]
        assert (told["fault"], told["halted"], told["late"]) == (None, False, 0), told
        assert left(world, "BillingTableName", made) == {day for day in days if today < gone_on[day]}, today
    assert len(left(world, "BillingTableName", made)) == 85 - 27


def test_a_security_log_is_gone_twelve_months_after_its_event(years_on: World) -> None:
    world = years_on
    forget(world, "security-logs")
    days = [date(2026, month, 11) for month in range(1, 13)] + [date(2027, month, 28) for month in range(1, 13)]
    made = write(world, "LogsTableName", "log", days, {"event": "signed-in", "outcome": "ok"})
    for today in (date(2027, 1, 10), date(2027, 1, 11), date(2027, 6, 30), date(2028, 2, 27), date(2028, 2, 28)):
        noon(world, today, "security-logs")
        told = purge_all(world)["report"]["classes"]["security-logs"]
        assert (told["fault"], told["halted"], told["late"]) == (None, False, 0), told
        assert left(world, "LogsTableName", made) == {day for day in days if today < months_after(day, 12)}, today


def test_after_a_clock_that_ran_ahead_what_is_due_goes_all_the_same(years_on: World) -> None:
    world = years_on
    move(world, 91)
    purge_all(world)
    move(world, 0, but="security-logs")
    made = write(world, "LogsTableName", "log", [date.today() - timedelta(days=367)], {"event": "signed-in", "outcome": "ok"})
    told = purge(world)["report"]["classes"]["security-logs"]
    assert told["ahead"], told
    told = purge_all(world)["report"]["classes"]["security-logs"]
    assert (told["ahead"], told["late"], left(world, "LogsTableName", made)) == (False, 0, set()), told
