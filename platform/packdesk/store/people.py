"""People: profiles and units kept here, names and roles read from Flask-AppBuilder's tables, both together as an Actor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.model.model import Model
from packdesk.runtime.values import Actor
from packdesk.store.platform_tables import (
    ab_role,
    ab_user,
    ab_user_role,
    active_release,
    fab_tables,
    membership,
    preference,
    saved_view,
    user_profile,
)
from packdesk.store.prepared import Prepared
from packdesk.store.reading import among, as_list
from packdesk.store.tables import Tables


class HasModel(Protocol):
    """What is asked of a runtime here."""

    @property
    def model(self) -> Model:
        """Return the model."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a person is beside name, login and roles; empty texts where nothing was said."""

    login: str
    default_unit: str = ""
    time_zone: str = ""
    locale: str = ""
    extension: str = ""
    away_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be chosen in a user field."""

    login: str
    name: str
    active: bool


def load_actor(connection: Connection, login: str, runtime: HasModel) -> Actor | None:
    """Return the active person with this login as an actor, in three statements; None when there is none."""
    row = connection.execute(_person(login)).first()
    if row is None:
        return None
    profile = load_profile(connection, login)
    organisation = runtime.model.organisation
    units = frozenset(unit for unit in load_units(connection, login) if unit in organisation.units)
    default = profile.default_unit if profile.default_unit in organisation.units else min(units, default="")
    names = (row.first_name, row.last_name)
    language, zone = profile.locale or "en", profile.time_zone or _zone(runtime.model, default)
    return Actor(
        login=login,
        name=" ".join(part for part in names if part) or login,
        roles=frozenset(connection.execute(_roles(login)).scalars()),
        units=units,
        member_of=frozenset(above for unit in units for above in organisation.ancestors(unit)),
        default_unit=default,
        group=organisation.group_of(default),
        language=language,
        time_zone=zone,
    )


def load_password_hash(connection: Connection, login: str) -> str:
    """Return what is stored of the person's password; empty where nothing is."""
    return str(connection.scalar(sa.select(ab_user.c.password).where(ab_user.c.username == login)) or "")


def load_profile(connection: Connection, login: str) -> Profile:
    """Return the person's profile; a blank one where none was kept."""
    row = connection.execute(sa.select(user_profile).where(user_profile.c.login == login)).mappings().first()
    return Profile(login=login) if row is None else Profile(**row)


def save_profile(connection: Connection, profile: Profile) -> None:
    """Keep the person's profile."""
    connection.execute(user_profile.delete().where(user_profile.c.login == profile.login))
    values = {column.name: getattr(profile, column.name) for column in user_profile.columns}
    connection.execute(user_profile.insert().values(values))
    bump_security_epoch(connection)


def forget(connection: Connection, login: str) -> None:
    """Remove what is kept of a person: his profile, his units, how he set up his screens, and the views that nobody else sees."""
    for table, column in ((user_profile, user_profile.c.login), (membership, membership.c.login), (preference, preference.c.login)):
        connection.execute(table.delete().where(column == login))
    connection.execute(saved_view.delete().where(saved_view.c.owner == login, saved_view.c.shared.is_(False)))
    bump_security_epoch(connection)


def load_units(connection: Connection, login: str) -> frozenset[str]:
    """Return the units that the person was put into."""
    return frozenset(connection.execute(sa.select(membership.c.unit).where(membership.c.login == login)).scalars())


def save_units(connection: Connection, login: str, units: Iterable[str]) -> None:
    """Put the person into exactly these units."""
    connection.execute(membership.delete().where(membership.c.login == login))
    rows = [{"login": login, "unit": unit} for unit in sorted(set(units))]
    if rows:
        connection.execute(membership.insert(), rows)
    bump_security_epoch(connection)


def load_people(connection: Connection, unit: str = "") -> tuple[Person, ...]:
    """Return everybody by login, or those who were put into a unit."""
    query = sa.select(ab_user.c.username, ab_user.c.first_name, ab_user.c.last_name, ab_user.c.active).order_by(ab_user.c.username)
    if unit:
        query = query.where(ab_user.c.username.in_(sa.select(membership.c.login).where(membership.c.unit == unit)))
    rows = connection.execute(query).all()
    return tuple(Person(login=row.username, name=f"{row.first_name} {row.last_name}".strip(), active=bool(row.active)) for row in rows)


def names_of(connection: Connection, logins: Iterable[str]) -> Mapping[str, str]:
    """Return the names of these people by login, as far as there are such."""
    chosen = sa.select(ab_user.c.username, ab_user.c.first_name, ab_user.c.last_name).where(ab_user.c.username.in_(sorted(logins)))
    return {row.username: f"{row.first_name} {row.last_name}".strip() for row in connection.execute(chosen)}


def known_logins(connection: Connection) -> frozenset[str]:
    """Return every login; empty where Flask-AppBuilder made no tables yet."""
    if not sa.inspect(connection).has_table(ab_user.name):
        return frozenset()
    return frozenset(connection.execute(sa.select(ab_user.c.username)).scalars())


def accounts(connection: Connection, tables: Tables, logins: Iterable[str]) -> Mapping[str, bool]:
    """Return which of these logins there are, and whether each is active; in one statement."""
    key = "accounts"
    if key not in tables.memo:
        named = sa.select(ab_user.c.username, ab_user.c.active).where(among(tables, ab_user.c.username, "logins"))
        tables.memo[key] = Prepared(named, connection.dialect, "")
    rows = tables.memo[key].rows(connection, {"logins": as_list(tables, sorted(logins))})
    return {str(login): bool(active) for login, active in rows}


def make_accounts(connection: Connection, names: Mapping[str, str]) -> None:
    """Make the tables of the shell and put people into them, by login and name: for a database that no shell keeps, as scenarios have."""
    fab_tables.create_all(connection)
    rows = [
        {"id": place, "first_name": name, "last_name": "", "username": login, "active": True, "email": f"{login}@packdesk.invalid"}
        for place, (login, name) in enumerate(names.items(), start=1)
    ]
    if rows:
        connection.execute(ab_user.insert(), rows)


def security_epoch(connection: Connection) -> int:
    """Return the number that every cache of rights is bound to."""
    return int(connection.scalar(sa.select(active_release.c.security_epoch)) or 0)


def bump_security_epoch(connection: Connection) -> None:
    """Make every cache of rights outdated, because somebody's may have changed."""
    connection.execute(active_release.update().values(security_epoch=active_release.c.security_epoch + 1))


def _person(login: str) -> sa.Select[str, str]:
    return sa.select(ab_user.c.first_name, ab_user.c.last_name).where(ab_user.c.username == login, ab_user.c.active.is_(True))


def _roles(login: str) -> sa.Select[str]:
    joined = ab_user_role.join(ab_user, ab_user.c.id == ab_user_role.c.user_id).join(ab_role, ab_role.c.id == ab_user_role.c.role_id)
    return sa.select(ab_role.c.name).select_from(joined).where(ab_user.c.username == login)


def _zone(model: Model, unit: str) -> str:
    """Return the zone of the nearest unit that has one."""
    units = model.organisation.units
    return next((units[node].time_zone for node in model.organisation.ancestors(unit) if units[node].time_zone), "UTC")
