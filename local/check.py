"""Holds the Python of this repository to its own limits: it compiles, names its types, and no file is over 300 lines."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from local.settings import ROOT

LINES_MAX = 300


def problems(path: Path) -> Iterator[str]:
    text = path.read_text()
    name = path.relative_to(ROOT)
    if text.count("\n") > LINES_MAX:
        yield f"{name}: more than {LINES_MAX} lines"
    try:
        tree = ast.parse(text)
        compile(tree, str(path), "exec")
    except SyntaxError as error:
        yield f"{name}:{error.lineno}: {error.msg}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            bare = [one.arg for one in node.args.args + node.args.kwonlyargs if one.annotation is None and one.arg not in ("self", "cls")]
            if bare or node.returns is None:
                yield f"{name}:{node.lineno}: {node.name} lacks type hints"


def sources() -> Iterator[Path]:
    for folder in ("local", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if ".state" not in path.parts:
                yield path


if __name__ == "__main__":
    found = [problem for path in sources() for problem in problems(path)]
    print("\n".join(found) or "python: nothing to complain about")
    sys.exit(1 if found else 0)
