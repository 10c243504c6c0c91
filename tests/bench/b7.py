"""B7: the export of an account of 10 MiB and of 1 GiB: peak memory and speed of the exporter as it is built, against boto3 that lists,
reads, zips and puts. One part in sixteen is messages in a table, the rest files of 256 KiB, half of each noise and half text.
`EXPORT_MAX` names another largest size in MiB.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.bench.buckets import Folder
from tests.bench.callbacks import queued
from tests.bench.emulator import item
from tests.bench.front import Counted
from tests.bench.report import Bench, Row, at_most
from tests.bench.stats import interval, ratios
from tests.bench.world import World

SMALL, LARGE, ROUNDS = 10, int(os.environ.get("EXPORT_MAX", "1024")), 11
FILE, MESSAGE = 256 * 1024, 1000
# Of an upload one part has to be in memory: `PART_BYTES`, in MB.
PART = 5 * 2**20 / 1e6
_noise = random.Random(7).randbytes(FILE // 2)
_text = (" ".join(random.Random(8).choices(["order", "tea", "when", "does", "it", "ship", "blue", "7"], k=FILE // 8)) + " ").encode()
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def content(key: str) -> bytes:
    """What a file holds: its name, and always as much."""
    return (key.encode() + b"\n" + _noise + _text * 2)[:FILE]


def messages(mebibytes: int) -> Iterator[str]:
    """What the messages of such an account say."""
    source, words = random.Random(9), _text[: 8 * MESSAGE].decode()
    for number in range((mebibytes << 20) // 16 // MESSAGE):
        # In letters: a run of digits may be a card's number, which an export does not give away.
        yield f"{source.randbytes(8).hex().translate(_LETTERS)} {words[number % 997 :][: MESSAGE - 130]}"


def fill(world: World, mebibytes: int) -> tuple[Path, str]:
    """A state with a terminated account, and the message that has its bundle made."""
    files = (mebibytes << 20) * 15 // 16 // FILE
    world.begin()
    world.emulator.put("conversations", (
        item(pk="alder", sk=f"contact#p{number // 100:09}#message#2026-02-01T00:00:00.000Z#m{number:09}", tenant_id="alder",
             contact_id=f"p{number // 100:09}", text=said)
        for number, said in enumerate(messages(mebibytes))
    ))
    world.front.buckets.made_up = {"files": Folder([f"alder/p{number // 10:09}/t1/f{number:09}" for number in range(files)], FILE, content)}
    path = "/api/accounts/alder"
    ended = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with world.ours("disconnect-intake") as intake:
        for name, body in (("termination", json.dumps({"ended_at": ended})), ("export", "")):
            answer = intake.ask({
                "version": "2.0", "routeKey": f"ANY /api/accounts/{{tenant}}/{name}", "rawPath": f"{path}/{name}", "rawQueryString": "",
                "headers": {"content-type": "application/json", "host": "api.test"},
                "requestContext": {
                    "http": {"method": "POST", "path": f"{path}/{name}"}, "stage": "$default",
                    "authorizer": {"iam": {"userArn": "arn:aws:sts::000000000000:assumed-role/dashboard/bench"}},
                },
                "body": body, "isBase64Encoded": False,
            })
            assert answer["statusCode"] in (200, 202), answer
    message = world.front.messages("exports")[-1]
    state = world.folder / "states" / f"export-{mebibytes}.db"
    world.emulator.keep(state)
    return state, message


def ours(world: World, state: Path, message: str, into: Path) -> tuple[float, float, Counted]:
    """Processor seconds, peak megabytes and what was called; the bundle is what `into` holds then."""
    world.begin(state)
    world.front.buckets.complete.clear()
    with world.ours("export-worker") as worker:
        # As the peer below: it runs, and was asked for an account that has nothing.
        assert worker.ask(queued(json.dumps({"tenant": "nobody", "v": 1}))) == {"batchItemFailures": []}
        world.front.take()
        cpu, asked = 0.0, [message]
        while asked:
            answer, spent = worker.timed(queued(*asked))
            assert answer == {"batchItemFailures": []}, answer
            cpu += spent
            asked, world.front.sent[:] = world.front.messages("exports"), []
        (upload,) = world.front.buckets.complete.values()
        peak = worker.peak_mb()
    upload.joined(into)
    return cpu, peak, world.front.take()


def peer(world: World, state: Path, into: Path) -> tuple[float, float, Counted]:
    world.begin(state)
    with world.python("export.list_then_put") as process:
        process.ask({"tenant": "nobody"})
        world.front.take()
        _, cpu = process.timed({"tenant": "alder"})
        into.write_bytes(world.front.buckets.objects.pop("bundles/alder.zip"))
        return cpu, process.peak_mb(), world.front.take()


def digest(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()


def wanted_of(world: World, mebibytes: int) -> Counter[str]:
    """Everything that an account holds, a digest for each file and each message."""
    keys = world.front.buckets.made_up["files"].keys
    return Counter(digest(content(key)) for key in keys) + Counter(digest(said.encode()) for said in messages(mebibytes))


def held(bundle: Path) -> Counter[str]:
    """The same of a bundle: its files as they are, messages by their text in whatever JSON there is."""
    found = Counter[str]()
    with zipfile.ZipFile(bundle) as packed:
        for one in packed.infolist():
            if one.file_size == FILE:
                found[digest(packed.read(one))] += 1
            elif one.filename.endswith(".json"):
                found.update(digest(said) for said in re.findall(rb'"text":\s*"([^"\\]*)"', packed.read(one)))
    return found


def same(bench: Bench, bundle: Path, wanted: Counter[str], whose: str) -> None:
    seen = held(bundle)
    bundle.unlink()
    missing, more = (wanted - seen).total(), (seen - wanted).total()
    bench.same(not missing and not more, f"{whose} bundle lacks {missing} of {wanted.total()} files and messages, and has {more} that are not there")


def run(world: World) -> Bench:
    bench = Bench("B7", f"export of {SMALL} MiB ({ROUNDS} rounds) and of {LARGE:,} MiB (once)")
    world.front.buckets.parts_in = world.folder
    bundle = world.folder / "bundle.zip"
    state, message = fill(world, SMALL)
    wanted = wanted_of(world, SMALL)
    mine, theirs = list[float](), list[float]()
    # The most of all rounds.
    peaks = {"ours": 0.0, "boto3": 0.0}
    for number in range(ROUNDS):
        world.say(f"round {number + 1} of {ROUNDS}")
        # Every second round the other way round: nobody always comes first.
        for who in ("ours", "boto3")[:: 1 if number % 2 == 0 else -1]:
            cpu, peak, _ = ours(world, state, message, bundle) if who == "ours" else peer(world, state, bundle)
            same(bench, bundle, wanted, "our" if who == "ours" else "the peer's")
            (mine if who == "ours" else theirs).append(cpu)
            peaks[who] = max(peaks[who], peak)
    name, rate = "boto3 list-then-put", interval([SMALL / cpu for cpu in mine])
    bench.rows += [
        Row(f"peak MB, {SMALL} MiB", PART, peaks["ours"], name, peaks["boto3"], limit=at_most(64)),
        Row(f"MiB per CPU-second, {SMALL} MiB", None, rate.median, name, interval([SMALL / cpu for cpu in theirs]).median, ratios(mine, theirs)),
    ]
    world.say(f"filling {LARGE:,} MiB")
    state, message = fill(world, LARGE)
    wanted = wanted_of(world, LARGE)
    world.say("exporting")
    cpu, peak, counted = ours(world, state, message, bundle)
    same(bench, bundle, wanted, "our large")
    world.say("the peer")
    their_cpu, their_peak, their_counted = peer(world, state, bundle)
    same(bench, bundle, wanted, "the peer's large")
    bench.rows += [
        Row(f"peak MB, {LARGE:,} MiB", PART, peak, name, their_peak, limit=at_most(64)),
        Row(f"MiB per CPU-second, {LARGE:,} MiB", None, LARGE / cpu, name, LARGE / their_cpu),
        Row("peak, times that of the small one", 1.0, peak / peaks["ours"], name, their_peak / peaks["boto3"], limit=at_most(1.15)),
    ]
    bench.measured = {"peaks": peaks | {"ours large": peak, "boto3 large": their_peak}, "seconds": mine, "large seconds": cpu, "large calls": counted.as_json()["calls"], "boto3 large seconds": their_cpu, "boto3 large calls": their_counted.as_json()["calls"], "large": LARGE}
    return bench
