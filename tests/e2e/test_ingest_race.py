"""The product writes signals, each in one transaction with the gate's conditions, while the person is being erased."""

from __future__ import annotations

import base64
import hashlib
import itertools
import threading
import time
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError

from tests.e2e.world import Person, World


class Ingest:
    """Writes one signal after the other through the gate, as fast as it can, until it is stopped."""

    def __init__(self, world: World, person: Person) -> None:
        self.world, self.connection = world, person.connections[0]
        self.client: Any = world.settings.client("dynamodb")
        # The id of the obligation that a disconnect of this connection would open.
        digest = hashlib.sha256(f"connection\n{self.connection.tenant_id}\n{self.connection.connection_id}".encode()).digest()
        self.disconnected = "0" + base64.b32encode(digest[:20]).decode().lower()
        self.owner = world.subject_keys().suppression(person.namespace, "user", person.user_id)
        self.admitted, self.refused, self.faults = 0, 0, []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> Ingest:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()

    def run(self) -> None:
        for number in itertools.count():
            if self.stopped.is_set():
                return
            try:
                self.write(number)
                self.admitted += 1
            except ClientError as error:
                reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
                if "ConditionalCheckFailed" in reasons:
                    self.refused += 1
                elif "TransactionConflict" not in reasons:
                    self.faults.append(error.response["Error"]["Code"])

    def not_disconnected(self, since: str) -> dict[str, Any]:
        return {"ConditionCheck": {
            "TableName": self.world.outputs["LedgerTableName"],
            "Key": {"pk": {"S": f"obligation#{self.disconnected}"}, "sk": {"S": "head"}},
            "ConditionExpression": "attribute_not_exists(pk) OR covers_until <= :since",
            "ExpressionAttributeValues": {":since": {"S": since}},
        }}

    def check(self, mark: str, since: str) -> dict[str, Any]:
        condition = "attribute_not_exists(pk) OR covers_until <= :since OR expires_at <= :now"
        values = {":since": {"S": since}, ":now": {"N": str(int(time.time()))}}
        return {"ConditionCheck": {
            "TableName": self.world.outputs["SuppressionTableName"], "Key": {"pk": {"S": mark}},
            "ConditionExpression": condition, "ExpressionAttributeValues": values,
        }}

    def write(self, number: int) -> None:
        tenant, connection = self.connection.tenant_id, self.connection.connection_id
        connected_at = self.connection.connected_at.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        put = {"Put": {"TableName": self.world.outputs["InboxTableName"], "Item": {
            "pk": {"S": f"{tenant}#{connection}"}, "sk": {"S": f"contact#late#signal#{now}#{number:06}"},
            "tenant_id": {"S": tenant}, "connection_id": {"S": connection}, "record": {"S": "signal"},
        }}}
        checks = [self.check(f"subject#{self.owner}", connected_at), self.check(f"connection#{tenant}#{connection}", connected_at),
                  self.not_disconnected(connected_at)]
        self.client.transact_write_items(TransactItems=[*checks, put])


def test_ingest_races_a_running_erasure_and_leaves_nothing(world: World) -> None:
    person = world.person("tenant-cedar", signals=1_500)
    with Ingest(world, person) as ingest:
        time.sleep(1)
        code = world.ask(person)
        world.await_erased(code, seconds=180)
        # Ingest goes on after the erasure: every write is refused now.
        admitted = ingest.admitted
        time.sleep(2)
        assert ingest.admitted == admitted
    assert ingest.admitted > 0 and ingest.refused > 0 and not ingest.faults
    assert world.left(person.connections) == 0
