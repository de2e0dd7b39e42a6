"""Flask-AppBuilder as the shell: login, users and who has which role; grants come from the release, never from its tables.

Its generated API stays off, its permissions matter to the administration of users alone, and a change to a user or to who has
which role moves the security epoch, so that no process keeps rights it remembered. A session bears a mark of the password that it
was got with, and ends when that changes; it is also known to the server, and ends there when its browser logs out.
"""

import hmac
import logging
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from flask import Flask, request, session
from flask_appbuilder import AppBuilder  # type: ignore[import-untyped]
from flask_appbuilder.api import BaseApi  # type: ignore[import-untyped]
from flask_appbuilder.security.sqla.manager import SecurityManager  # type: ignore[import-untyped]
from flask_appbuilder.security.sqla.models import Group, Role, User  # type: ignore[import-untyped]
from flask_limiter import Limiter
from flask_login import LoginManager, current_user, user_logged_in, user_logged_out  # type: ignore[import-untyped]
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict

from packdesk.errors import PackdeskError
from packdesk.records.policy import has_permission
from packdesk.settings import Settings
from packdesk.store import browser_sessions
from packdesk.web.login import AuthDBView
from packdesk.web.own_address import own_path
from packdesk.web.request_context import SESSION_ID, SESSION_MARK, actor_or_none, runtime, services
from packdesk.web.users import ADMIN, MANAGES_USERS, PAGES, Roles, UserDBModelView

#: Name of the blueprint of the REST API.
API = "api"
_LOGIN = "AuthDBView.login"
#: What the shell asks permissions for, though everybody may do it who is logged in: permission and view.
_OWN = frozenset({("can_this_form_get", "ResetMyPasswordView"), ("can_this_form_post", "ResetMyPasswordView"), ("can_userinfo", "UserDBModelView")})
_BUSY_SECONDS = 15
_WATCHED = frozenset({"username", "active", "roles", "groups", "password"})


class _NoApi(BaseApi):  # type: ignore[misc]
    """Stands where FAB would put its own token endpoint; ours is at the same address."""

    resource_name = "security"


class _GateInsteadOfTokens:
    """Tells FAB that forgeries are kept out, so that it refuses to delete or act on a GET; the gate looks at unsafe methods alone."""

    def exempt(self, view: object) -> object:
        """Leave the view as it is: the gate stands before every view."""
        return view


class Shell(SecurityManager):  # type: ignore[misc]
    """FAB's security manager without its REST endpoints and statistics."""

    security_api = _NoApi
    authdbview = AuthDBView
    rolemodelview = Roles
    userdbmodelview = UserDBModelView
    userstatschartview = None

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Return whether the person may open a page of the shell: what concerns himself alone needs no role, users and roles the right to manage them."""
        if (permission_name, view_name) in _OWN:
            return bool(current_user.is_authenticated)
        return (view_name in PAGES and _manages_users()) or bool(super().has_access(permission_name, view_name))

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Return what knows who is logged in; templates load him when they ask: each page would pay two statements for what only FAB's own show."""
        manager = super().create_login_manager(app)
        processors = app.template_context_processors[None]
        processors.pop()
        processors.append(lambda: {"current_user": current_user})
        return manager

    def create_limiter(self, app: Flask) -> Limiter:
        """Return the limiter, which looks at attempts to log in alone: at each request it would cost as much as a small query."""
        limiter = super().create_limiter(app)
        for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
            hooks[None].append(_at_logins(hooks[None].pop()))
        return limiter

    def load_user(self, pk: int) -> User | None:
        """Return the user of the session, None when it was ended or the password was changed since he logged in."""
        user = super().load_user(pk)
        return user if user is not None and _is_marked(user) and _is_open(user) else None

    def reset_password(self, userid: int, password: str) -> None:
        """Store another password; whoever changes his own stays logged in here, and nowhere else."""
        super().reset_password(userid, password)
        if str(session.get("_user_id")) == str(userid):
            session[SESSION_MARK] = _mark(self.get_user_by_id(userid))


