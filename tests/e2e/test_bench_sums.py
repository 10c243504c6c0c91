"""What the benches make of what they counted: ratios, limits, the cost of a request, the plan. Needs no stack."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bench import b2, b5, b6, b8, cost, cost_whole, draw, plan
from tests.bench.b4 import DOLLARS, dollars, stored
from tests.bench.causes import causes
from tests.bench.emulator import Item, item
from tests.bench.front import Counted
from tests.bench.report import Bench, at_least, not_there, plain_ratio
from tests.bench.world import ROOT

KEPT = json.loads((ROOT / "tests/bench/measured.json").read_text())
HEADS = [{"pk": {"S": f"obligation#{code}"}} for code in ("a", "b")]
EVENTS = [(b"one", 200), (b"two", 200), (b"bad", 400), (b"one", 200)]


def row(what: str, ours: float, theirs: float) -> dict[str, Any]:
    return {"what": what, "ours": ours, "theirs": theirs}


def answers(*codes: str) -> list[bytes]:
    return [json.dumps({"statusCode": 200, "body": json.dumps({"confirmation_code": code})}).encode() for code in codes]


@pytest.mark.parametrize(("what", "ours", "theirs", "said"), [
    ("WRU, new", 2, 5, "2.50, counted"), ("peak MB", 10, 25, "2.50, no interval"), ("MiB per CPU-second, 1,024 MiB", 100, 40, "2.50, no interval"),
    ("items left", 0, 10_000, ""), ("RRU: exponent over what is open", 0.001, 1, ""),
])
def test_a_ratio_without_an_interval_says_what_it_is(what: str, ours: float, theirs: float, said: str) -> None:
    assert plain_ratio(row(what, ours, theirs)) == said


def test_whoever_is_answered_has_the_code_of_their_row() -> None:
    assert b2.wrong_codes(EVENTS, answers("a", "b", "-", "a"), HEADS) == ""
    assert "more than one code" in b2.wrong_codes(EVENTS, answers("a", "b", "-", "b"), HEADS)
    assert "of which 1 are keys" in b2.wrong_codes(EVENTS, answers("a", "c", "-", "a"), HEADS)
    assert "gives 1 codes" in b2.wrong_codes(EVENTS, answers("a", "a", "-", "a"), HEADS)
    assert "gives 1 codes" in b2.wrong_codes(EVENTS, answers("a", "a", "-", "a"), HEADS[:1])


def test_only_what_was_accepted_is_told_twice() -> None:
    events = b2.requests(1)
    twice = {event for event, _ in events if sum(event == other for other, _ in events) > 1}
    assert 100 < len(twice) < len(events) and not any(status == 400 for event, status in events if event in twice)


class Table:
    """An emulator with one table of logs."""

    def __init__(self, rows: list[Item]) -> None:
        self.rows, self.emulator = rows, self

    def items(self, _: str) -> Iterator[Item]:
        yield from self.rows

    def count(self, _: str, partition: str) -> int:
        return sum(one["pk"]["S"] == partition for one in self.rows)


def test_what_a_sweep_leaves_is_compared_row_by_row() -> None:
    day = b5.datetime.date(2026, 1, 2)
    due, kept = [list(b5.rows(day - b5.datetime.timedelta(days=ago), 8)) for ago in (0, 1)]
    whole = b5.others(Table(due + kept), day)  # type: ignore[arg-type]
    assert whole[:2] == (8, 8)
    assert b5.others(Table(kept[::-1]), day) == (0, *whole[1:])  # type: ignore[arg-type]
    changed = [*kept[:-1], kept[-1] | item(text="y")]
    assert b5.others(Table(changed), day)[2] != whole[2]  # type: ignore[arg-type]


def points(cpu: list[float], most: tuple[float, ...] = ()) -> list[dict[str, Any]]:
    """Of four sizes, each in three rounds; `most` are what the last one took in rounds that something disturbed."""
    found: list[dict[str, Any]] = [
        {"items": items, "CPU": spent, "seconds": [spent] * 3, "peak": 10.0 + at}
        for at, (items, spent) in enumerate(zip((100, 1_000, 10_000, 100_000), cpu, strict=True))
    ]
    found[-1]["seconds"][: len(most)] = most
    return found


FLAT = "CPU for each, the last slope beyond the first with full chunks"


def test_every_slope_of_a_growing_erasure_is_shown() -> None:
    rows, notes = b6.time_and_memory(points([0.011, 0.02, 0.11, 1.01]))
    found = {one.what: one for one in rows}
    assert [found[f"CPU-µs for each item, to {items}"].ours for items in ("1,000", "10,000", "100,000")] == pytest.approx([10.0] * 3)
    assert found["CPU: exponent"].ours == pytest.approx(1.0) and found["CPU-ms: fixed part"].ours == pytest.approx(10.0)
    assert found[FLAT].holds is True and found["peak MB, 100,000 items"].holds is True
    assert "(+0% of the next)" in notes[-1]
    rows, notes = b6.time_and_memory(points([0.011, 0.0155, 0.1055, 1.0055]))
    assert "(-50% of the next)" in notes[-1]


def test_growth_is_judged_by_the_median_of_rounds_and_either_way() -> None:
    def flat(cpu: list[float], most: tuple[float, ...] = ()) -> bool | None:
        return next(one for one in b6.time_and_memory(points(cpu, most))[0] if one.what == FLAT).holds

    assert flat([0.011, 0.02, 0.11, 1.01], (2.0,)) is True
    assert flat([0.011, 0.02, 0.11, 1.01], (2.0, 3.0)) is False
    assert flat([0.011, 0.02, 0.11, 1.5]) is False
    assert flat([0.011, 0.02, 0.11, 0.8]) is False


def test_memory_is_flat_from_the_first_size_with_full_chunks_on() -> None:
    large = points([0.011, 0.02, 0.11, 1.01])
    large[-1]["peak"] = 13.3
    assert next(one for one in b6.time_and_memory(large)[0] if one.what == "peak MB, 100,000 items").holds is False


def counted(wru: float, rru: float, calls: dict[str, int]) -> Counted:
    one = Counted(wru, rru)
    one.calls.update(calls)
    return one


def test_one_more_that_is_due_costs_its_own_row() -> None:
    few = counted(300, 113, {"q": 325})
    assert all(one.holds is not False for one in b8.for_each_due(few, counted(3000, 1030, {"q": 3025})))
    assert [one.holds for one in b8.for_each_due(few, counted(3900, 2013, {"q": 3025}))] == [False, False, None]


def test_dollars_of_an_erasure_are_of_all_its_calls() -> None:
    units = counted(10_000, 1_251, {"dynamodb:Query": 10})
    assert dollars(units) == pytest.approx(DOLLARS)
    more = counted(10_000, 1_251, {"s3:PutObject": 2, "s3:GetObject": 1, "sqs:SendMessage": 1, "secretsmanager:GetSecretValue": 3})
    assert dollars(more) - DOLLARS == pytest.approx(2 * 5e-6 + 0.4e-6 + 0.4e-6 + 3 * (5e-6 + 3e-6))


def test_a_comparison_that_was_not_made_is_not_kept() -> None:
    bench = Bench("B2", "warm", [not_there("CPU-µs each", 470.0, "Node", at_least(8.0, "ratio"))])
    said = bench.as_json()
    assert said["reached"] is False and said["rows"][0]["holds"] is False


def test_a_document_without_its_place_for_a_table_is_not_filled() -> None:
    mark = "<!-- missed: made by make bench-docs -->\nold\n<!-- missed: end -->"
    assert draw.filled(mark, {"missed": "new"}) == mark.replace("old", "new")
    with pytest.raises(ValueError, match="0 places"):
        draw.filled(mark, {"bench B1": "new"})


def test_an_item_counts_its_names_and_values() -> None:
    assert stored({"pk": {"S": "abc"}, "n": {"N": "12"}, "l": {"L": [{"S": "é"}]}, "b": {"BOOL": True}}) == 5 + 3 + (1 + 3 + 2) + 2


def test_a_month_has_all_its_traces_and_a_busy_day_few() -> None:
    assert cost.traced(0.4) == 1.0 and cost.traced(11) == pytest.approx(1.5 / 11)
    assert cost.traces(1e6) == pytest.approx(5.0) and cost.traces(1e6, 1e5) == pytest.approx(5 * 1.45 / 10)


def test_callbacks_that_come_seldom_have_their_secret_read_each_time() -> None:
    assert cost.secrets_read(100, 0) == 200 and cost.secrets_read(1e6, 1_000) == 86_400 + 2_880 + 2_000
    ours, plain = cost.callbacks(KEPT)[:2]
    assert ours.parts["secrets"] > plain.parts["secrets"] and ours.parts["traces"] == plain.parts["traces"] == pytest.approx(5.0)


def test_what_is_there_is_everything_that_costs_by_the_month() -> None:
    there = cost.in_template()
    assert there["dashboard"] == 1 and there["metric"] == len(cost.emitted() | {"ProcessorsParked"}) > 40
    assert {"SweepSent", "RecordsPurged", "LettersUndelivered"} <= cost.emitted()


def test_what_is_kept_of_a_request_is_priced_to_its_end() -> None:
    kept = {one.what: one.parts for one in cost_whole.whole(KEPT)}["kept for two years, then purged"]
    seen = KEPT["B4"]["measured"]["kept"]
    assert seen["rows"] > 5 and kept["kept"] > seen["bytes"] * 1e6 / 2**30 * 0.45 * 24 and kept["writes"] == pytest.approx((seen["rows"] + 1) * 0.625)


def test_a_purge_of_a_billion_needs_another_schedule() -> None:
    said = plan.purging(KEPT)
    assert "1.9 million a day at 60 minutes" in said.until and "never catch up" in said.until and said.then.startswith("`PurgeSchedule` of 5 minutes: 23.0")


def test_the_trail_and_the_bus_are_part_of_a_request() -> None:
    parts = {one.what: one.parts for one in cost_whole.whole(KEPT)}
    stream = parts["the ledger's stream: trail and events"]
    batches = tomllib.loads((ROOT / "tests/bench/prices.toml").read_text())["assumed"]["stream_batches"]
    assert stream["objects"] == pytest.approx(batches * (2 * 5.0 + 5 * 0.4)) and stream["events"] == pytest.approx(3.0) and stream["time"] > 0
    whole = parts["this service, to its end"]
    assert whole["events"] == stream["events"] and whole["objects"] > stream["objects"]
    assert parts["the same stream, where many requests share full batches"]["objects"] < stream["objects"] / 5


def test_an_idle_month_has_its_pollers_and_its_logs() -> None:
    assert cost.queues_read() == 3 and cost.polls() == pytest.approx(3 * 648_000)
    idle = cost.idle(KEPT)
    assert idle[0].parts["logs"] > 0 and idle[1].parts["messages"] == pytest.approx(0.7776)


def test_what_is_due_waits_together_and_computes_one_after_the_other() -> None:
    assert cost_whole.at_once() == 8
    waiting, computing = cost_whole.OneDue(computes=0.001, waits=0.015), cost_whole.OneDue(computes=0.005, waits=0.015)
    assert (waiting.alone, waiting.among_others) == (pytest.approx(0.016), pytest.approx(0.002))
    assert computing.among_others == pytest.approx(0.005)
    each = cost_whole.one_due(KEPT)
    assert each.waits == pytest.approx(0.015, rel=0.01) and each.computes > 0
    assert b8.DUE == cost_whole.DUE and b8.SHARDS == cost_whole.SHARDS


def test_what_holds_the_fewest_requests_breaks_first() -> None:
    lines = plan.breaks(KEPT).splitlines()[2:]
    cells = [line.removeprefix("| ").split(" | ") for line in lines]
    assert {"the sweeper", "erasure workers", "the audit trail"} <= {what.partition(":")[0] for what, *_ in cells[:6]}
    held = [float(holds.partition(" ")[0].replace(",", "")) if holds != "–" else float("inf") for _, holds, *_ in cells]
    assert held == sorted(held) and held[-1] == float("inf")
    erasing, looking = plan.worker_seconds(KEPT)
    assert plan.workers(KEPT).holds == pytest.approx(10 / (erasing + looking))
    each = cost_whole.one_due(KEPT)
    assert plan.sweeper(KEPT).holds == pytest.approx(288 * min(92 / each.among_others, 16_000) / 4 / 86_400)
    assert (plan.parameter("SweepSchedule"), plan.parameter("TableWriteUnits"), plan.gateway_rate()) == (5, 40_000, 500)


def test_what_is_missed_is_drawn_from_the_report() -> None:
    drawn = draw.missed(KEPT)
    failed = [one for bench in KEPT.values() for one in bench["rows"] if one["holds"] is False]
    assert all(f"| {one['what']} |" in drawn and one["must"] in drawn for one in failed) and drawn.count("\n") == (len(failed) + 1 if failed else 0)
    assert draw.missed({"B3": KEPT["B3"]}) == "Nothing."


def test_a_start_is_taken_apart_where_its_handlers_were_started() -> None:
    def start(cpu: float) -> dict[str, Any]:
        return {"start": {"cpu": {"median": cpu}, "one root": cpu - 1, "faults": 1000, "fault": 2.0}}

    known = {"empty": start(2.0), "staff-api": start(6.0)}
    assert "process, runtime, `tracing`" in causes(known) and "| one secret read ahead: call, signature, connection without TLS | – |" in causes(known)
    drawn = causes(known | {"quiet": start(1.5), "small": start(5.0), "canned": start(4.0), "unparsed": start(3.75)})
    assert "| `staff-api` | 6 | 1.500 | 0.500 | 1 | 3 | 1,000, 2 ms |" in drawn
    assert "connection without TLS | 1 |" in drawn and "| the JSON in it | 0.250 |" in drawn
