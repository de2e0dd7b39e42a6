"""Forms of records and actions: a type, a record and the form's raw state in; sections of controls out, as the rules have it now.

Which fields are there, open, required and what they offer is asked of the runtime for the record *as the form would make it*, so that
a form that comes back shows the fields which its own values call for.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from flask import url_for

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind, Relation
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.records import policy
from packdesk.records.looking import Look
from packdesk.runtime.candidates import LISTED
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.entity import EntityRuntime, FieldRuntime, LineRuntime
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.field_state import field_state
from packdesk.runtime.form_fields import options
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Line, Record
from packdesk_ui import controls, layout
from packdesk_ui.catalogue import text
from packdesk_ui.controls import Control, Group, Option, Place, Raw, Row
from packdesk_ui.faults import Fault, by_field, faults_of

_BLANK_ROW = "__row__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One block of a form."""

    id: str
    label: str
    fields: tuple[Control, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """What the form template draws."""

    sections: tuple[Section, ...]
    action: str
    back: str
    submit: str
    key: str
    over: str = ""
    words: str = ""
    tone: str = "solid"
    modal: bool = False
    version: int = 0
    base: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    refusal: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of one record: what it is about, and the rules that say which fields it shows."""

    look: Look
    entity: EntityRuntime
    #: The record as it stands; for a new one as the engine would begin it.
    record: Record
    new: bool
    #: Fields of an action's inputs by path; None: the record's own form.
    inputs: Mapping[str, FieldRuntime] | None = None
    #: Section that an action opens.
    section: str = ""
    #: Where the form is sent.
    address: str = ""
    #: Relation -> how the linked records read in the form.
    linked: Mapping[str, str] = field(default_factory=dict)

    # state of the form -----------------------------------------------------------------------------------------------------

    def raw(self) -> dict[str, list[str]]:
        """Return the state of the form when it is opened."""
        found: dict[str, list[str]] = {}
        for path, each in self.fields.items():
            found |= controls.raw_of(each.field, path, self._opening(path, each), self.look.reading, partial(self.name, each))
        for group, lines in self._groups.items():
            for index, line in enumerate(self.record.lines.get(group, ())):
                found |= {} if self.new else {f"{group}[{index}]:id": [line.id]}
                for name, each in lines.fields.items():
                    input_name = f"{group}[{index}].{name}"
                    found |= controls.raw_of(each.field, input_name, line.values.get(name), self.look.reading, partial(self.name, each))
        return found | {name: [names] for name, names in self.linked.items()}

    def _opening(self, path: str, each: FieldRuntime) -> object:
        """Return what a field holds at first: an action's own input its default, every other the record's value."""
        if path in self.entity.fields and self.entity.fields[path].field.id == each.field.id:
            value = self.record.get(path)
            return value if value is not None or self.inputs is None else self.look.at(self.record).value(each.default)
        return self.look.at(self.record).value(each.default)

    def data(self, raw: Raw) -> dict[str, Json]:
        """Return what the form says, flat: values by path, rows by group, links by relation."""
        reading = self.look.reading
        found: dict[str, Json] = {path: controls.json_of(each.field, raw, path, reading) for path, each in self.fields.items() if controls.sent(raw, path)}
        found = {path: self._resolved(self.fields[path], value) for path, value in found.items()}
        for group, lines in self._groups.items():
            if group in raw.get("_group", ()):
                rows = controls.filled(raw, group, {name: each.field for name, each in lines.fields.items()}, reading)
                found[group] = tuple(
                    {name: self._resolved(lines.fields[name], value) if name in lines.fields else value for name, value in row.items()} for _, row in rows
                )
        for relation in self._relations:
            if relation in raw:
                found[relation] = self._ends(relation, raw[relation][-1] if raw[relation] else "")
        return found

    def patch(self, raw: Raw, base: Mapping[str, Json]) -> dict[str, Json]:
        """Return what the form changes, flat: what differs from the state in which it was opened."""
        return {path: value for path, value in self.data(raw).items() if _plain(value) != base.get(path) or (self.new and value is not None)}

    def base(self) -> str:
        """Return the opening state as the hidden field keeps it."""
        opened = self.raw() | {"_group": list(self._groups)}
        return json.dumps({path: _plain(value) for path, value in self.data(opened).items()}, ensure_ascii=False, separators=(",", ":"))

    # what the form shows ----------------------------------------------------------------------------------------------------

    def sections(self, raw: Raw, findings: Iterable[Finding] = ()) -> tuple[Section, ...]:
        """Return the controls for the form's state, each with the sentences about it."""
        draft = self._draft(raw)
        at = self.look.at(draft, None if self.new else self.record)
        said = by_field(findings, self.look.language)
        if self.inputs is not None:
            shown = (self._control(at, each, raw, said, path) for path, each in self.inputs.items())
            return (Section(id="inputs", label="", fields=tuple(control for control in shown if control is not None)),)
        return tuple(section for part in layout.parts_of(self.entity, self.look.language) if (section := self._section(part, at, raw, said)) is not None)

    def faults(self, sections: Iterable[Section], findings: Iterable[Finding]) -> tuple[Fault, ...]:
        """Return the findings for the summary, linked to the fields that the form shows."""
        names = {control.path: control.name for section in sections for control in section.fields}
        for section in sections:
            for group in section.groups:
                names[group.name] = group.name
                for row in group.rows:
                    names |= {f"{group.name}[{row.sent}].{control.path}": control.name for control in row.fields}
        return faults_of(findings, names, self.look.language)

    def _section(self, part: layout.Part, at: Situation, raw: Raw, said: Mapping[str, tuple[str, ...]]) -> Section | None:
        if part.group:
            if part.group in self._closed:
                return None
            return Section(id=part.id, label=part.label, groups=(self._group(self._groups[part.group], at, raw, said),))
        found = tuple(self._placed(path, at, raw, said, wide=path in part.wide) for path in part.paths)
        fields = tuple(control for control in found if control is not None)
        return Section(id=part.id, label=part.label, fields=fields) if any(not control.readonly for control in fields) else None

    def _placed(self, path: str, at: Situation, raw: Raw, said: Mapping[str, tuple[str, ...]], *, wide: bool) -> Control | None:
        if path in self.entity.relations:
            return self._relation(path, raw, said) if path in self._relations else None
        control = self._control(at, self.entity.fields[path], raw, said, path)
        return replace(control, wide=control.wide or wide) if control is not None else None

    def _control(self, at: Situation, each: FieldRuntime, raw: Raw, said: Mapping[str, tuple[str, ...]], path: str) -> Control | None:
        state = field_state(at, each, section=self.section)
        own = path in self.entity.fields
        if (
            state.hidden
            or (own and path in self._unseen)
            or (self.new and own and (each.derived is not None or (state.readonly and at.record.get(path) is None)))
        ):
            return None
        readonly = state.readonly or (own and self._is_closed(path, each))
        blank = self._blank(at, each, path, path)
        control = controls.control_of(blank, raw)
        shown = self.shown(each, at.record.get(path)) if readonly else ""
        watched = self.address if path in self._deciding else ""
        suggestions = self._suggestions(at, each) if not readonly else ()
        return replace(control, required=state.required, readonly=readonly, shown=shown, faults=said.get(path, ()), watched=watched, suggestions=suggestions)

    def _suggestions(self, at: Situation, each: FieldRuntime) -> tuple[str, ...]:
        found = at.value(each.suggest) if each.suggest is not None else None
        return tuple(str(getattr(item, "raw", item)) for item in (found if isinstance(found, tuple) else (found,)) if item is not None)

    @cached_property
    def _deciding(self) -> frozenset[str]:
        """Return the paths that conditions of other fields read, so that these come and go while the form is filled in."""
        guards = [guard for each in self.fields.values() for guard in (each.visible, each.required, each.readonly, each.options_when)]
        guards += [section.present_when for section in self.entity.sections.values()] if self.inputs is None else []
        read = (dependency for guard in guards if isinstance(guard, Compiled) for dependency in guard.dependencies)
        return frozenset(dependency.path for dependency in read if dependency.entity_type == self.entity.id)

    def _is_closed(self, path: str, each: FieldRuntime) -> bool:
        """Say whether this person can't change the field in this form, whatever the field's own rules say."""
        if path in self._closed or path == "subtype":
            return True
        fixed = each.field.immutable and not self.new and self.record.get(path) is not None
        return fixed or (path in ASSIGNMENT and not self.new and self.inputs is None)

    def _blank(self, at: Situation, each: FieldRuntime, name: str, path: str) -> Control:
        options = self._options(at, each, path)
        search = url_for("packdesk_ui.choices", entity_type=self.entity.id) if each.targets or each.field.kind is Kind.USER else ""
        return controls.blank_control(each.field, name, path=path, language=self.look.language, options=options, search=search)

    def _options(self, at: Situation, each: FieldRuntime, path: str) -> tuple[Option, ...] | None:
        if each.field.kind not in LISTED:
            return None
        found = {option.id: option for option in options(at, each, at.record.get(path))}
        parents = {name: option.parent for name, option in found.items()}
        return tuple(Option(id=name, label=found[name].label, depth=controls.depth_of(parents, name)) for name in controls.in_tree_order(parents))

    def _group(self, lines: LineRuntime, at: Situation, raw: Raw, said: Mapping[str, tuple[str, ...]]) -> Group:
        name = lines.group.id
        indexes = controls.indexes(raw, name)
        rows = controls.filled(raw, name, {key: each.field for key, each in lines.fields.items()}, self.look.reading)
        sent = {index: position for position, (index, _) in enumerate(rows)}
        inside = at.on(Line("", dict.fromkeys(lines.fields)))
        places = tuple(Place(index=index, number=number, sent=sent.get(index, -1)) for number, index in enumerate(indexes, start=1))
        return Group(
            name=name,
            label=lines.group.label.in_language(self.look.language),
            rows=tuple(self._row(lines, inside, raw, said, place) for place in places),
            blank=self._row(lines, inside, {}, {}, Place(index=_BLANK_ROW, number="", sent=-1)),
            next=max(indexes, default=-1) + 1,
            faults=said.get(name, ()),
        )

    def _row(self, lines: LineRuntime, inside: Situation, raw: Raw, said: Mapping[str, tuple[str, ...]], place: Place) -> Row:
        group = lines.group.id
        known = raw.get(f"{group}[{place.index}]:id", ())
        shown = []
        for name, each in lines.fields.items():
            input_name = f"{group}[{place.index}].{name}"
            state = field_state(inside, each, in_line=True)
            if state.hidden or state.readonly:
                continue
            control = controls.control_of(self._blank(inside, each, input_name, f"{group}.{name}"), raw)
            faults = said.get(f"{group}[{place.sent}].{name}", ())
            shown.append(replace(control, path=name, required=state.required, inside_line=True, faults=faults))
        return Row(index=place.index, number=place.number, id=known[-1] if known else "", sent=place.sent, fields=tuple(shown))

    def _relation(self, name: str, raw: Raw, said: Mapping[str, tuple[str, ...]]) -> Control:
        relation = self.entity.relations[name].relation
        values = raw.get(name, ())
        return Control(
            path=name,
            name=name,
            label=relation.label.in_language(self.look.language),
            control="lookups" if relation.many else "lookup",
            value=values[-1] if values else "",
            search=url_for("packdesk_ui.choices", entity_type=self.entity.id),
            faults=said.get(name, ()),
        )

    # parts ------------------------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> Mapping[str, FieldRuntime]:
        """Return the fields that the form can hold."""
        if self.inputs is not None:
            return self.inputs
        return {path: each for path, each in self.entity.fields.items() if not each.engine or path in (*ASSIGNMENT, "status", "privacy_level")}

    @property
    def _groups(self) -> Mapping[str, LineRuntime]:
        return self.entity.groups if self.inputs is None else {}

    @property
    def preset(self) -> frozenset[str]:
        """Return the inputs that the address of a new record may fill: records that it is about, and choices from lists."""
        named = (path for path, each in self.fields.items() if not each.engine and (each.targets or each.field.kind in LISTED))
        return frozenset((*named, *self._relations))

    @property
    def _relations(self) -> tuple[str, ...]:
        if self.inputs is not None:
            return ()
        return tuple(
            name
            for name, each in self.entity.relations.items()
            if layout.is_written(self.entity, name) and not each.relation.fields and name not in self._closed
        )

    @property
    def _closed(self) -> frozenset[str]:
        return policy.closed_fields(self.look.runtime, self.look.context.actor, "edit", self.entity.id)

    @property
    def _unseen(self) -> frozenset[str]:
        return policy.closed_fields(self.look.runtime, self.look.context.actor, "view", self.entity.id)

    def _draft(self, raw: Raw) -> Record:
        """Return the record as the form would make it, as far as its values can be read."""
        values: dict[str, object] = {}
        for path, each in self.fields.items():
            if path not in self.entity.fields or not controls.sent(raw, path):
                continue
            said = self._resolved(each, controls.json_of(each.field, raw, path, self.look.reading))
            value = each.kind.read(each.field, said, self.look.reading)
            if not isinstance(value, Finding):
                values[path] = self._stored(each, value)
        return self.record.having(values)

    def _stored(self, each: FieldRuntime, value: object) -> object:
        """Return ids for records that are named by number."""
        if each.field.kind is Kind.REFERENCE and isinstance(value, str):
            found = self._record(each.targets, value)
            return found.id if found is not None else value
        return value

    def _record(self, targets: Iterable[str], name: str) -> Record | None:
        return self.look.find(targets, name)

    def name(self, each: FieldRuntime, record_id: str) -> str:
        """Return how a picker names a record: number, separator, title."""
        found = self._record(each.targets, record_id) if each.targets else None
        return named(self.look, found) if found is not None else record_id

    def shown(self, each: FieldRuntime, value: object) -> str:
        """Return a value of a field in words."""
        if value is None:
            return ""
        if each.targets:
            return ", ".join(self.name(each, str(one)) for one in (value if isinstance(value, tuple) else (value,)))
        return each.kind.show(each.field, value, self.look.language, self.look.runtime.model, self.look.zone)

    def _resolved(self, each: FieldRuntime, value: Json) -> Json:
        """Return numbers for records that were typed by their title, where exactly one has it."""
        if not each.targets or value is None:
            return value
        if isinstance(value, tuple):
            return tuple(self._resolved(each, one) for one in value)
        if not isinstance(value, str) or self._record(each.targets, value) is not None:
            return value
        from packdesk_ui.choices import only_match

        return only_match(self.look, each.targets, value) or value

    def _ends(self, relation: str, typed: str) -> Json:
        """Return the linked records as JSON input: a number for one type, with its type where several may stand there."""
        declared = self.entity.relations[relation]
        names = [controls.key_of(part) for part in (typed.split(",") if declared.relation.many else [typed]) if part.strip()]
        ends = tuple(self._end(targets_of(self.look.runtime.model, declared.relation), declared.relation.to, name) for name in names)
        return ends if declared.relation.many else (ends[0] if ends else None)

    def _end(self, targets: Iterable[str], single: str, name: str) -> Json:
        if single:
            return name
        found = self._record(targets, name)
        return {"entity_type": found.entity_type, "record": found.number} if found is not None else {"entity_type": next(iter(targets), ""), "record": name}


def targets_of(model: Model, relation: Relation) -> tuple[str, ...]:
    """Return the entity types that may stand at the other end of a relation."""
    if relation.to:
        return (relation.to,)
    return tuple(entity.id for entity in model.entity_types.values() if relation.to_capability in entity.capabilities)


def named(look: Look, record: Record) -> str:
    """Return number, separator and title of a record."""
    title = look.title(record).replace(record.number, "").strip(" ·-")
    return f"{record.number}{controls.SEPARATOR}{title}" if title else record.number


def _plain(value: Json) -> object:
    """Return JSON as it comes back from the hidden field."""
    return json.loads(json.dumps(value, default=dict))


def page_of(form: Form, raw: Raw, findings: Iterable[Finding] = (), **rest: object) -> FormPage:
    """Return the page of a form in a state, with what was refused."""
    found = tuple(findings)
    sections = form.sections(raw, found)
    language = form.look.language
    refusal = text("form.refused" if form.inputs is None else "action.refused", language)
    return FormPage(sections=sections, action=form.address, faults=form.faults(sections, found), refusal=refusal, **rest)  # type: ignore[arg-type]
