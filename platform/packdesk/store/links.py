"""Links between records: reading the other ends of a relation, and writing the rows that hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection as DatabaseConnection

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.runtime.expressions.catalogue import Connection
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Record, Related
from packdesk.store import reading
from packdesk.store.codec import encode, link_codec
from packdesk.store.column_types import CodePointText
from packdesk.store.prepared import Prepared
from packdesk.store.tables import Tables


class End(Protocol):
    """The other end of a link, with the link's own values."""

    @property
    def entity_type(self) -> str:
        """Return the type of the record at the other end."""
        ...

    @property
    def id(self) -> str:
        """Return its id."""
        ...

    @property
    def values(self) -> Mapping[str, object]:
        """Return the values of the link by field."""
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """The other end of a link as it is stored."""

    entity_type: str
    id: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def connection_of(tables: Tables, entity_type: str, relation: str) -> Connection:
    """Return how a type's relation is stored; raises ``unknown_field`` for a relation that it doesn't have."""
    found = tables.connections(entity_type).get(relation)
    if found is None:
        raise PackdeskError("unknown_field", name=relation)
    return found


def read(connection: DatabaseConnection, tables: Tables, record: Record, relation: str) -> tuple[Link, ...]:
    """Return the other ends of a relation that links hold, tombstones among them, in the order in which they were linked."""
    way = connection_of(tables, record.entity_type, relation)
    return tuple(link for _, link in _read(connection, tables, way, record.entity_type, [record.id]))


def related(connection: DatabaseConnection, tables: Tables, entity_type: str, ids: Sequence[str], relation: str) -> dict[str, tuple[Related, ...]]:
    """Return by id the live records that records of a type are related to: in one statement, or one plus one per entity type for links."""
    way = connection_of(tables, entity_type, relation)
    found: dict[str, list[Related]] = {record_id: [] for record_id in ids}
    if way.how == "field":
        for other in reading.naming(connection, tables, way.holder, way.stored, ids):
            found[str(other.get(way.stored))].append(Related(other))
    else:
        ends = _read(connection, tables, way, entity_type, ids)
        wanted: dict[str, list[str]] = {}
        for _, link in ends:
            wanted.setdefault(link.entity_type, []).append(link.id)
        records = {kind: reading.many(connection, tables, kind, others) for kind, others in wanted.items() if kind in tables.model.entity_types}
        for record_id, link in ends:
            other_end = records.get(link.entity_type, {}).get(link.id)
            if other_end is not None:
                found[record_id].append(Related(other_end, link.values))
    return {record_id: tuple(others) for record_id, others in found.items()}


def _read(connection: DatabaseConnection, tables: Tables, way: Connection, entity_type: str, ids: Sequence[str]) -> list[tuple[str, Link]]:
    """Return each record's links through a relation that links hold, once each, with the record's id."""
    codec = link_codec(tables, way.holder, way.stored)
    memo = ("links", entity_type, way.holder, way.stored, way.how)
    if memo not in tables.memo:
        tables.memo[memo] = Prepared(_ends(tables, way, entity_type), connection.dialect, tables.stamp(way.holder))
    found: dict[tuple[str, str, str], Link] = {}
    for row in tables.memo[memo].rows(connection, {"here": reading.as_list(tables, ids)}):
        found.setdefault((str(row[-1]), str(row[0]), str(row[1])), Link(str(row[0]), str(row[1]), codec.decode(row, 2)))
    return [(key[0], link) for key, link in found.items()]


def _ends(tables: Tables, way: Connection, entity_type: str) -> sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]]:
    """Return the query for the other ends of some records' links; whose link it is comes last."""
    table = tables.links(way.holder, way.stored)
    codec = link_codec(tables, way.holder, way.stored)
    here, other_type = partial(reading.among, tables, name="here"), sa.literal(way.holder, CodePointText)
    place = table.c.position.label("place")
    outward = sa.select(table.c.to_type, table.c.to_id.label("other"), *codec.columns, sa.literal(0).label("way"), place, table.c.from_id.label("own"))
    inward = sa.select(other_type, table.c.from_id.label("other"), *codec.columns, sa.literal(1).label("way"), place, table.c.to_id.label("own"))
    outward = outward.where(here(table.c.from_id))
    inward = inward.where(here(table.c.to_id), table.c.to_type == entity_type)
    queries: dict[str, sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]]]
    queries = {"links": outward, "linked": inward, "symmetric": sa.union_all(outward, inward)}
    return queries[way.how].order_by("way", "place", "other")


def way_back(tables: Tables, entity_type: str, relation: str, other_type: str) -> str:
    """Return the relation under which a record of the other type has the same links as its own; empty where its type declares none."""
    way = connection_of(tables, entity_type, relation)
    for name in tables.model.entity_types[other_type].relations:
        back = connection_of(tables, other_type, name)
        same = (back.holder, back.stored) == (way.holder, way.stored)
        if same and back.how != "field" and (way.how == "symmetric" or (other_type, name) != (entity_type, relation)):
            return name
    return ""


