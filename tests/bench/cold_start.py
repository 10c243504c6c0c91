"""Measures one cold start as Lambda makes it: exec to first answer of `meta-callback`, over TLS to three hosts.

A mock of the Lambda Runtime API hands out one signed deletion callback; a TLS server on loopback, with a CA made on
the spot beside the machine's real trust store, answers for Secrets Manager, DynamoDB and SQS under their real names
(a private mount of /etc/hosts; needs root). CPU time and peak memory are the operating system's own account of the
process. Run it with the tools' Python: `local/.state/venv/bin/python tests/bench/cold_start.py`.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.server
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import zipfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
HOSTS = [f"{service}.{REGION}.amazonaws.com" for service in ("secretsmanager", "dynamodb", "sqs")]
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
ZIP_BYTES_MAX, CPU_MS_MAX = 3_000_000, 15.0
ROUNDS = int(os.environ.get("ROUNDS", "11"))


def signed_request(secret: str) -> str:
    payload = json.dumps({"algorithm": "HMAC-SHA256", "issued_at": 1760000000, "user_id": "218471"})
    text = base64.urlsafe_b64encode(payload.encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).rstrip(b"=")
    return f"{signature.decode()}.{text.decode()}"


def event() -> bytes:
    body = urllib.parse.urlencode({"signed_request": signed_request("appsecret")})
    return json.dumps({
        "version": "2.0", "routeKey": "ANY /api/meta/data-deletion", "rawPath": "/api/meta/data-deletion",
        "rawQueryString": "", "headers": {"content-type": "application/x-www-form-urlencoded", "host": "api.test"},
        "requestContext": {"http": {"method": "POST", "path": "/api/meta/data-deletion"}, "stage": "$default"},
        "body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True,
    }).encode()


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A header and a body in two packets would wait for the peer's delayed acknowledgement.
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole
        return self.rfile.read(int(self.headers.get("content-length", 0)))


class Aws(Quiet):
    calls: list[str] = []

    def do_POST(self) -> None:
        asked = json.loads(self.body())
        operation = self.headers["x-amz-target"].split(".")[-1]
        Aws.calls.append(operation)
        if operation == "GetSecretValue":
            keys = {"current": "v1", "v1": "0123456789abcdef0123456789abcdef"}
            value = keys if "keys" in asked["SecretId"] else {"facebook": {"current": "appsecret"}}
            answer = {"ARN": asked["SecretId"], "Name": "s", "SecretString": json.dumps(value)}
        elif operation == "SendMessage":
            digest = hashlib.md5(asked["MessageBody"].encode()).hexdigest()
            answer = {"MessageId": "m", "MD5OfMessageBody": digest}
        else:
            answer = {}
        self.answer(200, json.dumps(answer).encode())


class Runtime(Quiet):
    asked = 0
    answered = threading.Event()
    response = b""

    def do_GET(self) -> None:
        Runtime.asked += 1
        if Runtime.asked > 1:
            threading.Event().wait(60)
        self.answer(200, event(), {
            "lambda-runtime-aws-request-id": "r-1", "lambda-runtime-deadline-ms": "9999999999999",
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:000000000000:function:f",
        })

    def do_POST(self) -> None:
        Runtime.response = self.body()
        self.answer(202, b"{}")
        Runtime.answered.set()


def certificates(folder: Path) -> tuple[Path, Path]:
    """A CA appended to the machine's trust store, and a server certificate of it."""
    now = datetime.datetime.now(datetime.UTC)
    def certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, signer: ec.EllipticCurvePrivateKey, is_ca: bool) -> x509.Certificate:
        built = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        built = built.issuer_name(issuer).public_key(key.public_key()).serial_number(x509.random_serial_number())
        built = built.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        built = built.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        if not is_ca:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        return built.sign(signer, hashes.SHA256())
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench ca")])
    ca = certificate("bench ca", ca_key, ca_name, ca_key, True)
    server = certificate(HOSTS[0], key, ca_name, ca_key, False)
    pem = serialization.Encoding.PEM
    bundle, chain = folder / "bundle.pem", folder / "server.pem"
    bundle.write_bytes(TRUST.read_bytes() + ca.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(server.public_bytes(pem) + private)
    return bundle, chain


def serve(handler: type[Quiet], port: int, chain: Path | None = None) -> http.server.ThreadingHTTPServer:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    if chain:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def one_round(bootstrap: Path, bundle: Path, runtime_port: int) -> tuple[float, float]:
    """CPU milliseconds and peak megabytes from exec to the first answer."""
    Runtime.asked, Runtime.response = 0, b""
    Runtime.answered.clear()
    Aws.calls.clear()
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime_port}", "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
        "SSL_CERT_FILE": str(bundle), "LEDGER_TABLE": "ledger", "ERASURE_QUEUE_URL": f"https://{HOSTS[2]}/000000000000/q",
        "META_APP_SECRETS_ARN": "arn:apps", "SUBJECT_KEYS_ARN": "arn:keys", "PUBLIC_BASE_URL": "https://api.test",
        "STUCK_AFTER_SECONDS": "300",
    }
    child = subprocess.Popen([str(bootstrap)], env=environment, stdout=subprocess.DEVNULL)
    if not Runtime.answered.wait(20):
        child.kill()
        raise SystemExit(f"no answer; calls made: {Aws.calls}")
    proc = Path("/proc") / str(child.pid)
    nanoseconds = sum(int((task / "schedstat").read_text().split()[0]) for task in (proc / "task").iterdir())
    peak = next(line for line in (proc / "status").read_text().splitlines() if line.startswith("VmHWM"))
    child.kill()
    child.wait()
    answer = json.loads(Runtime.response)
    if answer["statusCode"] != 200 or Aws.calls != ["GetSecretValue", "GetSecretValue", "UpdateItem", "SendMessage"]:
        raise SystemExit(f"not the whole work: {answer['statusCode']} after {Aws.calls}")
    return nanoseconds / 1e6, int(peak.split()[1]) / 1024


