"""HTTP/1.1 with as little work as possible: what stands opposite a measured process should not be what is measured."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Closed(Exception):
    """The other side has gone."""


class Stream:
    """Reads messages off a socket, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.waiting = b""

    def _more(self) -> None:
        received = self.connection.recv(1 << 18)
        if not received:
            raise Closed
        self.waiting += received

    def until(self, end: bytes) -> bytes:
        while (at := self.waiting.find(end)) < 0:
            self._more()
        taken, self.waiting = self.waiting[:at], self.waiting[at + len(end):]
        return taken

    def exactly(self, size: int) -> bytes:
        parts, missing = [self.waiting[:size]], size - len(self.waiting)
        self.waiting = self.waiting[size:]
        while missing > 0:
            received = self.connection.recv(min(missing, 1 << 20))
            if not received:
                raise Closed
            parts.append(received)
            missing -= len(received)
        return b"".join(parts)

    def message(self) -> tuple[str, dict[str, str], bytes]:
        """First line, headers in lower case, body."""
        first, *lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("expect") == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.until(b"\r\n").split(b";")[0], 16):
                body += self.exactly(size)
                self.until(b"\r\n")
            while self.until(b"\r\n"):
                pass
        else:
            body = self.exactly(int(headers.get("content-length", 0)))
        if headers.get("content-encoding", "").startswith("aws-chunked"):
            body = _unchunk(body)
        return first, headers, body


def _unchunk(body: bytes) -> bytes:
    whole, at = b"", 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end].split(b";")[0], 16)
        if not size:
            return whole
        whole += body[end + 2 : end + 2 + size]
        at = end + 2 + size + 2


class Server:
    """Answers on loopback, a thread for each connection."""

    def __init__(self, handler: Callable[[Request], Answer], port: int = 0, chain: Path | None = None) -> None:
        self.handler = handler
        self.context: ssl.SSLContext | None = None
        if chain:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(chain)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = Stream(self.context.wrap_socket(connection, server_side=True) if self.context else connection)
            while True:
                first, headers, body = stream.message()
                method, target, _ = first.split(" ")
                answer = self.handler(Request(method, target, headers, body))
                lines = [f"HTTP/1.1 {answer.status} X", f"content-length: {answer.headers.pop('content-length', len(answer.body))}"]
                lines += [f"{name}: {value}" for name, value in ({"content-type": "application/json"} | answer.headers).items()]
                stream.connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if method == "HEAD" else answer.body))
        except (Closed, OSError, ValueError):
            connection.close()


class Client:
    """One connection to somebody on loopback; each thread has its own."""

    def __init__(self, port: int) -> None:
        self.port, self.local = port, threading.local()

    def send(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        stream = getattr(self.local, "stream", None)
        if stream is None:
            connection = socket.create_connection(("127.0.0.1", self.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = self.local.stream = Stream(connection)
        lines = [f"{method} {target} HTTP/1.1", f"host: 127.0.0.1:{self.port}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        stream.connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        first, answered, received = stream.message()
        return Answer(received, int(first.split(" ")[1]), answered)
