"""That a missing and a spare permission would be seen, shown on decisions that are made up; and what is written down of a call."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from local.emulator import Recorder, cut, kind, leading_keys
from tests.e2e.decisions import Decision, Difference, attributes_of, compare, patterns_of
from tests.e2e.permissions import Grant, called, functions, statements_of

Places = dict[str, dict[str, str]]


def places(function: str) -> Places:
    return {one.sid: {on: on for on in one.on} for one in statements_of(function)}


def exactly(function: str) -> list[Decision]:
    """Every call that the role is for, once."""
    done = []
    for one in statements_of(function):
        attributes = [value for _, key, values in one.patterns() if key == "dynamodb:Attributes" for value in values]
        select = "SPECIFIC_ATTRIBUTES" if attributes else "ALL_ATTRIBUTES"
        for on in one.on:
            for action in one.actions:
                if Grant(function, action, on) in called(function):
                    for pattern in sorted(patterns_of(one)) or ["other#x"]:
                        keys = (pattern.replace("*", ""),)
                        done.append(Decision(function, function, action, on.replace("*", "x"), keys, tuple(attributes), select, True))
    return done


@pytest.mark.parametrize("function", functions())
def test_what_is_called_exactly_differs_in_nothing(function: str) -> None:
    assert compare(function, places(function), exactly(function)) == Difference(*(set() for _ in range(6)))


@pytest.mark.parametrize("function", functions())
def test_every_permission_that_nobody_used_is_spare(function: str) -> None:
    for spare in called(function):
        done = [one for one in exactly(function) if (one.action, one.resource) != (spare.action, spare.on.replace("*", "x"))]
        assert compare(function, places(function), done).spare >= {spare}


@pytest.mark.parametrize("function", functions())
def test_a_row_that_an_action_never_touched_is_spare_though_another_action_did(function: str) -> None:
    for one in statements_of(function):
        for pattern in patterns_of(one):
            key = pattern.replace("*", "")
            for action in one.actions:
                done = [each for each in exactly(function) if (each.action, each.keys) != (action, (key,))]
                assert (one.sid, action, pattern) in compare(function, places(function), done).unused_keys, (action, pattern)


@pytest.mark.parametrize("function", functions())
def test_an_attribute_that_nobody_read_is_spare(function: str) -> None:
    for one in statements_of(function):
        for name in attributes_of(one):
            done = [replace(each, attributes=tuple(set(each.attributes) - {name})) for each in exactly(function)]
            spare = compare(function, places(function), done).unused_attributes
            assert {(one.sid, action, name) for action in one.actions} <= spare, name


def test_a_call_that_is_allowed_here_only_is_missing_on_aws() -> None:
    here = Decision("DsrIntake", "DsrIntake", "dynamodb:GetItem", "Ledger", ("obligation#1",), (), "ALL_ATTRIBUTES", True)
    assert len(compare("DsrIntake", places("DsrIntake"), [here]).missing) == 1
    whole = Decision("NotifyWorker", "NotifyWorker", "dynamodb:GetItem", "Accounts", ("account#t",), ("pk", "card"), "SPECIFIC_ATTRIBUTES", True)
    assert len(compare("NotifyWorker", places("NotifyWorker"), [whole]).missing) == 1
    elsewhere = Decision("MetaCallback", "MetaCallback", "dynamodb:PutItem", "Inbox", ("a#b",), (), "ALL_ATTRIBUTES", False)
    assert len(compare("MetaCallback", places("MetaCallback"), [elsewhere]).missing) == 1


@pytest.mark.parametrize(("function", "own", "whole"), [
    ("MetaCallback", ["obligation#a", "obligation#7"], []),
    # What a business decides stands in a request of a person, which is written as a whole if nobody else changed it.
    ("DisconnectIntake", ["obligation#0", "obligation#1", "export#t"], ["obligation#8"]),
])
def test_whom_the_outside_reaches_first_writes_only_what_it_begins(function: str, own: list[str], whole: list[str]) -> None:
    """What Meta sends begins nothing of the dashboard's or of a person's; both leave holds, watermarks and each other alone."""
    for key in ["obligation#a", "obligation#7", *(f"obligation#{first}" for first in "0189"), "export#t", "routed-to#t", "holds", "holds#t", "purge#x", "staff-acts"]:
        for action in ("dynamodb:PutItem", "dynamodb:UpdateItem"):
            done = Decision(function, function, action, "Ledger", (key,), (), "ALL_ATTRIBUTES", True)
            given = own if action == "dynamodb:UpdateItem" else own + whole
            assert bool(compare(function, places(function), [done]).missing) == (key not in given), key


def test_the_sweeper_reads_what_is_in_force_and_changes_none_of_it() -> None:
    """It erases its own book of released holds; what purges go by stands elsewhere."""
    def is_given(action: str, key: str) -> bool:
        done = Decision("RetentionSweeper", "RetentionSweeper", f"dynamodb:{action}", "Ledger", (key,), (), "ALL_ATTRIBUTES", True)
        return not compare("RetentionSweeper", places("RetentionSweeper"), [done]).missing

    assert is_given("DeleteItem", "holds")
    for key in ("holds#", "holds#t", "hold-changes"):
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
            assert not is_given(action, key), (action, key)


def test_keys_are_cut_to_the_kind_of_row() -> None:
    assert [kind(key) for key in ("obligation#8abc", "holds", "asked-by#v1-x")] == ["obligation#8", "holds", "asked-by#v"]
    assert cut("arn:aws:s3:::bucket/receipts/v1-abc/1") == "arn:aws:s3:::bucket/receipts/…"
    assert cut("arn:aws:s3:::bucket") == "arn:aws:s3:::bucket"


def test_the_keys_of_every_form_of_call_are_found() -> None:
    row = {"pk": {"S": "a#1x"}, "sk": {"S": "head"}}
    values = {":pk": {"S": "b#2x"}, ":x": {"S": "c"}}
    query = {"TableName": "t", "KeyConditionExpression": "#p = :pk AND begins_with(sk, :x)", "ExpressionAttributeNames": {"#p": "pk"}}
    assert leading_keys({"TableName": "t", "Key": row}) == {("*", "t"): [["a#1"]]}
    assert leading_keys({"TableName": "t", "Item": row}) == {("*", "t"): [["a#1"]]}
    assert leading_keys({**query, "ExpressionAttributeValues": values}) == {("*", "t"): [["b#2"]]}
    assert leading_keys({"RequestItems": {"t": {"Keys": [row]}}}) == {("*", "t"): [["a#1"]]}
    assert leading_keys({"RequestItems": {"t": [{"DeleteRequest": {"Key": row}}, {"PutRequest": {"Item": row}}]}}) == {("*", "t"): [["a#1"]]}
    parts = [{"Put": {"TableName": "t", "Item": row}}, {"Update": {"TableName": "t", "Key": row}}]
    assert leading_keys({"TransactItems": parts}) == {("PutItem", "t"): [["a#1"]], ("UpdateItem", "t"): [["a#1"]]}


class Context:
    """As the stand-in describes a call."""

    principal_arn = "arn:aws:sts::000000000000:assumed-role/role/function"
    action, resource_arn = "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:000000000000:table/t"
    service_context: dict[str, list[str]] = {}


def test_a_decision_is_written_once_and_holds_nobody(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "decisions.jsonl")
    for code in ("8aaa", "8bbb"):
        recorder.keys = leading_keys({"TableName": "t", "Item": {"pk": {"S": f"obligation#{code}"}}})
        recorder.note(Context, True)
    (line,) = (tmp_path / "decisions.jsonl").read_text().splitlines()
    assert json.loads(line)["keys"] == ["obligation#8"]
