"""The forms of the administration of users, and of what everybody may change of himself: drawn, refused and answered as all forms are.

They stand at the addresses that the shell has for them, over ``packdesk.web.users``; the shell's lists and pages lead here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec

from flask import Flask, Response, request, session, url_for
from werkzeug.security import check_password_hash

from packdesk.errors import PackdeskError
from packdesk.records.leaving import Left
from packdesk.web import request_context, users
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.users import Entry, StillAssigned, Taken
from packdesk_ui import administration, answers, everywhere, shell, user_fields, user_places
from packdesk_ui.acting import Confirm
from packdesk_ui.controls import Raw
from packdesk_ui.editing import sent_form
from packdesk_ui.faults import Fault, faults_of, sentence
from packdesk_ui.formviews import FormPage, Section
from packdesk_ui.shell import Crumb, words
from packdesk_ui.user_fields import Filled

P = ParamSpec("P")
_LIST, _SHOW, _PROFILE = (f"{administration.USERS}.{name}" for name in ("list", "show", "userinfo"))
#: Whom the session in hand belongs to, as the shell keeps it.
_OWN_ID = "_user_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form, and where it leads."""

    title: str
    filled: Filled
    submit: str
    back: str
    crumbs: tuple[Crumb, ...]
    over: str = ""


def install(app: Flask) -> None:
    """Put the forms at the addresses of the shell's, and let its other pages lead to the login as ours do."""
    forms: Mapping[str, Callable[..., Response]] = {
        f"{administration.USERS}.add": add,
        f"{administration.USERS}.edit": edit,
        f"{administration.USERS}.delete": remove,
        "ResetPasswordView.this_form_get": set_password,
        "ResetPasswordView.this_form_post": set_password,
        "ResetMyPasswordView.this_form_get": own_password,
        "ResetMyPasswordView.this_form_post": own_password,
        "UserInfoEditView.this_form_get": own_name,
        "UserInfoEditView.this_form_post": own_name,
    }
    for endpoint, view in app.view_functions.items():
        if endpoint in forms:
            app.view_functions[endpoint] = _as_page(policy(LOGGED_IN)(answers.form_once(forms[endpoint])))
        elif hasattr(view, "_permission_name"):
            app.view_functions[endpoint] = _as_page(view)


