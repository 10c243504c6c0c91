"""What the template gives, held against how it wires the functions; and the table of it in the documents."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from local.settings import ROOT
from tests.e2e.permissions import UNSEEN, functions, grants, key_use, keyed_services, statements_of, table, wired
from tests.e2e.test_permissions import bucket_calls, other_calls, table_calls

DOCUMENT = ROOT / "docs" / "permissions.md"
START, END = "<!-- permissions: made from template.yaml -->\n", "<!-- permissions: end -->\n"


@pytest.mark.parametrize("function", functions())
def test_a_function_may_do_what_its_wiring_needs_and_uses_the_key_through_what_it_uses(function: str) -> None:
    assert wired(function) <= grants(function)
    # The key is no spare permission either: through these services, for this.
    (key,) = [one for one in statements_of(function) if one.on == ("DataKey",)]
    assert key.actions == key_use(function)
    through = [value for _, name, values in key.patterns() if name == "kms:ViaService" for value in values]
    assert {re.findall(r"(\w+)\.\$\{AWS::Region\}", repr(one))[0] for one in through} == keyed_services(function)


@pytest.mark.parametrize("function", functions())
def test_no_permission_is_given_twice(function: str) -> None:
    given = [(action, on, repr(one.condition)) for one in statements_of(function) for action in one.actions for on in one.on]
    assert len(given) == len(set(given))
    bare = [(action, on) for action, on, condition in given if condition == "{}"]
    narrowed = [(action, on) for action, on, condition in given if condition != "{}"]
    assert not set(bare) & set(narrowed), "a permission with a condition beside the same without"


def test_every_reason_is_about_a_permission() -> None:
    assert set(UNSEEN) <= {one for function in functions() for one in grants(function)}
    assert not set(UNSEEN) & {one for function in functions() for one in wired(function)}


def test_the_document_says_which_actions_of_the_table_nobody_tries_on_the_stack() -> None:
    """Stub clients: what would be called is listed, and nothing is called."""
    tried = {action for calls in (table_calls, bucket_calls, other_calls) for action, _, _ in calls(MagicMock(), defaultdict(str))}
    untried = {one.action for function in functions() for one in grants(function)} - tried
    (sentence,) = re.findall(r"Not tried there: ([^.]*)\.", DOCUMENT.read_text().partition(START)[0])
    assert set(re.findall(r"`(\w+:\w+)`", sentence)) == untried


def test_the_table_of_permissions_is_made_from_the_template() -> None:
    document = DOCUMENT.read_text()
    head, _, rest = document.partition(START)
    made = f"{head}{START}{table()}{END}{rest.partition(END)[2]}"
    if os.environ.get("UPDATE_EXPECT") == "1":
        DOCUMENT.write_text(made)
    assert Path(DOCUMENT).read_text() == made, "UPDATE_EXPECT=1 redraws it"
