"""Who may make, give and erase bundles, as the template has it for AWS: the local stack knows neither versions nor leading keys."""

from __future__ import annotations

from tests.e2e.test_template import flat, of_type, on_aws, statements


def test_bundles_are_made_given_and_erased_by_three() -> None:
    """What the stack does not keep: rights on versions, and whose rows are written and deleted."""
    bundles = {"Fn::Sub": "${Bundles.Arn}/bundles/*"}
    worker, intake, sweeper = (statements(f"{name}Role") for name in ("ExportWorker", "DsrIntake", "RetentionSweeper"))
    assert flat(worker["MakeBundles"]["Action"]) == {"s3:AbortMultipartUpload", "s3:PutObject"}
    assert worker["MakeBundles"]["Resource"] == bundles
    reached = {
        "ClaimAndAnswer": ({"dynamodb:PutItem", "dynamodb:UpdateItem"}, ["obligation#8*", "export#*"]),
        "FileWithTenants": ({"dynamodb:PutItem"}, ["routed-to#*"]),
        "ReadRequestsAndEnds": ({"dynamodb:GetItem"}, ["obligation#8*", "obligation#1*", "export#*"]),
        "HavePurgesWait": ({"dynamodb:PutItem", "dynamodb:DeleteItem"}, ["pending#*"]),
    }
    ledger = {"Fn::GetAtt": ["Ledger", "Arn"]}
    assert {sid for sid, one in worker.items() if one["Resource"] == ledger} == set(reached), "holds and other obligations are not its own"
    for sid, (actions, keys) in reached.items():
        condition = on_aws(worker[sid]["Condition"])
        assert flat(worker[sid]["Action"]) == actions
        assert condition == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}, "Null": {"dynamodb:LeadingKeys": "false"}}
    accounts = statements("DisconnectIntakeRole")
    for signer in (intake, accounts):
        assert flat(signer["SignLinks"]["Action"]) == {"s3:GetObject"} and signer["SignLinks"]["Resource"] == bundles
    seen = accounts["SeeTheExport"]["Condition"]["Fn::If"][2]["ForAllValues:StringLike"]
    assert seen == {"dynamodb:LeadingKeys": ["obligation#1*", "export#*"]}
    assert flat(sweeper["EraseBundles"]["Action"]) == {"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"}
    writers = [role for role in of_type("IAM::Role") if role != "SweepRole" and "Bundles" in repr(statements(role)) and "PutObject" in repr(
        [one for one in statements(role).values() if "Bundles" in repr(one["Resource"])]
    )]
    assert writers == ["ExportWorkerRole"]
