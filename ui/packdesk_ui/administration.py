"""The administration's pages of users and roles in the words of the other pages: headings, labels, values, the way back.

The shell generates these pages from its own models, labels and titles; what they say goes through here before it is drawn.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import current_app, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records.drafts import zone_named
from packdesk.web import request_context
from packdesk.web.users import ADMIN
from packdesk_ui import catalogue, shell
from packdesk_ui.showing import moment

#: The roles are the release's; they are read here and changed in its documents.
ROLES = "Roles"
USERS = "UserDBModelView"
#: Of the shell, and used for nothing here.
_UNUSED = frozenset({"groups"})
_TITLES = {
    f"{USERS}.list": "users",
    f"{USERS}.show": "admin.user",
    f"{USERS}.userinfo": "profile",
    f"{ROLES}.list": "roles",
    f"{ROLES}.show": "admin.role",
}
_SAID = {f"{USERS}.list": "admin.users.words", f"{ROLES}.list": "admin.roles.words"}


def may_manage() -> bool:
    """Say whether whoever asks may administer users."""
    return bool(current_app.appbuilder.sm.has_access("can_list", USERS))  # type: ignore[attr-defined]


def title(given: object) -> str:
    """Return the heading of the page; the shell's own where it is none of ours."""
    key = _TITLES.get(request.endpoint or "")
    return shell.words(key) if key else str(given)


def said() -> str:
    """Return what the page is for, where that is not plain from its heading; empty elsewhere."""
    key = _SAID.get(request.endpoint or "")
    return shell.words(key) if key else ""


def heading(given: object, names: Sequence[str], values: Sequence[object]) -> str:
    """Return the heading of a page that shows a person or a role: who or which it is."""
    known = dict(zip(names, values, strict=False))
    if "first_name" in known:
        return f"{known['first_name']} {known['last_name']}".strip()
    return role(str(known["name"])) if "name" in known else title(given)


def name_of(user: Any) -> str:
    """Return the name of a person of the shell; the login of one who has none."""
    return f"{user.first_name} {user.last_name}".strip() or str(user.username)


def crumbs() -> tuple[shell.Crumb, ...]:
    """Return the way to the page; nothing on pages that are not the administration's."""
    here = request.endpoint or ""
    if here not in _TITLES:
        return ()
    above = next((view for view in (USERS, ROLES) if here == f"{view}.show"), "")
    way = (shell.Crumb(shell.words(_TITLES[f"{above}.list"]), url_for(f"{above}.list")),) if above else ()
    return (*way, shell.Crumb(title("")))


def label(name: str, given: object) -> str:
    """Return the label of a column or field; the shell's own for one that is unknown here."""
    key = f"admin.field.{name}"
    return shell.words(key) if key in catalogue.TEXTS else str(given)


def hint(name: str) -> str:
    """Return what is to be known about a field; empty where its label says all."""
    key = f"admin.hint.{name}"
    return shell.words(key) if key in catalogue.TEXTS else ""


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns and fields that mean something here."""
    return tuple(name for name in names if name not in _UNUSED)


def value(name: str, given: object) -> str:
    """Return a value as people read it; empty for none."""
    if given is None or given == "":
        return ""
    if isinstance(given, bool):
        return shell.words("yes" if given else "no")
    if isinstance(given, datetime):
        return moment(given if given.tzinfo else given.replace(tzinfo=UTC), shell.language(), zone_named(request_context.actor().time_zone))
    if name == "name":
        return role(str(given))
    if name == "roles" and isinstance(given, Iterable):
        return ", ".join(filter(None, (_role_held(str(each)) for each in given)))
    return str(given)


def _role_held(name: str) -> str:
    """Return what a role of a person is called; the shell's own by what it is for, and nothing for one that means nothing now."""
    if name == ADMIN:
        return shell.words("admin.user.admin")
    return role(name) if name in request_context.runtime().model.roles else ""


def role(name: str) -> str:
    """Return the label of a role of the release; the name of any other."""
    try:
        known = request_context.runtime().model.roles.get(name)
    except PackdeskError:
        return name
    return known.label.in_language(shell.language()) if known is not None else name
