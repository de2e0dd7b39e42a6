"""Which stored texts keep an index from being made, once the database has said that something does not fit into it: the fields, and how many texts."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import EntityType, Field
from packdesk.runtime.kinds import KINDS
from packdesk.store.indexes import indexed
from packdesk.store.tables import Stored, Tables, fields_by_path


def refused(connection: Connection, tables: Tables, table: str, index: str) -> PackdeskError:
    """Return why an index of a table can't be made: the fields that hold longer texts than they will allow, by their dotted names."""
    counts: dict[str, int] = {}
    for name, column, longest in _limited(tables, table, index):
        longer = sa.select(sa.func.count()).select_from(column.table).where(sa.func.length(column) > longest)
        if "deleted_at" in column.table.c:
            longer = longer.where(column.table.c.deleted_at.is_(None))
        counts[name] = int(connection.scalar(longer) or 0)
    fields = tuple(name for name, count in counts.items() if count)
    return PackdeskError("stored_text_too_long", fields=fields, count=sum(counts.values()), index=index)


def _limited(tables: Tables, table: str, index: str) -> Iterator[tuple[str, sa.Column[object], int]]:
    """Yield what an index holds of fields whose texts are limited: dotted name, column, and the most characters."""
    for entity in tables.model.entity_types.values():
        if table not in {one.name for one in tables.of_type(entity.id)}:
            continue
        held = {column for found in indexed(tables, entity.id) for one in found.indexes if one.name == index for column in one.columns}
        for name, field, stored in _stored(tables, entity):
            longest = KINDS[field.kind].longest(field)
            if stored.columns[0] in held and longest is not None:
                yield name, stored.columns[0], longest


def _stored(tables: Tables, entity: EntityType) -> Iterator[tuple[str, Field, Stored]]:
    """Yield the fields of a type's records and lines with their dotted names."""
    yield from _named(entity.id, fields_by_path(entity), tables.stored(entity.id))
    for group in entity.lines.values():
        yield from _named(f"{entity.id}.{group.id}", group.fields, tables.stored_lines(entity.id, group.id))


def _named(owner: str, fields: Mapping[str, Field], stored: Mapping[str, Stored]) -> Iterator[tuple[str, Field, Stored]]:
    for path, found in stored.items():
        yield f"{owner}.{path}", fields[path], found
