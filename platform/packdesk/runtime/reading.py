"""Reads the JSON input of a record, from whichever door: every fault of every field at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as having
from difflib import get_close_matches
from types import MappingProxyType

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.runtime.compile import Runtime
from packdesk.runtime.engine_columns import WRITABLE
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime, RelationRuntime
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.values import Line

_NOTHING: Mapping[str, object] = MappingProxyType({})
#: Finds the id of a record by what a person or document calls it: targets (entity types) and name; None when there is none.
Resolve = Callable[[tuple[str, ...], str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkInput:
    """The other end of a link as it was named, and the link's own values. ``entity_type`` is empty where the relation says it."""

    entity_type: str
    record: str
    values: Mapping[str, object] = having(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What was read. With findings nothing of it may be used; None clears; the id of a new line is empty."""

    values: Mapping[str, object]
    lines: Mapping[str, tuple[Line, ...]]
    links: Mapping[str, tuple[LinkInput, ...]]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    entity: EntityRuntime
    reading: Reading
    text: bool
    resolve: Resolve | None

    def value(self, field: FieldRuntime, given: object, path: str) -> object:
        """Return the value of a field or a finding under its full path."""
        if field.derived is not None or (field.engine and field.path not in WRITABLE):
            code = "derived_field" if field.derived is not None else "readonly_field"
            return Finding(code=code, field=path, rule=field.field.path, facts={"label": field.label(self.reading.language)})
        kind = field.kind
        read = kind.read_text(field.field, given, self.reading) if self.text and isinstance(given, str) else kind.read(field.field, given, self.reading)
        if isinstance(read, Finding):
            return replace(read, field=path)
        return self._resolved(field, read, path)

    def _resolved(self, field: FieldRuntime, value: object, path: str) -> object:
        if self.resolve is None or field.field.kind not in (Kind.REFERENCE, Kind.REFERENCES):
            return value
        named = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        found = [(name, self.resolve(field.targets, name)) for name in named]
        missing = next((name for name, record in found if record is None), None)
        if missing is not None:
            return Finding(code="unknown_reference", field=path, rule=field.field.path, facts={"label": field.label(self.reading.language), "value": missing})
        ids = tuple(record for _, record in found if record is not None)
        return ids if isinstance(value, tuple) else ids[0] if ids else None

    def named(self, name: str, given: object) -> object:
        """Return the value of a field of the record, or a finding when it has none of this name."""
        entity = self.entity
        if name in entity.fields:
            return self.value(entity.fields[name], given, name)
        if name in entity.sections:
            return self.malformed(name, entity.sections[name].section.path, "an object", "ein Objekt")
        return self.unknown(name, (*entity.fields, *entity.sections, *entity.groups, *entity.relations))

    def unknown(self, name: str, known: Iterable[str]) -> Finding:
        """Return the finding that nothing is called so, with the nearest that is."""
        near = get_close_matches(name.rpartition(".")[2], tuple(known), n=1)
        return Finding(code="unknown_field", field=name, rule=self.entity.entity.path, facts={"name": name, "did_you_mean": near[0] if near else ""})

    def malformed(self, name: str, rule: str, english: str, german: str) -> Finding:
        """Return the finding that a part has the wrong shape."""
        expected = german if self.reading.language == "de" else english
        return Finding(code="wrong_type", field=name, rule=rule, facts={"label": name, "expected": expected})

    def lines(self, group: str, given: object) -> tuple[tuple[Line, ...], tuple[Finding, ...]]:
        """Return the rows of a group, replaced as a whole."""
        runtime = self.entity.groups[group]
        if given is None:
            return (), ()
        if not isinstance(given, list | tuple):
            return (), (self.malformed(group, runtime.group.path, "a list", "eine Liste"),)
        lines: list[Line] = []
        findings: list[Finding] = []
        for place, row in enumerate(given):
            path = f"{group}[{place}]"
            if not isinstance(row, Mapping) or not isinstance(row.get("id", ""), str):
                findings.append(self.malformed(path, runtime.group.path, "an object", "ein Objekt"))
                continue
            values, wrong = self.fields(row, runtime.fields, path + ".", skip=("id",))
            lines.append(Line(str(row.get("id", "")), values))
            findings += wrong
        return tuple(lines), tuple(findings)

    def fields(
        self, given: Mapping[str, object], fields: Mapping[str, FieldRuntime], prefix: str, skip: tuple[str, ...] = ()
    ) -> tuple[dict[str, object], list[Finding]]:
        """Return the values of named fields and what is wrong with them."""
        values: dict[str, object] = {}
        findings: list[Finding] = []
        for name, value in given.items():
            if name in skip:
                continue
            read = self.value(fields[name], value, prefix + name) if name in fields else self.unknown(prefix + name, fields)
            if isinstance(read, Finding):
                findings.append(read)
            else:
                values[name] = read
        return values, findings

    def links(self, relation: RelationRuntime, given: object) -> tuple[tuple[LinkInput, ...], tuple[Finding, ...]]:
        """Return the ends of a relation: one, or a list of them, replaced as a whole."""
        name = relation.relation.id
        if relation.connection.how == "field":
            return (), (
                Finding(
                    code="readonly_field", field=name, rule=relation.relation.path, facts={"label": relation.relation.label.in_language(self.reading.language)}
                ),
            )
        ends = [] if given is None else given if isinstance(given, list | tuple) else [given]
        if len(ends) > 1 and not relation.connection.many:
            return (), (Finding(code="too_many_items", field=name, rule=relation.relation.path, facts={"label": name, "limit": 1}),)
        links: list[LinkInput] = []
        findings: list[Finding] = []
        for place, end in enumerate(ends):
            path = f"{name}[{place}]"
            target = end if isinstance(end, Mapping) else {"record": end}
            record = target.get("record", target.get("id"))
            if not isinstance(record, str) or not record:
                findings.append(self.malformed(path, relation.relation.path, "the name of a record", "der Name eines Datensatzes"))
                continue
            values, wrong = self.fields(target, relation.fields, path + ".", skip=("record", "id", "number", "title", "entity_type"))
            findings += wrong
            links.append(LinkInput(entity_type=str(target.get("entity_type") or relation.relation.to), record=record, values=values))
        return tuple(links), tuple(findings)


def read_input(rt: Runtime, entity_type: str, data: Mapping[str, object], *, reading: Reading, text: bool = False, resolve: Resolve | None = None) -> Input:
    """Read what was sent for a record; ``text`` for doors that have only text (forms, CSV).

    A section is an object or named by path (``response.category``); a line group and a relation are replaced as a whole.
    """
    entity = rt.type(entity_type)
    reader = _Reader(entity=entity, reading=reading, text=text, resolve=resolve)
    values: dict[str, object] = {}
    lines: dict[str, tuple[Line, ...]] = {}
    links: dict[str, tuple[LinkInput, ...]] = {}
    findings: list[Finding] = []
    for name, given in _flat(entity, data):
        if name in entity.groups:
            lines[name], wrong = reader.lines(name, given)
            findings += wrong
        elif name in entity.relations:
            links[name], wrong = reader.links(entity.relations[name], given)
            findings += wrong
        else:
            read = reader.named(name, given)
            if isinstance(read, Finding):
                findings.append(read)
            else:
                values[name] = read
    return Input(values=values, lines=lines, links=links, findings=_placed(entity, findings))


def read_fields(
    fields: Mapping[str, FieldRuntime],
    entity: EntityRuntime,
    data: Mapping[str, object],
    *,
    reading: Reading,
    text: bool = False,
    resolve: Resolve | None = None,
) -> tuple[Mapping[str, object], tuple[Finding, ...]]:
    """Read the inputs of an action: its fields by name or path, sections as objects."""
    reader = _Reader(entity=entity, reading=reading, text=text, resolve=resolve)
    values, findings = reader.fields(dict(_flat(entity, data)), fields, "")
    return values, _placed(entity, findings)


def _placed(entity: EntityRuntime, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with the place of the metadata that each names."""
    return tuple(replace(one, origin=str(origin)) if (origin := entity.model.origin(one.rule)) else one for one in findings)


def _flat(entity: EntityRuntime, data: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """Yield the input with sections taken apart; a section that is null clears all its fields that a person writes."""
    for name, given in data.items():
        if name not in entity.sections:
            yield name, given
        elif isinstance(given, Mapping):
            yield from ((f"{name}.{inner}", value) for inner, value in given.items())
        elif given is None:
            yield from (
                (path, None) for path in entity.sections[name].fields if entity.fields[path].derived is None and entity.fields[path].readonly is not True
            )
        else:
            yield name, given
