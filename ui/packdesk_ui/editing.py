"""New records and changes to records: the form, its refusals, and what to do when somebody was faster."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Response, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.nodes import Json
from packdesk.records import create as creating
from packdesk.records import policy
from packdesk.records import read as reading
from packdesk.records import update as updating
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import Outcome, RecordView
from packdesk.runtime import forms
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, controls, people, shell
from packdesk_ui.controls import Raw
from packdesk_ui.formstate import FIXED, THEN, Form, named
from packdesk_ui.formviews import FormPage, given, page_of
from packdesk_ui.shell import Crumb, words

_SENT = "_line"
_LONGEST_VERSION = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A subtype to choose."""

    label: str
    href: str
    icon: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A field that two people changed."""

    path: str
    label: str
    theirs: str
    mine: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage:
    """What the conflict template draws."""

    number: str
    words: str
    action: str
    back: str
    key: str
    version: int
    mine: str
    fields: tuple[Clash, ...]


def sent_form() -> dict[str, list[str]]:
    """Return the state of the form that was sent."""
    return {name: list(values) for name, values in request.form.lists()}


# new -----------------------------------------------------------------------------------------------------------------------------


@answers.form_kept
def new(entity_type: str) -> Response:
    """Ask for the type first where there are several, then show the form, or create what it says."""
    context, runtime, language = answers.context(), request_context.runtime(), shell.language()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "create", entity_type):
        raise Refused((refused,))
    subtype = request.values.get("subtype", "")
    if entity.entity.subtyped and subtype not in entity.subtypes:
        return _subtypes(runtime, entity, language)
    with looking(context) as look:
        form = new_form(look, entity, subtype)
        opened = form.raw() | _preset(form)
        if request.method == "GET":
            return _new_page(form, opened, subtype)
        raw = sent_form()
        if raw.get(_SENT):
            return _new_page(form, _with_line(form, raw), subtype)
        if gone := form.gone(raw, {}):
            return _new_page(form, raw, subtype, gone)
        data = form.said(raw, json.loads(form.base()))
    try:
        outcome = creating.create(context, entity_type, data)
    except PackdeskError as error:
        findings = _form_findings(error)
        with looking(context) as look:
            return _new_page(replace(form, look=look), raw, subtype, findings)
    created = words("done.created", name=outcome.record.number)
    following = _following(request.values.get(THEN, ""))
    return answers.go(following, created) if following else _done(outcome, created)


def _following(then: str) -> str:
    """Return the address of the action that comes when the form is stored; empty for none."""
    entity_type, _, rest = then.partition("/")
    number, _, action = rest.partition("/")
    runtime = request_context.runtime()
    known = entity_type in runtime.types and action in runtime.type(entity_type).actions
    return url_for("packdesk_ui.act", entity_type=entity_type, number=number, action=action) if known and number else ""


def _preset(form: Form) -> dict[str, list[str]]:
    """Return what the address gives of a new record (a link "new ... for this record")."""
    return {path: [value] for path, value in request.args.items() if path in form.preset}


def _subtypes(runtime: Runtime, entity: EntityRuntime, language: str) -> Response:
    offered = policy.offered_subtypes(runtime, request_context.actor(), entity.id)
    known = {*entity.fields, *entity.relations, FIXED, THEN}
    asked = [(path, value) for path, value in request.args.items(multi=True) if path in known and path != "subtype"]
    kinds = tuple(
        Kind(
            label=kind.label.in_language(language),
            href=f"{url_for('packdesk_ui.new', entity_type=entity.id)}?{urlencode([*asked, ('subtype', kind.id)])}",
            icon=shell.icon_of(entity.entity),
            description=kind.description.in_language(language) if kind.description else "",
        )
        for kind in offered
    )
    label = entity.entity.label.in_language(language)
    return answers.page(
        "records/subtypes.html", kinds=kinds, over=words("new.of", label=label), title=words("subtype.choose"), crumbs=crumbs(entity, words("new"))
    )


def new_form(look: Look, entity: EntityRuntime, subtype: str) -> Form:
    """Return the form of a record that does not exist yet."""
    begun = forms.begun(look.runtime, entity.id, look.context.actor, graph=look.graph, now=look.now, zone=look.home, values={"subtype": subtype or None})
    asked = url_for("packdesk_ui.check_new", entity_type=entity.id)
    form = Form(look=look, entity=entity, record=begun, new=True, address=url_for("packdesk_ui.new", entity_type=entity.id), check=asked)
    return replace(form, fixed=frozenset(request.values.getlist(FIXED)) & form.preset)


def _new_page(form: Form, raw: Raw, subtype: str, findings: tuple[Finding, ...] = ()) -> Response:
    entity, language = form.entity, form.look.language
    kind = entity.subtypes[subtype].subtype.label.in_language(language) if subtype in entity.subtypes else ""
    title = words("new.of", label=kind or entity.entity.label.in_language(language))
    page = page_of(
        form,
        raw,
        findings,
        back=url_for("packdesk_ui.records", entity_type=entity.id),
        submit=words("create"),
        key=answers.new_key(),
        over=entity.entity.label.in_language(language) if kind else "",
        hidden=(*((name, value) for name, value in (("subtype", subtype), (THEN, request.values.get(THEN, ""))) if value), *given(form, raw)),
    )
    return _form_page(page, title, crumbs(entity, words("new")), bool(findings))


# edit ----------------------------------------------------------------------------------------------------------------------------


@answers.form_kept
def edit(entity_type: str, number: str) -> Response:
    """Show the form of a record, or store what it changes."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    entity = request_context.runtime().type(entity_type)
    if refused := policy.may(request_context.runtime(), context.actor, "edit", entity_type):
        raise Refused((refused,))
    with looking(context) as look:
        form = edit_form(look, entity, view)
        if request.method == "GET":
            return _edit_page(form, form.raw(), _version(view.record), form.base())
        raw = sent_form()
        base, version = base_of(raw), demanded_version(raw)
        if raw.get(_SENT):
            return _edit_page(form, _with_line(form, raw), version, json.dumps(base))
        if gone := form.gone(raw, base):
            return _edit_page(form, raw, version, json.dumps(base), gone)
        patch = form.patch(raw, base)
    if not patch:
        return answers.go_to_record(entity_type, view.record.number, words("done.nothing"), "info")
    return _store(entity, view, patch, version, raw=raw, base=base)


