"""Which methods openapi.yaml says that an address takes, and what it answers to any other. Needs no stack."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from local.settings import ROOT

METHODS = ("get", "head", "post", "put", "patch", "delete")
API: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())


def resolved(response: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in response:
        found: Any = API
        for part in response["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        response = found
    return response


@pytest.mark.parametrize("path", API["paths"])
def test_any_other_method_is_answered_with_those_that_are_described(path: str) -> None:
    methods = [name for name in METHODS if name in API["paths"][path]]
    for method in methods:
        responses = API["paths"][path][method]["responses"]
        # The answer to HEAD has no body, and is that of GET.
        if method == "head":
            assert set(responses) == set(API["paths"][path]["get"]["responses"]) - {"405"}, path
            continue
        allowed = resolved(responses["405"])["headers"]["Allow"]["schema"]["const"]
        assert allowed.split(", ") == [name.upper() for name in methods], (path, method)


def test_the_functions_allow_what_is_described_and_nothing_else() -> None:
    sources = [path.read_text() for path in (ROOT / "functions").rglob("src/**/*.rs") if "tests" not in path.as_posix()]
    said = set(re.findall(r'MethodNotAllowed\("([A-Z, ]+)"\)', "".join(sources)))
    described = [resolved(one)["headers"].get("Allow") for one in API["components"]["responses"].values() if "headers" in resolved(one)]
    assert said == {allow["schema"]["const"] for allow in described if allow}
