"""New records: the type, the form, its refusals; and the pages of forms that changes to records share."""

import json
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Response, jsonify, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.nodes import Json
from packdesk.model.views import Layout
from packdesk.records import create as creating
from packdesk.records import policy
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import Outcome, RecordView
from packdesk.runtime import forms
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, controls, shell
from packdesk_ui.choices import address_of, remember
from packdesk_ui.controls import Raw
from packdesk_ui.formstate import FIXED, QUICK, THEN, Form, named
from packdesk_ui.formviews import CHOICES, FormPage, given, page_of
from packdesk_ui.shell import Crumb, words
from packdesk_ui.telling import sentence

#: A button of a line group was pressed without a script, or a field that decides about others changed.
REDRAW = "_line"
_LONGEST_VERSION = 13
_MOVES = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A subtype to choose."""

    label: str
    href: str
    icon: str
    description: str


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
        gone = form.gone(raw, {})
        if raw.get(REDRAW) or gone:
            return _new_page(form, with_line(form, raw), subtype, gone=gone) if raw.get(REDRAW) else _new_page(form, raw, subtype, gone)
        data = form.said(raw, json.loads(form.base()))
        remember_chosen(form, raw)
    try:
        outcome = creating.create(context, entity_type, data)
    except PackdeskError as error:
        findings = form_findings(error)
        with looking(context) as look:
            return _new_page(replace(form, look=look), raw, subtype, findings)
    return _created(outcome)


def _created(outcome: Outcome) -> Response:
    if request.values.get(QUICK):
        return _made(outcome)
    created, following = words("done.created", name=outcome.record.number), _following(request.values.get(THEN, ""))
    return answers.go(following, created) if following else done(outcome, created)


def _made(outcome: Outcome) -> Response:
    """Answer the form that wanted the record, as its picker names it."""
    with looking(answers.context()) as look:
        record = look.find((outcome.record.entity_type,), outcome.record.number)
        text = named(look, record) if record is not None else outcome.record.number
    return jsonify({"made": {"text": text, "href": address_of(outcome.record)}})


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
    offered, barred = policy.offered_subtypes(runtime, request_context.actor(), entity.id), policy.creation_refused(runtime, request_context.actor(), entity.id)
    known = {*entity.fields, *entity.relations, FIXED, THEN, QUICK}
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
    said = sentence(barred, language) if barred is not None else ""
    over, title = words("new.of", label=label), words("subtype.choose")
    return answers.page_or_modal(
        "records/subtypes.html",
        "records/subtypes_body.html",
        kinds=kinds,
        barred=said,
        over=over,
        title=title,
        modal=in_window(),
        crumbs=crumbs(entity, words("new")),
    )


def new_form(look: Look, entity: EntityRuntime, subtype: str) -> Form:
    """Return the form of a record that does not exist yet."""
    begun = forms.begun(look.runtime, entity.id, look.context.actor, graph=look.graph, now=look.now, zone=look.home, values={"subtype": subtype or None})
    asked = url_for("packdesk_ui.check_new", entity_type=entity.id)
    layout = Layout.MODAL if request.values.get(QUICK) else Layout.FORM
    form = Form(look=look, entity=entity, record=begun, new=True, layout=layout, address=url_for("packdesk_ui.new", entity_type=entity.id), check=asked)
    return replace(form, fixed=frozenset(request.values.getlist(FIXED)) & form.preset)


def _new_page(form: Form, raw: Raw, subtype: str, findings: tuple[Finding, ...] = (), *, gone: tuple[Finding, ...] = ()) -> Response:
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
        modal=in_window(),
        hidden=(
            *((name, value) for name, value in (("subtype", subtype), *((name, request.values.get(name, "")) for name in (THEN, QUICK))) if value),
            *given(form, raw),
        ),
        gone=gone,
    )
    return form_page(page, title, crumbs(entity, words("new")), bool(findings))


# shared --------------------------------------------------------------------------------------------------------------------------


def edit_form(look: Look, entity: EntityRuntime, view: RecordView) -> Form:
    """Return the form of a record."""
    address = url_for("packdesk_ui.edit", entity_type=entity.id, number=view.record.number)
    asked = url_for("packdesk_ui.check_edit", entity_type=entity.id, number=view.record.number)
    return Form(look=look, entity=entity, record=view.record, new=False, address=address, check=asked, links=view.links)


def with_line(form: Form, raw: dict[str, list[str]]) -> Raw:
    """Return the form's state after a button of a line group was pressed without a script, or a field that decides about others changed."""
    what, _, rest = raw.pop(REDRAW)[-1].partition(":")
    group, _, index = rest.partition(":")
    if what == "choices":
        return {**raw, CHOICES: [rest]}
    if group not in form.rows:
        return raw
    if what in _MOVES and index.isdigit():
        return controls.moved_row(raw, group, int(index), _MOVES[what])
    if what == "remove" and index.isdigit():
        return controls.without_row(raw, group, int(index))
    row = max(controls.indexes(raw, group), default=-1) + 1
    first = next(iter(form.rows[group].fields), "")
    return {**raw, f"{group}[{row}].{first}": [""]}


def in_window() -> bool:
    """Say whether the form stands in the window of its page; that of a picker sends its forms itself."""
    return answers.in_modal() and not request.values.get(QUICK)


def form_page(page: FormPage, title: str, way: tuple[Crumb, ...], refused: bool) -> Response:
    """Return the page that a form stands on, or its inside for the window."""
    return answers.page_or_modal("records/form.html", "records/form_body.html", status=422 if refused else 200, title=title, form=page, crumbs=way)


def crumbs(entity: EntityRuntime, last: str, number: str = "") -> tuple[Crumb, ...]:
    """Return the way to a page of a type or record."""
    plural = Crumb(entity.entity.plural.in_language(shell.language()), url_for("packdesk_ui.records", entity_type=entity.id))
    if number and number != last:
        return (plural, Crumb(number, url_for("packdesk_ui.record", entity_type=entity.id, number=number)), Crumb(last))
    return (plural, Crumb(last))


def form_findings(error: PackdeskError) -> tuple[Finding, ...]:
    """Return what a form can show; what is no refusal of its content goes on as an error."""
    if not isinstance(error, Refused):
        raise error
    if error.code in ("not_authenticated", "unknown_record"):
        raise error
    return findings_of(error)


def remember_chosen(form: Form, raw: Raw) -> None:
    """Keep which records were chosen in a form, for the pickers of the next."""
    named_in = ((targets, controls.key_of(part)) for name, texts in raw.items() if (targets := form.targets_at(name)) for part in ",".join(texts).split(","))
    found = (form.look.find(targets, key) for targets, key in named_in if key)
    remember(record for record in found if record is not None)


def done(outcome: Outcome, message: str) -> Response:
    """Go to the record that was stored."""
    return answers.go_to_record(outcome.record.entity_type, outcome.record.number, message)


def version_of(record: Record) -> int:
    """Return the version of a record."""
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
    return json_map((raw.get("_base") or ["{}"])[-1])


def json_map(text: str) -> dict[str, Json]:
    """Return a JSON object that a form carried; nothing for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
