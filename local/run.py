"""make run: a real deletion callback, followed from Meta's POST to the first second look."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from local import stack as local_stack
from local.demo.callback import post_deletion, status
from local.demo.counts import Counter
from local.settings import Settings, StackError

ERASED = ("verifying", "completed", "partly-retained")
STOPPED = ("denied", "held")
SAY_EVERY_SECONDS = 4.0
# The local stack's first look comes after 15 s; a longer wait means that the setting did not arrive.
LOCAL_LOOK_SECONDS_MAX = 30.0
Counts = dict[str, int]


def run(settings: Settings) -> None:
    print("The local stack", flush=True)
    stack = local_stack.up(settings)
    if not stack["demo"]["meta_users"]:
        raise StackError("no demo for this policy, and so nobody whose callback could be followed; the stack stays up")
    person = stack["demo"]["meta_users"][0]
    counter = Counter({name: settings.client(name) for name in ("dynamodb", "s3")}, stack["outputs"])
    if not _left(counter, stack, person):
        # An earlier run erased this person; the demo brings them back.
        local_stack.demo(settings)
    before = _by_tenant(counter, stack)

    print(f"\nThe deletion callback for {person['namespace']} user {person['user_id']}, connected in {', '.join(person['tenants'])}")
    secret = stack["demo"]["meta_app_secrets"][person["namespace"]]
    started = time.monotonic()
    answer = post_deletion(stack["api_url"], secret, person["user_id"])
    print(f"  answered in {(time.monotonic() - started) * 1000:.0f} ms: {json.dumps(answer)}")

    print("\nThe erasure")
    page = _follow(
        answer["url"],
        lambda known: bool(known["state"] in ERASED),
        lambda known: f"{known['state']}, left: " + _words(_left(counter, stack, person)),
        patience_seconds=300,
    )
    for removed in page["removed"]:
        print(f"  removed {removed['count']:>6}  {removed['title']}")
    for kept in page["kept"]:
        print(f"  kept            {kept['title']}: {kept['reason']}")

    print("\nThe first second look")
    _second_look(settings, stack, answer["url"], page)

    after = _by_tenant(counter, stack)
    print(f"\n  {'':16} {'before':>8} {'after':>8}")
    for tenant_id in before:
        print(f"  {tenant_id:16} {before[tenant_id]:>8} {after[tenant_id]:>8}")
    print(f"\nStatus page  {answer['url']}\nAPI          {stack['api_url']}\nState file   {settings.stack_file}\nStop it with make down")


def _second_look(settings: Settings, stack: dict[str, Any], url: str, page: dict[str, Any]) -> None:
    due_at = datetime.fromisoformat(page["second_looks"][0]["due_at"].replace("Z", "+00:00"))
    wait = max(0.0, (due_at - datetime.now(timezone.utc)).total_seconds())
    print(f"  due in {wait:.0f} s (fifteen minutes after the erasure on AWS)", flush=True)
    time.sleep(min(wait, LOCAL_LOOK_SECONDS_MAX) + 0.5)
    # On AWS the schedule does this; asking for it now saves waiting for the next tick.
    settings.client("lambda").invoke(
        FunctionName=stack["outputs"]["RetentionSweeperFunctionName"], Payload=b'{"sweep":"due"}'
    )
    _follow(
        url,
        lambda known: bool(known["second_looks"][0].get("done_at")),
        lambda known: f"{known['state']}, first look " + ("done" if known["second_looks"][0].get("done_at") else "under way"),
        patience_seconds=120,
    )


def _follow(
    url: str, arrived: Callable[[dict[str, Any]], bool], say: Callable[[dict[str, Any]], str], patience_seconds: float
) -> dict[str, Any]:
    """Reads the status page until it `arrived`, saying what there is to say when its state changes and now and then."""
    started = time.monotonic()
    state, say_again_at = "", 0.0
    while True:
        known = status(url)
        if arrived(known) or known["state"] != state or time.monotonic() > say_again_at:
            print(f"  {time.monotonic() - started:5.1f} s  {say(known)}", flush=True)
            # Counting costs the stand-in seconds of the one core it has; the worker needs them more.
            state, say_again_at = known["state"], time.monotonic() + SAY_EVERY_SECONDS
        if arrived(known):
            return known
        if known["state"] in STOPPED:
            raise StackError(f"the request stands at {known['state']}: {url}")
        if time.monotonic() - started > patience_seconds:
            raise StackError(f"the request still stands at {known['state']} after {patience_seconds:.0f} s: {url}")
        time.sleep(0.5)


def _left(counter: Counter, stack: dict[str, Any], person: dict[str, Any]) -> Counts:
    """What is left of one person, by tenant; empty when nothing is."""
    left: Counts = {}
    for tenant_id, connection_id in _connections(stack):
        if connection_id in person["connections"] and (count := counter.total(tenant_id, connection_id)):
            left[tenant_id] = left.get(tenant_id, 0) + count
    return left


def _by_tenant(counter: Counter, stack: dict[str, Any]) -> Counts:
    counts: Counts = {}
    for tenant_id, connection_id in _connections(stack):
        counts[tenant_id] = counts.get(tenant_id, 0) + counter.total(tenant_id, connection_id)
    return counts


def _connections(stack: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (tenant["tenant_id"], connection["connection_id"])
        for tenant in stack["demo"]["tenants"]
        for connection in tenant["connections"]
    ]


def _words(counts: Counts) -> str:
    return ", ".join(f"{count} in {tenant_id}" for tenant_id, count in counts.items()) or "nothing"


def main() -> None:
    try:
        run(Settings.from_environment())
    except StackError as problem:
        sys.exit(f"error: {problem}")
    except urllib.error.HTTPError as problem:
        sys.exit(f"error: {problem.url} answered {problem.code}: {problem.read(500).decode(errors='replace')}")
    except KeyboardInterrupt:
        sys.exit("interrupted")


if __name__ == "__main__":
    main()
