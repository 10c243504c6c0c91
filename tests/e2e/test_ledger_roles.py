"""Who may read and write which rows of the ledger, as the template has it for AWS, and when events of it ring: the local stack knows no
leading keys and no age of a stream."""

from __future__ import annotations

from tests.e2e.test_template import flat, of_type, on_aws, statements


def test_staff_write_requests_obligations_and_holds_and_no_receipt_or_export() -> None:
    staff = statements("StaffApiRole")
    ledger = {"Fn::GetAtt": ["Ledger", "Arn"]}
    assert {sid for sid, one in staff.items() if one["Resource"] == ledger} == {"ReadTheLedger", "Mark", "LiftHolds"}
    assert not [action for action in flat(staff["ReadTheLedger"]["Action"]) if not action.endswith((":BatchGetItem", ":GetItem", ":Query"))]
    assert flat(staff["Mark"]["Action"]) == {"dynamodb:PutItem", "dynamodb:UpdateItem"}
    rows = ["obligation#*", "asked-by#*", "routed-to#*", "holds", "holds#*", "hold-changes", "purge#*", "replay", "staff-acts"]
    assert on_aws(staff["Mark"]["Condition"]) == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": rows}, "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_who_tells_events_reads_what_they_are_told_from_and_writes_nothing() -> None:
    teller = statements("LedgerEventsRole")
    ledger = {"Fn::GetAtt": ["Ledger", "Arn"]}
    assert [sid for sid, one in teller.items() if one["Resource"] == ledger] == ["ReadWhatStands"]
    assert flat(teller["ReadWhatStands"]["Action"]) == {"dynamodb:BatchGetItem", "dynamodb:Query"}
    assert on_aws(teller["ReadWhatStands"]["Condition"]) == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["obligation#*", "holds", "purge#*"]}, "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_events_that_are_late_ring_long_before_the_stream_forgets_them() -> None:
    alarm = of_type("CloudWatch::Alarm")["LedgerEventsBehindAlarm"]
    (stream,) = [one for one in of_type("Lambda::EventSourceMapping").values() if one["FunctionName"] == {"Ref": "LedgerEvents"}]
    assert alarm["MetricName"] == "IteratorAge" and alarm["Statistic"] == "Maximum" and alarm["EvaluationPeriods"] == 1
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "LedgerEvents"}}]
    assert alarm["Threshold"] / 1000 * 20 <= stream["MaximumRecordAgeInSeconds"] <= 24 * 3600
    assert stream["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["EventDeadLetters", "Arn"]}
    parked = of_type("CloudWatch::Alarm")["EventDeadLettersAlarm"]
    assert parked["Threshold"] == 0 and parked["Statistic"] == "Maximum"
