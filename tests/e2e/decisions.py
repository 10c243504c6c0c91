"""What the functions were seen to do, as the IAM of the local stack wrote it down (local/emulator.py), against what they may."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.e2e.permissions import UNSEEN, Grant, Statement, called, statements_of

KEYS = "dynamodb:LeadingKeys"
ATTRIBUTES = "dynamodb:Attributes"
# AWS wants them named wherever attributes are, whether or not a call names them.
OF_KEYS = {"pk", "sk"}
# A statement, an action of it, and a pattern of keys or an attribute that it is allowed with.
Part = tuple[str, str, str]


@dataclass(frozen=True)
class Decision:
    """One line of what the stack's IAM decided."""

    role: str
    session: str
    action: str
    resource: str
    keys: tuple[str, ...]
    attributes: tuple[str, ...]
    select: str
    is_allowed: bool

    def __str__(self) -> str:
        return f"{self.session}: {self.action} on {self.resource}{f' of {list(self.keys)}' if self.keys else ''}"


def decisions(file: Path) -> list[Decision]:
    read = []
    for line in file.read_text().splitlines():
        one = json.loads(line)
        one.update(keys=tuple(one["keys"]), attributes=tuple(one["attributes"] or ()), select=one["select"] or "")
        read.append(Decision(**one))
    return read


def allows(statement: Statement, places: dict[str, str], decision: Decision) -> set[str]:
    """The things by which a statement allows a call as AWS would read it; `places` gives their ARNs on the stack."""
    if decision.action not in statement.actions or not all(holds(*part, decision) for part in statement.patterns()):
        return set()
    return {on for on in statement.on if fnmatchcase(decision.resource, places[on])}


def holds(operator: str, key: str, values: list[str], decision: Decision) -> bool:
    """Whether a call meets one part of a condition. What the stack does not know of a call (the sender of a mail, the service that
    uses a key) is held by test_template.py."""
    given = {KEYS: decision.keys, ATTRIBUTES: decision.attributes,
             "dynamodb:Select": (decision.select,) if decision.select else ()}.get(key)
    if given is None:
        return True
    if operator == "Null":
        return (not given) == (values == ["true"])
    if operator == "ForAllValues:StringNotLike":
        return not any(fnmatchcase(one, value) for one in given for value in values)
    if operator.startswith("ForAllValues:"):
        return all(any(fnmatchcase(one, value) for value in values) for one in given)
    if operator.endswith("IfExists") and not given:
        return True
    return any(one in values for one in given)


@dataclass
class Difference:
    """Where calls and permissions part. All empty: they are the same."""

    # Called, and not allowed as AWS reads the template.
    missing: set[str]
    # Allowed by two statements: one is spare.
    doubled: set[str]
    # Allowed, and never called, without a reason.
    spare: set[Grant]
    # Called, though a reason says that no run does.
    needless: set[Grant]
    # Patterns of keys that an action is allowed with, and that no call of it came by.
    unused_keys: set[Part]
    # Attributes that an action is allowed to read, and no call of it read.
    unused_attributes: set[Part]


def compare(function: str, places: dict[str, dict[str, str]], done: list[Decision]) -> Difference:
    """Holds what a function asked for against its role. `places`: what its things are called on the stack, by statement."""
    statements = statements_of(function)
    found = Difference(
        set(), set(), called(function), set(), _parts(statements, patterns_of), _parts(statements, attributes_of)
    )
    for decision in done:
        by = {one.sid: (one, allows(one, places[one.sid], decision)) for one in statements}
        by = {sid: (one, things) for sid, (one, things) in by.items() if things}
        if not decision.is_allowed or not by:
            found.missing.add(str(decision))
        if len(by) > 1:
            found.doubled.add(f"{decision}, by {sorted(by)}")
        for sid, (statement, things) in by.items():
            seen = {Grant(function, decision.action, on) for on in things}
            found.spare -= seen
            found.needless |= seen & set(UNSEEN)
            found.unused_keys -= {(sid, decision.action, pattern) for pattern in met(statement, decision)}
            found.unused_attributes -= {(sid, decision.action, name) for name in decision.attributes}
    return found


def _parts(statements: list[Statement], of: Callable[[Statement], set[str]]) -> set[Part]:
    return {(one.sid, action, value) for one in statements for action in one.actions for value in of(one)}


def attributes_of(statement: Statement) -> set[str]:
    """Which attributes a statement allows, beside those of keys."""
    return {value for _, key, values in statement.patterns() if key == ATTRIBUTES for value in values} - OF_KEYS


def patterns_of(statement: Statement) -> set[str]:
    """Which keys a statement allows."""
    speaks = [(operator, values) for operator, key, values in statement.patterns() if key == KEYS and operator != "Null"]
    return {value for operator, values in speaks if "Not" not in operator for value in values}


def met(statement: Statement, decision: Decision) -> set[str]:
    """The patterns of keys that a call came by."""
    return {pattern for pattern in patterns_of(statement) if any(fnmatchcase(key, pattern) for key in decision.keys)}
