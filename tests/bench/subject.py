"""A process that is measured: pinned to a core of its own, its processor time and memory as the operating system counts them."""

from __future__ import annotations

import os
import subprocess
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.runtime import Runtime

# What stands opposite has the other one.
SUBJECT_CORE, OTHER_CORE = max(os.sched_getaffinity(0)), min(os.sched_getaffinity(0))


def stand_opposite() -> None:
    """Whatever answers the measured process stays off its core: this thread, and all that it starts from here on."""
    os.sched_setaffinity(0, {OTHER_CORE})


def spawn(command: Sequence[str], core: int, **options: Any) -> subprocess.Popen[bytes]:
    """On one core from its first instruction on. A child has the cores of the thread that starts it."""
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    finally:
        os.sched_setaffinity(0, own)


class Subject:
    """A function under the mock of the Runtime API."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.runtime = name, Runtime()
        self.log = log
        given = {
            "AWS_LAMBDA_RUNTIME_API": self.runtime.address, "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_LOG_FORMAT": "JSON", **environment,
        }
        with log.open("ab") as out:
            self.process = spawn(command, SUBJECT_CORE, env=given, stdout=out, stderr=out, cwd=log.parent)

    def __enter__(self) -> Subject:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.runtime.server.close()

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its threads, also those that have ended."""
        # clock_getcpuclockid(3) for another process.
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e9

    def peak_mb(self) -> float:
        status = (Path("/proc") / str(self.process.pid) / "status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6

    def ask(self, event: Any, patience: float = 600) -> Any:
        return self.runtime.ask_json(event, patience)

    def timed(self, event: Any, patience: float = 600) -> tuple[Any, float]:
        """The answer, and the processor time that it took."""
        before = self.cpu()
        answer = self.ask(event, patience)
        return answer, self.cpu() - before


def unpack(archive: Path, folder: Path) -> list[str]:
    """The command of a function as Lambda would unpack it."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    bootstrap = folder / "bootstrap"
    bootstrap.chmod(0o755)
    return [str(bootstrap)]
