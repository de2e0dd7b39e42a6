"""Forms as the templates draw them: the runtime's form of the record as it would be, and what the browser holds, as controls."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from flask import url_for

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.runtime import forms
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.form_fields import FormField
from packdesk.runtime.forms import FormGroup, FormLinks, FormSection
from packdesk.runtime.layout import LINKED
from packdesk_ui import answers, controls
from packdesk_ui.catalogue import text
from packdesk_ui.choices import address_of
from packdesk_ui.controls import Control, Group, Raw, Row
from packdesk_ui.faults import Fault, by_field, faults_of
from packdesk_ui.formstate import FIXED, Form

_BLANK_ROW = "__row__"
#: Names the inputs of rows whose choices are all to be drawn.
CHOICES = "_choices"
#: Controls that a person overlooks without an index.
_LONG = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One block of a form."""

    id: str
    label: str
    fields: tuple[Control, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def hidden(self) -> bool:
        """Say whether nothing of it is there now."""
        return not self.groups and bool(self.fields) and all(control.hidden for control in self.fields)

    @property
    def size(self) -> int:
        """Return how many controls it holds."""
        return len(self.fields) + sum(len(group.blank.fields) * max(len(group.rows), 1) for group in self.groups)

    @property
    def optional(self) -> bool:
        """Say whether nothing of it has to be filled in: then it can be closed."""
        needed = any(control.required or control.required_when for control in self.fields)
        return bool(self.label) and not needed and not any(group.rows or group.hint for group in self.groups)

    @property
    def blank(self) -> bool:
        """Say whether nobody has to see it: it holds no value and nothing is wrong with it."""
        said = any(control.faults or control.holds for control in self.fields)
        return self.optional and not said and not any(group.faults for group in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """What the form template draws."""

    sections: tuple[Section, ...]
    action: str
    #: Where the browser asks what would be said of the form.
    check: str
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
    #: What is to be known before the form is sent.
    notice: str = ""
    #: What somebody else changed in the record since the form was opened, which now goes by the newer version.
    news: tuple[str, ...] = ()
    refusal: str = ""
    faults: tuple[Fault, ...] = ()
    #: What the conditions read that the browser evaluates, as JSON; empty: none.
    environment: str = ""
    #: What is said of fields that the form lost, and what was typed into them, which is sent on until the form is saved.
    lost: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def long(self) -> bool:
        """Say whether it is too long to be seen at once: it gets an index, and parts that say nothing begin closed."""
        return sum(section.size for section in self.sections if not section.hidden) > _LONG and len(self.index) > 1

    @property
    def index(self) -> tuple[Section, ...]:
        """Return the parts to jump to."""
        return tuple(section for section in self.sections if section.label and not section.hidden)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One drawing of a form in a state, with the sentences about each field."""

    form: Form
    raw: Raw
    said: Mapping[str, tuple[str, ...]]

    def sections(self) -> tuple[tuple[Section, ...], str]:
        """Return the blocks, and the environment of the conditions that the browser evaluates."""
        at = self.form.situation(self.raw)
        if self.form.inputs is not None:
            asked = forms.asked(at, self.form.inputs, self.form.action.action.section if self.form.action is not None else "")
            return (Section(id="inputs", label="", fields=tuple(self._field(each) for each in asked.fields)),), _json(asked.environment)
        shown = forms.form(at, self.form.bounds, self.form.layout)
        return tuple(self._section(each) for each in shown.sections), _json(shown.environment)

    def _section(self, section: FormSection) -> Section:
        return Section(
            id=section.id,
            label=section.label,
            fields=tuple(self._links(each) if isinstance(each, FormLinks) else self._field(each) for each in section.fields),
            groups=tuple(self._group(each) for each in section.groups),
        )

    def _field(self, field: FormField) -> Control:
        control = controls.control_of(self._blank(field, field.path, field.path), self.raw)
        readonly = field.readonly
        return replace(
            control,
            readonly=readonly,
            shown=self.form.shown(field.field, field.value) if readonly else "",
            link=self._link(field.targets, control),
            faults=self.said.get(field.path, ()),
            watched=self.form.address if field.server else "",
            decides=field.decides,
            hint=control.hint or ("" if readonly else self._either(field.path)),
        )

    def _either(self, path: str) -> str:
        """Return the hint at the first of unit and user that one of them is required, though neither is; empty at any other field (CARE-14)."""
        form = self.form
        if path != ASSIGNMENT[0] or not form.fields.keys() >= {*ASSIGNMENT} or "assignment" not in form.entity.entity.capabilities:
            return ""
        return text("assignment.either.rules" if form.new and form.entity.assignment_rules else "assignment.either", form.look.language)

    def _blank(self, field: FormField, name: str, path: str) -> Control:
        searched = field.targets or field.field.field.kind is Kind.USER
        return controls.blank_control(field, name, path=path, search=self._search if searched else "")

    def _link(self, targets: Iterable[str], control: Control) -> str:
        """Return where the one record of a picker is looked at."""
        found = self.form.look.find(targets, controls.key_of(control.value)) if control.control == "lookup" and control.value else None
        return address_of(found) if found is not None else ""

    @property
    def _search(self) -> str:
        return url_for("packdesk_ui.choices", entity_type=self.form.entity.id)

    def _links(self, links: FormLinks) -> Control:
        values = self.raw.get(links.path, ())
        value = values[-1] if values else ""
        control = Control(
            path=links.path,
            name=links.path,
            label=links.label,
            control="lookups" if links.many else "lookup",
            value=value,
            shown=self._linked(links, value) if links.readonly else "",
            readonly=links.readonly,
            search=self._search,
            faults=self.said.get(links.path, ()),
        )
        return replace(control, link=self._link(links.targets, control))

    def _linked(self, links: FormLinks, value: str) -> str:
        """Return given links in words."""
        found = ((self.form.look.find(links.targets, controls.key_of(part)), part) for part in value.split(",") if part.strip())
        return ", ".join(self.form.look.title(record) if record is not None else part for record, part in found)

    def _group(self, group: FormGroup) -> Group:
        lines = self.form.rows[group.id]
        indexes = controls.indexes(self.raw, group.id)
        rows = controls.filled(self.raw, group.id, {key: each.field for key, each in lines.fields.items()}, self.form.look.reading)
        sent = {index: position for position, (index, _) in enumerate(rows)}
        numbered = enumerate(zip(indexes, group.rows, strict=True), start=1)
        blank = replace(self, raw=self._offered(group), said={})._row(group.id, group.empty, index=_BLANK_ROW, number="", sent=-1)
        drawn = (self._row(group.id, fields, index=index, number=number, sent=sent.get(index, -1)) for number, (index, (_, fields)) in numbered)
        return Group(
            name=group.id,
            label=group.label,
            rows=tuple(self._sharing(row, blank) for row in drawn),
            blank=blank,
            next=max(indexes, default=-1) + 1,
            hint=_bounds(group, self.form.look.language),
            faults=self.said.get(group.id, ()),
        )

    def _sharing(self, row: Row, blank: Row) -> Row:
        """Return the row with long choices left to the empty one, but for those that somebody without a script asked for."""
        known, asked = {control.path: control for control in blank.fields}, self.raw.get(CHOICES, ())
        return replace(row, fields=tuple(control if control.name in asked else control.sharing(known.get(control.path)) for control in row.fields))

    def _offered(self, group: FormGroup) -> Raw:
        """Return what an empty row holds at first."""
        found: dict[str, list[str]] = {}
        for each in group.empty:
            if each.value is not None:
                found |= controls.raw_of(each.field.field, f"{group.id}[{_BLANK_ROW}].{each.path}", each.value, self.form.look.reading, str)
        return found

    def _row(self, group: str, fields: Iterable[FormField], *, index: int | str, number: int | str, sent: int) -> Row:
        known = self.raw.get(f"{group}[{index}]:id", ())
        shown = tuple(self._cell(group, field, index, sent) for field in fields)
        return Row(index=index, number=number, id=known[-1] if known else "", sent=sent, fields=shown)

    def _cell(self, group: str, field: FormField, index: int | str, sent: int) -> Control:
        control = controls.control_of(self._blank(field, f"{group}[{index}].{field.path}", f"{group}.{field.path}"), self.raw)
        place = f"{group}[{sent}]"
        faults = (*self.said.get(f"{place}.{field.path}", ()), *(self.said.get(place, ()) if field.path == LINKED else ()))
        return replace(control, path=field.path, inside_line=True, link=self._link(field.targets, control), faults=faults)


def page_of(form: Form, raw: Raw, findings: Iterable[Finding] = (), *, gone: Iterable[Finding] = (), **rest: object) -> FormPage:
    """Return the page of a form in a state, with what was refused; ``gone`` are fields that it lost while it was filled in."""
    found, language = tuple(findings), form.look.language
    sections, environment = Drawing(form=form, raw=raw, said=by_field(found, language)).sections()
    refusal = text("form.refused" if form.inputs is None else "action.refused", language)
    notice = text("form.sent_before", language) if answers.sent_before() else ""
    faults = faults_of(found, dict(_names(sections)), language)
    lost = tuple(gone)
    paths = frozenset(finding.facts["name"] for finding in lost)
    rest["lost"] = tuple(fault.sentence for fault in faults_of(lost, {}, language))
    rest["kept"] = tuple((name, one) for name, texts in raw.items() if controls.place_of(name)[1] in paths for one in texts)
    return FormPage(sections=sections, action=form.address, check=form.check, faults=faults, refusal=refusal, notice=notice, environment=environment, **rest)  # type: ignore[arg-type]


def _bounds(group: FormGroup, language: str) -> str:
    """Return in words how many rows there have to be; nothing where any number will do."""
    least, most = group.min_items, group.max_items
    if not least and most is None:
        return ""
    key = "lines.at_most" if not least else "lines.at_least" if most is None else "lines.between"
    return text(key, language, least=least, most=most)


def given(form: Form, raw: Raw) -> tuple[tuple[str, str], ...]:
    """Return the hidden inputs that carry what was given by what opened the form."""
    return tuple((path, raw[path][-1]) for path in sorted(form.fixed) if raw.get(path)) + tuple((FIXED, path) for path in sorted(form.fixed))


def _names(sections: Iterable[Section]) -> Iterator[tuple[str, str]]:
    """Yield the names of the inputs by the paths that findings name."""
    for section in sections:
        yield from ((control.path, control.name) for control in section.fields)
        for group in section.groups:
            yield group.name, group.name
            for row in group.rows:
                yield from ((f"{group.name}[{row.sent}].{control.path}", control.name) for control in row.fields)
                yield from ((f"{group.name}[{row.sent}]", control.name) for control in row.fields if control.path == LINKED)


def _json(environment: Mapping[str, object]) -> str:
    return json.dumps(environment, ensure_ascii=False, separators=(",", ":")) if environment else ""
