"""One cold start after the other, as Lambda makes them: exec to first answer of the callback, over TLS to three hosts.

Runs in a mount namespace of its own, where the names of AWS lead to this machine (needs root), and writes what it saw to the file that
it is given. A TLS server on loopback, with a CA made on the spot beside the machine's real trust store, answers for Secrets Manager,
DynamoDB and SQS.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bench import share
from tests.bench.callbacks import callback, differs_from_a_head
from tests.bench.subject import Subject, stand_opposite
from tests.bench.wire import Answer, Request, Server
from tests.bench.world import REGION, ROOT, SECRETS, environment

HOSTS = [f"{service}.{REGION}.amazonaws.com" for service in ("secretsmanager", "dynamodb", "sqs")]
EVENTS = ROOT / "events"
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
# How many callbacks follow the first one, where the settings of memory are compared.
WARM = 10
# What somebody waits for, by the function that answers it and the status that an account without rows gives.
WAITED_FOR = {
    "request-status.html": 404, "dsr-intake.instructions": 200, "dsr-intake.request": 202, "disconnect-intake.disconnect": 202,
    "staff-api.requests": 200,
}


class Aws:
    """Answers everything at once, and keeps what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def answer(self, request: Request) -> Answer:
        operation = request.headers["x-amz-target"].split(".")[-1]
        asked = json.loads(request.body)
        self.calls.append((operation, asked))
        if operation == "GetSecretValue":
            answer = {"ARN": asked["SecretId"], "Name": "s", "SecretString": json.dumps(SECRETS[asked["SecretId"]])}
        elif operation == "SendMessage":
            answer = {"MessageId": "m", "MD5OfMessageBody": hashlib.md5(asked["MessageBody"].encode()).hexdigest()}
        else:
            answer = {}
        return Answer(json.dumps(answer).encode())


def row_of(asked: dict[str, Any]) -> dict[str, Any]:
    """The row that a write leaves where there was none, with its table and its condition."""
    row = asked.get("Item") or dict(asked["Key"])
    names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
    for name, value in re.findall(r"([#\w]+) = (?:if_not_exists\([#\w]+, )?(:\w+)", asked.get("UpdateExpression", "")):
        row[names.get(name, name)] = values[value]
    return row | {"table": asked["TableName"], "condition": asked.get("ConditionExpression", "")}


def lacks(answer: Any, calls: list[tuple[str, Any]]) -> str:
    """What of the work is missing: the answer's code, one row under it that a condition guards, one message that names it."""
    if answer["statusCode"] != 200:
        return "its status"
    code = json.loads(answer["body"]).get("confirmation_code")
    if not code or not json.loads(answer["body"]).get("url", "").endswith(code):
        return "its code or address"
    asked: dict[str, list[Any]] = {}
    for operation, body in calls:
        asked.setdefault(operation, []).append(body)
    writes = [row_of(body) for name in ("PutItem", "UpdateItem") for body in asked.pop(name, [])]
    if set(asked) != {"GetSecretValue", "SendMessage"} or len(writes) != 1 or len(asked["SendMessage"]) != 1:
        return "one write and one message"
    (row,), (message,) = writes, asked["SendMessage"]
    if differs := differs_from_a_head(row, code):
        return f"the row as it should be: {', '.join(differs)}"
    if row["table"] != "ledger":
        return "the table"
    if "attribute_not_exists(pk)" not in row["condition"]:
        return "the condition"
    if not message["QueueUrl"].endswith("/q") or json.loads(message["MessageBody"]).get("obligation") != code:
        return "the message that names it"
    return ""


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, signer: ec.EllipticCurvePrivateKey, is_ca: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    built = built.issuer_name(issuer).public_key(key.public_key()).serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    built = built.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if is_ca:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        built = built.add_extension(usage, critical=True)
    else:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
    return built.sign(signer, hashes.SHA256())


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """The machine's trust store and ours in one file, ours alone, and a server's certificate of it."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench ca")])
    pem = serialization.Encoding.PEM
    ca = certificate("bench ca", ca_key, ca_name, ca_key, True).public_bytes(pem)
    server = certificate(HOSTS[0], key, ca_name, ca_key, False).public_bytes(pem)
    bundle, alone, chain = folder / "bundle.pem", folder / "ca.pem", folder / "server.pem"
    bundle.write_bytes(TRUST.read_bytes() + ca)
    alone.write_bytes(ca)
    chain.write_bytes(server + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return bundle, alone, chain


def over_the_trust_store(bundle: Path) -> None:
    """Whoever looks for the machine's roots by itself finds the CA of this run among them. Nobody outside this mount namespace does."""
    subprocess.run(["mount", "--bind", str(bundle), str(TRUST.resolve())], check=True)


