"""Records as JSON, alike at every door: values by field path go in, nested JSON comes out; what to write is worked out once per release.

Moments, days and references are left to the serializer (``SERIALIZED``), which writes them faster than anybody here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from zoneinfo import ZoneInfo

import orjson

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.records.json_values import plain
from packdesk.records.outcome import LinkView, RecordView, Reference
from packdesk.records.search import SearchPage
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.field_kind import FieldKind
from packdesk.runtime.values import Line, Record

References = Mapping[tuple[str, str], Reference]
_Writer = Callable[[object, References], object]
_SILENT = frozenset({"deleted_at"})
#: What ``SERIALIZED`` writes as ISO 8601 in UTC.
_SERIALIZED = frozenset({Kind.DATE, Kind.DATETIME})
#: How orjson is asked to write moments: ``2026-12-31T14:30:00Z``.
SERIALIZED = orjson.OPT_UTC_Z
#: Choices of fields per release.
_REMEMBERED = 1024
_LABELLED = frozenset(
    {Kind.OPTION, Kind.OPTIONS, Kind.LEVEL, Kind.STATUS, Kind.STATE, Kind.SUBTYPE, Kind.CATEGORY, Kind.ORG_UNIT, Kind.USER, Kind.BOOLEAN, Kind.DURATION}
)


@dataclass(frozen=True, slots=True)
class _Part:
    """How one field is written."""

    path: str
    section: str
    name: str
    #: None where the value is written as it is, which is so for most.
    write: _Writer | None
    #: Entity type that a reference to one record names; empty for other kinds.
    to: str


@dataclass(frozen=True)
class Shape:
    """How the records of one entity type are written, the fields hidden from somebody left out."""

    #: Fields of the record's own, then those in sections.
    own: tuple[_Part, ...]
    sections: tuple[_Part, ...]
    lines: Mapping[str, tuple[_Part, ...]]

    def record(self, record: Record, references: References) -> dict[str, object]:
        """Return a record, all of whose fields it holds, as JSON."""
        values = record.values
        names, taken = self._plainly
        result: dict[str, object] = dict(zip(names, taken(values)))  # noqa: B905 - as many by construction
        for name, to in self._naming:
            if (value := result[name]) is not None:
                result[name] = references.get((to, value)) or {"id": value}  # type: ignore[arg-type]
        for name, write in self._written:
            if result[name] is not None:
                result[name] = write(result[name], references)
        for part in self.sections:
            section = result.setdefault(part.section, {})
            if isinstance(section, dict):
                section[part.name] = _written(part, values[part.path], references)
        return result

    @cached_property
    def _plainly(self) -> tuple[tuple[str, ...], Callable[[Mapping[str, object]], tuple[object, ...]]]:
        """Return the names of the record's own fields and what takes their values at once: a page of them is written without a step for each."""
        paths = tuple(part.path for part in self.own)
        taken = itemgetter(*paths) if len(paths) > 1 else lambda values: tuple(values[path] for path in paths)
        return tuple(part.name for part in self.own), taken

    @cached_property
    def _written(self) -> tuple[tuple[str, _Writer], ...]:
        return tuple((part.name, part.write) for part in self.own if part.write is not None and not part.to)

    @cached_property
    def _naming(self) -> tuple[tuple[str, str], ...]:
        return tuple((part.name, part.to) for part in self.own if part.to)

    def of(self, paths: Collection[str], hidden: Collection[str] = ()) -> "Shape":
        """Return the shape for records that hold these paths only, without what is hidden from the actor."""

        def open_parts(parts: tuple[_Part, ...]) -> tuple[_Part, ...]:
            return tuple(part for part in parts if part.path in paths and part.path not in hidden)

        lines = {group: parts for group, parts in self.lines.items() if group not in hidden}
        return Shape(open_parts(self.own), open_parts(self.sections), lines)

    def whole(self, record: Record, references: References) -> dict[str, object]:
        """Return a record with its lines; pages of many records go without."""
        result = self.record(record, references)
        for group, rows in record.lines.items():
            if group in self.lines:
                result[group] = [self._line(self.lines[group], row, references) for row in rows]
        return result

    def _line(self, parts: tuple[_Part, ...], line: Line, references: References) -> dict[str, object]:
        """Return a row of a line group as JSON."""
        return {"id": line.id, **{part.name: _written(part, line.values.get(part.path), references) for part in parts}}


