"""Messages lost, poisoned and doubled, a worker killed in the middle, secrets changed: the promise holds."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from local.demo.signed_request import signed_request
from local.server import MARK
from tests.e2e.world import ERASED, World, until


@contextmanager
def worker_paused(world: World) -> Iterator[None]:
    """Takes the worker off its queue for a while."""
    function = world.outputs["ErasureWorkerFunctionName"]
    (mapping,) = world.clients["lambda"].list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    world.clients["lambda"].update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    time.sleep(2)
    try:
        yield
    finally:
        world.clients["lambda"].update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def worker_processes(world: World) -> list[int]:
    mark = f"{MARK}={world.settings.state_dir}".encode()
    name = f"AWS_LAMBDA_FUNCTION_NAME={world.outputs['ErasureWorkerFunctionName']}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            variables = (entry / "environ").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if mark in variables and name in variables:
            found.append(int(entry.name))
    return found


def test_a_lost_message_is_sent_again(world: World) -> None:
    person = world.person("tenant-birch")
    with worker_paused(world):
        code = world.ask(person)

        def taken() -> str | None:
            got = world.clients["sqs"].receive_message(QueueUrl=world.outputs["ErasureQueueUrl"], WaitTimeSeconds=1)
            for message in got.get("Messages", []):
                world.clients["sqs"].delete_message(
                    QueueUrl=world.outputs["ErasureQueueUrl"], ReceiptHandle=message["ReceiptHandle"]
                )
                return str(message["Body"])
            return None

        body = until(taken, 20)
        # Queue messages hold nothing about anybody.
        assert not any(marker in body for marker in world.markers)
        assert not any(one.tenant_id in body or one.connection_id in body for one in person.connections)
    assert world.page(code)["state"] == "received"
    world.await_erased(code, seconds=150, sweep_every=5)
    assert world.left(person.connections) == 0


def test_a_killed_worker_is_followed_by_another(world: World) -> None:
    person = world.person("tenant-cedar", signals=6_000)
    code = world.ask(person)

    def under_way() -> bool | None:
        state = world.page(code)["state"]
        assert state not in ERASED, "erased before it could be interrupted: give this test more signals"
        return (state == "in-progress" and bool(worker_processes(world))) or None

    until(under_way, 60, pause=0.1)
    for pid in worker_processes(world):
        os.kill(pid, signal.SIGKILL)
    world.await_erased(code, seconds=240, sweep_every=5)
    assert world.left(person.connections) == 0


def test_a_poison_message_harms_no_neighbour(world: World) -> None:
    people = [world.person("tenant-dogwood", signals=10) for _ in range(3)]
    with worker_paused(world):
        codes = [world.ask(people[0])]
        for body in ("", "not JSON", "{}", '{"v":9}', json.dumps({"v": 1, "obligation": "a" * 32}), "\u00e4" * 50):
            if body:
                world.clients["sqs"].send_message(QueueUrl=world.outputs["ErasureQueueUrl"], MessageBody=body)
        codes += [world.ask(person) for person in people[1:]]
    for code in codes:
        # Not by the sweeper's help: the batch itself got through.
        world.await_erased(code, seconds=60)
    assert all(world.left(person.connections) == 0 for person in people)


def test_two_hundred_callbacks_at_once_are_stored_once_each(world: World) -> None:
    people = [world.person() for _ in range(50)]
    before = world.obligations()
    texts = [world.signed(person) for person in people] * 4
    with ThreadPoolExecutor(max_workers=24) as pool:
        answers = list(pool.map(world.post, texts))
    assert {answer.status for answer in answers} == {200}
    codes = [answer.json["confirmation_code"] for answer in answers]
    assert len(set(codes)) == len(people)
    assert all(codes[index::50] == [codes[index]] * 4 for index in range(50))
    new = world.obligations() - before
    assert all(sum(code in pk for pk in new) == 1 for code in set(codes))
    for code in set(codes):
        world.await_erased(code, seconds=180)


def test_a_changed_secret_counts_within_a_minute(world: World) -> None:
    arn, client = world.outputs["MetaAppSecretsArn"], world.clients["secretsmanager"]
    original = client.get_secret_value(SecretId=arn)["SecretString"]
    old, new = json.loads(original)["threads"]["current"], secrets.token_hex(16)
    person = world.person(namespace="threads")

    def status(secret: str) -> int:
        return world.post(signed_request(secret, person.user_id)).status

    try:
        assert status(json.loads(original)["threads"]["previous"]) == 200
        assert status(new) == 400

        client.put_secret_value(SecretId=arn, SecretString=json.dumps(json.loads(original) | {"threads": {"current": new, "previous": old}}))
        assert status(old) == 200
        time.sleep(60)
        assert (status(new), status(old)) == (200, 200)

        client.put_secret_value(SecretId=arn, SecretString=json.dumps(json.loads(original) | {"threads": {"current": new}}))
        time.sleep(60)
        # The first request after the minute, not the second: no answer comes from a stale copy.
        assert status(old) == 400
        assert status(new) == 200
    finally:
        client.put_secret_value(SecretId=arn, SecretString=original)
