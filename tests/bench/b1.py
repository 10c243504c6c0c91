"""B1: one cold start: exec to the signed callback answered, three hosts over TLS, against the same handler in Python, in Node, and in
Rust by the book. See tests/bench/cold.py.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from tests.bench.cold import HOSTS, WAITED_FOR
from tests.bench.peers_here import PEERS, commands
from tests.bench.report import Bench, Row, at_least, at_most, not_there
from tests.bench.stats import interval, ratios
from tests.bench.subject import OTHER_CORE, SUBJECT_CORE
from tests.bench.world import ROOT, Missing, World

ROUNDS = int(os.environ.get("ROUNDS", "11"))
# Ours, where SSL_CERT_FILE says where the roots are.
NAMED = "ours named"


def inside(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """Runs tests/bench/cold.py where the names of AWS lead to this machine."""
    if os.geteuid() != 0:
        raise Missing("B1 needs root: it mounts an /etc/hosts of its own for the measured processes, and listens on port 443")
    question, answer = world.folder / "cold.json", world.folder / "cold-seen.json"
    question.write_text(json.dumps(asked))
    with tempfile.NamedTemporaryFile("w") as hosts:
        hosts.write("127.0.0.1 localhost " + " ".join(HOSTS) + "\n")
        hosts.flush()
        command = f'mount --bind {hosts.name} /etc/hosts && exec "{sys.executable}" -m tests.bench.cold "{question}" "{answer}"'
        # It shares out the cores by itself, so it is given all there are.
        own = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {SUBJECT_CORE, OTHER_CORE})
        with subprocess.Popen(["unshare", "-m", "sh", "-c", command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            os.sched_setaffinity(0, own)
            for line in process.stdout or ():
                world.say(line.strip())
        if process.returncode != 0:
            raise Missing("the cold starts did not come to an end; their words are above")
    seen: dict[str, Any] = json.loads(answer.read_text())
    return seen


def zipped(binary: Path) -> float:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(binary, "bootstrap")
    return len(packed.getvalue()) / 1e6


def run(world: World) -> Bench:
    bench = Bench("B1", f"exec to the first answer over TLS to {len(HOSTS)} hosts, {ROUNDS} rounds")
    world.begin()
    world.ours("meta-callback").__exit__()
    command = world.unpacked["meta-callback"]
    subjects = {"ours": {"command": command, "environment": {}}, NAMED: {"command": command, "environment": {}, "roots": "all"}}
    found, bench.missing = commands()
    subjects |= found
    functions = sorted({name.partition(".")[0] for name in WAITED_FOR})
    for function in functions:
        world.ours(function).__exit__()
    asked = {"rounds": ROUNDS, "subjects": subjects, "functions": {name: world.unpacked[name] for name in functions}, "memory": True}
    seen = inside(world, asked)
    cpu = {name: [one["cpu"] for one in seen[name]] for name in subjects}
    peaks = {name: [one["peak"] for one in seen[name]] for name in subjects}
    peak = {name: interval(values).median for name, values in peaks.items()}
    ours = interval(cpu["ours"])
    bench.rows.append(Row("CPU-ms", None, ours.median, limit=at_most(11.0), spread=ours))
    named = interval(cpu[NAMED])
    bench.rows.append(Row("CPU-ms, where the file of roots is named", None, named.median, spread=named))
    wanted = {"python": at_least(35.0, "ratio"), "rust": at_least(4.0, "ratio")}
    for name, title in PEERS.items():
        if name in subjects:
            bench.rows.append(Row("CPU-ms", None, ours.median, title, interval(cpu[name]).median, ratios(cpu["ours"], cpu[name]), wanted.get(name)))
        elif name in wanted:
            bench.rows.append(not_there("CPU-ms", ours.median, title, wanted[name]))
    bench.rows.append(Row("peak MB", None, peak["ours"], limit=at_most(9.0)))
    bench.rows += [
        Row("peak MB", None, peak["ours"], title, peak[name], ratios(peaks["ours"], peaks[name])) for name, title in PEERS.items() if name in subjects
    ]
    size = (world.lambdas / "meta-callback/bootstrap.zip").stat().st_size / 1e6
    theirs = zipped(Path(found["rust"]["command"][0])) if "rust" in found else None
    bench.rows.append(Row("zip, MB", None, size, PEERS["rust"] if theirs else "", theirs, limit=at_most(2.5)))
    bench.notes.append(
        f"{seen['roots']} roots in the trust store. Ours reads two secrets, the others one. Nothing names the file of roots to ours and to Rust by "
        "the book, as `template.yaml` does not: they find it, and the folder of links to it, by themselves. One row of ours has it named "
        "(`SSL_CERT_FILE`)."
    )
    memory = {setting: {what: interval([one[what] for one in rounds]).median for what in rounds[0]} for setting, rounds in seen["memory"].items()}
    if not memory:
        bench.notes.append("No curve over memory: the cpu controller of control groups is not to be written here.")
    firsts = {name: {what: interval([one[what] for one in rounds]).as_json() for what in rounds[0]} for name, rounds in seen["firsts"].items()}
    bench.measured = {"cpu": cpu, "peak": peak, "zip": size, "memory": memory, "firsts": firsts}
    return bench
