"""Where a slot's values stand: table, columns, the record that each row belongs to, and which rows are live."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from packdesk.model.entity_types import Kind
from packdesk.runtime.engine_columns import ENGINE_COLUMNS
from packdesk.runtime.kinds import KINDS
from packdesk.store.steps import Slot
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The columns of one slot in one release's tables."""

    table: sa.Table
    columns: tuple[sa.Column[object], ...]
    kind: Kind
    #: Column that holds the id of the record, and the columns that identify a row.
    owner: sa.Column[object]
    row: tuple[sa.Column[object], ...]
    records: sa.Table

    def live(self) -> sa.ColumnElement[bool]:
        """Return the condition that the row belongs to a record that is not deleted."""
        return self._of_records(self.records.c.deleted_at.is_(None))

    def outside(self, states: Collection[str]) -> sa.ColumnElement[bool]:
        """Return the condition that the row belongs to a record that is not deleted and stands in none of the states."""
        return self._of_records(self.records.c.deleted_at.is_(None) & self.records.c.state.not_in(states)) if states else self.live()

    def _of_records(self, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return condition if self.table is self.records else self.owner.in_(sa.select(self.records.c.id).where(condition))

    def empty(self) -> sa.ColumnElement[bool]:
        """Return the condition that the row has no value here."""
        return sa.and_(*(column.is_(None) for column in self.columns))

    def filled(self) -> sa.ColumnElement[bool]:
        """Return the condition that the row has a value here."""
        return sa.or_(*(column.is_not(None) for column in self.columns))

    def holds(self, values: Sequence[str]) -> sa.ColumnElement[bool]:
        """Return the condition that the row holds one of the ids, alone or in a list."""
        if self.kind is not Kind.OPTIONS:
            return self.columns[0].in_(values)
        return sa.or_(*(self.columns[0].contains(f'"{value}"', autoescape=True) for value in values))

    def value(self, parts: Sequence[object]) -> object:
        """Return the value that the columns hold."""
        return None if all(part is None for part in parts) else KINDS[self.kind].from_columns(parts)

    def parts(self, value: object) -> dict[str, object]:
        """Return column name -> what it holds for a value."""
        parts = (None,) * len(self.columns) if value is None else KINDS[self.kind].to_columns(value)
        return {column.name: part for column, part in zip(self.columns, parts, strict=True)}


def place(tables: Tables, slot: Slot) -> Place:
    """Return where the tables of a release keep the slot."""
    records = tables.record(slot.entity_type)
    if slot.group:
        stored = (tables.stored_links if slot.link else tables.stored_lines)(slot.entity_type, slot.group)[slot.path]
        table = (tables.links if slot.link else tables.lines)(slot.entity_type, slot.group)
        owner = table.c.from_id if slot.link else table.c.record_id
        row = (table.c.from_id, table.c.to_type, table.c.to_id) if slot.link else (table.c.id,)
        return Place(table=table, columns=stored.columns, kind=stored.kind, owner=owner, row=row, records=records)
    if slot.path in ENGINE_COLUMNS:
        return Place(table=records, columns=(records.c[slot.path],), kind=Kind.STRING, owner=records.c.id, row=(records.c.id,), records=records)
    found = tables.stored(slot.entity_type)[slot.path]
    return Place(table=records, columns=found.columns, kind=found.kind, owner=records.c.id, row=(records.c.id,), records=records)
