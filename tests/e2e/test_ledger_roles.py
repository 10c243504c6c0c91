"""Who may read and write which rows of the ledger, as the template has it for AWS, and when events of it ring: the local stack knows no
leading keys and no age of a stream."""

from __future__ import annotations

from typing import Any

from tests.e2e.test_template import flat, of_type, on_aws, statements


def only(keys: list[str]) -> dict[str, Any]:
    """The condition that a call names rows of these kinds, and some row."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}, "Null": {"dynamodb:LeadingKeys": "false"}}


def test_staff_write_requests_obligations_and_holds_and_no_receipt_or_export() -> None:
    staff = statements("StaffApiRole")
    ledger = {"Fn::GetAtt": ["Ledger", "Arn"]}
    wrote = {
        "Mark": ({"dynamodb:PutItem", "dynamodb:UpdateItem"}, ["obligation#*", "holds"]),
        "File": ({"dynamodb:PutItem"}, ["asked-by#*", "routed-to#*", "holds#*", "replay"]),
        "Count": ({"dynamodb:UpdateItem"}, ["hold-changes", "purge#*", "staff-acts"]),
        "LiftHolds": ({"dynamodb:DeleteItem"}, ["holds#*"]),
    }
    assert {sid for sid, one in staff.items() if one["Resource"] == ledger} == {"ReadTheLedger", *wrote}
    assert not [action for action in flat(staff["ReadTheLedger"]["Action"]) if not action.endswith((":BatchGetItem", ":GetItem", ":Query"))]
    for sid, (actions, keys) in wrote.items():
        assert flat(staff[sid]["Action"]) == actions, sid
        assert on_aws(staff[sid]["Condition"]) == only(keys), sid


def test_who_tells_events_reads_what_they_are_told_from_and_writes_nothing() -> None:
    teller = statements("LedgerEventsRole")
    ledger = {"Fn::GetAtt": ["Ledger", "Arn"]}
    read = {"ReadWhatStands": ("dynamodb:BatchGetItem", ["obligation#*"]), "ListHoldsAndPurges": ("dynamodb:Query", ["holds", "purge#*"])}
    assert {sid for sid, one in teller.items() if one["Resource"] == ledger} == set(read)
    for sid, (action, keys) in read.items():
        assert flat(teller[sid]["Action"]) == {action} and on_aws(teller[sid]["Condition"]) == only(keys), sid


def test_events_that_are_late_ring_long_before_the_stream_forgets_them() -> None:
    alarm = of_type("CloudWatch::Alarm")["LedgerEventsBehindAlarm"]
    (stream,) = [one for one in of_type("Lambda::EventSourceMapping").values() if one["FunctionName"] == {"Ref": "LedgerEvents"}]
    assert alarm["MetricName"] == "IteratorAge" and alarm["Statistic"] == "Maximum" and alarm["EvaluationPeriods"] == 1
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "LedgerEvents"}}]
    assert alarm["Threshold"] / 1000 * 20 <= stream["MaximumRecordAgeInSeconds"] <= 24 * 3600
    assert stream["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["EventDeadLetters", "Arn"]}
    parked = of_type("CloudWatch::Alarm")["EventDeadLettersAlarm"]
    assert parked["Threshold"] == 0 and parked["Statistic"] == "Maximum"
