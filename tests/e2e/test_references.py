"""The worked examples of docs/ingest-gate.md are what the derivation gives. Needs no stack."""

from __future__ import annotations

import json
import re

from local.demo.keys import SubjectKeys
from local.settings import ROOT

EXAMPLE = re.compile(r"^\| (?:`(\S+)`|the same) \| (link|suppression) \| `(\S+)` \|$", re.MULTILINE)


def test_every_example_of_a_keyed_reference_is_what_the_ring_gives() -> None:
    text = (ROOT / "docs" / "ingest-gate.md").read_text()
    (ring,) = re.findall(r'ring `(\{"current": .*\})`', text)
    keys = SubjectKeys.from_secret(ring)
    assert json.loads(ring)["current"] == keys.version
    canonical, seen = "", set()
    for named, purpose, reference in EXAMPLE.findall(text):
        canonical = named or canonical
        namespace, kind, identity = canonical.split("/", 2)
        assert getattr(keys, purpose)(namespace, kind, identity) == reference, canonical
        seen.add((namespace, purpose))
    assert seen == {("facebook", "link"), ("email", "link"), ("email", "suppression"), ("dashboard", "link")}