def _as_page(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return a page that refuses as our own do; who is not logged in is led to the login without words of the shell's."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            request_context.actor()
            everywhere.same_person()
            return view(*args, **kwargs)
        except PackdeskError as error:
            return answers.refusal(error)

    return shown


# users ---------------------------------------------------------------------------------------------------------------------------


def add() -> Response:
    """Show the form of a new user, or store one."""
    _demand_right()
    raw = sent_form() if request.method == "POST" else {}
    filled = user_fields.new_user(raw, sent=request.method == "POST")
    title = words("admin.user.add")
    sheet = Sheet(title=title, filled=filled, submit=words("create"), back=url_for(_LIST), crumbs=_way(title))
    if not raw or not filled.good:
        return _drawn(sheet)
    entry = _entry(raw)
    try:
        user = users.add(_text(raw, "username"), entry, (raw.get("password") or [""])[-1])
    except Taken as taken:
        return _drawn(replace(sheet, filled=_taken(filled, taken)))
    return answers.go(url_for(_LIST), words("admin.user.added", name=administration.name_of(user)))


def edit(pk: str) -> Response:
    """Show the form of a user, or store what was changed."""
    _demand_right()
    user = users.found(pk)
    raw = sent_form() if request.method == "POST" else {}
    filled = user_fields.known_user(user, raw, sent=request.method == "POST").hinted("active", _work_of(user, "admin.off.hint"))
    title, name = words("admin.user.edit"), administration.name_of(user)
    sheet = Sheet(title=title, filled=filled, submit=words("save"), back=url_for(_LIST), over=name, crumbs=_way(title, user))
    if not raw or not filled.good:
        return _drawn(sheet)
    entry = _entry(raw)
    if _is_own(user) and not _stays(entry):
        return _drawn(replace(sheet, filled=filled.said("roles", words("admin.own.locked"))))
    try:
        users.change(user, entry)
    except Taken as taken:
        return _drawn(replace(sheet, filled=_taken(filled, taken)))
    said = words("admin.user.changed", name=administration.name_of(user))
    return answers.go(url_for(_LIST), " ".join(filter(None, (said, "" if entry.active else _work_of(user, "admin.off.work")))))


def remove(pk: str) -> Response:
    """Ask, or remove a user."""
    _demand_right()
    user = users.found(pk)
    name = administration.name_of(user)
    fault = words("admin.own.removed") if _is_own(user) else ""
    if request.method == "POST" and not fault:
        try:
            taken = users.remove(user)
        except StillAssigned as still:
            fault = _still_assigned(still.left)
        else:
            return answers.go(
                url_for(_LIST), " ".join(filter(None, (words("admin.user.removed", name=name), taken and words("admin.taken.over", count=taken))))
            )
    title = words("admin.remove.title", name=name)
    confirm = Confirm(
        action=request.path,
        back=url_for(_LIST),
        submit=words("admin.remove"),
        words=words("admin.remove.advice", login=user.username),
        more=_work_of(user, "admin.remove.work"),
        key=answers.new_key(),
        version=0,
        modal=False,
        faults=(Fault(sentence=fault),) if fault else (),
    )
    return answers.page("records/confirm.html", status=409 if fault else 200, title=title, confirm=confirm, crumbs=_way(words("admin.remove"), user))


def set_password() -> Response:
    """Show the form of a new password for somebody, or store it."""
    _demand_right()
    user = users.found(request.args.get("pk", ""))
    raw = sent_form() if request.method == "POST" else {}
    filled = user_fields.password(raw, sent=request.method == "POST")
    title, name = words("admin.password.reset"), administration.name_of(user)
    if not raw or not filled.good:
        back = url_for(_SHOW, pk=user.id)
        return _drawn(Sheet(title=title, filled=filled, submit=words("save"), back=back, over=name, crumbs=_way(title, user)))
    users.set_password(user, raw["password"][-1])
    return answers.go(url_for(_SHOW, pk=user.id), words("admin.password.set", name=name))


# oneself -------------------------------------------------------------------------------------------------------------------------


def own_password() -> Response:
    """Show the form of one's own password, or store another; who does so says the earlier one, as a screen left open is not its owner."""
    user = users.found(str(session.get(_OWN_ID, "")))
    raw = sent_form() if request.method == "POST" else {}
    filled = user_fields.own_password(raw, sent=request.method == "POST")
    title = words("password")
    sheet = Sheet(title=title, filled=filled, submit=words("save"), back=url_for(_PROFILE), crumbs=(Crumb(words("profile"), url_for(_PROFILE)), Crumb(title)))
    if not raw or not filled.good:
        return _drawn(sheet)
    if not check_password_hash(user.password or "", raw["current"][-1]):
        return _drawn(replace(sheet, filled=filled.said("current", words("admin.password.wrong"))))
    users.set_password(user, raw["password"][-1])
    return answers.go(url_for(_PROFILE), words("admin.password.own"))


def own_name() -> Response:
    """Show the form of one's own name, or store another; whoever does not administer users is called as the administration calls him."""
    _demand_right()
    user = users.found(str(session.get(_OWN_ID, "")))
    raw = sent_form() if request.method == "POST" else {}
    filled = user_fields.name(user, raw, sent=request.method == "POST")
    title = words("admin.profile.edit")
    if not raw or not filled.good:
        way = (Crumb(words("profile"), url_for(_PROFILE)), Crumb(title))
        return _drawn(Sheet(title=title, filled=filled, submit=words("save"), back=url_for(_PROFILE), crumbs=way))
    users.change_name(user, _text(raw, "first_name"), _text(raw, "last_name"))
    return answers.go(url_for(_PROFILE), words("admin.profile.changed"))


def _still_assigned(left: Left) -> str:
    """Return why somebody was not removed: his records were not all taken from him."""
    said = words("admin.remove.left", taken=left.taken, count=left.open)
    return f"{said} {sentence(left.findings[0], shell.language())}" if left.findings else said


def _work_of(user: Any, key: str) -> str:
    """Return what is to be said of somebody's open records; empty where he has none."""
    count = users.open_records(str(user.username))
    return words(key, count=count) if count else ""


# parts ---------------------------------------------------------------------------------------------------------------------------


def _demand_right() -> None:
    """Refuse whoever may not administer users."""
    if not administration.may_manage():
        raise PackdeskError("page_not_permitted")


def _drawn(sheet: Sheet) -> Response:
    """Draw a form; refused, with the summary that leads to its fields."""
    filled, language = sheet.filled, shell.language()
    names = {control.path: control.name for control in filled.controls}
    faults = (*faults_of(filled.findings, names, language), *filled.own)
    page = FormPage(
        sections=(Section(id="person", label="", fields=filled.controls),),
        action=request.full_path.rstrip("?"),
        check="",
        back=sheet.back,
        submit=sheet.submit,
        key=answers.new_key(),
        over=sheet.over,
        refusal=words("form.refused"),
        faults=tuple(sorted(faults, key=lambda fault: [*names].index(fault.field))),
    )
    status = 422 if page.faults else 200
    return answers.page("records/form.html", status=status, title=sheet.title, form=page, crumbs=sheet.crumbs)


def _way(title: str, user: Any = None) -> tuple[Crumb, ...]:
    """Return the way to a page of the administration of users."""
    person = (Crumb(administration.name_of(user), url_for(_SHOW, pk=user.id)),) if user is not None else ()
    return (Crumb(words("users"), url_for(_LIST)), *person, Crumb(title))


def _text(raw: Raw, name: str) -> str:
    return (raw.get(name) or [""])[-1].strip()


def _entry(raw: Raw) -> Entry:
    return Entry(
        first_name=_text(raw, "first_name"),
        last_name=_text(raw, "last_name"),
        email=_text(raw, "email"),
        active=_text(raw, "active") == "true",
        roles=frozenset(raw.get("roles", ())),
        admin=_text(raw, "admin") == "true",
        place=user_places.read(raw),
    )


def _taken(filled: Filled, taken: Taken) -> Filled:
    for name in (control.path for control in filled.controls if control.path in taken.fields):
        filled = filled.said(name, words("admin.taken", label=administration.label(name, name)))
    return filled


def _is_own(user: Any) -> bool:
    return str(user.id) == str(session.get(_OWN_ID))


def _stays(entry: Entry) -> bool:
    """Say whether such a person can log in and administer users."""
    model = request_context.runtime().model
    return entry.active and (entry.admin or users.manages(entry.roles, model.roles))
