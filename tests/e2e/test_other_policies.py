"""What the commands here do under the policy of another company: no demo, and nothing of Meta's. Needs no stack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local import deploy, run, stack
from local.policy import has_meta
from local.settings import POLICY, ROOT, TEMPLATE, Settings, StackError

NORTHWIND = ROOT / "tests" / "policies" / "northwind.toml"
ARNS = {name: name for name in ("MetaAppSecretsArn", "ProcessorsArn", "MessengersArn", "DashboardKeysArn")}
THEIRS = ARNS | {name: name for name in ("TicketsTableName", "DeskTableName", "ConnectionsTableName", "UploadsBucketName")}


@dataclass(frozen=True)
class Watched(Settings):
    """Stores nothing anywhere, and knows which secrets were set. Whatever else is asked of a client fails."""

    secrets: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        assert service == "secretsmanager", f"{service} was asked for"
        return self

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:
        self.secrets[SecretId] = json.loads(SecretString)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    settings = Watched(tmp_path, 4566)
    settings.vendors_file.write_text("4999")
    return settings


def under(monkeypatch: pytest.MonkeyPatch, policy: Path) -> None:
    monkeypatch.setattr(stack, "has_meta", lambda: has_meta(policy))


def test_a_policy_says_whether_there_is_an_app_of_meta_s() -> None:
    assert has_meta(POLICY) and not has_meta(NORTHWIND)


def test_the_demo_names_every_store_that_it_writes_to_and_the_template_has_them() -> None:
    text = "".join(file.read_text() for file in sorted((ROOT / "local" / "demo").glob("*.py")))
    assert set(re.findall(r'"(\w+(?:Table|Bucket)Name)"', text)) - {"LedgerTableName"} == stack.DEMO_STORES
    outputs = TEMPLATE.read_text().split("\nOutputs:\n", 1)[1]
    assert all(f"  {name}:" in outputs for name in stack.DEMO_STORES)


def test_a_policy_with_other_stores_comes_up_without_demo_and_without_secrets_of_meta(
    monkeypatch: pytest.MonkeyPatch, watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    under(monkeypatch, NORTHWIND)
    known = stack._first_data(watched, THEIRS)
    assert set(watched.secrets) == ARNS.keys() - {"MetaAppSecretsArn"}
    assert known == {"meta_app_secrets": {}} | stack.NO_DEMO
    assert "no demo for this policy" in capsys.readouterr().out


def test_one_store_less_is_no_demo_either(monkeypatch: pytest.MonkeyPatch, watched: Watched) -> None:
    under(monkeypatch, POLICY)
    for missing in stack.DEMO_STORES:
        assert not stack.has_demo(dict.fromkeys(stack.DEMO_STORES - {missing}, "x")), missing
    known = stack._first_data(watched, THEIRS)
    assert set(watched.secrets) == ARNS.keys() and set(known["meta_app_secrets"]) == {"facebook", "instagram", "threads"}


def test_what_needs_the_demo_says_that_there_is_none(
    monkeypatch: pytest.MonkeyPatch, watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    up: Mapping[str, Any] = {"outputs": THEIRS, "demo": {"meta_app_secrets": {}} | stack.NO_DEMO}
    watched.stack_file.write_text(json.dumps(up))
    stack.demo(watched)
    assert capsys.readouterr().out == "  no demo for this policy\n"
    monkeypatch.setattr(stack, "up", lambda settings: up)
    with pytest.raises(StackError, match="no demo for this policy"):
        run.run(watched)


def test_a_company_without_meta_is_not_told_to_store_secrets_of_meta() -> None:
    assert "MetaAppSecretsArn" in deploy.next_steps(True)
    without = deploy.next_steps(False)
    assert "Meta" not in without and without.startswith("Next: Store where the processors are")
