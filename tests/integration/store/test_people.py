"""People as actors: names and roles from the shell's tables, units and profile from ours."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Connection
from tests import samples

from packdesk.runtime.values import Actor
from packdesk.store import people
from packdesk.store.database import Database
from packdesk.store.people import Person, Profile
from packdesk.store.platform_tables import ab_role, ab_user, ab_user_role, fab_tables

RUNTIME = samples.Published(model=samples.model())


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.begin(write=True) as opened:
        fab_tables.create_all(opened)
        users = [("anna", "Anna", "Berg", True), ("ben", "Ben", "", True), ("gone", "Old", "Hand", False)]
        for place, (login, first, last, active) in enumerate(users):
            row = {"id": place, "username": login, "first_name": first, "last_name": last, "active": active, "email": login}
            opened.execute(ab_user.insert().values(row))
        opened.execute(ab_role.insert(), [{"id": 1, "name": "agent"}, {"id": 2, "name": "lead"}])
        opened.execute(ab_user_role.insert(), [{"id": 1, "user_id": 0, "role_id": 1}, {"id": 2, "user_id": 0, "role_id": 2}])
        yield opened


def test_an_actor_has_roles_units_and_everything_above_them(connection: Connection) -> None:
    people.save_profile(connection, Profile(login="anna", default_unit="desk", time_zone="Europe/Berlin", locale="de"))
    people.save_units(connection, "anna", ["desk", "south", "unknown"])

    assert people.load_actor(connection, "anna", RUNTIME) == Actor(
        login="anna",
        name="Anna Berg",
        roles=frozenset({"agent", "lead"}),
        units=frozenset({"desk", "south"}),
        member_of=frozenset({"desk", "north", "house", "south"}),
        default_unit="desk",
        group="north",
        language="de",
        time_zone="Europe/Berlin",
    )


def test_somebody_without_profile_and_units_is_an_actor_too(connection: Connection) -> None:
    assert people.load_actor(connection, "ben", RUNTIME) == Actor(login="ben", name="Ben")


@pytest.mark.parametrize("login", ["gone", "nobody", ""])
def test_who_is_inactive_or_unknown_is_no_actor(connection: Connection, login: str) -> None:
    assert people.load_actor(connection, login, RUNTIME) is None


def test_a_change_of_rights_moves_the_security_epoch(connection: Connection) -> None:
    before = people.security_epoch(connection)

    people.save_units(connection, "anna", ["desk"])

    assert people.security_epoch(connection) == before + 1


def test_people_of_a_unit_are_listed(connection: Connection) -> None:
    people.save_units(connection, "anna", ["desk"])

    assert people.load_people(connection, "desk") == (Person(login="anna", name="Anna Berg", active=True),)
    assert [person.login for person in people.load_people(connection)] == ["anna", "ben", "gone"]
    assert people.known_logins(connection) == {"anna", "ben", "gone"}


def test_no_logins_are_known_before_the_shell_made_its_tables(database: Database) -> None:
    with database.begin() as opened:
        assert people.known_logins(opened) == frozenset()
