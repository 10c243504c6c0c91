"""What staff and the engine do stands in one signed chain, in order, names nobody, and an edited copy is found."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local.settings import ROOT
from tests.e2e.test_disconnects import call_as, connection
from tests.e2e.test_staff import HOLDS, staff
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
    command = ["cargo", "run", "--quiet", "--locked", "-p", "verify-receipts", "--", str(folder), "--key", key]
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
    until(lambda: synced(world, tmp_path) or None, 60)
    known = len(changes(settled(world, tmp_path)))
    hold = {
        "tenant_id": other.tenant_id, "connection_id": other.connection_id, "classes": ["signals"], "reason": "a court of Lisbon",
        "approver": "counsel Costa", "proof": "file 7",
        "review_by": str((datetime.now(timezone.utc) + timedelta(days=60)).date()),
    }
    placed = call_as(staff, world, HOLDS, hold)
    assert placed.status == 201, placed
    released = call_as(staff, world, f"{HOLDS}/{placed.json['hold_id']}", {}, "DELETE")
    assert released.status == 200, released
    assert call_as(staff, world, "/api/staff/requests", {}, "GET").status == 200
    code = world.ask(person)
    world.await_erased(code)

    def told() -> list[dict[str, Any]] | None:
        new = changes(synced(world, tmp_path))[known:]
        acts = {act for change in new for act in change["acts"]}
        return new if {"erased", "hold-lost-force", "looking-at-list"} <= acts else None

    new = until(told, 90, pause=1)
    of_staff = [change for change in new if change["by"]["who"] == "staff"]
    deeds = [act for change in of_staff for act in change["acts"]]
    assert deeds[:3] == ["placing-hold", "releasing-hold", "looking-at-list"], deeds
    assert len({change["by"]["principal"] for change in of_staff[:3]}) == 1 and all(change["by"]["role"] for change in of_staff[:3])
    (of_hold,) = {change["about"]["holds"][0] for change in of_staff[:2]}
    acts_of_hold = [act for change in new if of_hold in change["about"].get("holds", []) for act in change["acts"]]
    assert sorted(acts_of_hold) == sorted([
        "placing-hold", "hold-placed", "hold-took-force", "releasing-hold", "hold-released", "hold-lost-force",
    ])
    for first, then in (("placing-hold", "hold-placed"), ("hold-placed", "releasing-hold"), ("releasing-hold", "hold-released")):
        assert acts_of_hold.index(first) < acts_of_hold.index(then), acts_of_hold
    (erased,) = [change for change in new if "erased" in change["acts"] and change["about"]["detail"] == "meta-data-deletion"]
    steps = [act for change in new if change["row"] == erased["row"] for act in change["acts"]]
    assert steps[0] == "accepted" and steps.count("erased") == 1, steps
    assert {"altered", "unreadable"}.isdisjoint(steps), steps

    files = settled(world, tmp_path)
    good = verify(world, tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    everything = "".join(file.read_text() for file in files)
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


def test_a_row_that_is_edited_by_hand_is_told_too(world: World, tmp_path: Path) -> None:
    code = world.ask(world.person("tenant-birch"))
    world.await_erased(code)
    known = len(changes(synced(world, tmp_path)))
    world.clients["dynamodb"].update_item(
        TableName=world.outputs["LedgerTableName"], Key={"pk": {"S": f"obligation#{code}"}, "sk": {"S": "head"}},
        UpdateExpression="SET received_at = :at", ExpressionAttributeValues={":at": {"S": "2020-01-01T00:00:00.000Z"}},
    )
    until(lambda: "altered" in [act for one in changes(synced(world, tmp_path))[known:] for act in one["acts"]] or None, 60)
    settled(world, tmp_path)
    assert verify(world, tmp_path).returncode == 0
