"""What it costs: units and calls as they were counted, times the prices of tests/bench/prices.toml."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PRICES: dict[str, Any] = tomllib.loads((HERE / "prices.toml").read_text())
MILLION, ASSUMED = PRICES["million"], PRICES["assumed"]
MINUTES_OF_MONTH = 30 * 24 * 60
SECONDS_OF_MONTH = MINUTES_OF_MONTH * 60


@dataclass(frozen=True)
class Priced:
    """A way to do it, and what each part of it costs, in dollars."""

    what: str
    parts: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.parts.values())


def of_million(kind: str, count: float) -> float:
    return float(MILLION[kind]) * count / 1e6


def lambda_seconds(memory_mb: int, cpu_seconds: float, calls: float, at_least: float = 0.0) -> float:
    """Of one invocation: it has the processor that comes with its memory, and waits for its calls one after the other."""
    return float(max(cpu_seconds * max(1.0, ASSUMED["processor_mb"] / memory_mb) + calls * ASSUMED["call_ms"] / 1e3, at_least))


def lambda_time(memory_mb: int, cpu_seconds: float, calls: float, at_least: float = 0.0) -> float:
    """What those cost."""
    return held(memory_mb, lambda_seconds(memory_mb, cpu_seconds, calls, at_least))


def held(memory_mb: int, seconds: float) -> float:
    """What so much memory costs for so long."""
    return float(PRICES["other"]["lambda_gb_second"]) * memory_mb / 1024 * seconds


def memory_of(function: str) -> int:
    """What template.yaml gives it: its own setting, or that of all."""
    text = (ROOT / "template.yaml").read_text()
    everybody, _, own = text.partition(f"CodeUri: target/lambda/{function}/")
    # A resource ends at the next line that is as far to the left as its name.
    own = re.split(r"^  \w", own, maxsplit=1, flags=re.M)[0]
    found = re.search(r"MemorySize: (\d+)", own) or re.search(r"MemorySize: (\d+)", everybody)
    return int(found[1]) if found and own else 128


@dataclass(frozen=True)
class Work:
    """One invocation of a function, and what was measured of it."""

    function: str
    what: str
    cpu: float
    calls: float
    # Seconds that no processor makes shorter.
    at_least: float = 0.0


# What a setting of memory is compared at. With the last comes a whole processor.
MEMORY_MB = (128, 256, 512, 1024, 1769)


def works(measured: Mapping[str, Any]) -> list[Work]:
    """What is done often, or long."""
    cold, warm = (sorted(measured[bench]["measured"]["cpu"]["ours"]) for bench in ("B1", "B2"))
    erased, export = measured["B4"], measured["B7"]["measured"]
    rate = next(row for row in erased["rows"] if row["what"] == "items per CPU-second")["ours"]
    tick = measured["B8"]["measured"]["idle"]["due"]
    return [
        Work("meta-callback", "warm", warm[len(warm) // 2] / 1e6, 2),
        # Two secrets, one write, one message. Lambda starts a function with a whole processor, so that this is its upper bound.
        Work("meta-callback", "the first", cold[len(cold) // 2] / 1e3, 4),
        Work("retention-sweeper", "a tick with nothing due", tick["cpu"], sum(tick["calls"].values())),
        # A partition takes a thousand writes a second.
        Work("erasure-worker", "10,000 records", 10_000 / rate, 0, 10.0),
        Work("export-worker", "a gibibyte", *(one / export["large"] * 1024 for one in (export["large seconds"], sum(export["large calls"].values())))),
        *(
            # The last of what was asked: nothing is made or read for the first time.
            Work(name.partition(".")[0], f"`{name}`, the third", seen["third"]["median"] / 1e3, seen["calls"]["median"])
            for name, seen in measured["B1"]["measured"]["firsts"].items()
        ),
    ]


def logs(invocations: float) -> float:
    return float(PRICES["other"]["log_gb"]) * ASSUMED["log_bytes"] * invocations / 2**30


def access_logs(requests: float) -> float:
    return float(PRICES["other"]["log_gb"]) * ASSUMED["access_log_bytes"] * requests / 2**30


def objects(calls: Mapping[str, float]) -> float:
    """Requests to S3: reads at theirs, all others at the price of a put, which lists have too."""
    asked = {call: count for call, count in calls.items() if call.startswith("s3:")}
    read = sum(count for call, count in asked.items() if call.startswith(("s3:Get", "s3:Head")))
    return of_million("s3_get", read) + of_million("s3_put", sum(asked.values()) - read)


def of_service(calls: Mapping[str, float], service: str) -> float:
    return sum(count for call, count in calls.items() if call.startswith(service))


def secrets(count: float) -> float:
    """Readings of secrets, each with its use of the key that they are kept under."""
    return of_million("secret_read", count) + of_million("key_use", count)


def requests(calls: Mapping[str, float]) -> float:
    """All that is priced by the call and not by the unit: S3, SQS, Secrets Manager."""
    return objects(calls) + of_million("sqs", of_service(calls, "sqs:")) + secrets(of_service(calls, "secretsmanager:"))


def traced(a_second: float) -> float:
    """The share of invocations that X-Ray records, where there are so many a second: all of them where there is less than one."""
    return 1.0 if a_second <= 1 else (1 + float(ASSUMED["traces_beyond_first"]) * (a_second - 1)) / a_second


def traces(invocations: float, seconds: float = SECONDS_OF_MONTH) -> float:
    """Of so many invocations spread over a month, or over so many seconds; `template.yaml` has tracing on for every function."""
    return of_million("trace", invocations * traced(invocations / seconds))


def kept_for(path: str, keep: str) -> float:
    """For how many seconds a copy of a secret is served before it is read again."""
    found = re.search(rf"const {keep}: Self =\s+Self \{{ fresh_for: Duration::from_secs\(([\d *]+)\)", (ROOT / path).read_text())
    if not found:
        raise ValueError(f"{path} has no {keep}")
    return float(math.prod(int(one) for one in found[1].split("*")))


def secrets_read(callbacks: float, starts: float, seconds: float = SECONDS_OF_MONTH) -> float:
    """How often `meta-callback` reads its two secrets, where callbacks come evenly: once they are older than they may be, and at a start."""
    spans = (kept_for("shared/aws/src/secret.rs", keep) for keep in ("ROTATING", "GROWING"))
    return sum(min(callbacks, seconds / span) for span in spans) + 2 * starts


def callbacks(measured: Mapping[str, Any], seconds: float = SECONDS_OF_MONTH) -> list[Priced]:
    """A million callbacks taken in within a month, or within so many seconds, each for another person. Each at the processor time that was measured of it; who has
    none is not there. All are deployed alike: one gateway, logs, traces, as many starts; whose start was not measured starts for nothing."""
    units = measured["B3"]["measured"]
    warm = {name: sorted(values)[len(values) // 2] / 1e6 for name, values in measured["B2"]["measured"]["cpu"].items()}
    cold = {name: sorted(values)[len(values) // 2] / 1e3 for name, values in measured["B1"]["measured"]["cpu"].items()}
    starts, memory = 1e3 * ASSUMED["cold_thousandths"], memory_of("meta-callback")
    found = []
    titles = {"ours": "this service", "plain": "one conditional put, boto3", "powertools": "Powertools idempotency", "outbox": "transactional outbox, boto3"}
    for name, title in titles.items():
        new = units[name]["new"]
        spent = {"ours": warm["ours"], "plain": warm["python"]}.get(name, new.get("cpu"))
        if spent is None:
            continue
        # The relay of an outbox sends the message and deletes its row.
        sends, relay = max(1.0, new["sends"]), 1.0 if name == "outbox" else 0.0
        start = cold["ours"] if name == "ours" else cold.get("python", 0.0)
        # The peers read the one secret that they have at a start, and never again.
        read = secrets_read(1e6, starts, seconds) if name == "ours" else starts
        found.append(Priced(title, {
            "writes": of_million("wru", (new["wru"] + relay) * 1e6), "reads": of_million("rru", new["rru"] * 1e6),
            "messages": of_million("sqs", sends * 1e6), "invocations": of_million("invocation", 1e6),
            "time": lambda_time(memory, spent, new["calls"]) * 1e6 + lambda_time(memory, start, 4) * starts,
            "gateway": of_million("http_api", 1e6), "logs": logs(1e6) + access_logs(1e6), "traces": traces(1e6, seconds), "secrets": secrets(read),
        }))
    return found


def erased(measured: Mapping[str, Any]) -> list[Priced]:
    """A million erased items of 1 KiB, in requests of 10,000."""
    bench = measured["B4"]["measured"]
    rates = next(row for row in measured["B4"]["rows"] if row["what"] == "items per CPU-second")
    scanned = bench.get("cpu", {}).get("scan")
    found = []
    for name, title, rate in (
        ("ours", "this service", rates["ours"]), ("query", "boto3 query + batch_writer", rates["theirs"]),
        ("scan", "boto3 scan + delete, a table of two such owners", 10_000 / scanned if scanned else rates["theirs"]),
    ):
        counted, requests = bench[name], 100
        # A partition takes a thousand writes a second: nobody is faster.
        time = lambda_time(memory_of("erasure-worker"), 10_000 / rate, 0, at_least=10.0) * requests
        found.append(Priced(title, {
            "writes": of_million("wru", counted["wru"] * requests), "reads": of_million("rru", counted["rru"] * requests),
            "objects": objects(counted["calls"]) * requests, "time": time, "secrets": secrets(of_service(counted["calls"], "secretsmanager:")) * requests,
        }))
    table_gb = 100.0
    scan = of_million("rru", table_gb * 2**30 / 8192)
    found.append(Priced("boto3 scan + delete, a table of 100 GB", {**found[2].parts, "reads": scan * 100}))
    # The rest of a request is the same, whatever its items name.
    for title, of, way in (("this service, each item names an identity link", found[0], "together"), ("boto3 query + batch_writer, the same", found[1], "apart")):
        more = of_million("wru", (PRICES["linked"][way] - 1) * 1e6)
        found.append(Priced(title, {**of.parts, "writes": of.parts["writes"] + more}))
    return found


def in_template() -> dict[str, int]:
    """How many of each there are that cost something by being there."""
    text = (ROOT / "template.yaml").read_text()
    count = {name: len(re.findall(rf"Type: {kind}\s*$", text, re.M)) for name, kind in (
        ("alarm", "AWS::CloudWatch::Alarm"), ("secret", "AWS::SecretsManager::Secret"), ("key", "AWS::KMS::Key"),
        ("dashboard", "AWS::CloudWatch::Dashboard"),
    )}
    return count | {"metric": len(emitted() | set(re.findall(r"Namespace: PrivacyLedger\s+MetricName: (\w+)", text)))}


def emitted() -> set[str]:
    """The metrics that functions write. Each costs its month once something is written to it: a tick writes most of them every time."""
    sources = [path.read_text() for path in (ROOT / "functions").glob("*/src/**/*.rs") if "tests" not in str(path)]
    calls = (call for source in sources for call in re.findall(r"metrics::(?:emit|line)\((.*?)\);", source, re.S))
    return {name for call in calls for name in re.findall(r'\("([A-Z]\w+)",', call)}


def queues_read() -> int:
    """How many queues Lambda reads for a function."""
    return len(re.findall(r"^ +Type: SQS$", (ROOT / "template.yaml").read_text(), re.M))


def polls() -> float:
    """How often Lambda asks them all in a month, whether there is something or not."""
    return float(queues_read() * ASSUMED["pollers"] * MINUTES_OF_MONTH * 60 / ASSUMED["poll_seconds"])


def idle(measured: Mapping[str, Any]) -> list[Priced]:
    """A month in which nothing comes: the sweeper looks every five minutes and every hour."""
    counted, there = measured["B8"]["measured"]["idle"], in_template()
    ticks = {"due": MINUTES_OF_MONTH / 5, "periods": MINUTES_OF_MONTH / 60}
    total: dict[str, float] = {"writes": 0, "reads": 0, "objects": 0, "invocations": 0, "time": 0, "secrets": 0, "logs": 0}
    total["traces"] = traces(sum(ticks.values()))
    for name, count in ticks.items():
        one = counted[name]
        calls = one["calls"]
        total["writes"] += of_million("wru", one["wru"] * count)
        total["reads"] += of_million("rru", one["rru"] * count)
        total["objects"] += objects(calls) * count
        total["logs"] += logs(count)
        total["secrets"] += secrets(of_service(calls, "secretsmanager:") * count)
        total["invocations"] += of_million("invocation", count) + of_million("schedule", count)
        total["time"] += lambda_time(memory_of("retention-sweeper"), one["cpu"], sum(calls.values())) * count
    month = PRICES["month"]
    b8 = measured["B8"]["measured"]
    scans = [
        Priced(f"a scan of a ledger with {count:,} open instead, as often", {
            "reads": of_million("rru", scan["rru"] * ticks["due"]), "invocations": of_million("invocation", ticks["due"]) + of_million("schedule", ticks["due"]),
            "time": lambda_time(memory_of("retention-sweeper"), cpu, scan["rru"] / 128) * ticks["due"],
            "logs": logs(ticks["due"]), "traces": traces(ticks["due"]),
        })
        # A page of a scan is a mebibyte, 128 units.
        for count, scan, cpu in zip(b8["open"], b8["scan"], b8.get("scan seconds", []), strict=False)
    ]
    return [
        Priced("the sweeper's ticks", total), Priced(f"Lambda asks {queues_read()} queues", {"messages": of_million("sqs", polls())}),
        Priced("what is there", {f"{there[name]} {name}s": month[name] * there[name] for name in ("alarm", "metric", "secret", "key", "dashboard")}),
        *scans,
    ]
