"""The state of a form: from a record to what the browser holds, from a sent form to JSON and to the record as it would be.

Which fields there are and what holds of them is the runtime's to say (``packdesk.runtime.forms``), asked for the record *as the form
would make it*, so that a form that comes back shows the fields which its own values call for.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind, Relation
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.model.views import Layout
from packdesk.records import policy
from packdesk.records.looking import Look
from packdesk.records.outcome import LinkView
from packdesk.runtime import forms
from packdesk.runtime.candidates import LISTED
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime, FieldRuntime, LineRuntime
from packdesk.runtime.forms import Bounds, fields_of, groups_of, links_of
from packdesk.runtime.layout import LINKED
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Line, Record
from packdesk_ui import controls, people
from packdesk_ui.controls import Raw

#: Names the inputs that were given by what opened the form and can't be changed in it.
FIXED = "_fixed"
#: Names the action that comes when the form is stored: entity type, number, action.
THEN = "_then"
#: Says that the form was opened by a picker, which wants the record that it makes.
QUICK = "_quick"
#: Texts of the opening state that read differently in JSON: days, amounts and lengths of time in the words of the language.
_WORDED = "_worded"
#: Inputs of a form that are no fields of the record: what kind it will be, where an action leads.
_OF_THE_FORM = frozenset({"subtype", "status"})


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of one record or of an action on it: what it is about, and the rules that say which fields it shows."""

    look: Look
    entity: EntityRuntime
    #: The record as it stands; for a new one as the engine would begin it.
    record: Record
    new: bool = False
    #: Fields that are asked for by path; None: the record's own form.
    inputs: Mapping[str, FieldRuntime] | None = None
    #: The action that asks; None where nothing but fields is asked for.
    action: ActionRuntime | None = None
    #: As a page, or as a window on top of one.
    layout: Layout = Layout.FORM
    #: Where the form is sent.
    address: str = ""
    #: Where the browser asks what would be said of it; empty: nowhere.
    check: str = ""
    #: Relation -> the records at its other end.
    links: Mapping[str, tuple[LinkView, ...]] = field(default_factory=dict)
    #: Paths that were given by what opened the form.
    fixed: frozenset[str] = frozenset()

    # what it can hold -------------------------------------------------------------------------------------------------------

    @cached_property
    def fields(self) -> Mapping[str, FieldRuntime]:
        """Return the fields that the form can hold."""
        return self.inputs if self.inputs is not None else fields_of(self.entity)

    @cached_property
    def rows(self) -> Mapping[str, LineRuntime]:
        """Return what the form holds as rows."""
        return groups_of(self.entity) if self.inputs is None else {}

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """Return the relations that the form holds in one control each."""
        return tuple(name for name in links_of(self.entity) if name not in self.bounds.closed) if self.inputs is None else ()

    @cached_property
    def bounds(self) -> Bounds:
        """Return what this person may fill in."""
        runtime, actor = self.look.runtime, self.look.context.actor
        return Bounds(
            new=self.new,
            closed=policy.closed_fields(runtime, actor, "edit", self.entity.id),
            unseen=policy.closed_fields(runtime, actor, "view", self.entity.id),
            fixed=self.fixed,
        )

    @property
    def preset(self) -> frozenset[str]:
        """Return the inputs that the address of a new record may fill: records that it is about, and choices from lists."""
        named = (path for path, each in self.fields.items() if not each.engine and (each.targets or each.field.kind in LISTED))
        return frozenset((*named, *self.relations))

    # out of the record ------------------------------------------------------------------------------------------------------

    def raw(self) -> dict[str, list[str]]:
        """Return the state of the form when it is opened."""
        found: dict[str, list[str]] = {}
        for path, value in self._opening():
            each = self.fields[path]
            found |= controls.raw_of(each.field, path, value, self.look.reading, partial(self.name, each))
        for group, lines in self.rows.items():
            for index, line in enumerate(self._lines(group)):
                found |= {f"{group}[{index}]:id": [line.id]} if line.id and not self.new else {}
                for name, each in lines.fields.items():
                    found |= controls.raw_of(each.field, f"{group}[{index}].{name}", line.values.get(name), self.look.reading, partial(self.name, each))
        return found | {name: [self._linked(name)] for name in self.relations if self.links.get(name)}

    def _opening(self) -> Iterator[tuple[str, object]]:
        """Yield what the fields hold at first: the record's values, of the inputs of an action what is offered."""
        if self.action is None:
            yield from ((path, self.record.get(path)) for path in self.fields)
            return
        at = self.look.at(self.record, self.record)
        yield from ((path, forms.offered(at, path, each)) for path, each in self.fields.items())

    def base(self) -> str:
        """Return the opening state as the hidden field keeps it."""
        opened = self.raw()
        data = {path: _plain(value) for path, value in self.data(opened | {"_group": list(self.rows)}).items()}
        worded: dict[str, list[str]] = {}
        for name, texts in opened.items():
            head, _ = controls.place_of(name)
            known = frozenset(_texts(data.get(head)))
            if others := [text for text in texts if known.isdisjoint((text, controls.key_of(text)))]:
                worded.setdefault(head, []).extend(others)
        return json.dumps(data | {_WORDED: worded}, ensure_ascii=False, separators=(",", ":"))

    def _lines(self, group: str) -> tuple[Line, ...]:
        if group in self.entity.groups:
            return self.record.lines.get(group, ())
        return tuple(Line("", {LINKED: link.reference.id, **link.values}) for link in self.links.get(group, ()))

    def _linked(self, relation: str) -> str:
        return ", ".join(link_name(link.reference.number, link.reference.title) for link in self.links.get(relation, ()))

    # out of the sent form ---------------------------------------------------------------------------------------------------

    def data(self, raw: Raw) -> dict[str, Json]:
        """Return what the form says, flat: values by path, rows by group, links by relation."""
        reading = self.look.reading
        found: dict[str, Json] = {path: controls.json_of(each.field, raw, path, reading) for path, each in self.fields.items() if controls.sent(raw, path)}
        found = {path: self._resolved(self.fields[path], value) for path, value in found.items()}
        for group, lines in self.rows.items():
            if group in raw.get("_group", ()) or controls.indexes(raw, group):
                rows = controls.filled(raw, group, {name: each.field for name, each in lines.fields.items()}, reading)
                found[group] = tuple(self._row(group, lines, row) for _, row in rows)
        for relation in self.relations:
            if relation in raw:
                found[relation] = self._ends(relation, raw[relation][-1] if raw[relation] else "")
        return found

    def patch(self, raw: Raw, base: Mapping[str, Json]) -> dict[str, Json]:
        """Return what the form changes, flat: what differs from the state in which it was opened."""
        return {path: value for path, value in self.data(raw).items() if _plain(value) != base.get(path) or (self.new and value is not None)}

    def said(self, raw: Raw, base: Mapping[str, Json]) -> dict[str, Json]:
        """Return what the form says as the use case behind it takes it: a whole new record, what an edit changes, what an action is given."""
        chosen = {name: texts[-1] for name in _OF_THE_FORM if (texts := raw.get(name)) and texts[-1]}
        if self.action is not None:
            data = {path: value for path, value in self.data(raw).items() if value is not None or path in self.entity.fields}
            return controls.nested(data) | {name: value for name, value in chosen.items() if name == "status"}
        if self.new:
            return controls.nested(self.patch(raw, base)) | {name: value for name, value in chosen.items() if name == "subtype"}
        return controls.nested(self.patch(raw, base) if "_base" in raw else self.data(raw))

    def places(self, raw: Raw) -> dict[str, str]:
        """Return the names of the form's inputs by the paths under which findings speak of them."""
        found = {path: path for path in (*self.fields, *self.relations, *self.rows)}
        for group, lines in self.rows.items():
            rows = controls.filled(raw, group, {name: each.field for name, each in lines.fields.items()}, self.look.reading)
            for sent, (index, _) in enumerate(rows):
                found |= {f"{group}[{sent}].{name}": f"{group}[{index}].{name}" for name in lines.fields}
                if LINKED in lines.fields:
                    found[f"{group}[{sent}]"] = f"{group}[{index}].{LINKED}"
        return found

    def field_at(self, name: str) -> FieldRuntime | None:
        """Return the field behind the name of an input; None where it has none."""
        group, path = controls.place_of(name)
        if group in self.rows:
            return self.rows[group].fields.get(path.removeprefix(f"{group}."))
        return self.fields.get(name)

    def targets_at(self, name: str) -> tuple[str, ...]:
        """Return the entity types whose records the input of this name names; none for any other input."""
        if name in self.relations:
            return targets_of(self.look.runtime.model, self.entity.relations[name].relation)
        field = self.field_at(name)
        return field.targets if field is not None else ()

    def value(self, field: FieldRuntime, raw: Raw, name: str) -> object:
        """Return what an input holds; a finding where it can't be read."""
        return self._value(field, raw, name)

    def gone(self, raw: Raw, base: Mapping[str, Json]) -> tuple[Finding, ...]:
        """Return a finding with what was typed for each field that the form no longer has; ``base`` says what stood there before.

        A release may take a field away while somebody fills in a form that still has it.
        """
        found: dict[str, list[str]] = {}
        worded = base.get(_WORDED)
        for name, texts in raw.items():
            head, path = controls.place_of(name)
            if not name.startswith("_") and name not in _OF_THE_FORM and not self._holds(head, path):
                known = {"", "false", *_texts(base.get(head)), *_texts(worded.get(head) if isinstance(worded, Mapping) else None)}
                found.setdefault(path, []).extend(text for text in texts if known.isdisjoint((text.replace("\r\n", "\n").strip(), controls.key_of(text))))
        return tuple(Finding(code="field_gone", facts={"name": path, "typed": ", ".join(texts)}) for path, texts in found.items() if texts)

    def _holds(self, head: str, path: str) -> bool:
        if head in self.rows:
            return head == path or path.removeprefix(f"{head}.") in self.rows[head].fields
        return path in self.fields or (self.inputs is None and path in links_of(self.entity))

    def situation(self, raw: Raw) -> Situation:
        """Return the situation of the record as the form would make it, as far as its values can be read."""
        read = {path: self._value(each, raw, path) for path, each in self.fields.items() if controls.sent(raw, path)}
        known = {path: value for path, value in read.items() if not isinstance(value, Finding)}
        lines = {group: tuple(self._line(group, rows, raw, index) for index in controls.indexes(raw, group)) for group, rows in self.rows.items()}
        draft = self.record.having({path: value for path, value in known.items() if path in self.entity.fields}, lines)
        at = self.look.at(draft, None if self.new else self.record)
        if self.inputs is None:
            return at
        at = at.with_input({path: value for path, value in known.items() if path not in self.entity.fields})
        return forms.going(at, self.action, (raw.get("status") or [""])[-1]) if self.action is not None else at

    def _line(self, group: str, lines: LineRuntime, raw: Raw, index: int) -> Line:
        read = {name: self._value(each, raw, f"{group}[{index}].{name}") for name, each in lines.fields.items()}
        return Line((raw.get(f"{group}[{index}]:id") or [""])[-1], {name: None if isinstance(value, Finding) else value for name, value in read.items()})

    def _value(self, each: FieldRuntime, raw: Raw, name: str) -> object:
        """Return the value that an input holds, ids for records that are named by number; a finding where it can't be read."""
        said = self._resolved(each, controls.json_of(each.field, raw, name, self.look.reading))
        value = each.kind.read(each.field, said, self.look.reading)
        if each.field.kind is Kind.REFERENCE and isinstance(value, str):
            found = self.look.find(each.targets, value)
            return found.id if found is not None else value
        return value

    def _row(self, group: str, lines: LineRuntime, row: Mapping[str, Json]) -> dict[str, Json]:
        said = {name: self._resolved(lines.fields[name], value) if name in lines.fields else value for name, value in row.items()}
        if group in self.entity.groups or not isinstance(said.get(LINKED), str):
            return said
        declared = self.entity.relations[group].relation
        end = self._end(targets_of(self.look.runtime.model, declared), declared.to, str(said[LINKED]))
        return {**said, **(end if isinstance(end, Mapping) else {LINKED: end})}

    def _ends(self, relation: str, typed: str) -> Json:
        """Return the linked records as JSON input: a number for one type, with its type where several may stand there."""
        declared = self.entity.relations[relation].relation
        names = [controls.key_of(part) for part in (typed.split(",") if declared.many else [typed]) if part.strip()]
        ends = tuple(self._end(targets_of(self.look.runtime.model, declared), declared.to, name) for name in names)
        return ends if declared.many else (ends[0] if ends else None)

    def _end(self, targets: Iterable[str], single: str, name: str) -> Json:
        if single:
            return name
        found = self.look.find(targets, name)
        return {"entity_type": found.entity_type, "record": found.number} if found is not None else {"entity_type": next(iter(targets), ""), "record": name}

    def _resolved(self, each: FieldRuntime, value: Json) -> Json:
        """Return numbers for records that were typed by their title, where exactly one has it."""
        if not each.targets or value is None:
            return value
        if isinstance(value, tuple):
            return tuple(self._resolved(each, one) for one in value)
        if not isinstance(value, str) or self.look.find(each.targets, value) is not None:
            return value
        from packdesk_ui.choices import only_match

        return only_match(self.look, each.targets, value) or value

    # in words ---------------------------------------------------------------------------------------------------------------

    def name(self, each: FieldRuntime, record_id: str) -> str:
        """Return how a picker names a record or a person: number or login, separator, title or name."""
        if each.field.kind is Kind.USER:
            return link_name(record_id, people.names().get(record_id, ""), several=False)
        found = self.look.find(each.targets, record_id) if each.targets else None
        return named(self.look, found) if found is not None else record_id

    def shown(self, each: FieldRuntime, value: object) -> str:
        """Return a value of a field in words."""
        if value is None:
            return ""
        if each.field.kind is Kind.USER:
            return people.name_of(str(value))
        if each.targets:
            return ", ".join(self.name(each, str(one)) for one in (value if isinstance(value, tuple) else (value,)))
        return each.kind.show(each.field, value, self.look.language, self.look.runtime.model, self.look.zone)

    def linked(self, relation: str) -> str:
        """Return the linked records as they stand, in words."""
        return self._linked(relation)


def targets_of(model: Model, relation: Relation) -> tuple[str, ...]:
    """Return the entity types that may stand at the other end of a relation."""
    if relation.to:
        return (relation.to,)
    return tuple(entity.id for entity in model.entity_types.values() if relation.to_capability in entity.capabilities)


def named(look: Look, record: Record) -> str:
    """Return number, separator and title of a record."""
    return link_name(record.number, look.title(record), several=False)


def link_name(number: str, title: str, *, several: bool = True) -> str:
    """Return number, separator and title; without commas where several names stand in one control."""
    rest = title.replace(number, "").strip(" ·-,")
    shown = f"{number}{controls.SEPARATOR}{rest}" if rest else number
    return shown.replace(",", "") if several else shown


def _texts(value: Json) -> Iterator[str]:
    """Yield every text and number in JSON as an input holds it."""
    match value:
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)
        case str():
            yield value
        case _:
            yield json.dumps(value)


def _plain(value: Json) -> object:
    """Return JSON as it comes back from the hidden field."""
    return json.loads(json.dumps(value, default=dict))
