"""Where the local stack lives and how it is reached.

STATE_DIR and STACK_PORT can be set, so that two stacks (one to look at, one for the tests) live side by side.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
POLICY = ROOT / "policy.toml"
STACK_NAME = "privacy"
REGION = "us-east-1"


class StackError(Exception):
    """Something the person at the keyboard can act on; printed as one line, without a traceback."""


def default_state_dir() -> Path:
    return ROOT / "local" / ".state"


@dataclass(frozen=True)
class Settings:
    state_dir: Path
    port: int

    @classmethod
    def from_environment(cls) -> Settings:
        state_dir = Path(os.environ.get("STATE_DIR") or default_state_dir()).resolve()
        port = os.environ.get("STACK_PORT") or "4566"
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise StackError(f"STACK_PORT is not a port number: {port}")
        return cls(state_dir, int(port))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def temp_dir(self) -> Path:
        """The stand-in unpacks function code here; it goes with the stack."""
        return self.state_dir / "tmp"

    @property
    def log_file(self) -> Path:
        return self.state_dir / "ministack.log"

    @property
    def pid_file(self) -> Path:
        return self.state_dir / "ministack.pid"

    @property
    def clock_file(self) -> Path:
        """By how many seconds the functions' time is moved."""
        return self.state_dir / "clock"

    @property
    def decisions_file(self) -> Path:
        """Each decision of the stand-in's IAM about a role, once."""
        return self.state_dir / "decisions.jsonl"

    @property
    def sent_file(self) -> Path:
        """Whatever was sent to a queue or put on an event bus, also what was consumed since."""
        return self.state_dir / "sent.jsonl"

    @property
    def vendors_file(self) -> Path:
        """The port of the processors on this machine."""
        return self.state_dir / "vendors.port"

    @property
    def dashboard_file(self) -> Path:
        """The key that the dashboard of the demo signs logins with; the stack has its public half."""
        return self.state_dir / "dashboard-key.json"

    @property
    def stack_file(self) -> Path:
        return self.state_dir / "stack.json"

    @property
    def deployed_file(self) -> Path:
        """Digest of what is deployed, so that a second `up` deploys only what changed."""
        return self.state_dir / "deployed"

    @cached_property
    def session(self) -> Any:
        import boto3  # only the commands that talk to the stack pay for this import

        # test / test is the root of the local account.
        return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)

    def client(self, service: str) -> Any:
        from botocore.config import Config

        # A function may take two minutes. Asked again meanwhile it would run twice.
        patience = {"read_timeout": 150, "retries": {"max_attempts": 0}} if service == "lambda" else {"retries": {"mode": "standard", "max_attempts": 3}}
        config = Config(max_pool_connections=32, **patience)
        return self.session.client(service, endpoint_url=self.endpoint, config=config)


def host_architecture() -> str:
    """The stack runs the binaries natively, so they are built for this machine."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
