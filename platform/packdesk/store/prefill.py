"""Fills the columns that only the new release reads, before it is live: quietly, repeatably, and once more for what moved meanwhile.

Nothing that the old release shows changes, so there is nothing to tell anybody yet; the history is written by ``migrate_values``
after the flip.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import Finding, sentence
from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.runtime.engine_columns import ENGINE_COLUMNS
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.store.comparison import slots
from packdesk.store.database import Database
from packdesk.store.decisions import CONVERT
from packdesk.store.impacts import converted
from packdesk.store.places import Place, place
from packdesk.store.steps import Slot, Step, StepKind
from packdesk.store.storage_map import StorageMap
from packdesk.store.tables import STORAGE, Tables

BATCH = 500
#: How far the clocks of two processes may be apart.
APART = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that may need a value: its record, what identifies it, the value that stands there and the one of the former kind."""

    owner: str
    key: tuple[object, ...]
    value: object
    former: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A FILL or CONVERT step against one release's tables."""

    step: Step
    tables: Tables
    field: Field | None
    found: Place
    #: Column is new: the old release does not read it.
    fresh: bool
    former_columns: tuple[sa.ColumnElement[object], ...] = ()
    former_kind: Kind = Kind.STRING

    def rows(self, connection: Connection, owners: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of these records."""
        place_, keys, columns = self.found, len(self.found.row), len(self.found.columns)
        query = sa.select(place_.owner, *place_.row, *place_.columns, *self.former_columns).select_from(place_.table).where(place_.owner.in_(owners))
        for row in connection.execute(query):
            key, parts, former = row[1 : 1 + keys], row[1 + keys : 1 + keys + columns], row[1 + keys + columns :]
            before = None if all(part is None for part in former) else KINDS[self.former_kind].from_columns(tuple(former))
            yield Row(owner=str(row[0]), key=tuple(key), value=place_.value(tuple(parts)), former=before)

    def target(self, row: Row) -> object:
        """Return the value that the row shall have."""
        if self.step.kind is StepKind.FILL:
            return self.default() if row.value is None else row.value
        if self.step.value != CONVERT or row.former is None or self.field is None:
            return row.value
        if row.value is not None:
            same = converted(row.value, self.found.kind, replace(self.field, kind=self.former_kind, constraints=MappingProxyType({})), self.tables.model)
            if same == row.former:
                return row.value
        value = converted(row.former, self.former_kind, self.field, self.tables.model)
        return None if isinstance(value, Finding) else value

    def default(self) -> object:
        """Return the value of a FILL step as the field's kind reads it."""
        if self.field is None:
            return self.step.value
        return KINDS[self.field.kind].read(self.field, self.step.value, Reading(model=self.tables.model))

    def write(self, connection: Connection, rows: Iterable[tuple[Row, object]]) -> None:
        """Put values into rows; a status brings its state along."""
        written = [self._parameters(row, value) for row, value in rows]
        if written:
            names = self.found.parts(None) if self.step.slot is None or self.step.slot.path != "status" else {"status": None, "state": None}
            condition = sa.and_(*(column == sa.bindparam(f"key_{index}") for index, column in enumerate(self.found.row)))
            update = sa.update(self.found.table).where(condition).values({name: sa.bindparam(f"new_{name}") for name in names})
            connection.execute(update, written)

    def _parameters(self, row: Row, value: object) -> dict[str, object]:
        parts = self.found.parts(value)
        slot = self.step.slot
        if slot is not None and slot.path == "status" and not slot.group:
            parts["state"] = self.tables.model.lifecycles[slot.entity_type].statuses[str(value)].state
        keys = {f"key_{index}": part for index, part in enumerate(row.key)}
        return keys | {f"new_{name}": part for name, part in parts.items()}


def filling(step: Step, tables: Tables, storage: StorageMap, steps: Sequence[Step]) -> Filling:
    """Return what a FILL or CONVERT step needs to run."""
    slot = step.slot or Slot(step.about, "")
    entity = tables.model.entity_types[slot.entity_type]
    field = slots(tables.model, entity).get(slot)
    fresh = step.kind is StepKind.CONVERT or slot.path in ENGINE_COLUMNS or any(other.kind is StepKind.ADD_FIELD and other.slot == slot for other in steps)
    former: tuple[sa.ColumnElement[object], ...] = ()
    kind = Kind.STRING
    if step.kind is StepKind.CONVERT:
        kind = Kind(step.old.partition("(")[0])
        stem = storage.retired[f"{slot.key}:{step.old}"]
        former = tuple(sa.column(f"{stem}__{part.suffix}" if part.suffix else stem, STORAGE[part.storage]) for part in KINDS[kind].columns)
    return Filling(step=step, tables=tables, field=field, found=place(tables, slot), fresh=fresh, former_columns=former, former_kind=kind)


def fill_ahead(database: Database, fillings: Sequence[Filling]) -> None:
    """Fill the new columns of every record, a batch a transaction."""
    for one in fillings:
        cursor = ""
        while one.fresh:
            with database.begin(write=True) as connection:
                owners = next_records(connection, one.found.records, cursor)
                fill(connection, one, owners)
            if not owners:
                break
            cursor = owners[-1]


def top_up(connection: Connection, fillings: Sequence[Filling], since: datetime) -> None:
    """Fill what was written since the moment, while no writer can add to it."""
    for one in fillings:
        if not one.fresh:
            continue
        records = one.found.records
        moved = records.c.updated_at >= since - APART
        owners = list(connection.execute(sa.select(records.c.id).where(moved)).scalars())
        for start in range(0, len(owners), BATCH):
            fill(connection, one, owners[start : start + BATCH])


def fill(connection: Connection, one: Filling, owners: Sequence[str]) -> None:
    """Bring the rows of these records to their target."""
    if owners:
        wanted = [(row, one.target(row)) for row in one.rows(connection, owners)]
        one.write(connection, [(row, value) for row, value in wanted if value != row.value])


def next_records(connection: Connection, records: sa.Table, cursor: str, *, before: datetime | None = None, limit: int = BATCH) -> list[str]:
    """Return the ids of the next batch of live records after the cursor."""
    query = sa.select(records.c.id).where(records.c.id > cursor, records.c.deleted_at.is_(None)).order_by(records.c.id).limit(limit)
    if before is not None:
        query = query.where(records.c.created_at <= before)
    return list(connection.execute(query).scalars())


def fillings_of(steps: Sequence[Step], tables: Tables, storage: StorageMap) -> tuple[Filling, ...]:
    """Return what the FILL and CONVERT steps of a release need."""
    return tuple(filling(step, tables, storage, steps) for step in steps if step.kind in (StepKind.FILL, StepKind.CONVERT))


def check_value(model: Model, name: str, value: object) -> str | None:
    """Say what is wrong with a value for the field of this name (``type.path``); None when it fits."""
    known = {slot.name: field for entity in model.entity_types.values() for slot, field in slots(model, entity).items()}
    field = known.get(name)
    if field is None:
        return None
    if isinstance(value, str) and value.startswith("="):
        return "a default is one value for all records, not an expression"
    result = KINDS[field.kind].read(field, value, Reading(model=model))
    return sentence(result, "en") if isinstance(result, Finding) else None