def edit_form(look: Look, entity: EntityRuntime, view: RecordView) -> Form:
    """Return the form of a record."""
    address = url_for("packdesk_ui.edit", entity_type=entity.id, number=view.record.number)
    asked = url_for("packdesk_ui.check_edit", entity_type=entity.id, number=view.record.number)
    return Form(look=look, entity=entity, record=view.record, new=False, address=address, check=asked, links=view.links)


def _store(entity: EntityRuntime, view: RecordView, patch: Mapping[str, Json], version: int, *, raw: Raw, base: Mapping[str, Json]) -> Response:
    context = answers.context()
    try:
        outcome = updating.update(context, entity.id, view.record.id, controls.nested(patch), version)
    except PackdeskError as error:
        if error.code == "version_conflict":
            return _overtaken(entity, view, patch, error, raw)
        findings = _form_findings(error)
        with looking(context) as look:
            form = edit_form(look, entity, view)
            return _edit_page(form, raw, version, json.dumps(base), findings)
    return _done(outcome, words("done.saved"))


def _overtaken(entity: EntityRuntime, view: RecordView, patch: Mapping[str, Json], error: PackdeskError, raw: Raw) -> Response:
    """Keep both changes where they touch different fields; ask where they touch the same."""
    theirs = {str(path) for path in _list(error.facts.get("fields"))}
    authors = ", ".join(people.name_of(str(login)) for login in _list(error.facts.get("authors"))) or words("conflict.somebody")
    both = tuple(path for path in patch if path in theirs)
    if not both:
        try:
            outcome = updating.update(answers.context(), entity.id, view.record.id, controls.nested(patch), _version(view.record))
        except PackdeskError as again:
            findings = _form_findings(again)
            with looking(answers.context()) as look:
                form = edit_form(look, entity, view)
                return _edit_page(form, raw, _version(view.record), form.base(), findings)
        return _done(outcome, words("done.merged", authors=authors))
    with looking(answers.context()) as look:
        form = edit_form(look, entity, view)
        clashes = tuple(_clash(form, path, patch[path], authors, raw) for path in both)
    page = ConflictPage(
        number=view.record.number,
        words=words("conflict.advice", authors=authors),
        action=url_for("packdesk_ui.settle", entity_type=entity.id, number=view.record.number),
        back=url_for("packdesk_ui.record", entity_type=entity.id, number=view.record.number),
        key=answers.new_key(),
        version=_version(view.record),
        mine=json.dumps(patch, default=dict),
        fields=clashes,
    )
    return answers.page("records/conflict.html", status=409, title=words("conflict"), page=page, crumbs=crumbs(entity, view.record.number, view.record.number))


def _clash(form: Form, path: str, mine: Json, author: str, raw: Raw) -> Clash:
    label = _label(form.entity, path, form.look.language)
    return Clash(path=path, label=label, theirs=_as_read(form, path, None, raw), mine=_as_read(form, path, mine, raw), author=author)


