"""People of an installation: a user of the shell with roles, his units and his profile, made together."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Flask

from packdesk.errors import PackdeskError
from packdesk.store import people
from packdesk.store.people import Profile
from packdesk.web import fab
from packdesk.web.request_context import EXTENSION
from packdesk.web.services import Services
from packdesk.web.users import ADMIN

#: Letters that nobody mistakes for another; sixteen of them are 79 bits.
_PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJ"  # noqa: S105 - letters, not a password
_PASSWORD_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who shall be able to log in."""

    login: str
    name: str
    password: str = field(repr=False)
    email: str = ""
    roles: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    language: str = "en"
    extension: str = ""
    #: Administers users in the shell, whatever the roles say.
    admin: bool = False


def new_password() -> str:
    """Return a random password that can be typed."""
    return "".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(_PASSWORD_LENGTH))


def add(app: Flask, members: Iterable[Member]) -> tuple[str, ...]:
    """Make these people, as far as their logins are free; return the logins of the new ones.

    Raises ``bad_parameter`` for roles and units that the release in force does not have, and for a language that the screens do not
    speak, before anybody is made.
    """
    services: Services = app.extensions[EXTENSION]
    wanted = tuple(members)
    model = services.live.current().runtime.model
    for member in wanted:
        _demand("role", member.roles, model.roles)
        _demand("unit", member.units, model.organisation.units)
        if member.language not in app.config["LANGUAGES"]:
            spoken = ", ".join(app.config["LANGUAGES"])
            raise PackdeskError("bad_parameter", name="--language", reason=f"there is no language '{member.language}'; the screens speak {spoken}")
    with app.app_context():
        appbuilder = app.extensions["appbuilder"]
        fab.sync_roles(appbuilder, model.roles)
        new = tuple(member for member in wanted if _add_user(app, member))
    with services.database.begin(write=True) as connection:
        for member in new:
            people.save_units(connection, member.login, member.units)
            default = member.units[0] if member.units else ""
            people.save_profile(connection, Profile(login=member.login, default_unit=default, locale=member.language, extension=member.extension))
    return tuple(member.login for member in new)


def _demand(what: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a name that the release does not have."""
    for name in wanted:
        if name not in known:
            raise PackdeskError("bad_parameter", name=f"--{what}", reason=f"there is no {what} '{name}'")


def _add_user(app: Flask, member: Member) -> bool:
    """Make the user of the shell; return whether he is new."""
    roles = (*member.roles, *((ADMIN,) if member.admin else ()))
    email = member.email or f"{member.login}@packdesk.invalid"
    return fab.add_user(app.extensions["appbuilder"], login=member.login, name=member.name, email=email, password=member.password, roles=roles)
