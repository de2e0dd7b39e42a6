"""The fields of the forms of users and passwords: what was typed goes in, controls with the findings about each come out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.nodes import Text
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.web import request_context, users
from packdesk_ui import administration, user_places
from packdesk_ui.controls import Control, Option, Raw
from packdesk_ui.faults import Fault, by_field
from packdesk_ui.shell import language, words

_LEAST_PASSWORD, _LONGEST_PASSWORD = 8, 200
#: Longest texts that the shell keeps, by field.
_LONGEST: Mapping[str, int] = MappingProxyType({"first_name": 64, "last_name": 64, "username": 64, "email": 254})
_MAY_BE_EMPTY = frozenset({"last_name"})
_PASSWORDS = ("password", "conf_password")

#: Looks at what was typed and says what is wrong with it.
Judge = Callable[[Raw], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form with what stands in it and what is wrong with that."""

    controls: tuple[Control, ...]
    findings: tuple[Finding, ...] = ()
    #: What is wrong in words of the screens' own.
    own: tuple[Fault, ...] = ()

    def refused(self, findings: Iterable[Finding]) -> "Filled":
        """Return the form with these findings, each also at its field."""
        found = tuple(findings)
        told = by_field(found, language())
        controls = tuple(replace(control, faults=(*control.faults, *told.get(control.path, ()))) for control in self.controls)
        return replace(self, controls=controls, findings=(*self.findings, *found))

    @property
    def good(self) -> bool:
        """Say whether nothing is wrong with it."""
        return not self.findings and not self.own

    def said(self, path: str, sentence: str) -> "Filled":
        """Return the form with a sentence about a field."""
        controls = tuple(replace(control, faults=(*control.faults, sentence)) if control.path == path else control for control in self.controls)
        anchor = next((control.id for control in controls if control.path == path), "")
        return replace(self, controls=controls, own=(*self.own, Fault(sentence=sentence, anchor=anchor, field=path)))

    def hinted(self, path: str, sentence: str) -> "Filled":
        """Return the form with one more sentence in the hint of a field; itself where there is none."""
        if not sentence:
            return self
        return replace(
            self, controls=tuple(replace(control, hint=f"{control.hint} {sentence}".strip()) if control.path == path else control for control in self.controls)
        )


def new_user(raw: Raw, *, sent: bool) -> Filled:
    """Return the form of a new user: who he is, what he may do, and a first password."""
    state = raw if sent else {"active": ["true"]}
    rights = _rights(state, admin=_needs_admin())
    controls = (*(_typed(name, state) for name in _LONGEST), *rights, *user_places.controls(state), *_secrets(_PASSWORDS))
    return _judged(controls, raw, (*(_text_of(name) for name in _LONGEST), _foreign_role, user_places.judge, _new_password), sent=sent)


def known_user(user: Any, raw: Raw, *, sent: bool) -> Filled:
    """Return the form of a user; his login stays, for records name it."""
    kept = {name: [getattr(user, name) or ""] for name in _LONGEST}
    flags = {"active": [str(bool(user.active)).lower()], "admin": [str(users.is_admin(user)).lower()], "roles": sorted(users.roles_of(user))}
    state: Raw = raw if sent else {**kept, **flags, **user_places.kept(user.username)}
    names = [name for name in _LONGEST if name != "username"]
    login = Control(
        path="username", name="username", label=_label("username"), control="text", readonly=True, shown=user.username, hint=administration.hint("username")
    )
    texts = [login if name == "username" else _typed(name, state) for name in _LONGEST]
    controls = (*texts, *_rights(state, admin=_needs_admin() or users.is_admin(user)), *user_places.controls(state))
    return _judged(controls, raw, (*(_text_of(name) for name in names), _foreign_role, user_places.judge), sent=sent)


def name(user: Any, raw: Raw, *, sent: bool) -> Filled:
    """Return the form of somebody's own name."""
    names = ("first_name", "last_name")
    state: Raw = raw if sent else {name: [getattr(user, name) or ""] for name in names}
    return _judged(tuple(_typed(name, state) for name in names), raw, tuple(_text_of(name) for name in names), sent=sent)


def password(raw: Raw, *, sent: bool) -> Filled:
    """Return the form of a new password, typed twice."""
    return _judged(_secrets(_PASSWORDS), raw, (_new_password,), sent=sent)


def own_password(raw: Raw, *, sent: bool) -> Filled:
    """Return the form of one's own new password, with the one until now."""
    return _judged(_secrets(("current", *_PASSWORDS)), raw, (_current_password, _new_password), sent=sent)


