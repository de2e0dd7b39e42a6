"""Tables of a release: one per entity type, line group and link relation, with a column per scalar part of each field.

Comes from a Model and its Physical names; goes to the unit of work, queries, expressions as SQL and the planner. Tables hold no
state and are dropped with their release. On PostgreSQL and SQLite alike, what quick search reads is a table of its own, so that
one index serves the fields of the record, its lines and its phones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import EntityType, Field, Kind
from packdesk.model.model import Model
from packdesk.runtime.engine_columns import engine_fields
from packdesk.runtime.expressions.catalogue import Catalogue, Connection
from packdesk.runtime.kinds import KINDS
from packdesk.store.column_types import CodePointText, Day, ExactDecimal, Moment
from packdesk.store.long_texts import ROOM, width
from packdesk.store.physical import Physical, field_key, field_paths, line_key, link_key, record_key
from packdesk.store.reading_map import AS_STORED, ReadMapping

#: Engine columns of every record table, in order, with their type; a type reads only those that it has a use for.
ENGINE_TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    "id": CodePointText,
    "number": CodePointText,
    "version": sa.Integer,
    "subtype": CodePointText,
    "status": CodePointText,
    "state": CodePointText,
    "owner_unit": CodePointText,
    "privacy_level": CodePointText,
    "assigned_unit": CodePointText,
    "assigned_user": CodePointText,
    "approval": CodePointText,
    "created_at": Moment,
    "created_by": CodePointText,
    "updated_at": Moment,
    "updated_by": CodePointText,
    "deleted_at": Moment,
}
#: Engine columns that always have a value, so that paging need not think of nulls.
NEVER_NULL = frozenset({"id", "number", "version", "created_at", "created_by", "updated_at", "updated_by"})
#: What ``runtime.kinds`` calls a column part's storage -> type.
STORAGE: Mapping[str, type[TypeEngine[Any]]] = {
    "text": CodePointText,
    "integer": sa.Integer,
    "bigint": sa.BigInteger,
    "decimal": ExactDecimal,
    "boolean": sa.Boolean,
    "date": Day,
    "datetime": Moment,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """The columns of one field, in the order of its kind's parts, and how many bytes the first of them may take."""

    path: str
    kind: Kind
    columns: tuple[sa.Column[object], ...]
    width: int


