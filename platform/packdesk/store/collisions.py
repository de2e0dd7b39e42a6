"""Who would have the same as another once a publish has mapped, filled and converted: judged before any record is touched.

What has to be unique among records, or among the lines of one record, is read as it stands in the live release and seen as the
steps would leave it. Only what a step touches is looked at.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import Finding, Problem, fill
from packdesk.model.entity_types import EntityType, Field, Kind, LineGroup
from packdesk.model.model import Model
from packdesk.runtime.engine_columns import ENGINE_COLUMNS
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.store.comparison import SlotPair, TypePair, type_pairs, uniques
from packdesk.store.decisions import CONVERT
from packdesk.store.impacts import converted
from packdesk.store.places import place
from packdesk.store.steps import Slot, Step, StepKind, mapped
from packdesk.store.tables import Tables

#: Entity type (as the new release calls it) -> id of a record -> path -> the value that it gets back first.
GivenBack = Mapping[str, Mapping[str, Mapping[str, object]]]
NOTHING_BACK: GivenBack = MappingProxyType({})
_ADVICE = "Decide otherwise, or make them differ, then plan again."
_BATCH = 1000
_ORDER = (StepKind.MAP_VALUES, StepKind.CONVERT, StepKind.FILL)
_Value = Callable[[object], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A rule of uniqueness that the steps would break, by how many records, and two of them (or the one, for its lines)."""

    about: str
    sentence: str
    count: int

    def problem(self) -> Problem:
        """Return it as what stops a plan."""
        return Problem(code="not_unique", message=f"{self.about}: {self.sentence}", advice=_ADVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One value of what is unique: where it stands now, and what becomes of it."""

    path: str
    columns: tuple[sa.Column[object], ...]
    kind: Kind
    becomes: _Value
    after: Kind

    def old(self, row: Sequence[object]) -> object:
        return None if all(one is None for one in row) else KINDS[self.kind].from_columns(row)

    def new(self, value: object) -> tuple[object, ...]:
        """Return what the unique index would hold."""
        given = self.becomes(value)
        if given is None:
            return (None,)
        parts = tuple(KINDS[self.after].to_columns(given))
        return parts if self.after is Kind.MONEY else parts[:1]


@dataclass(slots=True)
class _Seen:
    """Who has a value: how many, and the first two."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


def collisions(  # noqa: PLR0917
    connection: Connection, before: Tables, after: Model, steps: Sequence[Step], given_back: GivenBack = NOTHING_BACK, since: datetime | None = None
) -> tuple[Collision, ...]:
    """Return what would not be unique any more after the steps; ``before`` are the tables of the live release.

    With ``since``, what was judged then is not judged again: only types with a record that was written later are looked at.
    """
    touched = _touched(steps)
    for entity_type, records in given_back.items():
        for values in records.values():
            for path in values:
                touched.setdefault(Slot(entity_type, path), [])
    if not touched:
        return ()
    anew = frozenset(step.slot for step in steps if step.kind is StepKind.CHANGE_KIND and step.slot is not None)
    found: list[Collision] = []
    for pair in type_pairs(before.model, after):
        if pair.old is not None and pair.new is not None and any(slot.entity_type == pair.new.id for slot in touched):
            if since is not None and not _written_since(connection, before.record(pair.old.id), since):
                continue
            judge = _Judge(connection=connection, before=before, after=after, pair=pair, touched=touched, anew=anew)
            found += judge.records(pair.old, pair.new, given_back.get(pair.new.id, {}))
            found += judge.lines(pair.old, pair.new)
    return tuple(found)


def _written_since(connection: Connection, records: sa.Table, since: datetime) -> bool:
    return connection.execute(sa.select(records.c.id).where(records.c.updated_at >= since).limit(1)).first() is not None


def _touched(steps: Sequence[Step]) -> dict[Slot, list[Step]]:
    """Return the steps that change values, by slot and in the order in which they take effect."""
    found: dict[Slot, list[Step]] = {}
    for step in sorted((step for step in steps if step.kind in _ORDER), key=lambda step: _ORDER.index(step.kind)):
        if step.slot is not None:
            found.setdefault(step.slot, []).append(step)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Looks at one entity type."""

    connection: Connection
    before: Tables
    after: Model
    pair: TypePair
    touched: Mapping[Slot, Sequence[Step]]
    #: Slots that get a new column because their kind changes.
    anew: frozenset[Slot]

    def records(self, old: EntityType, new: EntityType, given_back: Mapping[str, Mapping[str, object]]) -> Iterator[Collision]:
        """Yield the rules among the records of the type that would be broken."""
        for name, paths in uniques(new).items():
            if not any(Slot(new.id, path) in self.touched for path in paths):
                continue
            parts = [self._part(old, Slot(new.id, path)) for path in paths]
            seen: dict[tuple[object, ...], _Seen] = {}
            for number, record, values in self._rows(old, parts):
                given = given_back.get(record, {})
                key = tuple(one for part, value in zip(parts, values, strict=True) for one in part.new(given.get(part.path, value)))
                if None not in key:
                    group = seen.setdefault(key, _Seen())
                    group.count += 1
                    group.examples += [number] if group.count <= 2 else []
            broken = [group for group in seen.values() if group.count > 1]
            if broken:
                count = sum(group.count for group in broken)
                facts = {"count": count, "label": " and ".join(paths), "one": broken[0].examples[0], "other": broken[0].examples[1]}
                yield Collision(
                    about=f"{new.id}.{name}", sentence=fill("{count} records would share {label} with another, such as {one} and {other}.", facts), count=count
                )

    def lines(self, old: EntityType, new: EntityType) -> Iterator[Collision]:
        """Yield the rules among the lines of one record that would be broken by records that keep them now."""
        for group in new.lines.values():
            if group.id not in old.lines or not any(Slot(new.id, name, group.id) in self.touched for name in group.unique):
                continue
            broken = self._broken_lines(old, new, group)
            if broken:
                facts = {"count": len(broken), "label": " and ".join(group.unique), "one": broken[0]}
                said = "{count} {count:record|records} would have two lines with the same {label}, such as {one}."
                yield Collision(about=f"{new.id}.{group.id}.unique", sentence=fill(said, facts), count=len(broken))

    def _broken_lines(self, old: EntityType, new: EntityType, group: LineGroup) -> list[str]:
        """Return the numbers of the records whose lines would be the same and are not now."""
        parts = [self._part(old, Slot(new.id, name, group.id)) for name in group.unique]
        broken = []
        for (number, _record), rows in groupby(self._rows(old, parts, group.id), key=lambda row: row[:2]):
            now, then = Tally[tuple[object, ...]](), Tally[tuple[object, ...]]()
            for _number, _owner, values in rows:
                now[values] += None not in values
                key = tuple(one for part, value in zip(parts, values, strict=True) for one in part.new(value))
                then[key] += None not in key
            if max(then.values()) > 1 >= max(now.values()):
                broken.append(number)
        return broken

    def _rows(self, old: EntityType, parts: Sequence[_Part], group: str = "") -> Iterator[tuple[str, str, tuple[object, ...]]]:
        """Yield the number and id of each live record with the values as they stand, for lines once per line."""
        records = self.before.record(old.id)
        columns = [column for part in parts for column in part.columns]
        query = sa.select(records.c.number, records.c.id, *columns).where(records.c.deleted_at.is_(None)).order_by(records.c.id)
        if group:
            table = self.before.lines(old.id, group)
            query = query.select_from(records.join(table, table.c.record_id == records.c.id))
        for row in self.connection.execute(query.execution_options(yield_per=_BATCH)):
            values, start = [], 2
            for part in parts:
                end = start + len(part.columns)
                values.append(part.old(tuple(row[start:end])))
                start = end
            yield str(row[0]), str(row[1]), tuple(values)

    def _part(self, old: EntityType, slot: Slot) -> _Part:
        """Return where the value of a slot of the new release stands now, and what becomes of it."""
        steps = self.touched.get(slot, ())
        if slot.path in ENGINE_COLUMNS and not slot.group:
            found = place(self.before, Slot(old.id, slot.path))
            return _Part(path=slot.path, columns=found.columns, kind=found.kind, becomes=self._becomes(steps, found.kind, None), after=found.kind)
        one = next(one for one in self.pair.slots if one.new == slot)
        if one.old is None or one.field is None:
            return self._unknown(one, slot, steps)
        found = place(self.before, one.old)
        anew = slot in self.anew and not any(step.kind is StepKind.CONVERT for step in steps)
        becomes = self._becomes(steps, found.kind, one.field, empty=anew)
        return _Part(path=slot.path, columns=found.columns, kind=found.kind, becomes=becomes, after=one.field.kind)

    def _unknown(self, one: SlotPair, slot: Slot, steps: Sequence[Step]) -> _Part:
        """Return a value that stands nowhere yet."""
        kind = Kind.STRING if one.field is None else one.field.kind
        return _Part(path=slot.path, columns=(), kind=kind, becomes=self._becomes(steps, kind, one.field, empty=True), after=kind)

    def _becomes(self, steps: Sequence[Step], kind: Kind, declared: Field | None, *, empty: bool = False) -> _Value:
        def becomes(value: object) -> object:
            value = None if empty else value
            for step in steps:
                value = self._after(step, value, kind, declared)
            return value

        return becomes

    def _after(self, step: Step, value: object, kind: Kind, declared: Field | None) -> object:
        if step.kind is StepKind.MAP_VALUES:
            return None if value is None else mapped(value, step.mapping or {})
        if step.kind is StepKind.FILL:
            if value is not None:
                return value
            return step.value if declared is None else KINDS[declared.kind].read(declared, step.value, Reading(model=self.after))
        if value is None or declared is None or step.value != CONVERT:
            return None
        result = converted(value, kind, declared, self.after)
        return None if isinstance(result, Finding) else result
