"""What every bench works in: the emulator, the door to it, the built functions and the peers."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from local import vendors
from local.demo.keys import SubjectKeys
from local.settings import ROOT
from tests.bench.emulator import Emulator, Item, item
from tests.bench.front import SUBJECT_KEYS, Front
from tests.bench.subject import Subject, unpack

HERE = Path(__file__).resolve().parent
REGION = "us-east-1"
# What template.yaml gives one function alone.
OF_ONE = {"export-worker": {"MALLOC_MMAP_THRESHOLD_": "131072"}}
QUEUE = "https://sqs.us-east-1.amazonaws.com/000000000000/"
APP_SECRET = "appsecret"
KEYS = SubjectKeys("v1", SUBJECT_KEYS["v1"])
SECRETS: dict[str, Any] = {
    "arn:apps": {"facebook": {"current": APP_SECRET}},
    "arn:keys": SUBJECT_KEYS,
    "arn:receipt": {"seed": "7" * 64},
}


class Missing(Exception):
    """Something that a bench needs is not there; the report says so and gives no number."""


def environment(endpoint: str, function: str = "") -> dict[str, str]:
    """What template.yaml gives the functions, all of it to each, and what it gives to one alone."""
    tables = {f"{name.upper()}_TABLE": name for name in ("accounts", "billing", "connections", "conversations", "inbox")}
    tables |= {f"{name.upper()}_TABLE": name for name in ("ledger", "limits", "logs", "people", "social", "suppression")}
    buckets = {f"{name.upper()}_BUCKET": name for name in ("media", "files", "receipts", "reports", "bundles")}
    return tables | buckets | {
        "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token", "AWS_ENDPOINT_URL": endpoint, "PUBLIC_BASE_URL": "https://api.test",
        "ERASURE_QUEUE_URL": QUEUE + "erasure", "EXPORT_QUEUE_URL": QUEUE + "exports", "NOTICE_QUEUE_URL": QUEUE + "notices",
        "META_APP_SECRETS_ARN": "arn:apps", "SUBJECT_KEYS_ARN": "arn:keys", "RECEIPT_KEY_ARN": "arn:receipt",
        "PROCESSORS_ARN": "arn:processors", "PROCESSORS_ON_THIS_MACHINE": "yes", "PROCESSOR_CONFIRM_AFTER": "PT0S", "STUCK_AFTER_SECONDS": "300",
        "DASHBOARD_KEYS_ARN": "arn:dashboard", "EVENT_BUS_NAME": "privacy", "EVENT_DEAD_LETTERS_URL": QUEUE + "event-dead-letters", "MAIL_FROM": "privacy@api.test", "MAIL_CONFIGURATION_SET": "mail",
        "MESSENGERS_ARN": "arn:messengers", "MESSENGERS_ON_THIS_MACHINE": "yes",
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PYTHONDONTWRITEBYTECODE": "1",
    } | OF_ONE.get(function, {})


@dataclass
class World:
    folder: Path
    emulator: Emulator
    front: Front
    lambdas: Path
    say: Callable[[str], None]
    unpacked: dict[str, list[str]] = field(default_factory=dict)

    def ours(self, function: str, **more: str) -> Subject:
        """A function of ours as it was built for Lambda."""
        if function not in self.unpacked:
            archive = self.lambdas / function / "bootstrap.zip"
            if not archive.is_file():
                raise Missing(f"{archive} is not built: make build")
            self.unpacked[function] = unpack(archive, self.folder / "functions" / function)
        return Subject(function, self.unpacked[function], environment(self.front.endpoint, function) | more, self.folder / f"{function}.log")

    def start(self, name: str, command: list[str], more: dict[str, str]) -> Subject:
        """Another peer."""
        return Subject(name, command, self._environment(more), self.folder / "peers.log")

    def python(self, handler: str, **more: str) -> Subject:
        """A handler of tests/bench/peers under AWS's own runtime for Python: `erase.query`."""
        command = [sys.executable, "-m", "awslambdaric", handler]
        given = self._environment(more) | {"PYTHONPATH": str(HERE / "peers"), "LAMBDA_TASK_ROOT": str(HERE / "peers")}
        return Subject(handler, command, given, self.folder / "peers.log")

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        return environment(self.front.endpoint) | more

    def begin(self, state: Path | None = None) -> None:
        """Every round starts from the same state."""
        self.emulator.start(state)
        self.front.buckets.objects.clear()
        self.front.sent.clear()
        self.front.take()


def make(lambdas: Path, dynoxide: Path, folder: Path, say: Callable[[str], None]) -> World:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # The processors of the policy, honest and on this machine: an erasure is measured to its receipt.
    processors = ThreadingHTTPServer(("127.0.0.1", 0), vendors.Handler)
    Thread(target=processors.serve_forever, daemon=True).start()
    secrets = SECRETS | {"arn:processors": json.loads(vendors.settings(processors.server_address[1]))}
    # In memory, where there is room for a ledger of a million: SQLite waits for a disk otherwise.
    memory = Path("/dev/shm")
    states = memory if memory.is_dir() and shutil.disk_usage(memory).free > 4e9 else folder
    emulator = Emulator(dynoxide, states / f"bench-{os.getpid()}")
    return World(folder, emulator, Front(emulator, secrets), lambdas, say)


def connect(tenant: str, connection: str, user_id: str) -> list[Item]:
    """A connected person, as the product stores them: their connection, the link both ways, the directory of the tenant."""
    link = KEYS.link("facebook", "user", user_id)
    owner = {"tenant_id": tenant, "connection_id": connection}
    at = "2026-01-01T00:00:00.000Z"
    return [
        item(pk=f"connection#{tenant}#{connection}", sk="connection", connected_at=at, access_token="token-1", refresh_token="token-2",
             platform="facebook", platform_user_id=user_id, **owner),
        item(pk=f"connection#{tenant}#{connection}", sk=f"link#{link}", **owner),
        item(pk=f"link#{link}", sk=f"{tenant}#{connection}", connected_at=at, **owner),
        item(pk=f"tenant#{tenant}", sk=connection, platform="facebook", connected_at=at, **owner),
    ]


def signals(tenant: str, connection: str, count: int, size: int) -> list[Item]:
    """So many records of one contact, each of exactly so many bytes."""
    made = []
    for number in range(count):
        partition, sort = f"{tenant}#{connection}", f"contact#p1#signal#2026-02-01T00:00:00.000Z#{number:07}"
        names_and_keys = len("pk") + len(partition) + len("sk") + len(sort) + len("text")
        made.append(item(pk=partition, sk=sort, text="z" * max(0, size - names_and_keys)))
    return made


__all__ = ["ROOT", "Missing", "World", "connect", "environment", "item", "make", "signals"]