class Tables:
    """The tables of one release."""

    def __init__(self, model: Model, physical: Physical, dialect: str, reading: ReadMapping = AS_STORED) -> None:
        """Build nothing before a type is asked for. ``reading`` says how values are read that a publish still maps."""
        self.model = model
        self.physical = physical
        self.dialect = dialect
        self.reading = reading
        self.metadata = sa.MetaData()
        #: What others derive from these tables once (statements, codecs), under keys of their own.
        self.memo: dict[object, Any] = {}
        self._catalogue = Catalogue(model)
        self._records: dict[str, sa.Table] = {}
        self._stored: dict[str, dict[str, Stored]] = {}
        self._searches: dict[str, sa.Table] = {}
        self._built: set[str] = set()
        self._building = RLock()

    def record(self, entity_type: str) -> sa.Table:
        """Return the table of the type's records; raises ``unknown_entity_type``."""
        if entity_type not in self._built:
            self._build(entity_type)
        return self._records[entity_type]

    def column(self, entity_type: str, path: str, part: str = "") -> sa.Column[object]:
        """Return a column of a record by field path or engine id; ``part`` names a further column of the field (``currency``)."""
        table = self.record(entity_type)
        if path in ENGINE_TYPES:
            return table.c[path]
        return table.c[_part_name(self.physical[field_key(entity_type, path)], part)]

    def lines(self, entity_type: str, group: str) -> sa.Table:
        """Return the table of a line group: id, record_id, position and the lines' fields."""
        self.record(entity_type)
        return self.metadata.tables[self.physical[line_key(entity_type, group)]]

    def line_column(self, entity_type: str, group: str, name: str, part: str = "") -> sa.Column[object]:
        """Return a column of a line group; ``id``, ``record_id`` and ``position`` are the engine's."""
        table = self.lines(entity_type, group)
        if name in ("id", "record_id", "position"):
            return table.c[name]
        return table.c[_part_name(self.physical[f"{line_key(entity_type, group)}.{name}"], part)]

    def links(self, entity_type: str, relation: str) -> sa.Table:
        """Return the link table of a relation: from_id, to_type, to_id, position and the link's fields.

        A symmetric relation has one row for each pair, to be read from both ends.
        """
        self.record(entity_type)
        return self.metadata.tables[self.physical[link_key(entity_type, relation)]]

    def link_column(self, entity_type: str, relation: str, name: str, part: str = "") -> sa.Column[object]:
        """Return a column of a relation's link table."""
        table = self.links(entity_type, relation)
        if name in ("from_id", "to_type", "to_id", "position"):
            return table.c[name]
        return table.c[_part_name(self.physical[f"{link_key(entity_type, relation)}.{name}"], part)]

    def search(self, entity_type: str) -> sa.Table:
        """Return the table that quick search reads: record_id and the folded text of everything searchable."""
        self.record(entity_type)
        return self._searches[entity_type]

    def stored(self, entity_type: str) -> Mapping[str, Stored]:
        """Return the columns of each field of a type by path, engine columns excluded."""
        self.record(entity_type)
        return self._stored[entity_type]

    def stored_lines(self, entity_type: str, group: str) -> Mapping[str, Stored]:
        """Return the columns of each field of a line group by field id."""
        self.record(entity_type)
        return self._stored[line_key(entity_type, group)]

    def stored_links(self, entity_type: str, relation: str) -> Mapping[str, Stored]:
        """Return the columns of each field of a relation's links by field id."""
        self.record(entity_type)
        return self._stored[link_key(entity_type, relation)]

    def engine_paths(self, entity_type: str) -> tuple[str, ...]:
        """Return the engine columns that are part of a record of this type."""
        return self._engine_paths[entity_type]

    def is_long(self, entity_type: str, path: str) -> bool:
        """Say whether a field's text may be too long for an index of the database."""
        stored = self.stored(entity_type).get(path)
        return self.dialect == "postgresql" and stored is not None and stored.width > ROOM

    def connections(self, entity_type: str) -> Mapping[str, Connection]:
        """Return the relations that a type sees, with where each is stored."""
        return self._catalogue.connections(entity_type)

    def stamp(self, entity_type: str) -> str:
        """Return a comment for statements about the type: another release has another text, and so another prepared plan."""
        return f"/* {self.physical[record_key(entity_type)]} {self.model.hash[:12]} */"

    def of_type(self, entity_type: str) -> tuple[sa.Table, ...]:
        """Return every table of a type, parents first: records, lines, links, search. ``indexes.indexed`` gives them their indexes."""
        entity = self.model.entity_types[entity_type]
        found = [self.record(entity_type), *(self.lines(entity_type, group) for group in entity.lines)]
        found += [self.links(entity_type, relation) for relation in entity.relations if link_key(entity_type, relation) in self.physical]
        return (*found, self.search(entity_type))

    @cached_property
    def _engine_paths(self) -> dict[str, tuple[str, ...]]:
        return {entity.id: tuple(engine_fields(entity, entity.id in self.model.lifecycles)) for entity in self.model.entity_types.values()}

    def _build(self, entity_type: str) -> None:
        """Build the tables of a type once, whoever asks first; hundreds of types would take seconds at every publish."""
        if entity_type not in self.model.entity_types:
            raise PackdeskError("unknown_entity_type", entity_type=entity_type)
        with self._building:
            if entity_type not in self._records:
                self._add_type(self.model.entity_types[entity_type])
                self._built.add(entity_type)

    def _add_type(self, entity: EntityType) -> None:
        table = sa.Table(self.physical[record_key(entity.id)], self.metadata, *(_engine_column(path) for path in ENGINE_TYPES))
        self._records[entity.id] = table
        fields = fields_by_path(entity)
        self._stored[entity.id] = {
            path: self._add_columns(table, field_key(entity.id, path), path, fields[path]) for path in field_paths(self.model, entity.id)
        }
        for group in entity.lines.values():
            self._add_lines(entity, group.id, group.fields)
        for relation in entity.relations.values():
            if link_key(entity.id, relation.id) in self.physical:
                self._add_links(entity, relation.id, relation.fields)
        self._searches[entity.id] = sa.Table(
            f"s_{table.name[2:]}",
            self.metadata,
            sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), primary_key=True),
            sa.Column("record_id", CodePointText, sa.ForeignKey(table.c.id), nullable=False, unique=True),
            sa.Column("content", CodePointText, nullable=False),
        )

    def _add_columns(self, table: sa.Table, key: str, path: str, field: Field) -> Stored:
        stem = self.physical[key]
        columns = tuple(sa.Column(_part_name(stem, part.suffix), STORAGE[part.storage]) for part in KINDS[field.kind].columns)
        for column in columns:
            table.append_column(column)
        return Stored(path, field.kind, columns, width(field))

    def _add_lines(self, entity: EntityType, group: str, fields: Mapping[str, Field]) -> None:
        key = line_key(entity.id, group)
        table = sa.Table(
            self.physical[key],
            self.metadata,
            sa.Column("id", CodePointText, primary_key=True),
            sa.Column("record_id", CodePointText, sa.ForeignKey(self.record(entity.id).c.id), nullable=False),
            sa.Column("position", sa.Integer, nullable=False),
        )
        self._stored[key] = {name: self._add_columns(table, f"{key}.{name}", name, field) for name, field in fields.items()}

    def _add_links(self, entity: EntityType, relation: str, fields: Mapping[str, Field]) -> None:
        key = link_key(entity.id, relation)
        table = sa.Table(
            self.physical[key],
            self.metadata,
            sa.Column("from_id", CodePointText, sa.ForeignKey(self.record(entity.id).c.id), primary_key=True),
            sa.Column("to_type", CodePointText, primary_key=True),
            sa.Column("to_id", CodePointText, primary_key=True),
            sa.Column("position", sa.Integer, nullable=False),
        )
        self._stored[key] = {name: self._add_columns(table, f"{key}.{name}", name, field) for name, field in fields.items()}


def _engine_column(path: str) -> sa.Column[object]:
    return sa.Column(path, ENGINE_TYPES[path], primary_key=path == "id", nullable=path not in NEVER_NULL)


def fields_by_path(entity: EntityType) -> dict[str, Field]:
    """Return the record's own fields and those of its sections, by path."""
    own = dict(entity.fields)
    return own | {f"{section.id}.{name}": field for section in entity.sections.values() for name, field in section.fields.items()}


def _part_name(stem: str, part: str) -> str:
    return f"{stem}__{part}" if part else stem
