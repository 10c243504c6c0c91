"""A person goes from every tenant that held them, and nothing else changes."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timezone

from local.demo.model import Identity
from local.demo.seed import put_rows, seed
from tests.e2e.world import Person, World, until


def test_the_demo_person_goes_from_two_tenants_and_nothing_else_changes(world: World) -> None:
    person = world.stack["demo"]["meta_users"][0]
    tenant_of = {c["connection_id"]: t["tenant_id"] for t in world.stack["demo"]["tenants"] for c in t["connections"]}
    held = sum(world.counter.total(tenant_of[one], one) for one in person["connections"])
    assert held > 12_500 and len(person["tenants"]) == 2
    before = world.everything(without=person["connections"])

    code = world.ask(Person(person["namespace"], person["user_id"]))
    page = world.await_erased(code, seconds=300)

    assert all(world.counter.total(tenant_of[one], one) == 0 for one in person["connections"])
    after = world.everything()
    assert not set(person["connections"]) & set(after)
    # The same digits in the Instagram namespace, the same human's Instagram connection and all bystanders.
    assert after == before

    # One link row per identity stands beside the connection's own partition: two ids, two connections.
    assert sum(one["count"] for one in page["removed"]) >= held
    assert {"signals", "contacts", "payloads", "avatars", "attachments", "connections"} <= {one["class"] for one in page["removed"]}
    assert page["confirmation_code"] == code and page["due_by"]["date"] and page["kept"]

    look = datetime.fromisoformat(page["second_looks"][0]["due_at"].replace("Z", "+00:00"))
    time.sleep(max(0.0, (look - datetime.now(timezone.utc)).total_seconds()))

    def looked() -> bool | None:
        world.sweep()
        return world.page(code)["second_looks"][0].get("done_at") and True

    assert until(looked, 90, pause=3)
    assert len(world.page(code)["second_looks"]) == 3
    html = world.call("GET", f"/privacy/requests/{code}")
    assert html.status == 200 and html.headers["content-type"].startswith("text/html")
    assert "no-store" in html.headers["cache-control"]


def test_an_unknown_person_gets_a_code_and_an_answer(world: World) -> None:
    before = world.everything()
    page = world.await_erased(world.ask(world.person()))
    assert sum(one["count"] for one in page["removed"]) == 0
    assert world.everything() == before


def test_deauthorize_erases_too(world: World) -> None:
    person = world.person("tenant-birch", "tenant-dogwood", namespace="threads")
    answer = world.post(world.signed(person), "deauthorize")
    assert answer.status == 200
    # The same person has one code, whatever the route.
    world.await_erased(world.ask(person))
    assert world.left(person.connections) == 0


def test_either_id_of_an_instagram_account_finds_it(world: World) -> None:
    person = world.person("tenant-alder", namespace="instagram")
    account = world.person(namespace="instagram")
    second = replace(
        person.connections[0],
        connection_id=person.connections[0].connection_id[::-1],
        identities=(Identity("instagram", "user", person.user_id, "id"), Identity("instagram", "user", account.user_id)),
    )
    seed(world.clients, world.outputs, [second], datetime.now(timezone.utc))
    world.await_erased(world.ask(account))
    assert world.left([second]) == 0
    assert world.left(person.connections) > 0


def test_a_link_to_one_contact_takes_that_contact_only(world: World) -> None:
    owner = world.person("tenant-cedar")
    connection = owner.connections[0]
    commenter = world.person()
    rows = [row for row in world.table("InboxTableName") if row["connection_id"]["S"] == connection.connection_id]
    contacts = sorted({row["contact_id"]["S"] for row in rows})
    link = world.subject_keys().link("facebook", "user", commenter.user_id)
    put_rows(world.clients["dynamodb"], world.outputs["ConnectionsTableName"], [{
        "pk": f"link#{link}", "sk": f"{connection.partition}#{contacts[0]}", "tenant_id": connection.tenant_id,
        "connection_id": connection.connection_id, "contact_id": contacts[0], "connected_at": "2025-01-31T12:00:00.000Z",
    }])

    world.await_erased(world.ask(commenter))

    left = [row for row in world.table("InboxTableName") if row["connection_id"]["S"] == connection.connection_id]
    assert sorted({row["contact_id"]["S"] for row in left}) == contacts[1:]
    kept = [row for row in rows if row["contact_id"]["S"] != contacts[0]]
    assert sorted(map(repr, left)) == sorted(map(repr, kept))
    links = {row["sk"]["S"] for row in world.table("ConnectionsTableName") if row["pk"]["S"].startswith("link#")}
    assert f"{connection.partition}#{contacts[0]}" not in links, "the link of the handle goes as well"
    assert f"{connection.partition}#{contacts[1]}" in links


def test_a_person_who_comes_back_is_not_touched_by_a_replay(world: World) -> None:
    person = world.person("tenant-birch")
    text = world.signed(person, issued_at=int(time.time()) - 60)
    code = world.post(text).json["confirmation_code"]
    world.await_erased(code)
    assert world.left(person.connections) == 0

    returned = world.connect("tenant-birch", person.namespace, person.user_id, at=datetime.now(timezone.utc))
    before = world.everything()[returned.connection_id]
    replay = world.post(text)
    assert replay.status == 200 and replay.json["confirmation_code"] == code
    for _ in range(3):
        world.sweep()
        time.sleep(5)
    assert world.everything()[returned.connection_id] == before
