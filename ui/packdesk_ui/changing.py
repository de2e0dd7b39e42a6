"""Changes to records: the forms, their refusals, and what to do when somebody was faster.

Two who change different fields both keep their changes; where they changed the same, the second chooses field by field, told who was
faster and when. What is typed travels with the choice, so that a refusal after it loses nothing. A form says until the end which version
it was opened for: with a newer one it would overwrite what nobody who looked at it has seen.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import Response, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.nodes import Json
from packdesk.records import policy
from packdesk.records import read as reading
from packdesk.records import update as updating
from packdesk.records.history import Event, history
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import RecordView
from packdesk.runtime.entity import EntityRuntime
from packdesk.web import request_context
from packdesk_ui import answers, conflicts, controls, people, shell
from packdesk_ui.conflict_choices import MINE, Decision, decision_of
from packdesk_ui.conflicts import Conflict
from packdesk_ui.controls import Raw
from packdesk_ui.editing import (
    REDRAW,
    base_of,
    crumbs,
    demanded_version,
    edit_form,
    form_findings,
    form_page,
    in_window,
    json_map,
    remember_chosen,
    sent_form,
    version_of,
    with_line,
)
from packdesk_ui.formstate import Form
from packdesk_ui.formviews import page_of
from packdesk_ui.shell import words

#: How often somebody may be faster while two changes are put together.
_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a form changes, and the form as it was typed."""

    patch: Mapping[str, Json]
    raw: Raw
    base: Mapping[str, Json]
    #: The rows as they stood before the change.
    opened: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form on which a record is changed, the whole of it or a part: how it is drawn, and where one goes from it."""

    entity: EntityRuntime
    form: Callable[[Look, RecordView], Form]
    title: str
    over: str
    submit: str
    #: The last step of the way to the page.
    last: str
    back: str
    #: Where the choice of a conflict is sent.
    settle: str
    #: What is said when the change is stored.
    saved: str
    #: Goes on to where the form leads, with a message and its tone.
    leave: Callable[[str, str], Response]

    def page(self, form: Form, raw: Raw, version: int, base: str, findings: tuple[Finding, ...] = (), *, gone: tuple[Finding, ...] = ()) -> Response:
        """Return the page of the form in a state, for the version and the values that it was opened with."""
        page = page_of(
            form,
            raw,
            findings,
            back=self.back,
            submit=self.submit,
            key=answers.new_key(),
            over=self.over,
            modal=in_window(),
            version=version,
            base=base,
            gone=gone,
        )
        return form_page(page, self.title, crumbs(self.entity, self.last, form.record.number), bool(findings))


@answers.form_kept
def edit(entity_type: str, number: str) -> Response:
    """Show the form of a record, or store what it changes."""
    context = answers.context()
    view = reading.read(context, entity_type, number)
    if refused := policy.may(request_context.runtime(), context.actor, "edit", entity_type):
        raise Refused((refused,))
    return changed(_whole(view), view)


def _whole(view: RecordView) -> Sheet:
    """Return the form of the whole record."""
    entity, number = request_context.runtime().type(view.record.entity_type), view.record.number
    return Sheet(
        entity=entity,
        form=lambda look, seen: edit_form(look, entity, seen),
        title=f"{words('edit')}: {number}",
        over=entity.entity.label.in_language(shell.language()),
        submit=words("save"),
        last=words("edit"),
        back=url_for("packdesk_ui.record", entity_type=entity.id, number=number),
        settle=url_for("packdesk_ui.settle", entity_type=entity.id, number=number),
        saved=words("done.saved"),
        leave=lambda message, tone: answers.go_to_record(entity.id, number, message, tone),
    )


def changed(sheet: Sheet, view: RecordView) -> Response:
    """Show a form on which a record is changed, or store what it changes."""
    raw = sent_form() if request.method == "POST" else None
    if raw is not None and MINE in raw:
        return _settled(sheet, view, raw)
    with looking(answers.context()) as look:
        form = sheet.form(look, view)
        if raw is None:
            return sheet.page(form, form.raw(), version_of(view.record), form.base())
        base, version = base_of(raw), demanded_version(raw)
        gone = form.gone(raw, base)
        if raw.get(REDRAW):
            return sheet.page(form, with_line(form, raw), version, json.dumps(base), gone=gone)
        if gone:
            return sheet.page(form, raw, version, json.dumps(base), gone)
        patch = form.patch(raw, base)
        remember_chosen(form, raw)
    if not patch:
        return sheet.leave(words("done.nothing"), "info")
    return _store(sheet, view, Change(patch=patch, raw=raw, base=base, opened=base), version)


def _store(sheet: Sheet, view: RecordView, change: Change, version: int) -> Response:
    try:
        _update(view, change, version)
    except PackdeskError as error:
        if error.code == "version_conflict":
            return _overtaken(sheet, view, change, error, version)
        findings = form_findings(error)
        with looking(answers.context()) as look:
            return sheet.page(sheet.form(look, view), change.raw, version, json.dumps(change.base), findings)
    return sheet.leave(sheet.saved, "success")


def _update(view: RecordView, change: Change, version: int) -> None:
    updating.update(answers.context(), view.record.entity_type, view.record.id, controls.nested(change.patch), version)


def _overtaken(sheet: Sheet, view: RecordView, change: Change, error: PackdeskError, seen: int) -> Response:
    """Keep both changes where they touch different fields; ask where they touch the same."""
    for _ in range(_TRIES):
        if both := _both(sheet, view, change, error):
            return _conflict_page(sheet, view, change, both, seen)
        authors = _authors(error.facts.get("authors"))
        try:
            _update(view, change, version_of(view.record))
        except PackdeskError as again:
            if again.code != "version_conflict":
                return _refused_together(sheet, view, change, again)
            error, view = again, reading.read(answers.context(), sheet.entity.id, view.record.id)
        else:
            own = error.facts.get("authors") == [answers.context().actor.login]
            return sheet.leave(words("done.merged.own") if own else words("done.merged", authors=authors), "success")
    raise PackdeskError("busy")


def _refused_together(sheet: Sheet, view: RecordView, change: Change, error: PackdeskError) -> Response:
    """Draw the form on the newer version: what was changed as it was typed, everything else as it stands there now."""
    findings = form_findings(error)
    with looking(answers.context()) as look:
        form = sheet.form(look, view)
        return sheet.page(form, _laid_over(form.raw(), change.raw, change.patch), version_of(view.record), form.base(), findings)


def _both(sheet: Sheet, view: RecordView, change: Change, error: PackdeskError) -> tuple[str, ...]:
    """Return the paths that both changed, to different values."""
    theirs = {str(path) for path in _list(error.facts.get("fields"))}
    touched = tuple(path for path in change.patch if path in theirs)
    if not touched:
        return ()
    with looking(answers.context()) as look:
        now = json_map(sheet.form(look, view).base())
    return tuple(path for path in touched if json.loads(json.dumps(change.patch[path], default=dict)) != now.get(path))


def _conflict_page(sheet: Sheet, view: RecordView, change: Change, both: tuple[str, ...], seen: int, *, chosen: Mapping[str, str] | None = None) -> Response:
    """Ask what shall stay of the fields that both changed; again, where ``chosen`` leaves one of them open."""
    number, entity = view.record.number, sheet.entity
    events = _since(view, seen)
    with looking(answers.context()) as look:
        conflict = Conflict(
            form=sheet.form(look, view),
            events=events,
            patch=change.patch,
            typed=change.raw,
            opened=change.opened,
            both=both,
            seen=seen,
            version=version_of(view.record),
            chosen=chosen,
        )
        page = conflict.page(action=sheet.settle, back=sheet.back)
    status, way = 409 if chosen is None else 422, crumbs(entity, number, number)
    return answers.page_or_modal(
        "records/conflict.html", "records/conflict_body.html", status=status, title=words("conflict.own" if page.own else "conflict"), page=page, crumbs=way
    )


def _since(view: RecordView, seen: int) -> tuple[Event, ...]:
    """Return what happened to a record since a version of it, newest first."""
    found = history(answers.context(), view.record.entity_type, view.record.id, limit=200)
    return tuple(event for event in found.events if event.version > seen)


def told(entity: EntityRuntime, view: RecordView, seen: int) -> tuple[str, ...]:
    """Return what was changed in a record since a version of it, each field with its value, when and by whom, in sentences."""
    events = _since(view, seen)
    with looking(answers.context()) as look:
        return conflicts.told(edit_form(look, entity, view), events, view.masked)


@answers.form_once
def settle(entity_type: str, number: str) -> Response:
    """Store what was chosen in a conflict: mine where I said so, theirs everywhere else."""
    view = reading.read(answers.context(), entity_type, number)
    return _settled(_whole(view), view, sent_form())


def _settled(sheet: Sheet, view: RecordView, sent: Raw) -> Response:
    decision, version = decision_of(sent), demanded_version(sent)
    if decision.undecided and not sent.get(REDRAW):
        return _asked_again(sheet, view, decision, sent)
    if not decision.kept:
        return sheet.leave(words("done.nothing"), "info")
    with looking(answers.context()) as look:
        form = sheet.form(look, view)
        raw = _laid_over(form.raw(), decision.texts(), decision.kept)
        if sent.get(REDRAW):
            return sheet.page(form, raw, version, form.base())
        change = Change(patch=decision.patch(form), raw=raw, base=json_map(form.base()), opened=decision.now)
    return _store(sheet, view, change, version)


def _asked_again(sheet: Sheet, view: RecordView, decision: Decision, sent: Raw) -> Response:
    """Ask again for what was left open; of a record that was changed once more, nothing counts as chosen."""
    change = Change(patch=decision.mine, raw=decision.texts_of_mine(), base={}, opened=decision.opened)
    chosen = decision.chosen if version_of(view.record) == demanded_version(sent) else {}
    return _conflict_page(sheet, view, change, decision.asked, demanded_version({"_version": sent.get("_seen", ())}), chosen=chosen)


def _laid_over(opened: Raw, typed: Mapping[str, object], kept: Iterable[str]) -> Raw:
    """Return the form of the record with what was typed for the kept paths in it."""
    own = frozenset(kept)
    rest = {name: texts for name, texts in opened.items() if controls.place_of(name)[0] not in own}
    return rest | {name: [str(text) for text in _list(texts)] for name, texts in typed.items() if controls.place_of(name)[0] in own or name == "_group"}


def _authors(logins: object) -> str:
    return ", ".join(people.name_of(str(login)) for login in _list(logins)) or words("conflict.somebody")


def _list(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()
