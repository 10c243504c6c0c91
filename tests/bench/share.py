"""The share of a processor that comes with a setting of memory, as Lambda gives it: a whole one while the function starts, then what
its memory pays for, in periods of 20 ms. By the cpu controller of control groups, version 1; needs root.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# With so many megabytes comes a whole processor (AWS's own words on memory and computing power).
WHOLE_MB = 1769
SETTINGS_MB = (128, 256, 512, 1024, 1769)
PERIOD_US = 20_000
CONTROLLER = Path("/sys/fs/cgroup/cpu")


def is_there() -> bool:
    return os.access(CONTROLLER / "cpu.cfs_quota_us", os.W_OK)


@contextmanager
def group(memory_mb: int) -> Iterator[Path]:
    """A control group with that share; whoever is in it is to have ended before it goes."""
    folder = CONTROLLER / f"bench-{os.getpid()}-{memory_mb}"
    folder.mkdir()
    try:
        (folder / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        # 1 ms is the least that the kernel takes.
        (folder / "cpu.cfs_quota_us").write_text(str(max(1_000, PERIOD_US * memory_mb // WHOLE_MB)))
        yield folder
    finally:
        with suppress(OSError):
            folder.rmdir()


def join(folder: Path, pid: int) -> None:
    """All threads of a process."""
    (folder / "cgroup.procs").write_text(str(pid))


def throttled_ms(folder: Path) -> float:
    """How long the group has waited for its next period so far. A busy machine makes it less, never more."""
    fields = dict(line.split() for line in (folder / "cpu.stat").read_text().splitlines())
    return int(fields["throttled_time"]) / 1e6
