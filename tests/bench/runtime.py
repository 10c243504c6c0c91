"""The Lambda Runtime API, as every process that is measured meets it: hands out one event after the other, and takes the answers."""

from __future__ import annotations

import itertools
import json
import queue
import threading
import time
from typing import Any

from tests.bench.wire import Answer, Request, Server

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"


class Failed(Exception):
    """The function says that it could not do it, or says nothing."""


class Runtime:
    def __init__(self) -> None:
        self.events: queue.Queue[bytes] = queue.Queue()
        self.answers: queue.Queue[tuple[float, bytes | None, bytes]] = queue.Queue()
        self.numbers = itertools.count(1)
        self.handed_out = 0.0
        # The function has started and asks for its first event.
        self.is_ready = threading.Event()
        self.server = Server(self._answer)
        self.address = f"127.0.0.1:{self.server.port}"

    def _answer(self, request: Request) -> Answer:
        if request.method == "GET":
            self.is_ready.set()
            event = self.events.get()
            deadline = int((time.time() + 880) * 1000)
            self.handed_out = time.perf_counter()
            return Answer(event, headers={
                "lambda-runtime-aws-request-id": f"8f1b2c3d-0000-4000-8000-{next(self.numbers):012d}",
                "lambda-runtime-deadline-ms": str(deadline), "lambda-runtime-invoked-function-arn": ARN,
            })
        took = time.perf_counter() - self.handed_out
        if request.target.endswith("/response"):
            self.answers.put((took, request.body, b""))
        elif request.target.endswith("/error"):
            self.answers.put((took, None, request.body))
        return Answer(b"{}", 202)

    def ask(self, event: bytes, patience: float = 600) -> tuple[bytes, float]:
        """What the function answers, and after how many seconds."""
        self.events.put(event)
        try:
            took, answer, error = self.answers.get(timeout=patience)
        except queue.Empty:
            raise Failed(f"no answer within {patience} s") from None
        if answer is None:
            raise Failed(error.decode(errors="replace")[:600])
        return answer, took

    def ask_json(self, event: Any, patience: float = 600) -> Any:
        return json.loads(self.ask(json.dumps(event).encode(), patience)[0])
