"""The processors of policy.toml that are asked over HTTP, on this machine: each holds copies, and behaves as it is told. And
the product's messenger, whose messages can be read.

    PUT  /_copies/<vendor>/<id>     it holds a copy
    PUT  /_mood/<vendor>/<mood>     honest, lying (accepts, does nothing), down (503), busy (429), deaf (404: nobody is there)
    GET  /_state                    copies and requests so far, by vendor
    GET  /_messages                 every message that was delivered: platform, handle, text

Run by local/server.py beside the AWS stand-in: `python -m local.vendors <file for the port>`.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Vendor:
    copies: set[str] = field(default_factory=set)
    mood: str = "honest"
    requests: list[str] = field(default_factory=list)


Answer = tuple[int, Any]
VENDORS: dict[str, Vendor] = defaultdict(Vendor)
LOCK = threading.Lock()


def erase(vendor: Vendor, one: str, erased: Answer, missing: Answer) -> Answer:
    if vendor.mood == "lying":
        return erased
    if one not in vendor.copies:
        return missing
    vendor.copies.discard(one)
    return erased


def posthog(vendor: Vendor, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
    if method == "POST" and path.endswith("/persons/bulk_delete/"):
        for one in body["distinct_ids"]:
            erase(vendor, one, (202, {}), (202, {}))
        return 202, {}
    found = set(query.get("distinct_id", [])) & vendor.copies
    return 200, {"results": [{"distinct_id": one} for one in sorted(found)]}


def payments(vendor: Vendor, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
    one = unquote(path.rsplit("/", 1)[-1])
    missing = 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}
    if method == "DELETE":
        return erase(vendor, one, (200, {"deleted": True}), missing)
    return (200, {"id": one}) if one in vendor.copies else missing


def crm(vendor: Vendor, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
    if path.endswith("/gdpr-delete"):
        return erase(vendor, body["objectId"], (204, None), (404, {}))
    wanted = body["filterGroups"][0]["filters"][0]["value"]
    return 200, {"total": int(wanted in vendor.copies)}


def mailing(vendor: Vendor, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
    one = unquote(path.rsplit("/", 1)[-1])
    if query.get("identifierType") != ["ext_id"]:
        return 400, {}
    if method == "DELETE":
        return erase(vendor, one, (204, None), (404, {"code": "document_not_found"}))
    return (200, {"ext_id": one}) if one in vendor.copies else (404, {"code": "document_not_found"})


def messenger(vendor: Vendor, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer:
    """The product's interface for messages to accounts of platforms."""
    if method != "POST" or set(body) != {"platform", "handle", "text"}:
        return 400, {}
    if vendor.mood != "lying":
        MESSAGES.append(body)
    return 202, {}


PROCESSORS = {"posthog": posthog, "payments": payments, "crm": crm, "mailing": mailing}
API = PROCESSORS | {"messenger": messenger}
MOODS: dict[str, Answer] = {"down": (503, {}), "busy": (429, {}), "deaf": (404, {})}
MESSAGES: list[dict[str, str]] = []


def control(method: str, path: str) -> Answer:
    if method == "GET" and path == "/_state":
        return 200, {name: {"copies": sorted(one.copies), "requests": one.requests} for name, one in VENDORS.items()}
    if method == "GET" and path == "/_messages":
        return 200, MESSAGES
    if match := re.fullmatch(r"/_(copies|mood)/([a-z]+)/(.+)", path):
        what, name, value = match.group(1), match.group(2), unquote(match.group(3))
        if what == "copies":
            VENDORS[name].copies.add(value)
        else:
            VENDORS[name].mood = value
        return 204, None
    return 404, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        address = urlsplit(self.path)
        # Each has a host of its own, told apart by the secret that comes with the request.
        secret = self.headers.get("api-key") or (self.headers.get("authorization") or "").removeprefix("Bearer ")
        name = secret.removeprefix("local-")
        with LOCK:
            if address.path.startswith("/_"):
                status, text = control(self.command, address.path)
            elif name in API:
                vendor = VENDORS[name]
                vendor.requests.append(f"{self.command} {address.path}")
                said = MOODS.get(vendor.mood)
                status, text = said or API[name](vendor, self.command, address.path, parse_qs(address.query), body)
            else:
                status, text = 401, {}
        sent = b"" if text is None else json.dumps(text).encode()
        self.send_response(status)
        if text is not None:
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in /_state."""


def settings(port: int) -> str:
    """The secret that tells the worker where the vendors are."""
    return _settings(port, PROCESSORS)


def messenger_settings(port: int) -> str:
    """The secret that tells who writes letters where the messenger is."""
    return _settings(port, ["messenger"])


def _settings(port: int, names: Iterable[str]) -> str:
    return json.dumps({name: {"base_url": f"http://127.0.0.1:{port}", "secret": f"local-{name}"} for name in names})


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Path(sys.argv[1]).write_text(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
