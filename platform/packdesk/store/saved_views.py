"""Saved views: rows that hold what a list was asked for, private or shared; a change counts only on the version that it was made on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from packdesk.model.nodes import Json
from packdesk.store.platform_tables import preference, saved_view
from packdesk.store.prepared import Prepared

#: More than anybody finds his way in; the list of views never grows beyond it.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """One row."""

    id: str
    entity_type: str
    owner: str
    label: str
    shared: bool
    body: Mapping[str, Json]
    version: int


class _Row(NamedTuple):
    """What is selected of a view; a preference stands in the same columns, without an id."""

    id: str
    entity_type: str
    owner: str
    label: str
    shared: bool
    body: Json
    version: int


def load(connection: Connection, view_id: str) -> SavedView | None:
    """Return the view with this id."""
    row = connection.execute(_columns().where(saved_view.c.id == view_id)).first()
    return _view(_Row(*row)) if row is not None else None


def with_preferences(connection: Connection, entity_type: str, login: str, names: Iterable[str]) -> tuple[tuple[SavedView, ...], Mapping[str, Json]]:
    """Return the views of a type that somebody may open, his own first, and his preferences of these names: one statement."""
    wanted = tuple(names)
    asked = {"type": entity_type, "mine": login, **{f"name_{place}": name for place, name in enumerate(wanted)}}
    rows = [_Row._make(row) for row in _with_preferences(connection.dialect, len(wanted)).rows(connection, asked)]
    found = [_view(row) for row in rows if row.id]
    found.sort(key=lambda view: (view.owner != login, view.label.casefold(), view.id))
    return tuple(found), {row.entity_type: row.body for row in rows if not row.id}


@lru_cache(maxsize=16)
def _with_preferences(dialect: Dialect, count: int) -> Prepared:
    """Return the statement for so many preferences; each list is drawn with it."""
    login = sa.bindparam("mine", type_=saved_view.c.owner.type)
    views = (
        _columns()
        .where(saved_view.c.entity_type == sa.bindparam("type"), sa.or_(saved_view.c.owner == login, saved_view.c.shared))
        .order_by(saved_view.c.owner != login, saved_view.c.label, saved_view.c.id)
        .limit(sa.literal_column(str(MOST)))
        .subquery()
    )
    kept = sa.select(
        sa.literal_column("''").label("id"),
        preference.c.name.label("entity_type"),
        preference.c.login.label("owner"),
        sa.literal_column("''").label("label"),
        sa.false().label("shared"),
        preference.c.value.label("body"),
        sa.literal_column("0").label("version"),
    ).where(preference.c.login == login, preference.c.name.in_([sa.bindparam(f"name_{place}") for place in range(count)]))
    return Prepared(sa.union_all(sa.select(views), kept), dialect, "")


def add(connection: Connection, view: SavedView, now: datetime) -> None:
    """Store a new view."""
    row = {"id": view.id, "entity_type": view.entity_type, "owner": view.owner, "label": view.label, "shared": view.shared, "body": dict(view.body)}
    connection.execute(saved_view.insert().values(**row, version=view.version, created_at=now, updated_at=now))


def change(connection: Connection, view: SavedView, now: datetime) -> bool:
    """Store a view over the version that it carries; say whether that was still the one stored."""
    found = saved_view.update().where(saved_view.c.id == view.id, saved_view.c.version == view.version)
    values = {"label": view.label, "shared": view.shared, "body": dict(view.body), "version": view.version + 1, "updated_at": now}
    return connection.execute(found.values(values)).rowcount == 1


def remove(connection: Connection, view_id: str, version: int) -> bool:
    """Delete a view of this version; say whether it was still that one."""
    return connection.execute(saved_view.delete().where(saved_view.c.id == view_id, saved_view.c.version == version)).rowcount == 1


def count(connection: Connection, entity_type: str, owner: str) -> int:
    """Return how many views of a type somebody has."""
    found = sa.select(sa.func.count()).select_from(saved_view).where(saved_view.c.entity_type == entity_type, saved_view.c.owner == owner)
    return int(connection.scalar(found) or 0)


def _columns() -> sa.Select[str, str, str, str, bool, Json, int]:
    table = saved_view.c
    return sa.select(table.id, table.entity_type, table.owner, table.label, table.shared, table.body, table.version)


def _view(row: _Row) -> SavedView:
    body = row.body if isinstance(row.body, Mapping) else {}
    return SavedView(id=row.id, entity_type=row.entity_type, owner=row.owner, label=row.label, shared=bool(row.shared), body=body, version=row.version)