def _judged(controls: Sequence[Control], raw: Raw, judges: Iterable[Judge], *, sent: bool) -> Filled:
    filled = Filled(controls=tuple(controls))
    if not sent:
        return filled
    found = filled.refused(finding for judge in judges for finding in judge(raw))
    found = found.said("roles", words("admin.roles.least")) if any(control.path == "roles" for control in controls) and _may_nothing(raw) else found
    return found.said("conf_password", words("admin.password.differ")) if _differ(raw) else found


def _may_nothing(raw: Raw) -> bool:
    """Say whether somebody has no role, and does not administer users either."""
    return not raw.get("roles") and (raw.get("admin") or [""])[-1] != "true"


def _differ(raw: Raw) -> bool:
    """Say whether the two passwords that were typed are not the same."""
    return len({(raw.get(name) or [""])[-1] for name in _PASSWORDS}) > 1


# controls ------------------------------------------------------------------------------------------------------------------------


def _label(name: str) -> str:
    return administration.label(name, name)


def _typed(name: str, state: Raw) -> Control:
    value = (state.get(name) or [""])[-1]
    control, required = "email" if name == "email" else "text", name not in _MAY_BE_EMPTY
    return Control(path=name, name=name, label=_label(name), control=control, required=required, value=value, limit=_LONGEST[name])


def _secrets(names: Iterable[str]) -> tuple[Control, ...]:
    """Return inputs of passwords: what was typed is never sent back."""
    return tuple(
        Control(path=name, name=name, label=_label(name), control="secret", required=True, limit=_LONGEST_PASSWORD, wide=name == "current") for name in names
    )


def _rights(state: Raw, *, admin: bool) -> tuple[Control, ...]:
    """Return whether somebody may log in, his roles of the release, and whether he administers users beside them, where that is to be said."""
    chosen = frozenset(state.get("roles", ()))
    roles = request_context.runtime().model.roles
    options = tuple(Option(id=role.id, label=role.label.in_language(language()), selected=role.id in chosen) for role in roles.values())
    ticked = ("active", "admin") if admin else ("active",)
    ticks = {
        name: Control(
            path=name, name=name, label=_label(name), control="checkbox", value=(state.get(name) or ["false"])[-1], hint=administration.hint(name), wide=True
        )
        for name in ticked
    }
    choice = Control(
        path="roles",
        name="roles",
        label=_label("roles"),
        control="ticks",
        required=True,
        multiple=True,
        options=options,
        hint=administration.hint("roles"),
        wide=True,
    )
    return (ticks["active"], choice, *(ticks[name] for name in ticked if name == "admin"))


def _needs_admin() -> bool:
    """Say whether nobody could administer users by a role of the release."""
    roles = request_context.runtime().model.roles
    return not users.manages(roles, roles)


# judges --------------------------------------------------------------------------------------------------------------------------


def _text_of(name: str) -> Judge:
    """Return what judges a text as a field of a record would be judged."""
    kind = Kind.EMAIL if name == "email" else Kind.TEXT
    declared = Field(
        id=name, path=name, label=Text(by_language={}, fallback=_label(name)), kind=kind, constraints=MappingProxyType({"maxLength": _LONGEST[name]})
    )

    def judge(raw: Raw) -> Iterable[Finding]:
        typed = (raw.get(name) or [""])[-1].strip()
        if not typed:
            return () if name in _MAY_BE_EMPTY else (_required(name),)
        read = KINDS[kind].parse(declared, typed, Reading(language=language()))
        return (replace(read, field=name, rule="", origin=""),) if isinstance(read, Finding) else ()

    return judge


def _required(name: str) -> Finding:
    return Finding(code="required_field", field=name, facts={"label": _label(name)})


def _foreign_role(raw: Raw) -> Iterable[Finding]:
    known = request_context.runtime().model.roles
    if foreign := sorted(set(raw.get("roles", ())) - known.keys()):
        return (Finding(code="not_an_option", field="roles", facts={"label": _label("roles"), "value": foreign[0]}),)
    return ()


def _current_password(raw: Raw) -> Iterable[Finding]:
    return () if (raw.get("current") or [""])[-1] else (_required("current"),)


def _new_password(raw: Raw) -> Iterable[Finding]:
    first = (raw.get("password") or [""])[-1]
    if not first:
        return (_required("password"),)
    if len(first) < _LEAST_PASSWORD:
        return (Finding(code="too_short", field="password", facts={"label": _label("password"), "limit": _LEAST_PASSWORD}),)
    if len(first) > _LONGEST_PASSWORD:
        return (Finding(code="too_long", field="password", facts={"label": _label("password"), "limit": _LONGEST_PASSWORD}),)
    return ()
