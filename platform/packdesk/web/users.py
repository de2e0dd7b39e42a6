"""People who may log in, as the administration sees and changes them: the shell keeps them, the release says which roles there are.

In: what a form of the administration says. Out: the shell's user, or which of the values that must differ from everybody's do not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from flask_appbuilder.exceptions import DatabaseException  # type: ignore[import-untyped]
from flask_appbuilder.models.sqla.filters import FilterInFunction  # type: ignore[import-untyped]
from flask_appbuilder.security.sqla.models import Role, User  # type: ignore[import-untyped]
from flask_appbuilder.security.views import RoleModelView  # type: ignore[import-untyped]
from flask_appbuilder.security.views import UserDBModelView as ShellsUsers
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.security import generate_password_hash

from packdesk.errors import PackdeskError
from packdesk.model.people import Role as PackRole
from packdesk.records import leaving
from packdesk.records.context import Door
from packdesk.store import people
from packdesk.web import request_context

#: The shell's own role, whose holders administer users whatever the roles of the release say.
ADMIN = "Admin"
#: The named right whose holders administer users in the shell.
MANAGES_USERS = "users.manage"
#: Pages of the shell that belong to the administration of users.
PAGES = frozenset({"UserDBModelView", "Roles"})
#: Values that no two people share.
_OWN = ("username", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person works, and how he is reached there; empty texts where nothing is said."""

    #: Unit that his new records belong to; one of his units.
    default_unit: str = ""
    units: frozenset[str] = frozenset()
    #: Name of the zone of his days and hours; empty: that of his unit.
    time_zone: str = ""
    #: Number of his telephone inside the house.
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is said of a person."""

    first_name: str
    last_name: str
    email: str
    #: May log in.
    active: bool
    #: Roles of the release.
    roles: frozenset[str]
    #: Administers users, whatever the roles say.
    admin: bool = False
    place: Place = Place()


class Taken(Exception):
    """Somebody else has these values."""

    def __init__(self, fields: Collection[str]) -> None:
        """Name the fields."""
        super().__init__(", ".join(sorted(fields)))
        self.fields = frozenset(fields)


class StillAssigned(Exception):
    """Somebody cannot be removed yet, because open records are assigned to him still."""

    def __init__(self, left: leaving.Left) -> None:
        """Tell how far it came."""
        super().__init__(f"{left.open} records")
        self.left = left


def _release_roles() -> tuple[str, ...]:
    return tuple(request_context.runtime().model.roles)


class UserDBModelView(ShellsUsers):  # type: ignore[misc]
    """Users, under the name that the shell knows their pages by; groups of the shell mean nothing here, and its own forms are closed."""

    base_permissions = ("can_list", "can_show", "can_userinfo")
    list_columns = ("first_name", "last_name", "username", "email", "active", "roles")
    search_columns = ("first_name", "last_name", "username", "email", "active")


class Roles(RoleModelView):  # type: ignore[misc]
    """Roles of the release without FAB's permissions: what a role may do is written in the packs, and shown as the release says it."""

    base_permissions = ("can_list", "can_show")
    list_columns = show_columns = edit_columns = add_columns = ("name",)
    base_filters = (("name", FilterInFunction, _release_roles),)
    show_template = "appbuilder/grants.html"


def manages(roles: Iterable[str], declared: Mapping[str, PackRole]) -> bool:
    """Say whether one of the roles gives the right to manage users."""
    return any(MANAGES_USERS in declared[role].permissions for role in roles if role in declared)


def found(user_id: str) -> User:
    """Return a user; raises ``unknown_page`` where there is none."""
    user = _security().get_user_by_id(int(user_id)) if user_id.isascii() and user_id.isdigit() and len(user_id) < 10 else None
    if user is None:
        raise PackdeskError("unknown_page")
    return user


def is_admin(user: User) -> bool:
    """Say whether the user administers users whatever the roles of the release say."""
    return any(role.name == ADMIN for role in user.roles)


def roles_of(user: User) -> frozenset[str]:
    """Return which roles of the release the user has."""
    return frozenset(role.name for role in user.roles) & frozenset(_release_roles())


