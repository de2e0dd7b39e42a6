"""A request id in every answer and one JSON line per request in the log; no query, body or name of a person goes in."""

import logging
import re
import secrets
import time

import orjson
from flask import Flask, Response, g, request

_LOG = logging.getLogger("packdesk.requests")
_HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def request_id() -> str:
    """Return the id of the request in hand: the one a proxy gave, if it looks like one, else a random one."""
    found = g.get("request_id")
    if found is None:
        given = request.headers.get(_HEADER, "")
        found = g.request_id = given if _GIVEN.match(given) else secrets.token_hex(8)
    return str(found)


def install(app: Flask) -> None:
    """Make the app time its requests, name them and log them."""

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _finish(response: Response) -> Response:
        response.headers[_HEADER] = request_id()
        if _LOG.isEnabledFor(logging.INFO):
            _LOG.info(orjson.dumps(_line(response)).decode())
        return response


def _line(response: Response) -> dict[str, object]:
    """Return what the log says about the request."""
    return {
        "request_id": request_id(),
        "method": request.method,
        "path": request.path,
        "endpoint": request.endpoint or "",
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 2),
        "login": g.get("login", ""),
        "release": g.get("release", 0),
    }
