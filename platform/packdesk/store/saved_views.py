"""Saved views: rows that hold what a list was asked for, private or shared; a change counts only on the version that it was made on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.model.nodes import Json
from packdesk.store.platform_tables import preference, saved_view

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


def load(connection: Connection, view_id: str) -> SavedView | None:
    """Return the view with this id."""
    row = connection.execute(_columns().where(saved_view.c.id == view_id)).first()
    return _view(row) if row is not None else None


def with_preferences(connection: Connection, entity_type: str, login: str, names: Iterable[str]) -> tuple[tuple[SavedView, ...], Mapping[str, Json]]:
    """Return the views of a type that somebody may open, his own first, and his preferences of these names: one statement."""
    views = (
        _columns()
        .where(saved_view.c.entity_type == entity_type, sa.or_(saved_view.c.owner == login, saved_view.c.shared))
        .order_by(saved_view.c.owner != login, saved_view.c.label, saved_view.c.id)
        .limit(MOST)
        .subquery()
    )
    kept = sa.select(
        sa.literal("").label("id"),
        preference.c.name.label("entity_type"),
        preference.c.login.label("owner"),
        sa.literal("").label("label"),
        sa.false().label("shared"),
        preference.c.value.label("body"),
        sa.literal(0).label("version"),
    ).where(preference.c.login == login, preference.c.name.in_(tuple(names)))
    rows = connection.execute(sa.union_all(sa.select(views), kept)).all()
    found = [_view(row) for row in rows if row.id]
    found.sort(key=lambda view: (view.owner != login, view.label.casefold(), view.id))
    return tuple(found), {row.entity_type: row.body for row in rows if not row.id}


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


def _view(row: sa.Row[*tuple[object, ...]]) -> SavedView:
    body = row.body if isinstance(row.body, Mapping) else {}
    return SavedView(id=row.id, entity_type=row.entity_type, owner=row.owner, label=row.label, shared=bool(row.shared), body=body, version=row.version)
