"""``Idempotency-Key``: the same POST sent twice has one effect and one answer, for 24 hours, per person.

The key is claimed by an INSERT before the work; the second of two at once waits for the answer of the first.
"""

import functools
import hashlib
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import ParamSpec, cast

import sqlalchemy as sa
from flask import Response, request
from sqlalchemy.exc import IntegrityError

from packdesk.errors import PackdeskError
from packdesk.store.platform_tables import idempotency
from packdesk.web.request_context import actor, services

P = ParamSpec("P")
_HEADER = "Idempotency-Key"
_LIFETIME = timedelta(hours=24)
_LONGEST = 128
_WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.05
_KEPT_HEADERS = ("ETag", "Location", "HX-Redirect")


def once(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return a view that honours the header; a request without one runs as always."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        key = request.headers.get(_HEADER)
        if key is None:
            return view(*args, **kwargs)
        if not key.isascii() or not key.isprintable() or not 1 <= len(key) <= _LONGEST:
            raise PackdeskError("bad_parameter", name=_HEADER, reason=f"give 1 to {_LONGEST} printable characters")
        login, digest = actor().login, _digest()
        if not _claim(key, login, digest):
            return _answer_of_first(key, login, digest)
        try:
            response = view(*args, **kwargs)
        except BaseException:
            _release(key, login)
            raise
        _keep(key, login, response)
        return response

    return guarded


def _digest() -> str:
    """Return what makes two requests the same: method, address, version and body."""
    hashed = hashlib.sha256()
    for part in (request.method, request.full_path, request.headers.get("If-Match", ""), request.mimetype):
        hashed.update(part.encode() + b"\n")
    hashed.update(request.get_data(cache=True))
    return hashed.hexdigest()


def _claim(key: str, login: str, digest: str) -> bool:
    """Return whether this request is the first with the key; keys that are too old are forgotten on the way."""
    now = services().clock.now()
    row = {"key": key, "actor": login, "request_hash": digest, "response": None, "expires": now + _LIFETIME}
    try:
        with services().database.begin(write=True) as connection:
            connection.execute(idempotency.delete().where(idempotency.c.expires < now))
            connection.execute(idempotency.insert().values(row))
    except IntegrityError:
        return False
    return True


def _answer_of_first(key: str, login: str, digest: str) -> Response:
    """Return what the first request with the key was answered, waiting while it is still at work."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        kept = _read(key, login)
        if kept is not None and kept[0] != digest:
            raise PackdeskError("idempotency_reused")
        if kept is not None and kept[1] is not None:
            return _restored(kept[1])
        if kept is None or time.monotonic() > until:
            raise PackdeskError("busy")
        time.sleep(_POLL_SECONDS)


def _read(key: str, login: str) -> tuple[str, Mapping[str, object] | None] | None:
    """Return what is kept under the key."""
    chosen = sa.select(idempotency.c.request_hash, idempotency.c.response).where(idempotency.c.key == key, idempotency.c.actor == login)
    with services().database.begin(write=False) as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else (str(row[0]), cast("Mapping[str, object] | None", row[1]))


def _keep(key: str, login: str, response: Response) -> None:
    """Keep the answer under the key."""
    kept = {
        "status": response.status_code,
        "type": response.mimetype,
        "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
        "body": b64encode(response.get_data()).decode("ascii"),
    }
    chosen = idempotency.update().where(idempotency.c.key == key, idempotency.c.actor == login).values(response=kept)
    with services().database.begin(write=True) as connection:
        connection.execute(chosen)


def _release(key: str, login: str) -> None:
    """Forget the claim of a request that was refused: nothing was stored, so it may be sent again."""
    with services().database.begin(write=True) as connection:
        connection.execute(idempotency.delete().where(idempotency.c.key == key, idempotency.c.actor == login))


def _restored(kept: Mapping[str, object]) -> Response:
    """Return a kept answer."""
    response = Response(b64decode(str(kept["body"])), status=cast("int", kept["status"]), mimetype=str(kept["type"]))
    response.headers.update(cast("Mapping[str, str]", kept["headers"]))
    response.headers["Idempotent-Replayed"] = "true"
    return response
