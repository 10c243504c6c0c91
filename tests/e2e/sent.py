"""Whatever was sent to a queue or put on an event bus, as the stack wrote it down (local/emulator.py), also what was consumed since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.emulator import last

Sent = dict[str, list[str]]


def sent(file: Path) -> Sent:
    """By the name of the queue or the bus. Texts as they were sent, not escaped once more."""
    found: Sent = {}
    for line in file.read_text().splitlines():
        one = json.loads(line)
        found.setdefault(one["to"], []).append("\n".join(texts_in(one["what"])))
    return found


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, inner in value.items() for text in [name, *texts_in(inner)]]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [str(value)]


def unused(found: Sent, outputs: dict[str, str]) -> set[str]:
    """The queues of work and the bus of a stack that nothing was sent to: a search there would pass without looking. What is in a
    queue of dead letters was in another one before, or is there still."""
    places = {name: last(place) for name, place in outputs.items() if name.endswith("QueueUrl") or name == "EventBusName"}
    assert len(places) >= 4, places
    return {name for name, place in places.items() if not found.get(place)}
