"""How people set up their screens: one JSON value per person and name."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from packdesk.model.nodes import Json
from packdesk.store.platform_tables import preference


def read(connection: Connection, login: str) -> Mapping[str, Json]:
    """Return every value of a person by name."""
    return {row.name: row.value for row in connection.execute(sa.select(preference.c.name, preference.c.value).where(preference.c.login == login))}


def claim(connection: Connection, login: str, name: str, empty: Json) -> Json:
    """Return a value that is about to be changed; until the transaction ends nobody else changes it, even where it was not there yet."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(preference).values(login=login, name=name, value=empty)
    kept = row.on_conflict_do_update(index_elements=["login", "name"], set_={"value": preference.c.value})
    found: Json = connection.execute(kept.returning(preference.c.value)).scalar_one()
    return found


def write(connection: Connection, login: str, name: str, value: Json) -> None:
    """Keep a value in place of the one before."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(preference).values(login=login, name=name, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=["login", "name"], set_={"value": row.excluded.value}))
