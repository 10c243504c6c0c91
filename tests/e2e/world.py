"""What a test needs to act on the stack from outside, and to look at what is stored."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from local import clock
from local.demo.accounts import seed_accounts
from local.demo.counts import Counter
from local.demo.model import Connection, Identity
from local.demo.records import records
from local.demo.keys import SubjectKeys
from local.demo.seed import seed
from local.demo.signed_request import signed_request
from local.settings import Settings

T = TypeVar("T")
ERASED = ("verifying", "completed")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Person:
    namespace: str
    user_id: str
    connections: tuple[Connection, ...] = ()


class World:
    def __init__(self, settings: Settings, stack: dict[str, Any]) -> None:
        self.settings = settings
        self.stack = stack
        self.api_url: str = stack["api_url"]
        self.outputs: dict[str, str] = stack["outputs"]
        self.secrets: dict[str, str] = stack["demo"]["meta_app_secrets"]
        names = ("dynamodb", "s3", "secretsmanager", "sqs", "lambda", "logs", "sts", "events")
        self.clients: dict[str, Any] = {name: settings.client(name) for name in names}
        self.counter = Counter(self.clients, self.outputs)
        # Personal words of everybody these tests made; nothing of them may stay anywhere.
        self.markers: set[str] = set()
        # Addresses of people who asked: a request keeps them while it is answered, and nothing else does.
        self.askers: set[str] = set()

    # -- people ------------------------------------------------------------------------------------------

    def person(self, *tenants: str, namespace: str = "facebook", signals: int = 30, user_id: str = "") -> Person:
        """Somebody new, connected in each of `tenants`; in none without."""
        user_id = user_id or str(10**16 + secrets.randbelow(9 * 10**16))
        self.markers.add(user_id)
        return Person(namespace, user_id, tuple(self.connect(tenant, namespace, user_id, signals) for tenant in tenants))

    def connect(self, tenant: str, namespace: str, user_id: str, signals: int = 30, at: datetime | None = None) -> Connection:
        now = datetime.now(timezone.utc)
        connection = Connection(
            tenant, f"c{secrets.token_hex(6)}", namespace, "Odile Delacroix", (Identity(namespace, "user", user_id),),
            at or now - timedelta(days=30), contacts=4, signals=signals, media=8,
        )
        seed(self.clients, self.outputs, [connection], now)
        self.markers |= records(connection, SubjectKeys("v0", ""), now).markers
        return connection

    def account(self, tenant: str) -> None:
        """Gives a tenant an account, conversations and files of its own."""
        for made in seed_accounts(self.clients, self.outputs, [tenant], datetime.now(timezone.utc)):
            self.markers |= made.markers

    def subject_keys(self) -> SubjectKeys:
        secret = self.clients["secretsmanager"].get_secret_value(SecretId=self.outputs["SubjectKeysArn"])
        return SubjectKeys.from_secret(secret["SecretString"])

    # -- the outside ---------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        url = path if path.startswith("http") else self.api_url + path
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def post(self, text: str, route: str = "data-deletion") -> Answer:
        """Posts one signed request as a form."""
        body = urllib.parse.urlencode({"signed_request": text}).encode()
        return self.call("POST", f"/api/meta/{route}", body, {"Content-Type": FORM})

    def signed(self, person: Person, issued_at: int | None = None) -> str:
        return signed_request(self.secrets[person.namespace], person.user_id, issued_at)

    def ask(self, person: Person, route: str = "data-deletion") -> str:
        """A callback for `person`; the confirmation code."""
        answer = self.post(self.signed(person), route)
        assert answer.status == 200, answer
        return str(answer.json["confirmation_code"])

    def page(self, code: str) -> dict[str, Any]:
        answer = self.call("GET", f"/privacy/requests/{code}", headers={"Accept": "application/json"})
        assert answer.status == 200, answer
        known: dict[str, Any] = answer.json
        return known

    def await_erased(self, code: str, seconds: float = 120, sweep_every: float | None = None) -> dict[str, Any]:
        """The page once everything is removed. `sweep_every` runs the sweeper meanwhile, as its schedule would."""
        next_sweep = time.monotonic()

        def erased() -> dict[str, Any] | None:
            nonlocal next_sweep
            if sweep_every is not None and time.monotonic() >= next_sweep:
                self.sweep()
                next_sweep = time.monotonic() + sweep_every
            known = self.page(code)
            return known if known["state"] in ERASED else None

        return until(erased, seconds)

    def move(self, days: float) -> None:
        """The functions live so many days later than this machine; 0 brings them back."""
        clock.move(self.settings, timedelta(days=days))

    def sweep(self) -> dict[str, Any]:
        """The report of the run."""
        answer = self.clients["lambda"].invoke(
            FunctionName=self.outputs["RetentionSweeperFunctionName"], Payload=b'{"sweep":"due"}'
        )
        payload = answer["Payload"].read()
        assert "FunctionError" not in answer, payload
        report: dict[str, Any] = json.loads(payload)
        return report

    # -- letters -------------------------------------------------------------------------------------------

    def ask_for(self, body: dict[str, Any]) -> str:
        """A request of a person, as JSON; its reference."""
        self.askers |= set(addresses(body))
        answer = self.call("POST", "/api/dsr", json.dumps(body).encode(), {"Content-Type": "application/json"})
        assert answer.status == 202, answer
        return str(answer.json["reference"])

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """Every mail to an address, oldest first: `Source`, `Subject`, `BodyText`, `BodyHtml`."""
        known = self.call("GET", f"{self.settings.endpoint}/_ministack/ses/messages").json["messages"]
        mails = [mail for mails in known.values() for mail in mails if address in mail["To"]]
        return sorted(mails, key=lambda mail: float(mail["Timestamp"]))

    def messages_to(self, handle: str) -> list[dict[str, str]]:
        """Every message to an account of a platform, oldest first: `platform`, `handle`, `text`."""
        base = f"http://127.0.0.1:{self.settings.vendors_file.read_text()}"
        known: list[dict[str, str]] = self.call("GET", f"{base}/_messages").json
        return [message for message in known if message["handle"] == handle]

    # -- what is stored --------------------------------------------------------------------------------------

    def left(self, connections: Iterable[Connection]) -> int:
        return sum(self.counter.total(one.tenant_id, one.connection_id) for one in connections)

    def table(self, output: str) -> list[dict[str, Any]]:
        pages = self.clients["dynamodb"].get_paginator("scan").paginate(TableName=self.outputs[output], ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def connection_of(self, row: dict[str, Any]) -> str:
        """Of links to what a tenant has of its own: the tenant."""
        return str(row["connection_id"]["S"]) if "connection_id" in row else f"own/{row['tenant_id']['S']}"

    def everything(self, without: Iterable[str] = ()) -> dict[str, list[str]]:
        """Every row and object version, by connection, except those of the connections in `without`."""
        left_out = set(without)
        found: dict[str, list[str]] = {}
        for output in ("InboxTableName", "ConnectionsTableName"):
            for row in self.table(output):
                found.setdefault(self.connection_of(row), []).append(repr(sorted(row.items())))
        pages = self.clients["s3"].get_paginator("list_object_versions").paginate(Bucket=self.outputs["MediaBucketName"])
        for page in pages:
            for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
                facts = [str(version.get(name)) for name in ("Key", "VersionId", "ETag", "Size", "IsLatest")]
                found.setdefault(version["Key"].split("/")[1], []).append(" ".join(facts))
        for owner, facts in self.beside_connections():
            found.setdefault(owner, []).append(facts)
        for tenant, facts in self.of_tenants().items():
            found.setdefault(f"own/{tenant}", []).extend(facts)
        return {key: sorted(value) for key, value in found.items() if key not in left_out}

    def beside_connections(self) -> Iterator[tuple[str, str]]:
        """Rows of the tables that no single connection fills, each with its owner.

        What each source gave to a shared person counts as that connection's: the rest of such a row is their sum. The registry of
        periods is left out: it names a connection until the period is over, whatever becomes of the connection.
        """
        for row in self.table("PeopleTableName"):
            for source, given in row["sources"]["M"].items():
                yield source.split("#")[0], f"{row['pk']['S']} {row['sk']['S']} {source} {given}"
        for row in self.table("SocialTableName"):
            if not row["pk"]["S"].startswith("due#"):
                yield row["pk"]["S"].split("#")[1], repr(sorted(row.items()))
        for output in ("BillingTableName", "LogsTableName"):
            for row in self.table(output):
                yield f"dated/{row['tenant_id']['S']}", repr(sorted(row.items()))

    def of_tenants(self) -> dict[str, list[str]]:
        """What tenants have of their own: accounts, conversations, every version of their files."""
        found: dict[str, list[str]] = {}
        for output in ("AccountsTableName", "ConversationsTableName"):
            for row in self.table(output):
                found.setdefault(row["tenant_id"]["S"], []).append(repr(sorted(row.items())))
        pages = self.clients["s3"].get_paginator("list_object_versions").paginate(Bucket=self.outputs["FilesBucketName"])
        for page in pages:
            for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
                facts = [str(version.get(name)) for name in ("Key", "VersionId", "ETag", "Size", "IsLatest")]
                found.setdefault(version["Key"].split("/")[0], []).append(" ".join(facts))
        return found

    def obligations(self) -> set[str]:
        """The partition keys of the ledger: one per obligation."""
        partitions = {row["pk"]["S"] for row in self.table("LedgerTableName")}
        return {partition for partition in partitions if partition.startswith("obligation#")}


def addresses(body: Any) -> Iterator[str]:
    """Where people of a request can be reached, and what they are called, wherever that stands in it."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name in ("email", "handle", "name") and isinstance(value, str):
                yield value.removeprefix("@")
            yield from addresses(value)


def until(look: Callable[[], T | None], seconds: float, pause: float = 0.5) -> T:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain"
        time.sleep(pause)
    return found