def _as_read(form: Form, path: str, mine: Json, raw: Raw) -> str:
    """Return a value of a conflict in words: mine as it was typed, theirs as it stands."""
    entity, look = form.entity, form.look
    if path in entity.fields:
        each = entity.fields[path]
        value = form.record.get(path) if mine is None and not controls.sent(raw, path) else None
        if value is None and mine is None:
            value = form.record.get(path)
        if mine is not None:
            read = each.kind.read(each.field, mine, look.reading)
            if isinstance(read, Finding):
                return str(mine)
            if each.targets:
                found = look.find(each.targets, str(read))
                return named(look, found) if found is not None else str(mine)
            value = read
        return form.shown(each, value)
    if path in form.rows:
        rows = mine if isinstance(mine, tuple) else form.links.get(path) or form.record.lines.get(path, ())
        return f"{len(rows)} x {form.rows[path].group.label.in_language(look.language)}"
    return str(mine or form.linked(path))


def _label(entity: EntityRuntime, path: str, language: str) -> str:
    if path in entity.fields:
        return entity.fields[path].label(language)
    if path in entity.groups:
        return entity.groups[path].group.label.in_language(language)
    return entity.relations[path].relation.label.in_language(language) if path in entity.relations else path


@answers.form_once
def settle(entity_type: str, number: str) -> Response:
    """Store what was chosen in a conflict: mine where I said so, theirs everywhere else."""
    view = reading.read(answers.context(), entity_type, number)
    entity = request_context.runtime().type(entity_type)
    raw = sent_form()
    mine = _json_map(raw.get("_mine", ["{}"])[-1])
    kept = {path: value for path, value in mine.items() if raw.get(f"_keep:{path}", ["mine"])[-1] == "mine"}
    if not kept:
        return answers.go_to_record(entity_type, number, words("done.nothing"), "info")
    return _store(entity, view, kept, demanded_version(raw), raw={}, base={})


# shared --------------------------------------------------------------------------------------------------------------------------


def _with_line(form: Form, raw: dict[str, list[str]]) -> Raw:
    """Return the form's state after a button of a line group was pressed without a script, or a field that decides about others changed."""
    what, _, rest = raw.pop(_SENT)[-1].partition(":")
    group, _, index = rest.partition(":")
    if group not in form.rows:
        return raw
    if what == "remove" and index.isdigit():
        return controls.without_row(raw, group, int(index))
    row = max(controls.indexes(raw, group), default=-1) + 1
    first = next(iter(form.rows[group].fields), "")
    return {**raw, f"{group}[{row}].{first}": [""]}


def _edit_page(form: Form, raw: Raw, version: int, base: str, findings: tuple[Finding, ...] = ()) -> Response:
    number = form.record.number
    back = url_for("packdesk_ui.record", entity_type=form.entity.id, number=number)
    page = page_of(
        form,
        raw,
        findings,
        back=back,
        submit=words("save"),
        key=answers.new_key(),
        over=form.entity.entity.label.in_language(form.look.language),
        version=version,
        base=base,
    )
    return _form_page(page, f"{words('edit')}: {number}", crumbs(form.entity, words("edit"), number), bool(findings))


def _form_page(page: FormPage, title: str, way: tuple[Crumb, ...], refused: bool) -> Response:
    return answers.page_or_modal("records/form.html", "records/form_body.html", status=422 if refused else 200, title=title, form=page, crumbs=way)


def crumbs(entity: EntityRuntime, last: str, number: str = "") -> tuple[Crumb, ...]:
    """Return the way to a page of a type or record."""
    plural = Crumb(entity.entity.plural.in_language(shell.language()), url_for("packdesk_ui.records", entity_type=entity.id))
    if number and number != last:
        return (plural, Crumb(number, url_for("packdesk_ui.record", entity_type=entity.id, number=number)), Crumb(last))
    return (plural, Crumb(last))


def _form_findings(error: PackdeskError) -> tuple[Finding, ...]:
    """Return what a form can show; what is no refusal of its content goes on as an error."""
    if not isinstance(error, Refused):
        raise error
    if error.code in ("not_authenticated", "unknown_record"):
        raise error
    return findings_of(error)


def _done(outcome: Outcome, message: str) -> Response:
    return answers.go_to_record(outcome.record.entity_type, outcome.record.number, message)


def _version(record: Record) -> int:
    return int(str(record.get("version") or 0))


def sent_version(raw: Raw) -> int | None:
    """Return the version of the record that a form was opened for, None where it does not say one."""
    text = (raw.get("_version") or [""])[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_VERSION else None


def demanded_version(raw: Raw) -> int:
    """Return the version that a form changes; raises ``version_missing``, for without it somebody else's change could be lost."""
    version = sent_version(raw)
    if version is None:
        raise PackdeskError("version_missing")
    return version


def base_of(raw: Raw) -> dict[str, Json]:
    """Return the state in which a form was opened, as it was sent back."""
    return _json_map((raw.get("_base") or ["{}"])[-1])


def _json_map(text: str) -> dict[str, Json]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _list(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()
