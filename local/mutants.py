"""Reads what `cargo mutants` has left: the score, and every mutation that no test noticed and tests/mutants.toml does not explain."""

from __future__ import annotations

import re
import sys
import tomllib

from local.settings import ROOT

OUTPUT = ROOT / "local/.state/mutants/mutants.out"
EXPLAINED = ROOT / "tests/mutants.toml"
# `shared/privacy/src/plan.rs:41:9: replace < with <= in plan`: lines move, so they are not compared.
MUTATION = re.compile(r"^(?P<file>[^:]+):\d+:\d+: (?P<what>.+)$")

Mutation = tuple[str, str]


def read(name: str) -> list[Mutation]:
    path = OUTPUT / name
    lines = path.read_text().splitlines() if path.is_file() else []
    found = (MUTATION.match(line) for line in lines)
    return [(match["file"], match["what"]) for match in found if match]


def explained() -> set[Mutation]:
    listed = tomllib.loads(EXPLAINED.read_text()).get("survivor", [])
    return {(one["file"], one["mutation"]) for one in listed}


def main() -> int:
    caught, missed, hung, unviable = (read(f"{name}.txt") for name in ("caught", "missed", "timeout", "unviable"))
    if not caught and not missed:
        print(f"no mutation was tried: {OUTPUT} is empty", file=sys.stderr)
        return 1
    known = explained()
    new = [one for one in missed if one not in known]
    stale = [one for one in caught if one in known and one not in missed]
    noticed = len(caught) + len(hung)
    score = 100 * noticed / (noticed + len(missed))
    print(f"{noticed + len(missed)} mutations, {noticed} noticed ({score:.1f} %), {len(missed) - len(new)} explained, {len(unviable)} do not compile")
    for what, ones in (("no test notices", new), ("is explained in tests/mutants.toml, and a test notices it", stale)):
        for file, mutation in ones:
            print(f"  {file}: {mutation}: {what}")
    return 1 if new or stale else 0


if __name__ == "__main__":
    sys.exit(main())
