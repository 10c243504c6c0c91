"""What staff and the engine do stands in one signed chain, in order, names nobody, and an edited copy is found."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local.settings import ROOT
from tests.e2e.test_disconnects import call_as, connection
from tests.e2e.test_staff import HOLDS, staff
from tests.e2e.test_template import flat, of_type, statements
from tests.e2e.tools import tool
from tests.e2e.world import World, until

__all__ = ["staff"]


def synced(world: World, folder: Path) -> list[Path]:
    """The chain as `aws s3 sync` would fetch it: its files in order, the head last."""
    bucket, files = world.outputs["ReceiptsBucketName"], []
    pages = world.clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="audit/")
    for entry in (entry for page in pages for entry in page.get("Contents", [])):
        file = folder / entry["Key"]
        if not file.exists() or file.name == "head.json":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(world.clients["s3"].get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
        files.append(file)
    return sorted(files)


def changes(files: list[Path]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in files:
        if file.name != "head.json":
            found.extend(json.loads(json.loads(file.read_text())["signed"])["body"]["changes"])
    return found


def verify(world: World, folder: Path) -> subprocess.CompletedProcess[str]:
    secret = json.loads(world.clients["secretsmanager"].get_secret_value(SecretId=world.outputs["ReceiptKeyArn"])["SecretString"])
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret["seed"])).public_key().public_bytes_raw().hex()
    command = [tool("verify-receipts"), str(folder), "--key", key]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def settled(world: World, folder: Path) -> list[Path]:
    """The chain once the function has written what it had, and no more comes: its head is its last entry's."""

    def looked() -> list[Path] | None:
        files = synced(world, folder)
        *entries, head = files
        seq = json.loads(json.loads(head.read_text())["signed"])["seq"]
        return files if seq == len(entries) else None

    return until(looked, 60)