def place_of(login: str) -> Place:
    """Return where somebody works; units that left the release are not among it."""
    declared = request_context.runtime().model.organisation.units.keys()
    with request_context.services().database.begin(write=False) as connection:
        profile, units = people.load_profile(connection, login), people.load_units(connection, login) & declared
    main = profile.default_unit if profile.default_unit in units else min(units, default="")
    return Place(default_unit=main, units=units, time_zone=profile.time_zone, extension=profile.extension)


def add(login: str, entry: Entry, password: str) -> User:
    """Store a new user; raises ``Taken``."""
    user = User(username=login, password=_hashed(password))
    _demand_free(user, entry)
    _fill(user, entry)
    try:
        _keep_place(login, entry.place)
        _users().add(user)
    except SQLAlchemyError:
        # The form was sent twice at once: the other one was faster.
        _demand_free(User(username=login), entry)
        raise
    return user


def change(user: User, entry: Entry) -> None:
    """Store what is said of a user now; a role that left the release stays, for it may come back with another one. Raises ``Taken``."""
    _demand_free(user, entry)
    _fill(user, entry)
    try:
        _keep_place(user.username, entry.place)
        _users().edit(user)
    except DatabaseException as error:
        raise Taken(_OWN[1:]) from error


def change_name(user: User, first_name: str, last_name: str) -> None:
    """Store how somebody is called."""
    user.first_name, user.last_name = first_name, last_name
    _users().edit(user)


def set_password(user: User, password: str) -> None:
    """Store another password; every session that was got with the earlier one ends, but for the one in hand where it is the user's own."""
    _security().reset_password(user.id, password)


def open_records(login: str) -> int:
    """Return how many open records are assigned to somebody, over all types."""
    return leaving.open_records(request_context.context(Door.SCREEN), login)


def remove(user: User) -> int:
    """Delete a user with his units, his profile and what was his alone, and return how many open records were taken from him.

    Of whom he made or changed nobody is said to have done it any more, and somebody else who is given the same login later has none of
    it. Raises ``StillAssigned`` where records could not be taken from him: then he is not removed.
    """
    context, login = request_context.context(Door.SCREEN), str(user.username)
    left = leaving.unassign(context, login)
    if left.open:
        raise StillAssigned(left)
    people.forget(_connection(), login)
    _users().delete(user)
    # What he took over while the others were taken from him.
    return left.taken + leaving.unassign(context, login).taken


def _keep_place(login: str, place: Place) -> None:
    """Store where somebody works, in the transaction in which the shell stores him; units that left the release stay, like roles."""
    declared, connection = request_context.runtime().model.organisation.units.keys(), _connection()
    profile = people.load_profile(connection, login)
    people.save_units(connection, login, place.units | (people.load_units(connection, login) - declared))
    people.save_profile(connection, replace(profile, default_unit=place.default_unit, time_zone=place.time_zone, extension=place.extension))


def _connection() -> Connection:
    """Return the connection of the transaction in which the shell stores its users."""
    connection: Connection = _users().session.connection()
    return connection


def _fill(user: User, entry: Entry) -> None:
    declared = frozenset(_release_roles())
    wanted = (entry.roles & declared) | ({ADMIN} if entry.admin else frozenset())
    left = [role for role in user.roles if role.name not in declared and role.name != ADMIN]
    user.first_name, user.last_name, user.email, user.active = entry.first_name, entry.last_name, entry.email, entry.active
    user.roles = [*left, *(role for role in (_role(name) for name in sorted(wanted)) if role is not None)]
    user.changed_on = request_context.services().clock.now().replace(tzinfo=None)


def _role(name: str) -> Role | None:
    """Return the shell's role of this name; one that came with the last release is made."""
    return _security().find_role(name) or _security().add_role(name)


def _demand_free(user: User, entry: Entry) -> None:
    others = {"username": _security().find_user(username=user.username), "email": _security().find_user(email=entry.email)}
    if taken := {name for name, other in others.items() if other is not None and other.id != user.id}:
        raise Taken(taken)


def _hashed(password: str) -> str:
    config = current_app.config
    method, salt = config.get("FAB_PASSWORD_HASH_METHOD", "scrypt"), config.get("FAB_PASSWORD_HASH_SALT_LENGTH", 16)
    return generate_password_hash(password, method=method, salt_length=salt)


def _security() -> Any:
    return current_app.appbuilder.sm  # type: ignore[attr-defined]


def _users() -> Any:
    """Return how the shell stores users."""
    return UserDBModelView.datamodel
