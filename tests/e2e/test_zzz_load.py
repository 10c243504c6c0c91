"""A thousand callbacks, sixteen under way at any time (`LOAD_AT_ONCE` more or fewer), every tenth for the second time, while the processes of the functions are killed.

After all other tests, since its second looks would keep them waiting. Followed until all are erased; all thousand under way at once, and
until each is `completed`: tests/tests/load.rs, in process.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.client import HTTPException
from pathlib import Path

from local.server import MARK
from tests.e2e.world import Answer, Person, World, until

CALLBACKS = 1_000
# As many as the stand-in answers before a sender would give up, with all its functions on one machine.
AT_ONCE = int(os.environ.get("LOAD_AT_ONCE", "16"))
WITH_DATA = 30
# As Meta does: what is not acknowledged is sent again.
TRIES = 12
NO_ANSWER = Answer(503, {}, b"")


class Killer:
    """Ends processes of functions, without a word, in the middle of whatever they do."""

    def __init__(self, world: World, seed: int) -> None:
        self.mark = f"{MARK}={world.settings.state_dir}".encode()
        self.random = random.Random(seed)
        self.killed: Counter[str] = Counter()
        # Whoever takes the callbacks is struck every other time.
        self.callbacks: str = world.outputs["MetaCallbackFunctionName"]
        self.strikes = 0

    def processes(self) -> Iterator[tuple[int, str]]:
        prefix = b"AWS_LAMBDA_FUNCTION_NAME="
        for entry in Path("/proc").iterdir():
            try:
                variables = (entry / "environ").read_bytes().split(b"\0") if entry.name.isdigit() else []
            except OSError:
                continue
            names = [one.removeprefix(prefix).decode() for one in variables if one.startswith(prefix)]
            if self.mark in variables and names:
                yield int(entry.name), names[0]

    def strike(self) -> None:
        """One process of one function, so that whoever is asked again finds the others."""
        running: dict[str, list[int]] = {}
        for pid, name in sorted(self.processes()):
            running.setdefault(name, []).append(pid)
        if running:
            self.strikes += 1
            name = self.callbacks if self.strikes % 2 and self.callbacks in running else self.random.choice(sorted(running))
            pid = self.random.choice(running[name])
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.killed[name] += 1


@contextmanager
def killing(killer: Killer) -> Iterator[None]:
    over = threading.Event()

    def strikes() -> None:
        while not over.wait(0.3):
            killer.strike()

    thread = threading.Thread(target=strikes)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def posted(world: World, text: str) -> tuple[Answer, int, datetime]:
    """The answer, how often somebody had to ask for it, and when it was there."""
    for tries in range(1, TRIES + 1):
        try:
            answer = world.post(text)
        except (OSError, HTTPException):
            # Nobody answered in time, or hung up.
            answer = NO_ANSWER
        if answer.status < 500 and answer.status != 429:
            break
        time.sleep(0.2 * tries)
    return answer, tries, datetime.now(timezone.utc)


def heads(world: World) -> dict[str, list[dict[str, dict[str, str]]]]:
    found: dict[str, list[dict[str, dict[str, str]]]] = {}
    for row in world.table("LedgerTableName"):
        if row["sk"]["S"] == "head":
            found.setdefault(row["pk"]["S"].removeprefix("obligation#"), []).append(row)
    return found


def rounds(world: World) -> Counter[str]:
    """By code, how many requests there were of it: those that are finished and kept beside their successor count too."""
    keys = [(row["pk"]["S"], row["sk"]["S"]) for row in world.table("LedgerTableName")]
    return Counter(pk.removeprefix("obligation#") for pk, sk in keys if sk == "head" or sk.startswith("earlier#"))


def dates(head: dict[str, dict[str, str]]) -> tuple[str, str]:
    return head["received_at"]["S"], head["due_date"]["S"]


def stored_objects(world: World, output: str) -> set[str]:
    pages = world.clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=world.outputs[output])
    return {one["Key"] for page in pages for one in page.get("Contents", [])}


def test_a_thousand_callbacks_at_once_are_kept_while_processes_are_killed(world: World) -> None:
    bystander = world.person("tenant-alder", "tenant-birch")
    known = [world.person("tenant-load", signals=20) for _ in range(WITH_DATA)]
    people = known + [world.person() for _ in range(CALLBACKS * 9 // 10 - WITH_DATA)]
    # What is sent again is the text that was sent: signed a second later it would be a request of its own.
    texts = [(person, world.signed(person)) for person in people]
    texts += texts[: CALLBACKS // 10]
    assert len(texts) == CALLBACKS
    of_known = {one.connection_id for person in known for one in person.connections}
    others = world.everything(without=of_known)
    bundles, receipts = stored_objects(world, "BundlesBucketName"), stored_objects(world, "ReceiptsBucketName")
    killer = Killer(world, 11)

    started_at = datetime.now(timezone.utc)
    with killing(killer), ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        begun = time.monotonic()
        answers = list(pool.map(lambda one: posted(world, one[1]), texts))
        took = time.monotonic() - begun
        until(lambda: killer.killed[world.outputs["ErasureWorkerFunctionName"]] >= 5 or None, 60)
    repeated = sum(tries > 1 for _, tries, _ in answers)
    print(f"{CALLBACKS} in {took:.1f} s, {repeated} sent again, killed: {dict(killer.killed)}")
    assert killer.killed[killer.callbacks] >= 1 and repeated >= 1, "nobody died while somebody waited for an answer"

    assert {answer.status for answer, _, _ in answers} == {200}
    codes: dict[Person, set[str]] = {}
    heard: dict[str, datetime] = {}
    for (person, _), (answer, _, at) in zip(texts, answers, strict=True):
        code = answer.json["confirmation_code"]
        codes.setdefault(person, set()).add(code)
        heard[code] = min(at, heard.get(code, at))
    assert all(len(one) == 1 for one in codes.values()), "a repeat has the code of the first"
    wanted = {code for one in codes.values() for code in one}
    assert len(wanted) == len(people)
    stored = heads(world)
    assert wanted <= stored.keys()
    first = {code: dates(stored[code][0]) for code in wanted}
    for code, (received_at, due_date) in first.items():
        received = datetime.fromisoformat(received_at.replace("Z", "+00:00"))
        assert started_at - timedelta(seconds=1) <= received <= heard[code], "received before whoever sent it first had an answer"
        assert due_date == str((received + timedelta(days=30)).date()), "the day that the first receipt leads to"

    next_sweep = time.monotonic()

    def all_erased() -> bool | None:
        nonlocal next_sweep
        if time.monotonic() >= next_sweep:
            world.sweep()
            next_sweep = time.monotonic() + 10
        now = heads(world)
        return all("erased_at" in now[code][0] for code in wanted) or None

    until(all_erased, 600, pause=2)
    print(f"all erased {time.monotonic() - begun:.0f} s after the first was posted")
    # Sent once more when all is done, it is the same request still.
    for (person, text), (answer, _, _) in zip(texts[-20:], answers[-20:], strict=True):
        again, _, _ = posted(world, text)
        assert (again.status, again.json) == (200, answer.json), person
    counted, now = rounds(world), heads(world)
    assert {code: counted[code] for code in wanted} == dict.fromkeys(wanted, 1)
    assert {code: dates(now[code][0]) for code in wanted} == first, "no repeat and no death moves a date"
    assert world.left([one for person in known for one in person.connections]) == 0
    assert world.everything(without=of_known) == others
    assert world.left(bystander.connections) > 0
    # Nothing is in a bucket that nobody knows of: one receipt each for those of whom something was stored, in one new chain.
    assert stored_objects(world, "BundlesBucketName") == bundles

    def certified() -> list[str] | None:
        """The visit that erased the last of them may still be at its receipt."""
        new = [key for key in stored_objects(world, "ReceiptsBucketName") - receipts if key.startswith("receipts/")]
        return new if len([key for key in new if not key.endswith("/head.json")]) >= WITH_DATA else None

    new = until(certified, 60, pause=1)
    assert len([key for key in new if not key.endswith("/head.json")]) == WITH_DATA
    assert len({key.rpartition("/")[0] for key in new}) == 1
