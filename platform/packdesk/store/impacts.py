"""How many live records a plan touches, counted on the tables of the release that is active while planning."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.store.changed_rules import RuleChange
from packdesk.store.places import Place, place
from packdesk.store.steps import Slot
from packdesk.store.tables import Tables

_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a plan means for records that exist, as a sentence with its count."""

    #: Dotted name of what changes.
    about: str
    sentence: str
    count: int

    def to_json(self) -> dict[str, Json]:
        """Return the impact as JSON."""
        return {"about": self.about, "sentence": self.sentence, "count": self.count}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Impact":
        """Read an impact back from JSON."""
        return cls(about=str(data["about"]), sentence=str(data["sentence"]), count=int(str(data["count"])))


class Counter:
    """Counts on the tables of one release; without a release there is nothing to count."""

    def __init__(self, connection: Connection, tables: Tables | None) -> None:
        """Count through this connection."""
        self._connection = connection
        self._tables = tables

    def live(self, entity_type: str) -> int:
        """Return how many records the type has."""
        if self._tables is None:
            return 0
        records = self._tables.record(entity_type)
        return self._count(records, records.c.deleted_at.is_(None))

    def rows(self, slot: Slot) -> int:
        """Return how many rows may hold the slot: records, or lines and links of live records."""
        return 0 if (found := self._place(slot)) is None else self._count(found.table, found.live())

    def filled(self, slot: Slot) -> int:
        """Return how many rows have a value in the slot."""
        return 0 if (found := self._place(slot)) is None else self._count(found.table, found.live() & found.filled())

    def empty(self, slot: Slot) -> int:
        """Return how many rows have no value in the slot."""
        return 0 if (found := self._place(slot)) is None else self._count(found.table, found.live() & found.empty())

    def standing(self, slot: Slot, values: Sequence[str], outside: Collection[str] = ()) -> Mapping[str, int]:
        """Return value -> number of rows that hold it; only those of records outside of some states."""
        found = self._place(slot)
        if found is None or not values:
            return dict.fromkeys(values, 0)
        counted = found.outside(outside)
        if found.kind is Kind.OPTIONS:
            return {value: self._count(found.table, counted & found.holds([value])) for value in values}
        column = found.columns[0]
        query = sa.select(column, sa.func.count()).select_from(found.table).where(counted, column.in_(values)).group_by(column)
        counts = {str(value): int(count) for value, count in self._connection.execute(query)}
        return {value: counts.get(value, 0) for value in values}

    def decided_by(self, rule: RuleChange, entity_type: str) -> int:
        """Return how many records a changed transition rule decides about."""
        if self._tables is None:
            return 0
        records = self._tables.record(entity_type)
        counted = sa.and_(records.c.deleted_at.is_(None), records.c.status.in_(rule.from_statuses))
        if rule.subtype:
            counted &= records.c.subtype == rule.subtype
        elif rule.other_than:
            counted &= sa.or_(records.c.subtype.is_(None), records.c.subtype.not_in(rule.other_than))
        return self._count(records, counted)

    def group_rows(self, entity_type: str, slot: Slot) -> int:
        """Return how many lines or links the slot's group has on live records of the (old) type."""
        if self._tables is None:
            return 0
        table = (self._tables.links if slot.link else self._tables.lines)(entity_type, slot.group)
        records = self._tables.record(entity_type)
        owner = table.c.from_id if slot.link else table.c.record_id
        return self._count(table, owner.in_(sa.select(records.c.id).where(records.c.deleted_at.is_(None))))

    def several_links(self, entity_type: str, relation: str) -> int:
        """Return how many records have more than one link of the relation."""
        if self._tables is None:
            return 0
        links = self._tables.links(entity_type, relation)
        groups = sa.select(sa.literal(1).label("one")).select_from(links).group_by(links.c.from_id).having(sa.func.count() > 1).subquery()
        return int(self._connection.execute(sa.select(sa.func.count()).select_from(groups)).scalar_one())

    def duplicates(self, entity_type: str, paths: Sequence[str]) -> int:
        """Return how many values (or groups of values) stand in more than one live record."""
        if self._tables is None:
            return 0
        columns = [column for path in paths for column in place(self._tables, Slot(entity_type, path)).columns[:1]]
        records = self._tables.record(entity_type)
        present = sa.and_(records.c.deleted_at.is_(None), *(column.is_not(None) for column in columns))
        groups = sa.select(sa.literal(1).label("one")).select_from(records).where(present).group_by(*columns).having(sa.func.count() > 1).subquery()
        return int(self._connection.execute(sa.select(sa.func.count()).select_from(groups)).scalar_one())

    def unfit(self, slot: Slot, field: Field, model: Model) -> int:
        """Return how many values of the slot the new field would not accept, each read as its kind reads it."""
        found = self._place(slot)
        return 0 if found is None else sum(1 for value in self._values(found) if isinstance(converted(value, found.kind, field, model), Finding))

    def _place(self, slot: Slot) -> Place | None:
        return None if self._tables is None else place(self._tables, slot)

    def _values(self, found: Place) -> Iterator[object]:
        query = sa.select(*found.columns).where(found.live(), found.filled()).execution_options(yield_per=_BATCH)
        for row in self._connection.execute(query):
            yield found.value(tuple(row))

    def _count(self, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
        return int(self._connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one())


def converted(value: object, kind: Kind, field: Field, model: Model) -> object:
    """Return the value as the new field's kind reads it, or the finding that it cannot be read."""
    reading = Reading(model=model)
    plain = KINDS[kind].write(value)
    if kind is field.kind:
        return KINDS[field.kind].read(field, plain, reading)
    result = KINDS[field.kind].read(field, plain, reading)
    if isinstance(result, Finding) and not isinstance(plain, Mapping | list | tuple):
        return KINDS[field.kind].read_text(field, _text(plain), reading)
    return result


def _text(plain: Json) -> str:
    return "true" if plain is True else "false" if plain is False else str(plain)
