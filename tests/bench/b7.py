"""B7: the export of an account of 10 MiB and of 1 GiB: peak memory and speed of the exporter as it is built, against boto3 that lists,
reads, zips and puts. One part in sixteen is messages in a table, the rest files of 256 KiB, half of each noise and half text.
`EXPORT_MAX` names another largest size in MiB.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import os
import random
import zipfile
from pathlib import Path

from tests.bench.buckets import Folder
from tests.bench.callbacks import queued
from tests.bench.emulator import item
from tests.bench.report import Bench, Row, at_most
from tests.bench.stats import interval, ratios
from tests.bench.world import World

SMALL, LARGE, ROUNDS = 10, int(os.environ.get("EXPORT_MAX", "1024")), 11
FILE, MESSAGE = 256 * 1024, 1000
_noise = random.Random(7).randbytes(FILE // 2)
_text = (" ".join(random.Random(8).choices(["order", "tea", "when", "does", "it", "ship", "blue", "7"], k=FILE // 8)) + " ").encode()


def content(key: str) -> bytes:
    """What a file holds: its name, and always as much."""
    return (key.encode() + b"\n" + _noise + _text * 2)[:FILE]


def fill(world: World, mebibytes: int) -> tuple[Path, str]:
    """A state with a terminated account, and the message that has its bundle made."""
    messages, files = (mebibytes << 20) // 16 // MESSAGE, (mebibytes << 20) * 15 // 16 // FILE
    world.begin()
    source = random.Random(9)
    words = _text[: 8 * MESSAGE].decode()
    world.emulator.put("conversations", (
        item(pk="alder", sk=f"contact#p{number // 100:09}#message#2026-02-01T00:00:00.000Z#m{number:09}", tenant_id="alder",
             contact_id=f"p{number // 100:09}", text=f"{source.getrandbits(64)} {words[number % 997 :][: MESSAGE - 130]}")
        for number in range(messages)
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


def ours(world: World, state: Path, message: str) -> tuple[float, float, bytes]:
    """Processor seconds, peak megabytes, and the bundle."""
    world.begin(state)
    world.front.buckets.complete.clear()
    with world.ours("export-worker") as worker:
        cpu, asked = 0.0, [message]
        while asked:
            answer, spent = worker.timed(queued(*asked))
            assert answer == {"batchItemFailures": []}, answer
            cpu += spent
            asked, world.front.sent[:] = world.front.messages("exports"), []
        (upload,) = world.front.buckets.complete.values()
        return cpu, worker.peak_mb(), upload.whole()


def peer(world: World, state: Path) -> tuple[float, float, bytes]:
    world.begin(state)
    with world.python("export.list_then_put") as process:
        _, cpu = process.timed({"tenant": "alder"})
        bundle = world.front.buckets.objects.pop("bundles/alder.zip")
        return cpu, process.peak_mb(), bundle


def files_in(bundle: bytes) -> set[str]:
    """What the made-up files of a bundle hold."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as packed:
        whole = (packed.read(one) for one in packed.infolist() if one.file_size == FILE)
        return {hashlib.sha256(one).hexdigest() for one in whole}


def run(world: World) -> Bench:
    bench = Bench("B7", f"export of {SMALL} MiB ({ROUNDS} rounds) and of {LARGE:,} MiB (once)")
    world.front.buckets.keeps_parts = True
    state, message = fill(world, SMALL)
    wanted = {hashlib.sha256(content(key)).hexdigest() for key in world.front.buckets.made_up["files"].keys}
    mine, theirs, peaks = list[float](), list[float](), dict[str, float]()
    for number in range(ROUNDS):
        world.say(f"round {number + 1} of {ROUNDS}")
        cpu, peaks["ours"], bundle = ours(world, state, message)
        bench.same(files_in(bundle) == wanted, "a file is missing in our bundle")
        mine.append(cpu)
        cpu, peaks["boto3"], bundle = peer(world, state)
        bench.same(files_in(bundle) == wanted, "a file is missing in the peer's bundle")
        theirs.append(cpu)
    name, rate = "boto3 list-then-put", interval([SMALL / cpu for cpu in mine])
    bench.rows += [
        Row(f"peak MB, {SMALL} MiB", None, peaks["ours"], name, peaks["boto3"], limit=at_most(64)),
        Row(f"MiB per CPU-second, {SMALL} MiB", None, rate.median, name, interval([SMALL / cpu for cpu in theirs]).median, ratios(mine, theirs)),
    ]
    world.say(f"filling {LARGE:,} MiB")
    world.front.buckets.keeps_parts = False
    state, message = fill(world, LARGE)
    world.say("exporting")
    cpu, peak, _ = ours(world, state, message)
    world.say("the peer")
    their_cpu, their_peak, bundle = peer(world, state)
    bench.rows += [
        Row(f"peak MB, {LARGE:,} MiB", None, peak, name, their_peak, limit=at_most(64)),
        Row(f"MiB per CPU-second, {LARGE:,} MiB", None, LARGE / cpu, name, LARGE / their_cpu),
        Row("peak, times that of the small one", 1.0, peak / peaks["ours"], name, their_peak / peaks["boto3"], limit=at_most(1.15)),
    ]
    bench.measured = {"peaks": peaks | {"ours large": peak, "boto3 large": their_peak}, "seconds": mine, "large seconds": cpu, "large": LARGE}
    return bench