def _manages_users() -> bool:
    """Say whether a role of whoever asks gives the right to manage users."""
    who = actor_or_none()
    return who is not None and has_permission(runtime(), who, MANAGES_USERS)


def _may_be_limited(blueprint: str | None, endpoint: str | None) -> bool:
    """Say whether what is sent can be something that has a limit: forms of the shell, and the login of the API."""
    return blueprint != API or endpoint == f"{API}.login"


def _at_logins(hook: Callable[..., Any]) -> Callable[..., Any]:
    """Return a hook of the limiter that runs where there is a limit; elsewhere an answer goes through as it is."""

    def limited(*given: Any) -> Any:
        asked = request._get_current_object()
        if asked.method == "POST" and _may_be_limited(asked.blueprint, asked.endpoint):
            return hook(*given)
        return given[0] if given else None

    return limited


def _mark(user: User) -> str:
    return services().tokens.mark(user.password or "")


def _is_marked(user: User) -> bool:
    """Say whether the session was got with the password that the user has."""
    return hmac.compare_digest(_mark(user).encode(), str(session.get(SESSION_MARK, "")).encode())


def _is_open(user: User) -> bool:
    """Say whether nobody has ended the session, and it is not too old."""
    found = services()
    with found.database.begin(write=False) as connection:
        return bool(browser_sessions.login_of(connection, str(session.get(SESSION_ID, "")), user.id, found.clock.now()).login)


def _begin_session(_app: Flask, user: User) -> None:
    """Put the mark of the password and an id into the session that begins; the one that it takes the place of ends."""
    _end_session(_app)
    found = services()
    session[SESSION_MARK] = _mark(user)
    with found.database.begin(write=True) as connection:
        session[SESSION_ID] = browser_sessions.begin(connection, user.id, found.clock.now())


def _end_session(_app: Flask, **_: object) -> None:
    """End the browser's session, here and in whatever copy of its cookie; tokens of programs know nothing of it."""
    session.pop(SESSION_MARK, None)
    session_id = session.pop(SESSION_ID, None)
    if session_id is not None:
        with services().database.begin(write=True) as connection:
            browser_sessions.end(connection, str(session_id))


def configure(app: Flask, settings: Settings, *, key: str, prepare: bool, login_limit: str, address_limit: str) -> None:
    """Set what FAB and its companions read from the app's configuration."""
    sqlite = settings.database_url.startswith("sqlite")
    app.config.update(
        SECRET_KEY=key,
        PERMANENT_SESSION_LIFETIME=browser_sessions.LIFETIME,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,
            **({"connect_args": {"timeout": _BUSY_SECONDS}} if sqlite else {"pool_size": 2, "max_overflow": 4, "pool_pre_ping": True}),
        },
        APP_NAME="Packdesk",
        LANGUAGES={"en": {"flag": "gb", "name": "English"}, "de": {"flag": "de", "name": "Deutsch"}},
        AUTH_TYPE=1,
        AUTH_ROLE_ADMIN=ADMIN,
        AUTH_ROLE_PUBLIC="Public",
        AUTH_RATE_LIMITED=True,
        AUTH_RATE_LIMIT=address_limit,
        FAB_ADD_SECURITY_API=False,
        FAB_ADD_MENU_API=False,
        FAB_API_SWAGGER_UI=False,
        FAB_ADD_SECURITY_PERMISSION_VIEW=False,
        FAB_ADD_SECURITY_VIEW_MENU_VIEW=False,
        FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW=False,
        FAB_CREATE_DB=prepare,
        FAB_UPDATE_PERMS=prepare,
        RATELIMIT_ENABLED=True,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
        RATELIMIT_LOGIN=login_limit,
        # the gate in front of everything replaces a token in each form
        WTF_CSRF_ENABLED=False,
        JWT_SECRET_KEY=key,
    )


