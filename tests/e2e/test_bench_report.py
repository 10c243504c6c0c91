"""What `make bench` says of a bench in one line, of the figures that are kept. Needs no stack."""

import json

import pytest

from tests.bench.report import BENCHES, summary
from tests.bench.world import ROOT

KEPT = json.loads((ROOT / "tests/bench/measured.json").read_text())


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_has_its_line(name: str) -> None:
    line = summary(name, KEPT[name]["rows"])
    assert set(line) == {"ours", "peers", "floor", "unit", "ratio", "interval", "goal", "reached"}
    assert isinstance(line["ours"], float | int) and line["unit"] and line["goal"]
    assert line["reached"] is all(row["holds"] is not False for row in KEPT[name]["rows"])


def test_the_peer_that_the_goal_names_gives_the_ratio() -> None:
    rows = KEPT["B1"]["rows"]
    line = summary("B1", rows)
    (python,) = [row for row in rows if row["what"] == "CPU-ms" and row["peer"].startswith("Python")]
    assert line["ratio"] == python["ratio"]["median"] and line["interval"] == [python["ratio"]["low"], python["ratio"]["high"]]
    assert len(line["peers"]) >= 2 and line["peers"][python["peer"]] == python["theirs"]


def test_a_missed_limit_is_not_reached() -> None:
    rows = [row | {"holds": True} for row in KEPT["B3"]["rows"]]
    assert summary("B3", rows)["reached"]
    assert not summary("B3", [*rows[:-1], rows[-1] | {"holds": False}])["reached"]
