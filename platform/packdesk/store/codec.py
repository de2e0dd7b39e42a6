"""Between rows and records: which columns to read for a record, what they mean, and what to write for its values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import sqlalchemy as sa

from packdesk.runtime.field_kind import FieldKind
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import NO_LINES, Line, Record
from packdesk.store.tables import ENGINE_TYPES, Stored, Tables

#: (path, first column, column after the last, reader of several columns or None for the value itself)
_Part = tuple[str, int, int, Callable[[Sequence[object]], object] | None]
_ReadPart = tuple[str, int, int, Callable[[Sequence[object]], object]]
_Plan = tuple[tuple[str, ...], Callable[[Sequence[object]], tuple[object, ...]], tuple[_ReadPart, ...]]

#: Choices of fields per release.
_REMEMBERED = 1024


@dataclass(frozen=True)
class Codec:
    """Reads and writes the values of one table: of a record, of a group's lines or of a relation's links."""

    columns: tuple[sa.Column[object], ...]
    parts: tuple[_Part, ...]

    def decode(self, row: Sequence[object], offset: int = 0) -> dict[str, object]:
        """Return values by path from a row that holds the columns from ``offset`` on."""
        # Most columns are their field's value: a page of them is put together without a step of the interpreter for each.
        paths, first, read = self._plans.get(offset) or self._planned(offset)
        values = dict(zip(paths, first(row)))  # noqa: B905 - as many by construction
        for path, start, end, reader in read:
            values[path] = reader(row[start:end])
        return values

    @cached_property
    def _plans(self) -> dict[int, _Plan]:
        """Return the plans by the place in the row where the columns begin; there are as many as statements that the columns stand in."""
        return {}

    def _planned(self, offset: int) -> _Plan:
        """Return the paths, what takes the first column of each from a row, and the parts that need more than that."""
        starts = tuple(start + offset for _, start, _, _ in self.parts)
        plan = (
            tuple(path for path, _, _, _ in self.parts),
            itemgetter(*starts) if len(starts) > 1 else lambda row: tuple(row[start] for start in starts),
            tuple((path, start + offset, end + offset, read) for path, start, end, read in self.parts if read is not None),
        )
        self._plans[offset] = plan
        return plan


@dataclass(frozen=True, slots=True)
class RecordCodec:
    """Reads records of one type, all of it or some fields."""

    entity_type: str
    codec: Codec

    @property
    def columns(self) -> tuple[sa.Column[object], ...]:
        """Return what to select, in order."""
        return self.codec.columns

    def record(self, row: Sequence[object], offset: int = 0, lines: Mapping[str, tuple[Line, ...]] | None = None) -> Record:
        """Return the record in a row."""
        return Record(self.entity_type, self.codec.decode(row, offset), NO_LINES if lines is None else lines)


def record_codec(tables: Tables, entity_type: str, paths: Iterable[str] | None = None) -> RecordCodec:
    """Return the codec for records of a type; with ``paths`` only those fields, and always id, number and version."""
    known: dict[object, RecordCodec] = tables.memo.setdefault("codecs", {})
    key = (entity_type, None if paths is None else tuple(paths))
    if key not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[key] = _record_codec(tables, *key)
    return known[key]


def line_codec(tables: Tables, entity_type: str, group: str) -> Codec:
    """Return the codec for the lines of a group."""
    key = ("line codec", entity_type, group)
    if key not in tables.memo:
        tables.memo[key] = _translated(tables, f"{entity_type}.{group}", _codec((), tables.stored_lines(entity_type, group).values()))
    return tables.memo[key]  # type: ignore[no-any-return]


def link_codec(tables: Tables, entity_type: str, relation: str) -> Codec:
    """Return the codec for the values of a relation's links."""
    key = ("link codec", entity_type, relation)
    if key not in tables.memo:
        tables.memo[key] = _translated(tables, f"{entity_type}.{relation}", _codec((), tables.stored_links(entity_type, relation).values()))
    return tables.memo[key]  # type: ignore[no-any-return]


def encode(stored: Mapping[str, Stored], values: Mapping[str, object]) -> dict[str, object]:
    """Return column names with what they hold, for the values whose path is stored here."""
    parameters: dict[str, object] = {}
    for path, value in values.items():
        if path in stored:
            where = stored[path]
            parameters.update(zip([column.name for column in where.columns], KINDS[where.kind].to_columns(value), strict=True))
    return parameters


def encode_record(tables: Tables, entity_type: str, values: Mapping[str, object]) -> dict[str, object]:
    """Return column names with what they hold, engine columns included."""
    return {path: value for path, value in values.items() if path in ENGINE_TYPES} | encode(tables.stored(entity_type), values)


def _record_codec(tables: Tables, entity_type: str, paths: tuple[str, ...] | None) -> RecordCodec:
    table, stored = tables.record(entity_type), tables.stored(entity_type)
    wanted = (*tables.engine_paths(entity_type), *stored) if paths is None else tuple(dict.fromkeys(("id", "number", "version", *paths)))
    engine = [table.c[path] for path in wanted if path in tables.engine_paths(entity_type)]
    codec = _translated(tables, entity_type, _codec(engine, [stored[path] for path in wanted if path in stored]))
    moved = tables.reading.states.get(entity_type)
    return RecordCodec(entity_type, codec if moved is None else _with_moved_state(codec, table, moved))


def _translated(tables: Tables, owner: str, codec: Codec) -> Codec:
    """Return the codec reading values that a publish maps and has not reached yet as what they will be."""
    reading = tables.reading
    if not reading.places:
        return codec

    def translate(place: str, read: Callable[[Sequence[object]], object] | None) -> Callable[[Sequence[object]], object]:
        return lambda parts: reading.value(place, parts[0] if read is None else read(parts))

    parts: list[_Part] = []
    for path, start, end, read in codec.parts:
        place = f"{owner}.{path}"
        mapped = place in reading.places
        parts.append((path, start, start + 1 if mapped and read is None else end, translate(place, read) if mapped else read))
    return Codec(codec.columns, tuple(parts))


def _with_moved_state(codec: Codec, table: sa.Table, moved: Mapping[str, str]) -> Codec:
    """Return the codec reading the state from the stored status where that status has moved to another state."""
    start = len(codec.columns)
    parts = (("state", start, start + 2, lambda pair: moved.get(str(pair[0]), pair[1])) if part[0] == "state" else part for part in codec.parts)
    return Codec((*codec.columns, table.c.status, table.c.state), tuple(parts))


def _codec(engine: Iterable[sa.Column[object]], stored: Iterable[Stored]) -> Codec:
    columns: list[sa.Column[object]] = []
    parts: list[_Part] = []
    for column in engine:
        parts.append((column.name, len(columns), len(columns) + 1, None))
        columns.append(column)
    for one in stored:
        start = len(columns)
        columns += one.columns
        parts.append((one.path, start, len(columns), _reader(KINDS[one.kind])))
    return Codec(tuple(columns), tuple(parts))


def _reader(kind: FieldKind) -> Callable[[Sequence[object]], object] | None:
    """Return how the kind reads its columns; None where the one column is the value."""
    return None if type(kind).from_columns is FieldKind.from_columns else kind.from_columns
