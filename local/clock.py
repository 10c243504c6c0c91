"""make clock: moves the time of the functions on the test stack; the machine's own stays. DAYS=0 brings it back."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta, timezone

from local.settings import Settings, StackError


def move(settings: Settings, by: timedelta) -> datetime:
    """Functions live that much later from their next look at the time on; what they think it is now."""
    draft = settings.clock_file.with_suffix(".new")
    draft.write_text(str(int(by.total_seconds())))
    draft.replace(settings.clock_file)
    return datetime.now(timezone.utc) + by


def main() -> None:
    days = os.environ.get("DAYS", "")
    try:
        if not days.lstrip("-").isdigit():
            raise StackError("by how many days? DAYS=31 make clock")
        settings = Settings.from_environment()
        if not settings.stack_file.exists():
            raise StackError("the stack is not up; run make up")
        print(f"  the functions think it is {move(settings, timedelta(days=int(days))):%Y-%m-%d %H:%M} UTC")
    except StackError as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