def one_round(name: str, command: list[str], given: dict[str, str], aws: Aws, log: Path) -> dict[str, float]:
    """Processor milliseconds and peak megabytes from exec to the first answer."""
    aws.calls.clear()
    with Subject(name, command, given, log) as process:
        answer = process.ask(callback("218471", int(time.time()) - 60), 60)
        cpu, peak = process.cpu() * 1e3, process.peak_mb()
    if missing := lacks(answer, aws.calls):
        raise SystemExit(f"{name}: not the whole work, {missing}: {answer} after {aws.calls}")
    return {"cpu": cpu, "peak": peak, "calls": len(aws.calls)}


def with_memory(command: list[str], given: dict[str, str], folder: Path, memory_mb: int) -> dict[str, float]:
    """Processor milliseconds of a start with a whole processor; those of the first answer and of each later one with the share of so
    much memory, and how long that share made them wait."""
    with share.group(memory_mb) as group, Subject("ours", command, given, folder / "memory.log") as process:
        if not process.runtime.is_ready.wait(60):
            raise SystemExit(f"ours does not ask for an event; see {folder / 'memory.log'}")
        seen = {"start": process.cpu() * 1e3}
        share.join(group, process.process.pid)
        for what, count in (("first", 1), ("warm", WARM)):
            cpu, waited = process.cpu(), share.throttled_ms(group)
            for number in range(count):
                answer = process.ask(callback(f"{count}218{number}", int(time.time()) - 60), 60)
                if answer["statusCode"] != 200:
                    raise SystemExit(f"ours with {memory_mb} MB: {answer}")
            seen |= {what: (process.cpu() - cpu) * 1e3 / count, f"{what} waited": (share.throttled_ms(group) - waited) / count}
    return seen


def first_of(name: str, command: list[str], given: dict[str, str], aws: Aws, log: Path) -> dict[str, float]:
    """Processor milliseconds of a start, of the first answer after it, and of the third, with the calls of that: what a request during
    init could take from the first answer is at most what it takes beyond a later one."""
    event = json.loads((EVENTS / f"{name}.json").read_text())
    with Subject(name, command, given, log) as process:
        if not process.runtime.is_ready.wait(60):
            raise SystemExit(f"{name} does not ask for an event; see {log}")
        seen, before = {"start": process.cpu() * 1e3}, process.cpu()
        for what in ("first", "second", "third"):
            aws.calls.clear()
            answer = process.ask(event, 60)
            if answer.get("statusCode") != WAITED_FOR[name]:
                raise SystemExit(f"{name}: {answer}; see {log}")
            seen[what], before = (process.cpu() - before) * 1e3, process.cpu()
        seen["calls"] = len(aws.calls)
    return seen


def main(asked: dict[str, Any], out: Path) -> None:
    stand_opposite()
    folder = out.parent
    count = TRUST.read_text().count("BEGIN CERT")
    bundle, alone, chain = certificates(folder)
    over_the_trust_store(bundle)
    aws = Aws()
    Server(aws.answer, 443, chain)
    given = environment("") | {
        "ERASURE_QUEUE_URL": f"https://{HOSTS[2]}/000000000000/q", "AWS_CA_BUNDLE": str(bundle),
        "NODE_EXTRA_CA_CERTS": str(alone), "AWS_EC2_METADATA_DISABLED": "true",
    }
    del given["AWS_ENDPOINT_URL"]
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in asked["subjects"]}
    for number in range(asked["rounds"] + 1):
        print(f"round {number} of {asked['rounds']}", flush=True)
        # Every second round the other way round: nobody always comes first.
        for name, subject in list(asked["subjects"].items())[:: 1 if number % 2 == 0 else -1]:
            # Which file of roots is named, if one is: template.yaml names none.
            roots = {"all": {"SSL_CERT_FILE": str(bundle)}, "one": {"SSL_CERT_FILE": str(alone)}}.get(subject.get("roots", ""), {})
            seen[name].append(one_round(name, subject["command"], given | roots | subject["environment"], aws, folder / "cold.log"))
    memory: dict[int, list[dict[str, float]]] = {one: [] for one in share.SETTINGS_MB} if asked["memory"] and share.is_there() else {}
    for number in range(asked["rounds"] if memory else 0):
        print(f"memory, round {number + 1} of {asked['rounds']}", flush=True)
        for one, rounds in memory.items():
            rounds.append(with_memory(asked["subjects"]["ours"]["command"], given, folder, one))
    firsts: dict[str, list[dict[str, float]]] = {name: [] for name in WAITED_FOR if name.partition(".")[0] in asked["functions"]}
    for number in range(asked["rounds"] + 1):
        print(f"first answers, round {number} of {asked['rounds']}", flush=True)
        for name, rounds in firsts.items():
            rounds.append(first_of(name, asked["functions"][name.partition(".")[0]], given, aws, folder / "cold.log"))
    # The first round fills the caches of files.
    found: dict[str, Any] = {name: rounds[1:] for name, rounds in seen.items()}
    firsts = {name: rounds[1:] for name, rounds in firsts.items()}
    out.write_text(json.dumps(found | {"roots": count, "memory": memory, "firsts": firsts}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
