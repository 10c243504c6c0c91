"""What it costs: units and calls as they were counted, times the prices of tests/bench/prices.toml."""

from __future__ import annotations

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


def objects(calls: Mapping[str, float]) -> float:
    """Requests to S3: reads at theirs, all others at the price of a put, which lists have too."""
    asked = {call: count for call, count in calls.items() if call.startswith("s3:")}
    read = sum(count for call, count in asked.items() if call.startswith(("s3:Get", "s3:Head")))
    return of_million("s3_get", read) + of_million("s3_put", sum(asked.values()) - read)


def requests(calls: Mapping[str, float]) -> float:
    """All that is priced by the call and not by the unit: S3, SQS, Secrets Manager."""
    def of(service: str) -> float:
        return sum(count for call, count in calls.items() if call.startswith(service))

    return objects(calls) + of_million("sqs", of("sqs:")) + of_million("secret_read", of("secretsmanager:"))


def callbacks(measured: Mapping[str, Any]) -> list[Priced]:
    """A million callbacks taken in, each for another person. Each at the processor time that was measured of it; who has none is not
    there."""
    units = measured["B3"]["measured"]
    warm = {name: sorted(values)[len(values) // 2] / 1e6 for name, values in measured["B2"]["measured"]["cpu"].items()}
    found = []
    titles = {"ours": "this service", "plain": "one conditional put, boto3", "powertools": "Powertools idempotency", "outbox": "transactional outbox, boto3"}
    for name, title in titles.items():
        new = units[name]["new"]
        spent = {"ours": warm["ours"], "plain": warm["python"]}.get(name, new.get("cpu"))
        if spent is None:
            continue
        # The relay of an outbox sends the message and deletes its row.
        sends, relay = max(1.0, new["sends"]), 1.0 if name == "outbox" else 0.0
        found.append(Priced(title, {
            "writes": of_million("wru", (new["wru"] + relay) * 1e6), "reads": of_million("rru", new["rru"] * 1e6),
            "messages": of_million("sqs", sends * 1e6), "invocations": of_million("invocation", 1e6),
            "time": lambda_time(memory_of("meta-callback"), spent, new["calls"]) * 1e6, "gateway": of_million("http_api", 1e6),
            "logs": logs(1e6),
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
            "objects": objects(counted["calls"]) * requests, "time": time,
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
    )}
    return count | {"metric": len(set(re.findall(r"Namespace: PrivacyLedger\s+MetricName: (\w+)", text)))}


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
    total: dict[str, float] = {"writes": 0, "reads": 0, "objects": 0, "invocations": 0, "time": 0, "secret reads": 0, "logs": 0}
    for name, count in ticks.items():
        one = counted[name]
        calls = one["calls"]
        total["writes"] += of_million("wru", one["wru"] * count)
        total["reads"] += of_million("rru", one["rru"] * count)
        total["objects"] += objects(calls) * count
        total["logs"] += logs(count)
        total["secret reads"] += of_million("secret_read", sum(n for call, n in calls.items() if call.startswith("secrets")) * count)
        total["invocations"] += of_million("invocation", count) + of_million("schedule", count)
        total["time"] += lambda_time(memory_of("retention-sweeper"), one["cpu"], sum(calls.values())) * count
    month = PRICES["month"]
    b8 = measured["B8"]["measured"]
    scans = [
        Priced(f"a scan of a ledger with {count:,} open instead, as often", {
            "reads": of_million("rru", scan["rru"] * ticks["due"]), "invocations": of_million("invocation", ticks["due"]) + of_million("schedule", ticks["due"]),
            "time": lambda_time(memory_of("retention-sweeper"), cpu, scan["rru"] / 128) * ticks["due"],
            "logs": logs(ticks["due"]),
        })
        # A page of a scan is a mebibyte, 128 units.
        for count, scan, cpu in zip(b8["open"], b8["scan"], b8.get("scan seconds", []), strict=False)
    ]
    return [
        Priced("the sweeper's ticks", total), Priced(f"Lambda asks {queues_read()} queues", {"messages": of_million("sqs", polls())}),
        Priced("what is there", {f"{there[name]} {name}s": month[name] * there[name] for name in ("alarm", "metric", "secret", "key")}),
        *scans,
    ]
