"""Last of all: what every function was seen to do is what its role allows, on AWS too, and nothing is allowed that none did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.decisions import Decision, Difference, compare, decisions
from tests.e2e.permissions import functions, statements_of
from tests.e2e.world import World


def resolved(world: World, function: str) -> tuple[str, dict[str, dict[str, str]]]:
    """The role of a function, and by statement what its things are called on this stack."""
    iam = world.settings.client("iam")
    name = world.outputs[f"{function}FunctionName"]
    role = world.clients["lambda"].get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    places = {}
    deployed = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]["Statement"]
    for one, statement in zip(deployed, statements_of(function), strict=True):
        assert one["Sid"] == statement.sid
        arns = one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
        # Where the stand-in knows no resource, all are one.
        arns = arns * len(statement.on) if arns == ["*"] else arns
        places[statement.sid] = dict(zip(statement.on, arns, strict=True))
    return role, places


def difference(world: World, function: str) -> Difference:
    role, places = resolved(world, function)
    # Its own sessions carry its name; others are of tests.
    name = world.outputs[f"{function}FunctionName"]
    done: list[Decision] = [one for one in decisions(world.settings.decisions_file) if (one.role, one.session) == (role, name)]
    assert done, f"{function} asked for nothing: is anything written down?"
    return compare(function, places, done)


@pytest.mark.parametrize("function", functions())
def test_every_call_is_allowed_on_aws_too_and_by_one_statement(world: World, function: str) -> None:
    found = difference(world, function)
    assert found.missing == set(), "called, and not allowed as AWS reads the template"
    assert found.doubled == set(), "allowed twice: one of the two is spare"


@pytest.mark.parametrize("function", functions())
def test_everything_that_is_allowed_was_done(world: World, request: pytest.FixtureRequest, function: str) -> None:
    ran = {Path(str(item.fspath)).name for item in request.session.items}
    if not {file.name for file in Path(__file__).parent.glob("test_*.py")} <= ran:
        pytest.skip("only a run of all tests shows what nobody needs")
    found = difference(world, function)
    assert found.spare == set(), "allowed, and never called: spare, or a reason is missing in permissions.py"
    assert found.needless == set(), "called after all: no reason is needed"
    assert found.unused_keys == set(), "keys that an action is allowed with, and that no call of it named"
    assert found.unused_attributes == set(), "attributes that are allowed, and never read"