def moved(before: Sequence[End], after: Sequence[End]) -> tuple[tuple[str, str], ...]:
    """Return type and id of the other ends whose link came, went or says something else now, in one order for everybody."""
    old, new = _by_key(before), _by_key(after)
    return tuple(sorted(key for key in old.keys() | new.keys() if key not in old or key not in new or old[key].values != new[key].values))


def seen_from(tables: Tables, entity_type: str, relation: str, ends: Sequence[End]) -> tuple[Json, ...]:
    """Return links as the history of a record tells of them."""
    way = _held(tables, entity_type, relation)
    return tuple(_described(tables, way, end) for end in ends)


def first(tables: Tables, entity_type: str, relation: str, ends: Sequence[End]) -> list[Json] | None:
    """Return what the history of a record that begins with these links says of them, [old, new]; None without links."""
    way = _held(tables, entity_type, relation)
    new = tuple(_described(tables, way, end) for end in _by_key(ends).values())
    return [(), new] if new else None


def write_first(connection: DatabaseConnection, tables: Tables, record: Record, relation: str, ends: Sequence[End]) -> None:
    """Make these the links of a record that was just inserted."""
    way = _held(tables, record.entity_type, relation)
    for position, end in enumerate(_by_key(ends).values()):
        _add(connection, tables, way, record, end, position)


def write(  # noqa: PLR0917 - what there is and what is to be, of one relation of one record
    connection: DatabaseConnection, tables: Tables, record: Record, relation: str, there_are: Sequence[End], ends: Sequence[End]
) -> list[Json] | None:
    """Make these the record's links through the relation instead of those that there are; return [old, new] for the history, None when nothing differs."""
    way = _held(tables, record.entity_type, relation)
    before = _by_key(there_are)
    after = _by_key(ends)
    for key in before.keys() - after.keys():
        connection.execute(tables.links(way.holder, way.stored).delete().where(_between(tables, way, record, key)))
    for position, (key, end) in enumerate(after.items()):
        there = before.get(key)
        if there is None:
            _add(connection, tables, way, record, end, position)
        elif there.values != end.values:
            _change(connection, tables, way, record, end)
    old = [_described(tables, way, end) for end in before.values()]
    new = [_described(tables, way, end) for end in after.values()]
    return [tuple(old), tuple(new)] if old != new else None


def _held(tables: Tables, entity_type: str, relation: str) -> Connection:
    """Return how a relation that links hold is stored; raises ``unknown_field`` for one that a field is."""
    way = connection_of(tables, entity_type, relation)
    if way.how == "field":
        raise PackdeskError("unknown_field", name=relation)
    return way


def _by_key(ends: Sequence[End]) -> dict[tuple[str, str], End]:
    return {(end.entity_type, end.id): end for end in ends}


def _add(connection: DatabaseConnection, tables: Tables, way: Connection, record: Record, end: End, position: int) -> None:  # noqa: PLR0917
    ends = {"from_id": record.id, "to_type": end.entity_type, "to_id": end.id}
    if way.how == "linked":
        ends = {"from_id": end.id, "to_type": record.entity_type, "to_id": record.id}
    values = _encoded(tables, way, end)
    connection.execute(tables.links(way.holder, way.stored).insert().values({**ends, "position": position, **values}))


def _change(connection: DatabaseConnection, tables: Tables, way: Connection, record: Record, end: End) -> None:
    values = _encoded(tables, way, end)
    if values:
        table = tables.links(way.holder, way.stored)
        connection.execute(table.update().where(_between(tables, way, record, (end.entity_type, end.id))).values(values))


def _encoded(tables: Tables, way: Connection, end: End) -> dict[str, object]:
    stored = tables.stored_links(way.holder, way.stored)
    return encode(stored, {name: end.values.get(name) for name in stored})


def _between(tables: Tables, way: Connection, record: Record, key: tuple[str, str]) -> sa.ColumnElement[bool]:
    """Return the condition for the rows that join the record and the other end."""
    table = tables.links(way.holder, way.stored)
    outward = sa.and_(table.c.from_id == record.id, table.c.to_type == key[0], table.c.to_id == key[1])
    inward = sa.and_(table.c.from_id == key[1], table.c.to_type == record.entity_type, table.c.to_id == record.id)
    return {"links": outward, "linked": inward, "symmetric": sa.or_(outward, inward)}[way.how]


def _described(tables: Tables, way: Connection, end: End) -> Json:
    fields = tables.model.entity_types[way.holder].relations[way.stored].fields
    values = {name: KINDS[field.kind].write(end.values[name]) for name, field in fields.items() if end.values.get(name) is not None}
    return {"entity_type": end.entity_type, "record": end.id, **values}