def main() -> None:
    if "COLD_START_INSIDE" not in os.environ:
        with tempfile.NamedTemporaryFile("w") as hosts:
            hosts.write("127.0.0.1 localhost " + " ".join(HOSTS) + "\n")
            hosts.flush()
            command = f'mount --bind {hosts.name} /etc/hosts && exec "{sys.executable}" "{__file__}"'
            sys.exit(subprocess.run(["unshare", "-m", "sh", "-c", command], env={**os.environ, "COLD_START_INSIDE": "1"}, check=False).returncode)
    archive = ROOT / "target/lambda/meta-callback/bootstrap.zip"
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(archive).extract("bootstrap", folder)
        bootstrap = Path(folder) / "bootstrap"
        bootstrap.chmod(0o755)
        bundle, chain = certificates(Path(folder))
        serve(Aws, 443, chain)
        runtime = serve(Runtime, 0)
        rounds = [one_round(bootstrap, bundle, runtime.server_port) for _ in range(ROUNDS + 1)][1:]
    cpu, memory = [cpu for cpu, _ in rounds], [memory for _, memory in rounds]
    print(f"zip {archive.stat().st_size / 1e6:.2f} MB, {ROUNDS} rounds, three hosts, {TRUST.read_text().count('BEGIN CERT')} roots")
    too_much = archive.stat().st_size > ZIP_BYTES_MAX or statistics.median(cpu) > CPU_MS_MAX
    print(f"exec to first answer: median {statistics.median(cpu):.1f} CPU-ms (min {min(cpu):.1f}, max {max(cpu):.1f}), peak {statistics.median(memory):.1f} MB")
    sys.exit("above the limits" if too_much else 0)


if __name__ == "__main__":
    main()