def install(app: Flask, bump: Callable[[], None]) -> AppBuilder:
    """Put the shell into the app; call inside an application context. ``bump`` moves the security epoch."""
    logging.getLogger("flask_appbuilder").setLevel(logging.ERROR)
    app.extensions["csrf"] = _GateInsteadOfTokens()
    database = SQLAlchemy(app)
    appbuilder = AppBuilder(app, database.session, security_manager_class=Shell)
    appbuilder.sm.limiter.limit(app.config["RATELIMIT_LOGIN"], key_func=_account_of_form, methods=["POST"])(appbuilder.sm.auth_view.blueprint)
    user_logged_in.connect(_begin_session, app)
    user_logged_out.connect(_end_session, app)
    _watch(database.session, bump)
    _refuse_unknown_actions(app, appbuilder)
    _lead_nowhere_else(app)
    return appbuilder


def _refuse_unknown_actions(app: Flask, appbuilder: AppBuilder) -> None:
    """Answer 404 for an action that a list of the shell does not have; FAB would fail on it."""
    actions = {f"{type(view).__name__}.{end}": view for view in appbuilder.baseviews if hasattr(view, "actions") for end in ("action", "action_post")}

    @app.before_request
    def _known() -> None:
        view = actions.get(request.endpoint or "")
        if view is not None and (request.view_args or {}).get("name", request.form.get("action")) not in view.actions:
            raise PackdeskError("unknown_page")


def _lead_nowhere_else(app: Flask) -> None:
    """Let the login lead to pages of ours alone; what FAB looks at leaves addresses through that browsers read as another host's."""

    @app.before_request
    def _leave_out() -> None:
        if request.endpoint == _LOGIN and "next" in request.args and not own_path(request.args["next"]):
            request.args = ImmutableMultiDict([part for part in request.args.items(multi=True) if part[0] != "next"])


def _account_of_form() -> str:
    """Return the key under which tries to log in by the form are counted."""
    return f"account:{request.form.get('username', '').strip().lower()[:128]}"


def _watch(session: object, bump: Callable[[], None]) -> None:
    """Move the security epoch after each commit that changed a user, a role or who has which."""

    @event.listens_for(session, "before_flush")
    def _note(current: Session, *_: object) -> None:
        changed = [*current.new, *current.deleted]
        if any(isinstance(thing, (User, Role, Group)) for thing in changed) or any(_rights_changed(thing) for thing in current.dirty):
            current.info["rights"] = True

    @event.listens_for(session, "after_commit")
    def _tell(current: Session) -> None:
        if current.info.pop("rights", False):
            bump()

    @event.listens_for(session, "after_rollback")
    def _forget(current: Session) -> None:
        current.info.pop("rights", None)


def _rights_changed(thing: object) -> bool:
    """Return whether something that decides about rights differs from what the database holds."""
    if not isinstance(thing, (User, Role, Group)):
        return False
    state = sa.inspect(thing)
    return any(attribute.key in _WATCHED and attribute.history.has_changes() for attribute in state.attrs)


def sync_roles(appbuilder: AppBuilder, names: Iterable[str]) -> None:
    """Make a role without permissions in FAB for each role of the release; those that left the release stay with whoever has them."""
    for name in names:
        if appbuilder.sm.find_role(name) is None:
            appbuilder.sm.add_role(name)


def add_user(appbuilder: AppBuilder, *, login: str, name: str, email: str, password: str, roles: Iterable[str]) -> bool:
    """Add a user with these roles and return True; leave the one there is as he is and return False."""
    security = appbuilder.sm
    if security.find_user(username=login) is not None:
        return False
    first, _, last = name.partition(" ")
    wanted = [role for role in (security.find_role(role) for role in roles) if role is not None]
    if security.add_user(login, first or login, last, email, wanted, password=password) is False:
        raise PackdeskError("bad_parameter", name="LOGIN", reason=f"the user '{login}' could not be added")
    return True
