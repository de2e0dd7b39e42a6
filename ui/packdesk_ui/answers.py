"""Answers to the browser: pages, parts of pages for htmx, redirects, refusals as pages; and the promise that a form counts once."""

import functools
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from packdesk.errors import CATALOGUE, Finding, PackdeskError
from packdesk.records.context import Context, Door
from packdesk.web import request_context
from packdesk.web.api.idempotency import once
from packdesk.web.problems import findings_of, log_failure
from packdesk.web.request_log import request_id
from packdesk_ui import origin
from packdesk_ui.shell import Crumb, language, words
from packdesk_ui.telling import sentence

P = ParamSpec("P")
_KEY_HEADER = "HTTP_IDEMPOTENCY_KEY"
_MODAL = "modal-inside"
_REDRAW = "_line"
_WITH_FILES = "multipart/form-data"
#: What forms of the screens may take: a text several times as long as is allowed, at six to twelve bytes a letter beyond ASCII, so that its
#: field refuses it and says how long it is.
_FORM_LIMIT = 8_000_000
#: What the parts of a form may take beside its file.
_FRAME = 100_000


def context(door: Door = Door.SCREEN) -> Context:
    """Return the context of a use case for the page in hand, in the language of the page."""
    return replace(request_context.context(door), language=language())


def in_modal() -> bool:
    """Say whether the answer goes into the modal window."""
    return request.headers.get("HX-Target") == _MODAL


def is_part() -> bool:
    """Say whether htmx asked, for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def page(template: str, *, status: int = 200, **view: object) -> Response:
    """Return a whole page."""
    return make_response(render_template(template, **view), status)


def page_or_modal(template: str, inside: str, *, status: int = 200, **view: object) -> Response:
    """Return a page, or only its inside when the modal window asked for it."""
    return page(inside if in_modal() else template, status=status, **view)


def go(address: str, message: str = "", tone: str = "success") -> Response:
    """Send the browser on, with a message for the next page; a modal window closes by leaving its page."""
    if message:
        flash(message, tone)
    if is_part():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
        return response
    return make_response(redirect(address, 303))


def go_to_record(entity_type: str, number: str, message: str = "", tone: str = "success") -> Response:
    """Send the browser to a record, or back to the list that it was worked on from."""
    if back := origin.way_back(entity_type, number):
        return go(back, message if origin.may_go_on() or not message else f"{number}: {message}", tone)
    return go(url_for("packdesk_ui.record", entity_type=entity_type, number=number), message, tone)


def go_from_record(entity_type: str, message: str) -> Response:
    """Send the browser on from a record that is no more: to the next one of its list, or to the list."""
    around = origin.origin()
    if around is not None and around.number and around.number == (request.view_args or {}).get("number"):
        around = None
    address = around.address(step="away" if around.opened else "") if around is not None else url_for("packdesk_ui.records", entity_type=entity_type)
    return go(address, message)


def new_key() -> str:
    """Return a key that makes this copy of a form count once."""
    return secrets.token_urlsafe(18)


def form_once(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return a view whose form has one effect and one answer however often it is sent; its key travels as the hidden field ``_key``.

    A form that only asks for another row or for the fields its values call for (``_line``) is not sent yet.
    """
    guarded_by_header = once(view)

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        if request.method != "POST":
            return view(*args, **kwargs)
        if request.mimetype != _WITH_FILES:
            request.get_data(cache=True)
        if (key := request.form.get("_key")) and _REDRAW not in request.form:
            request.environ[_KEY_HEADER] = key
            return guarded_by_header(*args, **kwargs)
        return view(*args, **kwargs)

    return guarded


def file_once(limit: int) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Return what makes a view one like ``form_once`` whose form carries a file of at most so many bytes."""

    def decorated(view: Callable[P, Response]) -> Callable[P, Response]:
        guarded_once = form_once(view)

        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            request.max_content_length = limit + _FRAME
            return guarded_once(*args, **kwargs)

        return guarded

    return decorated


def take_forms() -> None:
    """Take forms as large as what may be typed into them, so that what is too long is refused by the field that it is too long for."""
    request.max_content_length = request.max_form_memory_size = _FORM_LIMIT


def form_kept(view: Callable[P, Response]) -> Callable[P, Response]:
    """Return a view like ``form_once`` that draws its form again, as it was typed and with a fresh key, when its key was used before.

    So it is with who goes back to a form that he sent, changes it and sends it again.
    """
    guarded_once = form_once(view)

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return guarded_once(*args, **kwargs)
        except PackdeskError as error:
            if error.code != "idempotency_reused":
                raise
        g.sent_before = True
        request.form = ImmutableMultiDict([*request.form.items(multi=True), (_REDRAW, "again")])
        response = view(*args, **kwargs)
        response.status_code = CATALOGUE["idempotency_reused"].status
        return response

    return guarded


def sent_before() -> bool:
    """Say whether the form in hand is drawn again because it was sent before with something else in it."""
    return bool(g.get("sent_before"))


def is_refusal() -> bool:
    """Say whether the page in hand tells why there is none: then nothing more is asked of the database."""
    return bool(g.get("refused"))


def refusal(error: Exception) -> Response:
    """Return a refusal or failure as a page; who is not logged in is sent to the login and comes back afterwards."""
    if isinstance(error, HTTPException) and (error.response is not None or (error.code or 500) < 400):
        return make_response(error.get_response(request.environ))
    g.refused = True
    findings = findings_of(error)
    if findings[0].code == "not_authenticated" and (is_part() or not request.accept_mimetypes.accept_html):
        # The page stays: its script asks for the login in place and sends again what was typed.
        return make_response("", CATALOGUE["not_authenticated"].status)
    if findings[0].code == "not_authenticated":
        wanted = request.full_path.rstrip("?") if request.method == "GET" and not is_part() else url_for("packdesk_ui.start")
        return go(url_for("AuthDBView.login", next=wanted))
    if findings[0].code == "internal_error":
        log_failure(error)
    return _refused(findings)


#: What a page says that shows nothing else, where it is more than that something went wrong.
_HEADINGS = {403: "error.closed", 404: "error.gone"}


def _refused(findings: tuple[Finding, ...]) -> Response:
    status = CATALOGUE[findings[0].code].status
    said = " ".join(dict.fromkeys(sentence(finding, language()) for finding in findings))
    number = request_id() if status >= 500 else ""
    title, way = words(_HEADINGS.get(status, "error")), (Crumb(words("start"), url_for("packdesk_ui.start")),)
    response = page("shell/error.html", status=status, title=title, sentence=said, finding=findings[0], request_id=number, crumbs=way)
    response.headers["Packdesk-Refused"] = findings[0].code
    if status in (429, 503):
        response.headers["Retry-After"] = str(findings[0].facts.get("seconds", 2))
    return response


def missing() -> PackdeskError:
    """Return the error that there is nothing at this address."""
    return PackdeskError("unknown_page")
