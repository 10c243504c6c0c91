"""Processors confirm before anything counts as erased, and receipts are checked as anyone would check them."""

from __future__ import annotations

import json
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local.demo.accounts import own
from local.settings import ROOT
from tests.e2e.test_disconnects import dashboard
from tests.e2e.test_terminations import terminate
from tests.e2e.tools import tool
from tests.e2e.world import ERASED, World, until

__all__ = ["dashboard"]


class Vendors:
    def __init__(self, world: World) -> None:
        self.base = f"http://127.0.0.1:{world.settings.vendors_file.read_text()}"

    def tell(self, path: str) -> None:
        with urllib.request.urlopen(urllib.request.Request(self.base + path, method="PUT"), timeout=10) as answer:
            assert answer.status == 204

    def state(self, name: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.base + "/_state", timeout=10) as answer:
            known: dict[str, Any] = json.load(answer).get(name, {"copies": [], "requests": []})
            return known


@pytest.fixture
def vendors(world: World) -> Iterator[Vendors]:
    found = Vendors(world)
    yield found
    for name in ("posthog", "payments"):
        found.tell(f"/_mood/{name}/honest")


def swept_until_erased(world: World, code: str) -> dict[str, Any]:
    return world.await_erased(code, sweep_every=3)


def test_a_processor_that_is_down_keeps_the_request_open(world: World, vendors: Vendors) -> None:
    person = world.person("tenant-alder")
    vendors.tell("/_mood/posthog/down")
    asked = len(vendors.state("posthog")["requests"])
    code = world.ask(person)
    until(lambda: not world.left(person.connections) or None, 60)
    until(lambda: len(vendors.state("posthog")["requests"]) > asked or None, 60)
    assert world.page(code)["state"] == "in-progress", "ours is gone, theirs is not"
    vendors.tell("/_mood/posthog/honest")
    # The wait after a failure is minutes long, so the functions live an hour later.
    world.move(1 / 24)
    try:
        swept_until_erased(world, code)
    finally:
        world.move(0)


def state_of(world: World, obligation: str) -> str:
    rows = [row for row in world.table("LedgerTableName") if row["pk"]["S"] == f"obligation#{obligation}"]
    (head,) = [row for row in rows if row["sk"]["S"] == "head"]
    return str(head["state"]["S"])


def test_processors_are_asked_about_the_users_of_an_account_that_has_ended(
    world: World, vendors: Vendors, dashboard: boto3.Session
) -> None:
    tenant, asked = f"tenant-{uuid.uuid4().hex[:8]}", ("posthog", "payments", "mailing")
    world.account(tenant)
    rows = [str(row["sk"]) for row in own(tenant, world.subject_keys(), datetime.now(timezone.utc)).account_rows]
    users = {key.rsplit("#", 1)[-1] for key in rows if "#link#" in key}
    assert len(users) == 4, "two users, each by address and by login"
    for name in asked:
        for user in users:
            vendors.tell(f"/_copies/{name}/{user}")
    vendors.tell("/_mood/payments/down")
    phases = {one["phase"]: one["obligation_id"] for one in terminate(world, dashboard, tenant, 32)["phases"]}
    until(lambda: not world.of_tenants().get(tenant) or None, 90)
    until(lambda: not users & set(vendors.state("posthog")["copies"]) or None, 60)
    assert users <= set(vendors.state("payments")["copies"])
    assert state_of(world, phases["account"]) not in ERASED, "ours is gone, theirs is not"
    vendors.tell("/_mood/payments/honest")
    # As above: an hour later.
    world.move(1 / 24)

    def is_erased() -> bool | None:
        world.sweep()
        return state_of(world, phases["account"]) in ERASED or None

    try:
        until(is_erased, 90, pause=2)
    finally:
        world.move(0)
    assert not any(users & set(vendors.state(name)["copies"]) for name in asked)
    assert not any(tenant in line for name in asked for line in vendors.state(name)["requests"])


def test_what_processors_are_asked_names_nobody(world: World, vendors: Vendors) -> None:
    person = world.person("tenant-birch")
    swept_until_erased(world, world.ask(person))
    requests = vendors.state("posthog")["requests"]
    assert any("bulk_delete" in line for line in requests)
    assert not any(person.user_id in line for line in requests)


def test_receipts_verify_offline_and_a_flipped_bit_is_found(world: World, tmp_path: Path) -> None:
    person = world.person("tenant-alder", "tenant-cedar")
    swept_until_erased(world, world.ask(person))
    bucket = world.outputs["ReceiptsBucketName"]

    def synced() -> list[Path]:
        files = []
        pages = world.clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="receipts/")
        for entry in (entry for page in pages for entry in page.get("Contents", [])):
            file = tmp_path / entry["Key"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(world.clients["s3"].get_object(Bucket=bucket, Key=entry["Key"])["Body"].read())
            files.append(file)
        return files

    # The receipt follows the state by a moment.
    until(lambda: len({file.parent for file in synced()}) >= 2 or None, 30)
    secret = json.loads(world.clients["secretsmanager"].get_secret_value(SecretId=world.outputs["ReceiptKeyArn"])["SecretString"])
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret["seed"])).public_key().public_bytes_raw().hex()

    def verify() -> subprocess.CompletedProcess[str]:
        command = [tool("verify-receipts"), str(tmp_path / "receipts"), "--key", key]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    files = synced()
    good = verify()
    assert good.returncode == 0, good.stdout + good.stderr
    assert not any(person.user_id in file.read_text() or "tenant-" in file.read_text() for file in files)
    entry = next(file for file in sorted(files) if file.name != "head.json")
    spoiled = bytearray(entry.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    entry.write_bytes(bytes(spoiled))
    assert verify().returncode == 1
