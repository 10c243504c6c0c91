"""What stack.json says of the demo data, and what others rely on in it. Needs no stack."""

from datetime import datetime, timezone

from local.demo import people
from local.demo.records import records

NOW = datetime(2026, 11, 28, tzinfo=timezone.utc)
CONNECTIONS = people.connections(NOW)


def signals(connection: people.Connection) -> list[dict[str, object]]:
    made = records(connection, people.SubjectKeys("v0", ""), NOW)
    return [row for row in made.inbox_rows if "signal" in str(row)]


def test_every_person_is_listed_and_leaves_a_tenant_untouched() -> None:
    users = people.meta_users(CONNECTIONS)
    ids = [(user["namespace"], user["user_id"]) for user in users]
    assert len(set(ids)) == len(ids)
    digits = [user_id for _, user_id in ids]
    assert any(digits.count(one) == 2 for one in digits), "equal digits in two namespaces"
    assert sum(digits.count(one) == 1 for one in digits) >= 2
    everybody = {connection.tenant_id for connection in CONNECTIONS}
    for user in users:
        assert everybody - set(user["tenants"]), user
        for connection in (one for one in CONNECTIONS if one.connection_id in user["connections"]):
            row = next(row for row in records(connection, people.SubjectKeys("v0", ""), NOW).connection_rows if row["sk"] == "connection")
            assert str(user["user_id"]) in str(row), "in plain"


def test_every_id_of_a_person_is_listed_with_all_that_it_leads_to() -> None:
    listed = {(user["namespace"], user["user_id"]): user["connections"] for user in people.meta_users(CONNECTIONS)}
    for connection in CONNECTIONS:
        own = [identity for identity in connection.identities if identity.kind == "user"]
        if connection.platform in people.META_NAMESPACES:
            assert own and all(connection.connection_id in listed.pop((one.namespace, one.value), [connection.connection_id]) for one in own)
        else:
            assert not any((one.namespace, one.value) in listed for one in own)
    assert listed == {}, "nobody is listed whom no connection has"
    both = [user["connections"] for user in people.meta_users(CONNECTIONS) if user["user_id"] in people.FIRST_ON_INSTAGRAM]
    assert len(both) == 2 and both[0] == both[1], "two ids of one account"


def test_the_first_tenant_ends_with_a_connection_of_no_meta_user_that_has_signals() -> None:
    first = people.TENANTS[0]
    last = [connection for connection in CONNECTIONS if connection.tenant_id == first][-1]
    assert last.connection_id == people.tenants(CONNECTIONS)[0]["connections"][-1]["connection_id"]
    assert not [user for user in people.meta_users(CONNECTIONS) if last.connection_id in user["connections"]]
    found = signals(last)
    assert len(found) >= 20
    assert all(last.connection_id in str(row) for row in found)


def test_no_tenant_has_another_in_its_name() -> None:
    names = list(dict.fromkeys(connection.tenant_id for connection in CONNECTIONS))
    assert not [(one, other) for one in names for other in names if one != other and one in other]
