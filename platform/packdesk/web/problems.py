"""Refusals and failures as problem documents (RFC 9457): a finding goes in, JSON with a stable code comes out, never a trace."""

import logging
from collections.abc import Callable, Mapping
from typing import cast

import orjson
from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from packdesk.errors import CATALOGUE, Finding, PackdeskError, Refused, sentence
from packdesk.store.database import is_passing
from packdesk.store.failures import trace
from packdesk.web.request_log import request_id

_LOG = logging.getLogger("packdesk.web")
_MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER = "2"
#: Werkzeug's own refusals, by status, in the catalogue's words.
_BY_STATUS = {
    401: "not_authenticated",
    403: "page_not_permitted",
    404: "unknown_page",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
}


def allowed_methods(error: HTTPException) -> list[str]:
    """Return the methods that the address offers, as the framework found them."""
    return sorted(getattr(error, "valid_methods", None) or ())


#: How long a limit counts.
_WINDOW_SECONDS = 60
#: What is to be known about a refusal of the framework, by code.
_FACTS: Mapping[str, Mapping[str, Callable[[HTTPException], object]]] = {
    "method_not_allowed": {"allowed": allowed_methods},
    "body_too_large": {"limit": lambda _: request.max_content_length or 0},
    "unsupported_media_type": {"expected": lambda _: "application/json"},
    "rate_limited": {"seconds": lambda _: _WINDOW_SECONDS},
    "bad_request": {"reason": lambda _: "request_form", "http": lambda error: error.name},
}


def problem(findings: tuple[Finding, ...], language: str = "en") -> Response:
    """Return the answer for one or more findings; the first gives status, code and sentence."""
    first = findings[0]
    status = CATALOGUE[first.code].status
    body: dict[str, object] = {
        "type": f"urn:packdesk:problem:{first.code}",
        "title": sentence(first, language),
        "status": status,
        "detail": " ".join(dict.fromkeys(sentence(finding, language) for finding in findings)),
        **_described(first, language),
        "findings": [_described(finding, language) for finding in findings],
        "request_id": request_id(),
    }
    response = Response(orjson.dumps(body, default=str), status=status, mimetype=_MEDIA_TYPE)
    if status in (429, 503):
        response.headers["Retry-After"] = str(first.facts.get("seconds", _RETRY_AFTER))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _described(finding: Finding, language: str) -> dict[str, object]:
    """Return a finding as JSON."""
    return {
        "code": finding.code,
        "field": finding.field,
        "action": finding.action,
        "rule": finding.rule,
        "origin": finding.origin,
        "message": sentence(finding, language),
        "facts": dict(finding.facts),
    }


def findings_of(error: BaseException) -> tuple[Finding, ...]:
    """Return what an exception tells the client; whatever is not ours is an internal error and tells nothing."""
    if isinstance(error, Refused):
        return error.findings
    if isinstance(error, PackdeskError):
        return (Finding(code=error.code, facts=error.facts),)
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        return (_of_werkzeug(error),)
    if isinstance(error, SQLAlchemyError) and is_passing(error):
        return (Finding(code="busy"),)
    return (Finding(code="internal_error", facts={"request_id": request_id()}),)


def log_failure(error: BaseException) -> None:
    """Write an error into the log under the request's id, which the answer quotes."""
    _LOG.error("request %s failed\n%s", request_id(), trace(error))


def _of_werkzeug(error: HTTPException) -> Finding:
    """Return a refusal of the framework in the catalogue's words, with the facts that belong to it alone."""
    code = _BY_STATUS.get(error.code or 0, "bad_request")
    return Finding(code=code, facts={name: fact(error) for name, fact in _FACTS.get(code, {}).items()})


def preferred_language() -> str:
    """Return the language of the catalogue that the client asks for."""
    return request.accept_languages.best_match(("en", "de")) or "en"


def install(app: Flask) -> None:
    """Make the app answer refusals and failures as problem documents; a blueprint with pages of its own may handle its own."""

    @app.errorhandler(PackdeskError)
    def _refused(error: PackdeskError) -> Response:
        return problem(findings_of(error), preferred_language())

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:
            return cast("Response", Response.force_type(error.get_response(request.environ), request.environ))
        response = problem(findings_of(error), preferred_language())
        if error.code == 405:
            response.headers["Allow"] = ", ".join(allowed_methods(error))
        return response

    @app.errorhandler(Exception)
    def _failed(error: Exception) -> Response:
        log_failure(error)
        return problem(findings_of(error), preferred_language())