def test_a_callback_and_a_hold_are_told_in_order_and_an_edit_is_found(
    world: World, staff: boto3.Session, tmp_path: Path
) -> None:
    person = world.person("tenant-alder")
    other = connection(world, "google", "tenant-cedar")
    hold = {
        "tenant_id": other.tenant_id, "connection_id": other.connection_id, "classes": ["signals"], "reason": "a court of Lisbon",
        "approver": "counsel Costa", "proof": "file 7",
        "review_by": str((datetime.now(timezone.utc) + timedelta(days=60)).date()),
    }
    placed = call_as(staff, world, HOLDS, hold)
    assert placed.status == 201, placed
    released = call_as(staff, world, f"{HOLDS}/{placed.json['hold_id']}", {"reason": "requirement-lifted"}, "DELETE")
    assert released.status == 200, released
    code = world.ask(person)
    world.await_erased(code)
    keys = world.subject_keys()
    of_hold, of_code = keys.hold(placed.json["hold_id"]), keys.obligation(code)

    def about(ref: str) -> list[dict[str, Any]]:
        found = changes(synced(world, tmp_path))
        return [one for one in found if ref in (one["about"].get("obligation"), *one["about"].get("holds", []))]

    def acts(ref: str) -> list[str]:
        return [act for change in about(ref) for act in change["acts"]]

    # Its row of the tenant, and the one that purges go by.
    until(lambda: acts(of_hold).count("hold-lost-force") == 2 or None, 90, pause=1)
    until(lambda: "erased" in acts(of_code) or None, 90, pause=1)
    done = acts(of_hold)
    assert sorted(done) == sorted([
        "placing-hold", "hold-placed", "hold-took-force", "hold-took-force",
        "releasing-hold", "hold-released", "hold-lost-force", "hold-lost-force",
    ])
    for first, then in (("placing-hold", "hold-placed"), ("hold-placed", "releasing-hold"), ("releasing-hold", "hold-released")):
        assert done.index(first) < done.index(then), done
    of_staff = [change["by"] for change in about(of_hold) if change["by"]["who"] == "staff"]
    assert len(of_staff) == 2 and of_staff[0] == of_staff[1] and of_staff[0]["role"], of_staff
    assert [change["about"].get("detail") for change in about(of_hold) if "releasing-hold" in change["acts"]] == ["requirement-lifted"]
    steps = acts(of_code)
    assert steps[0] == "accepted" and steps.count("erased") == 1 and {"planned", "accounted"} <= set(steps), steps
    assert {"altered", "unreadable"}.isdisjoint(steps), steps

    files = settled(world, tmp_path)
    good = verify(world, tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    # Notices to businesses are called so, too.
    everything = re.sub("tenant-(forward|reminder|told|withdrawal)", "", "".join(file.read_text() for file in files))
    for secret in (code, person.user_id, placed.json["hold_id"], other.connection_id, "tenant-", "Lisbon", "Costa", "arn:aws"):
        assert secret not in everything, secret
    entry = next(file for file in reversed(files) if file.name != "head.json" and "hold-placed" in file.read_text())
    whole = entry.read_text()
    entry.write_text(whole.replace("hold-placed", "hold-released"))
    edited = verify(world, tmp_path)
    assert edited.returncode == 1 and "does not match its signature" in edited.stdout, edited.stdout
    entry.unlink()
    assert verify(world, tmp_path).returncode == 1, "nor does a file go without a trace"
    entry.write_text(whole)
    assert verify(world, tmp_path).returncode == 0


def test_who_looks_and_what_is_edited_by_hand_is_told_too(world: World, staff: boto3.Session, tmp_path: Path) -> None:
    code = world.ask(world.person("tenant-birch"))
    world.await_erased(code)
    missing = f"8{'a' * 31}b"
    assert call_as(staff, world, f"/api/staff/requests/{missing}", {}, "GET").status == 404
    head = {"pk": {"S": f"obligation#{code}"}, "sk": {"S": "head"}}
    for edit in ({"UpdateExpression": "SET by_hand = :yes", "ExpressionAttributeValues": {":yes": {"S": "yes"}}},
                 {"UpdateExpression": "REMOVE by_hand"}):
        world.clients["dynamodb"].update_item(TableName=world.outputs["LedgerTableName"], Key=head, **edit)
    keys = world.subject_keys()
    for ref, act in ((keys.obligation(code), "altered"), (keys.obligation(missing), "looking-at-request")):

        def is_told(ref: str = ref, act: str = act) -> bool | None:
            found = changes(synced(world, tmp_path))
            return any(act in one["acts"] for one in found if one["about"].get("obligation") == ref) or None

        until(is_told, 60)
    settled(world, tmp_path)
    assert verify(world, tmp_path).returncode == 0


def test_acts_are_recorded_in_order_by_who_may_do_nothing_else() -> None:
    mapping = of_type("Lambda::EventSourceMapping")["AuditTrailChanges"]
    assert (mapping["ParallelizationFactor"], mapping["StartingPosition"]) == (1, "TRIM_HORIZON")
    assert "FilterCriteria" not in mapping, "what is left out is decided where a test holds it to the policy file"
    assert mapping["DestinationConfig"]["OnFailure"] == {"Destination": {"Fn::GetAtt": ["AuditDeadLetters", "Arn"]}}
    recorder = statements("AuditTrailRole")
    assert recorder["WriteTheTrail"]["Resource"] == {"Fn::Sub": "${Receipts.Arn}/audit/*"}
    assert flat(recorder["WriteTheTrail"]["Action"]) == {"s3:GetObject", "s3:PutObject"}
    ledger = [one["Action"] for one in recorder.values() if "Ledger" in repr(one["Resource"])]
    assert ledger == [["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]]
    writers = [role for role in of_type("IAM::Role") if role != "SweepRole" and "/audit/" in repr(statements(role))]
    assert writers == ["AuditTrailRole"]
    signers = [role for role in of_type("IAM::Role") if role != "SweepRole" and "ReceiptKey" in repr(statements(role))]
    assert sorted(signers) == ["AuditTrailRole", "ErasureWorkerRole"]
