"""The app factory: settings in, a Flask app with shell, API, screens and all plumbing out."""

import importlib.util
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from flask.templating import Environment

from packdesk.errors import PackdeskError
from packdesk.settings import Settings
from packdesk.web import compression, fab, gate, headers, problems, request_log, startup
from packdesk.web.api import blueprint as api
from packdesk.web.bodies import JSON_LIMIT
from packdesk.web.health import health
from packdesk.web.request_context import EXTENSION, Actors, Logins, language
from packdesk.web.secret_key import secret_key
from packdesk.web.services import Services
from packdesk.web.sessions import HostSessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often a minute somebody may try to log in, per process; a server with several processes divides them."""

    per_account: int
    per_address: int

    @classmethod
    def of(cls, settings: Settings, processes: int = 1) -> "Limits":
        """Return the limits of one process: processes count together with Redis, and each for itself without."""
        counters = 1 if settings.redis_url else processes
        return cls(per_account=max(1, settings.logins_per_account // counters), per_address=max(1, settings.logins_per_address // counters))


class _Templates(Environment):
    """Templates whose globals are one dictionary; with Jinja's chain of two, each import of a macro compares them name by name."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template; the app has registered its own before it loads the first."""
        return {**self.globals, **(d or {})}


class _App(Flask):
    """A Flask app whose views and hooks are all plain functions."""

    jinja_environment = _Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function itself; Flask would look anew at each of a request's dozen hooks whether it is a coroutine."""
        return func


def create_app(settings: Settings, *, services: Services | None = None, prepare: bool = True, limits: Limits | None = None) -> Flask:
    """Return the app. ``prepare`` brings tables, first release and roles up to date; one process of a server does it for all."""
    key = secret_key(settings)
    parts = services if services is not None else startup.open_services(settings, key)
    if prepare:
        startup.prepare(parts)
    app = _App("packdesk.web", static_folder=None)
    limit = limits or Limits.of(settings)
    per_account, per_address = f"{limit.per_account} per minute", f"{limit.per_address} per minute"
    fab.configure(app, settings, key=key, prepare=prepare, login_limit=per_account, address_limit=per_address)
    app.config.update(MAX_CONTENT_LENGTH=JSON_LIMIT, MAX_FORM_MEMORY_SIZE=JSON_LIMIT, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
    app.session_interface = HostSessions()
    app.extensions[EXTENSION] = parts
    app.extensions[f"{EXTENSION}.actors"] = Actors(parts)
    app.extensions[f"{EXTENSION}.logins"] = Logins(parts)
    _install_plumbing(app, https=settings.https)
    with app.app_context():
        appbuilder = fab.install(app, bump=lambda: startup.bump_epoch(parts))
        app.extensions["babel"].locale_selector = language
        if prepare:
            fab.sync_roles(appbuilder, startup.role_names(parts))
    app.add_url_rule("/health", "health", health, methods=["GET"])
    app.register_blueprint(api.blueprint(appbuilder.sm.limiter, per_account, per_address))
    if importlib.util.find_spec("packdesk_ui") is not None:
        from packdesk_ui import register

        register(app, parts)
    return app


def demand_screens() -> None:
    """Raise ``assets_missing`` where there are screens whose styles and scripts were not built, so that a server does not begin page by page."""
    if importlib.util.find_spec("packdesk_ui") is not None:
        from packdesk_ui import assets

        assets.demand()


def close(app: Flask) -> None:
    """Close every connection of the app: those of the shell, which has a pool of its own, and those of everything else."""
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions[EXTENSION].close()


def _install_plumbing(app: Flask, *, https: bool) -> None:
    """Put the gate in front of everything, and ids, headers and problem answers around it."""
    request_log.install(app)

    @app.before_request
    def _gate() -> None:
        asked = request._get_current_object()
        if gate.refused(asked):
            raise PackdeskError("cross_site")
        if "\0" in asked.path or b"%00" in asked.query_string:
            raise PackdeskError("bad_request", reason="it contains a NUL character")

    @app.after_request
    def _compressed(response: Response) -> Response:
        return compression.compress(request._get_current_object(), response)

    problems.install(app)
    app.wsgi_app = headers.Secured(app.wsgi_app, https=https)  # type: ignore[method-assign]
