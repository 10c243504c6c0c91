"""What changes in the ledger is told on the bus, and names nobody."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.e2e.world import World, until


def told(world: World, seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything that the bus has shown so far."""
    url = world.outputs["ShownEventsUrl"]
    while messages := world.clients["sqs"].receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            seen.append(json.loads(message["Body"]))
            world.clients["sqs"].delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return seen


def test_a_callback_is_told_from_accepted_to_erased(world: World) -> None:
    person = world.person("tenant-alder")
    code = world.ask(person)
    world.await_erased(code)
    ref = hashlib.sha256(code.encode()).hexdigest()[:12]
    seen: list[dict[str, Any]] = []

    def kinds() -> list[str]:
        return [event["detail"]["kind"] for event in told(world, seen) if event["detail"]["obligation_ref"] == ref]

    until(lambda: {"accepted", "erased"} <= set(kinds()) or None, 60)
    assert "retained" not in kinds(), "nothing of it was kept by a law"
    everything = json.dumps(seen)
    for secret in (code, person.user_id, person.connections[0].connection_id, "tenant-"):
        assert secret not in everything
    ids = [event["detail"]["event_id"] for event in seen]
    assert len(set(ids)) == len({(e["detail"]["event_id"], e["detail"]["kind"]) for e in seen}), ids
