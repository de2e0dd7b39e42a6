"""The request in hand as the use cases want it: who asks, of which release, in which language, by which door.

One freshness read per request pins the release; who the actor is comes from memory as long as the security epoch stands.
"""

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g, request, session

from packdesk.errors import PackdeskError
from packdesk.records.context import Context, Door
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Actor
from packdesk.store import browser_sessions, people
from packdesk.store.live import Pinned
from packdesk.web.pinning import Pinning
from packdesk.web.request_log import request_id
from packdesk.web.services import Services
from packdesk.web.tokens import Proof

EXTENSION = "packdesk"
#: Where the key of a request waits for the use case.
REQUEST_KEY = "request_key"
#: Where a session keeps the mark of the password that it was got with.
SESSION_MARK = "packdesk_mark"
#: Where a session keeps the id under which it can be ended.
SESSION_ID = "packdesk_session"
_REMEMBERED = 10_000
#: Nobody has looked yet who asks.
_UNKNOWN = object()
#: Languages of the catalogue of refusals.
_SPOKEN = ("en", "de")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """An actor, and the mark that his tokens and sessions must bear."""

    actor: Actor
    mark: str


class Actors:
    """Remembers who is who; what it knows dies with the security epoch and with the release."""

    def __init__(self, services: Services) -> None:
        """Start knowing nobody."""
        self._services = services
        self._known: OrderedDict[tuple[str, int, int], _Known | None] = OrderedDict()
        self._lock = Lock()

    def by_proof(self, proof: Proof, release: Pinned) -> Actor | None:
        """Return the actor; None for a login that is unknown or switched off, and for what was got with an earlier password."""
        known = self._by_login(proof.login, release)
        return known.actor if known is not None and hmac.compare_digest(known.mark.encode(), proof.mark.encode()) else None

    def _by_login(self, login: str, release: Pinned) -> _Known | None:
        key = (login, release.security_epoch, release.release)
        if key in self._known:
            return self._known[key]
        with self._services.database.begin(write=False) as connection:
            actor = people.load_actor(connection, login, release.runtime)
            password = people.load_password_hash(connection, login) if actor is not None else ""
        found = _Known(actor=actor, mark=self._services.tokens.mark(password)) if actor is not None else None
        with self._lock:
            self._known[key] = found
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found


class Logins:
    """Remembers whose session is whose, and until when; FAB's session cookie holds the user's id. Ending one moves the epoch of sessions."""

    def __init__(self, services: Services) -> None:
        """Start knowing nobody."""
        self._services = services
        self._known: dict[tuple[str, int, tuple[int, int]], browser_sessions.Held] = {}

    def by_session(self, session_id: str, user_id: int, epoch: tuple[int, int]) -> str:
        """Return the login, empty for an unknown user and for a session that has ended or is too old by now."""
        key, now = (session_id, user_id, epoch), self._services.clock.now()
        found = self._known.get(key)
        if found is None:
            with self._services.database.begin(write=False) as connection:
                found = browser_sessions.login_of(connection, session_id, user_id, now)
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found.at(now)


def services() -> Services:
    """Return the services of the app that handles the request."""
    return cast("Services", current_app.extensions[EXTENSION])


def pinned() -> Pinned:
    """Return the release that this request works with from its first line to its last; raises ``no_release``."""
    found = g.get("pinned")
    if found is None:
        found = g.pinned = services().live.current()
        g.release = found.release
    return cast("Pinned", found)


def runtime() -> Runtime:
    """Return the runtime that this request is pinned to."""
    return pinned().runtime


def actor() -> Actor:
    """Return who asks; raises ``not_authenticated``."""
    found = actor_or_none()
    if found is None:
        raise PackdeskError("not_authenticated")
    return found


def actor_or_none() -> Actor | None:
    """Return who asks, or None when nobody is logged in or what he shows is forged, ended, too old or got with an earlier password."""
    found = g.get("actor", _UNKNOWN)
    if found is _UNKNOWN:
        release = pinned()
        proof = _proof((release.security_epoch, release.session_epoch))
        found = g.actor = current_app.extensions[f"{EXTENSION}.actors"].by_proof(proof, release) if proof is not None and proof.login else None
        g.login = found.login if found is not None else ""
    return cast("Actor | None", found)


def _proof(epoch: tuple[int, int]) -> Proof | None:
    """Return the login that the request claims, and its mark: by its token, else by its session."""
    header = request.headers.get("Authorization", "")
    if header[:7].lower() == "bearer ":
        return services().tokens.proof(header[7:].strip(), services().clock.now())
    user_id = session.get("_user_id")
    if user_id is None:
        return None
    login = current_app.extensions[f"{EXTENSION}.logins"].by_session(str(session.get(SESSION_ID, "")), int(user_id), epoch)
    return Proof(login=str(login), mark=str(session.get(SESSION_MARK, "")))


def language() -> str:
    """Return the language to answer in: as switched on screen, else as the person's profile or the program's header says.

    It also words refusals, so it must not fail where there is no release.
    """
    try:
        offered = runtime().model.languages or _SPOKEN
    except PackdeskError:
        return request.accept_languages.best_match(_SPOKEN) or _SPOKEN[0]
    who = actor_or_none()
    chosen = session.get("locale") if "Authorization" not in request.headers else None
    if chosen in offered:
        return str(chosen)
    asked = request.accept_languages.best_match(offered) if request.accept_languages else None
    return asked or (who.language if who is not None else offered[0])


def zone() -> ZoneInfo:
    """Return the time zone of whoever asks."""
    return ZoneInfo(actor().time_zone or "UTC")


def context(door: Door = Door.API) -> Context:
    """Return the context of a use case for the request in hand; raises ``not_authenticated``."""
    found = services()
    who = actor()
    return Context(
        actor=who,
        clock=found.clock,
        live=Pinning(found.live, pinned()),
        database=found.database,
        door=door,
        answers=door is Door.API,
        language=language(),
        request_id=request_id(),
        kit=found.kit,
        request_key=g.get(REQUEST_KEY),
    )
