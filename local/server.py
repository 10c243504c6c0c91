"""Starts and stops the AWS stand-in, and everything it started."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from local.settings import REGION, ROOT, Settings, StackError

# Every process of a stack carries this variable, so that stopping finds exactly those, orphans too.
MARK = "PRIVACY_STACK_STATE"


def is_up(settings: Settings) -> bool:
    """Whether this stack (not merely somebody on its port) answers."""
    return bool(_processes(settings)) and _healthy(settings)


def start(settings: Settings) -> None:
    if _port_taken(settings.port):
        raise StackError(
            f"port {settings.port} is in use by another program; free it or choose another: STACK_PORT=4600 make up"
        )
    shutil.rmtree(settings.temp_dir, ignore_errors=True)
    settings.temp_dir.mkdir(parents=True)
    with settings.log_file.open("wb") as log:
        process = subprocess.Popen(
            # By its path and without its folder: nothing of ours is in the way of a module of the stand-in.
            [sys.executable, "-P", str(ROOT / "local" / "emulator.py")],
            cwd=settings.temp_dir,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    settings.pid_file.write_text(f"{process.pid}\n")
    settings.vendors_file.unlink(missing_ok=True)
    subprocess.Popen(
        [sys.executable, "-m", "local.vendors", str(settings.vendors_file)],
        cwd=ROOT,
        env={MARK: str(settings.state_dir), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ.get("PATH", "/usr/bin:/bin")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not _healthy(settings) or not settings.vendors_file.exists() or not settings.vendors_file.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(settings)
            raise StackError(f"the AWS stand-in did not start; its last words are in {settings.log_file}")
        time.sleep(0.1)


def stop(settings: Settings) -> None:
    """Ends every process of the stack, first politely, then not."""
    for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        for pid in _processes(settings):
            _signal(pid, sign)
        while _processes(settings) and time.monotonic() < deadline:
            time.sleep(0.05)
    settings.pid_file.unlink(missing_ok=True)
    for file in (settings.vendors_file, settings.clock_file, settings.decisions_file, settings.sent_file):
        file.unlink(missing_ok=True)
    shutil.rmtree(settings.temp_dir, ignore_errors=True)


def _environment(settings: Settings) -> dict[str, str]:
    """Functions inherit this, so it holds nothing of the caller's shell but the search path."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(settings.temp_dir),
        "TMPDIR": str(settings.temp_dir),
        # The stand-in's own names for where it may write; without them it leaves keys in /tmp.
        "STATE_DIR": str(settings.temp_dir / "state"),
        "S3_DATA_DIR": str(settings.temp_dir / "s3"),
        MARK: str(settings.state_dir),
        "DECISIONS_FILE": str(settings.decisions_file),
        "SENT_FILE": str(settings.sent_file),
        # Read by functions that were built for a test stack.
        "MOVABLE_CLOCK_FILE": str(settings.clock_file),
        "GATEWAY_PORT": str(settings.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        # The policies of the template's roles are enforced.
        "AUTH": "true",
        # Without its own address here, functions would call the real AWS.
        "AWS_ENDPOINT_URL": settings.endpoint,
        "SFTP_ENABLED": "false",
        "IOT_MTLS_ENABLED": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _healthy(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{settings.endpoint}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _port_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _processes(settings: Settings) -> list[int]:
    """The living processes of this stack. Where there is no /proc, the one whose id was written down."""
    if not Path("/proc/self/environ").exists():
        return _written_down(settings)
    mark = f"{MARK}={settings.state_dir}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            # A zombie's environment reads as empty: it is not found, which is right.
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _written_down(settings: Settings) -> list[int]:
    try:
        pid = int(settings.pid_file.read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return []
    return [pid]


def _signal(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        pass
