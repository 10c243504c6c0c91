"""What the guided deployment asks of the account before it changes anything. Needs no stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from local import deploy
from local.settings import StackError

OURS = [{"OutputKey": name, "OutputValue": "x"} for name in deploy.OURS]


class Pages:
    """A client that lists what it was given, in two pages."""

    def __init__(self, key: str, pages: list[list[Any]]) -> None:
        self.key, self.pages = key, pages

    def get_paginator(self, _: str) -> Pages:
        return self

    def paginate(self) -> Iterator[dict[str, list[Any]]]:
        return ({self.key: page} for page in self.pages)


def stacks(*named: tuple[str, list[Mapping[str, str]]]) -> Pages:
    return Pages("Stacks", [[], [{"StackName": name, "Outputs": outputs} for name, outputs in named] + [{"StackName": "bare"}]])


def given(**changed: str) -> dict[str, str]:
    return {name: default for name, (_, default) in deploy.ASKED.items()} | {"AlarmEmail": "ops@example.com"} | changed


def test_everything_that_is_asked_for_is_a_parameter_and_the_defaults_are_the_template_s() -> None:
    takes = deploy.template_parameters()
    assert set(deploy.ASKED) <= takes and "StuckAfterSeconds" in takes and len(takes) > 12
    assert not takes & {"Type", "IsLocal", "Ledger", "Default"}
    text = deploy.TEMPLATE.read_text()
    for name in ("Architecture", "WorkerConcurrency", "TableWriteUnits", "ErasingPercent"):
        section = text.split(f"\n  {name}:\n", 1)[1]
        assert section.split("Default: ", 1)[1].split("\n", 1)[0] == deploy.ASKED[name][1], name


def test_a_parameter_that_an_earlier_version_does_not_take_is_not_given_to_it() -> None:
    earlier = {"StuckAfterSeconds": "60", "OfALaterVersion": "1", "AlarmEmail": "old@example.com"}
    values = deploy.values(earlier, {"AlarmEmail": "new@example.com"})
    assert values == {"StuckAfterSeconds": "60", "AlarmEmail": "new@example.com"}


def test_a_second_stack_of_the_template_is_refused_and_another_s_stack_is_not() -> None:
    deploy.refuse_a_second_stack(stacks(("privacy", OURS), ("shop", OURS[:1])), "privacy")
    with pytest.raises(StackError, match="stack other of this template"):
        deploy.refuse_a_second_stack(stacks(("privacy", OURS), ("other", OURS)), "privacy")


def test_a_first_deployment_beside_a_ledger_that_was_left_is_refused() -> None:
    tables = Pages("TableNames", [["shop-Ledger-1"], ["privacy-Limits-2", "privacy-test-Ledger-3"]])
    deploy.refuse_an_empty_ledger(tables, "privacy")
    tables.pages.append(["privacy-Ledger-4"])
    with pytest.raises(StackError, match="privacy-Ledger-4 is left"):
        deploy.refuse_an_empty_ledger(tables, "privacy")


def test_too_few_functions_at_once_and_alarms_that_nobody_hears_are_said_first() -> None:
    assert deploy.warnings(70, given()) == []
    (few,) = deploy.warnings(69, given())
    assert "69 functions" in few and "70 may be wanted" in few
    assert deploy.warnings(1000, given(WorkerConcurrency="480")) != []
    with pytest.raises(StackError, match="not a number of workers: many"):
        deploy.warnings(1000, given(WorkerConcurrency="many"))
    (silent,) = deploy.warnings(1000, given(AlarmEmail=""))
    assert "nobody hears" in silent


def test_nothing_goes_on_after_a_warning_but_by_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> str:
        raise AssertionError("asked")

    monkeypatch.setattr("builtins.input", refuse)
    assert deploy.agreed_anyway([])
    for answer, goes_on in (("yes", True), ("", False), ("y", False)):
        monkeypatch.setattr("builtins.input", lambda _, said=answer: said)
        assert deploy.agreed_anyway(["something"]) is goes_on