def _written(part: _Part, value: object, references: References) -> object:
    """Return a value as JSON."""
    return value if value is None or part.write is None else part.write(value, references)


def _named(entity_type: str, record_id: str, references: References) -> object:
    """Return a record that is named, with number and title where the actor may see them."""
    return references.get((entity_type, record_id)) or {"id": record_id}


def shape_of(runtime: Runtime, entity: EntityRuntime) -> Shape:
    """Return the shape of an entity type's records, made once per release."""
    known: dict[str, Shape] = runtime.memo.setdefault("shapes", {})
    if entity.id not in known:
        parts = [_part(field) for path, field in entity.fields.items() if path not in _SILENT]
        known[entity.id] = Shape(
            tuple(part for part in parts if not part.section),
            tuple(part for part in parts if part.section),
            {group: tuple(_part(field) for field in fields.values()) for group, fields in entity.lines.items()},
        )
    return known[entity.id]


def _shape_for(runtime: Runtime, entity: EntityRuntime, paths: Iterable[str], hidden: frozenset[str]) -> Shape:
    """Return the shape for records that hold these paths; the same few choices are asked for again and again."""
    known: dict[object, Shape] = runtime.memo.setdefault("shapes of choices", {})
    chosen = tuple(paths)
    key = (entity.id, hidden, *chosen)
    found = known.get(key)
    if found is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[key] = shape_of(runtime, entity).of(chosen, hidden)
    return found


def _part(field: FieldRuntime) -> _Part:
    """Return how a field is written."""
    to = field.targets[0] if field.field.kind is Kind.REFERENCE and field.targets else ""
    return _Part(field.path, field.section, field.path.rpartition(".")[2], _writer(field), to)


def _writer(field: FieldRuntime) -> _Writer | None:
    """Return what writes a value; None where the serializer takes it as it is."""
    kind, written = field.field.kind, field.kind.write
    to = field.targets[0] if kind in (Kind.REFERENCE, Kind.REFERENCES) and field.targets else ""
    if to and kind is Kind.REFERENCE:
        return lambda value, references: _named(to, str(value), references)
    if to:
        return lambda value, references: [_named(to, str(one), references) for one in value] if isinstance(value, tuple) else None
    if kind in _SERIALIZED or type(field.kind).write is FieldKind.write:
        return None
    return lambda value, _references: written(value)


def view_json(runtime: Runtime, view: RecordView) -> dict[str, object]:
    """Return one record with its title and links."""
    entity = runtime.type(view.record.entity_type)
    result = _shape_for(runtime, entity, view.record.values, view.hidden).whole(view.record, view.references)
    result["title"] = view.title
    for relation, links in view.links.items():
        described = [_link(link) for link in links]
        result[relation] = described if entity.entity.relations[relation].many else (described[0] if described else None)
    if view.masked:
        result["masked"] = sorted(view.masked)
    return result


def page_json(runtime: Runtime, entity_type: str, page: SearchPage, labels_in: str, zone: ZoneInfo) -> dict[str, object]:
    """Return a page of records, with labels when a language for them is given."""
    entity = runtime.type(entity_type)
    shape = _shape_for(runtime, entity, page.rows[0].values if page.rows else (), page.hidden)
    rows = [shape.record(row, page.references) for row in page.rows]
    if labels_in:
        for shown, row in zip(rows, page.rows, strict=True):
            shown["labels"] = labels(runtime, entity, row, labels_in, zone)
    told = {"too_many_parties": True} if page.too_many_parties else {}
    return {"records": rows, "next_cursor": page.next_cursor or None, "count": page.count, "capped": page.capped, **told}


def _link(link: LinkView) -> dict[str, object]:
    """Return the other end of a link with the link's own values."""
    reference = link.reference
    named: dict[str, object] = {"entity_type": reference.entity_type, "id": reference.id, "number": reference.number, "title": reference.title}
    return {**named, **{name: plain(value) for name, value in link.values.items()}}


def labels(runtime: Runtime, entity: EntityRuntime, record: Record, language: str, zone: ZoneInfo) -> dict[str, Json]:
    """Return what people read for the ids in a record: options, levels, statuses, units, by field path."""
    return {
        path: field.kind.show(field.field, record.values[path], language, runtime.model, zone)
        for path, field in entity.fields.items()
        if field.field.kind in _LABELLED and record.values.get(path) is not None
    }
