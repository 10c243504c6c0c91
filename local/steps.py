"""Says what is being done and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Prints `what`, then the seconds it took; an interrupted step says so."""
    interactive = sys.stdout.isatty()
    print(f"  {what} …" if not interactive else f"  {what} … ", end="" if interactive else "\n", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("stopped" if interactive else f"  {what}: stopped", flush=True)
        raise
    seconds = time.monotonic() - started
    print(f"{seconds:.1f} s" if interactive else f"  {what}: {seconds:.1f} s", flush=True)
