"""``Idempotency-Key``: the same POST sent twice has one effect and one answer, for 24 hours, per person.

The use case stores the key together with what it changes, so that a process may be killed at any moment: a request that is sent again
finds all of it or nothing. The answer itself is kept afterwards and only spares making it again; what it shows once is not kept.
"""

import functools
import hashlib
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import BinaryIO, ParamSpec, cast

from flask import Response, g, request
from sqlalchemy.exc import DBAPIError

from packdesk.errors import PackdeskError
from packdesk.records import read as reading
from packdesk.records.context import RequestKey
from packdesk.store import request_keys
from packdesk.store.failures import trace
from packdesk.web.bodies import FILE_LIMIT
from packdesk.web.request_context import REQUEST_KEY, actor, context, services
from packdesk.web.request_log import request_id

P = ParamSpec("P")
_LOG = logging.getLogger("packdesk.web")
_HEADER = "Idempotency-Key"
_REPLAYED = "Idempotent-Replayed"
_LONGEST = 128
_KEPT_HEADERS = ("ETag", "Location", "HX-Redirect")


def once(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return a view that honours the header; a request without one runs as always."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        value = request.headers.get(_HEADER)
        if value is None:
            return view(*args, **kwargs)
        if not value.isascii() or not value.isprintable() or not 1 <= len(value) <= _LONGEST:
            raise PackdeskError("bad_parameter", name=_HEADER, reason=f"give 1 to {_LONGEST} printable characters")
        key = RequestKey(value=value, digest=_digest())
        if (kept := _kept_answer(key)) is not None:
            return _restored(kept)
        setattr(g, REQUEST_KEY, key)
        response = view(*args, **kwargs)
        if key.notes.replayed:
            response.headers[_REPLAYED] = "true"
        if key.notes.kept and not key.notes.secret:
            _keep_answer(key, response)
        return response

    return guarded


def _digest() -> str:
    """Return what makes two requests the same: method, address, version and body."""
    if request.mimetype == "text/csv":
        request.max_content_length = FILE_LIMIT
    hashed = hashlib.sha256()
    for part in (request.method, request.full_path, request.headers.get("If-Match", ""), request.mimetype):
        hashed.update(part.encode() + b"\n")
    if request.mimetype == "multipart/form-data":
        _add_parts(hashed)
    else:
        hashed.update(request.get_data(cache=True))
    return hashed.hexdigest()


def _add_parts(hashed: "hashlib._Hash") -> None:
    """Add the parts of a form with files, each as its length and itself; what stands between them is drawn anew whenever it is sent."""
    for name, value in request.form.items(multi=True):
        for text in (name, value):
            hashed.update(b"%d:%b" % (len(text.encode()), text.encode()))
    for name, sent in request.files.items(multi=True):
        content = hashlib.file_digest(cast("BinaryIO", sent.stream), "sha256").hexdigest()
        sent.stream.seek(0)
        for text in (name, sent.filename or "", content):
            hashed.update(b"%d:%b" % (len(text.encode()), text.encode()))


def _kept_answer(key: RequestKey) -> Mapping[str, object] | None:
    """Return the answer to the first request with the key, None where it must be made."""
    with services().database.begin(write=False) as connection:
        left = request_keys.kept(connection, key.value, actor().login, key.digest, services().clock.now())
    return None if left is None or _is_foreign_by_now(left) else cast("Mapping[str, object] | None", left.get("answer"))


def _is_foreign_by_now(left: Mapping[str, object]) -> bool:
    """Say whether the answer tells of a record that has gone out of the person's sight since; then it is made anew, from what he may still see."""
    named = cast("Mapping[str, str] | None", left.get("record"))
    return named is not None and not reading.is_visible(context(), named["entity_type"], named["id"])


def _keep_answer(key: RequestKey, response: Response) -> None:
    """Keep the answer; a failure costs nothing but its making when the request is sent again."""
    answer = {
        "status": response.status_code,
        "type": response.mimetype,
        "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
        "body": b64encode(response.get_data()).decode("ascii"),
    }
    now = services().clock.now()
    try:
        with services().database.begin(write=True) as connection:
            request_keys.keep_answer(connection, key.value, actor().login, answer, now, digest=key.digest)
            request_keys.forget_expired(connection, now)
    except (PackdeskError, DBAPIError) as error:
        _LOG.warning("the answer to request %s was not kept\n%s", request_id(), trace(error))


def _restored(kept: Mapping[str, object]) -> Response:
    """Return a kept answer."""
    response = Response(b64decode(str(kept["body"])), status=cast("int", kept["status"]), mimetype=str(kept["type"]))
    response.headers.update(cast("Mapping[str, str]", kept["headers"]))
    response.headers[_REPLAYED] = "true"
    return response
