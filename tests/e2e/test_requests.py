"""Requests of people from outside: intake as JSON and form, answers that are alike, limits, codes and logins."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.demo.dashboard import Dashboard
from tests.e2e.world import FORM, Answer, World

JSON_TYPE = "application/json"


def post(world: World, path: str, body: dict[str, Any]) -> Answer:
    return world.call("POST", path, json.dumps(body).encode(), {"Content-Type": JSON_TYPE})


def fill_in(world: World, path: str, fields: dict[str, str]) -> Answer:
    body = urllib.parse.urlencode(fields).encode()
    return world.call("POST", path, body, {"Content-Type": FORM, "Accept": "text/html"})


def ask(world: World, **members: Any) -> str:
    answer = post(world, "/api/dsr", {"kind": "erasure", "email": "nobody.at.all@example.com", "residence": "Germany"} | members)
    assert answer.status == 202, answer
    return str(answer.json["reference"])


def stored(world: World, reference: str) -> dict[str, Any]:
    row = world.clients["dynamodb"].get_item(
        TableName=world.outputs["LedgerTableName"],
        Key={"pk": {"S": f"obligation#{reference}"}, "sk": {"S": "asked"}},
        ConsistentRead=True,
    )["Item"]
    known: dict[str, Any] = row
    return known


@pytest.fixture
def dashboard(world: World) -> Dashboard:
    return Dashboard.load(world.settings.dashboard_file)


@pytest.fixture
def audience(world: World) -> str:
    """What this service calls itself: where its pages are."""
    answer = post(world, "/api/dsr", {"kind": "opt-out", "email": "nobody.at.all@example.com"})
    return str(answer.json["status_url"]).split("/privacy/")[0]


@pytest.fixture(autouse=True)
def fresh_minute() -> Iterator[None]:
    """All tests are one source: none of them may find its minute used up."""
    yield
    if fresh_minute_needed["now"]:
        time.sleep(60 - time.time() % 60 + 1)
        fresh_minute_needed["now"] = False


fresh_minute_needed = {"now": False}


def test_known_and_unknown_people_get_the_same_answer(world: World) -> None:
    known = world.stack["demo"]["account_users"][0]["email"]
    answers = [
        post(world, "/api/dsr", {"kind": "access", "email": email, "residence": "Germany"})
        for email in (known, "nobody.at.all@example.com", known.upper())
    ]
    assert {answer.status for answer in answers} == {202}
    assert {tuple(sorted(answer.json)) for answer in answers} == {("reference", "status_url")}
    assert len({answer.json["reference"] for answer in answers}) == 3
    assert len({len(answer.body) for answer in answers}) == 1


def test_the_law_is_found_by_where_people_say_they_live(world: World) -> None:
    for residence, regime in (("Germany", "EU_GDPR"), (" california", "CA_CCPA"), ("US-TX", "US_TX"), ("Mars", "UNKNOWN")):
        row = stored(world, ask(world, residence=residence))
        assert row["regime"]["S"] == regime
        assert row["clocks"]["M"]["legal"]["M"]["rule"]["S"]


def test_the_form_is_one_request_however_often_it_is_sent(world: World) -> None:
    page = world.call("GET", "/privacy").body.decode()
    form_id = page.split('name="form_id" value="')[1].split('"')[0]
    fields = {"form_id": form_id, "kind": "access", "email": "twice@example.com", "residence": "US-CA", "point_phone": "555 0199"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: fill_in(world, "/api/dsr", fields), range(4)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.headers["location"] for answer in answers}) == 1
    row = stored(world, answers[0].headers["location"].rsplit("/", 1)[1])
    assert "0199" not in json.dumps(row) and "phone" in row["data_points"]["M"]


def test_a_form_comes_back_with_what_was_typed(world: World) -> None:
    answer = fill_in(world, "/api/dsr", {"kind": "access", "email": "mia@", "details": "<b>=1+1", "declaration": "=Mia"})
    page = answer.body.decode()
    assert answer.status == 400
    assert 'id="wrong-' in page and "&lt;b&gt;=1+1" in page and 'value="=Mia"' in page and "<b>" not in page


def test_whatever_shows_nothing_is_refused_alike(world: World, dashboard: Dashboard, audience: str) -> None:
    reference, other = ask(world, has_account=True), ask(world, has_account=True)
    path = f"/api/dsr/{reference}/verification"
    now, user = int(time.time()), ("tenant-alder", "user-7")
    bodies = [
        {"code": "123456"}, {"code": ""}, {"code": "١٢٣٤٥٦"}, {"code": "1" * 10_000},
        {"assertion": ""}, {"assertion": "a.b.c"}, {"assertion": "x" * 10_000},
        {"assertion": dashboard.login(audience, other, *user)},
        {"assertion": dashboard.login("https://other.example", reference, *user)},
        {"assertion": dashboard.login(audience, reference, *user, auth_time=now - 400)},
        {"assertion": dashboard.login(audience, reference, *user, exp=now - 1)},
        {"assertion": dashboard.login(audience, reference, *user, iat=now + 120, auth_time=now + 120)},
        {"assertion": Dashboard(dashboard.kid, bytes(32)).login(audience, reference, *user)},
        {"assertion": Dashboard("other", dashboard.seed).login(audience, reference, *user)},
        {"declaration": "Mia Example"},
    ]
    answers = [post(world, path, body) for body in bodies]
    answers.append(post(world, f"/api/dsr/8{'a' * 32}/verification", {"code": "123456"}))
    assert {(answer.status, answer.body) for answer in answers} == {(422, answers[0].body)}
    assert "proven" not in stored(world, reference)


def test_a_login_at_the_dashboard_is_good_once_and_for_one_request(world: World, dashboard: Dashboard, audience: str) -> None:
    reference = ask(world, has_account=True)
    token = dashboard.login(audience, reference, "tenant-alder", "user-7")
    answer = post(world, f"/api/dsr/{reference}/verification", {"assertion": token})
    assert (answer.status, answer.json["state"], answer.json["missing"]) == (200, "in-progress", [])
    member = stored(world, reference)["member"]["M"]
    assert (member["tenant"]["S"], member["user"]["S"]) == ("tenant-alder", "user-7")
    assert post(world, f"/api/dsr/{reference}/verification", {"assertion": token}).status == 422


def test_a_late_code_and_a_burnt_one_are_made_good_by_another(world: World) -> None:
    reference = ask(world)
    path = f"/api/dsr/{reference}"
    assert {post(world, f"{path}/verification", {"code": "000000"}).status for _ in range(5)} == {422}
    references = (reference, f"8{'b' * 32}")
    sent = [fill_in(world, f"/api/dsr/{one}/code", {}) for one in references]
    assert {answer.status for answer in sent} == {202}
    # A link says at which second it was made.
    bodies = {re.sub(r"after=\d+", "", answer.body.decode().replace(one, "")) for answer, one in zip(sent, references, strict=True)}
    assert len(bodies) == 1, "a reference of nobody looks like one of somebody"


def test_sixty_a_minute_of_one_source_are_let_in_and_a_flood_is_not(world: World) -> None:
    time.sleep(60 - time.time() % 60 + 1)
    fresh_minute_needed["now"] = True
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda _: post(world, "/api/dsr", {"kind": "nothing"}).status, range(60)))
        rest = list(pool.map(lambda _: post(world, "/api/dsr", {"kind": "nothing"}).status, range(100)))
    assert set(first) == {400}
    assert 429 in rest
