"""The screens: server-rendered pages over the same use cases as the API, for every entity type of the release in force.

``register`` puts them into the app that ``packdesk.web.app`` makes. One generic set of routes serves all types, so that a type
published later works at once.
"""

import mimetypes
from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, Response, request
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException

from packdesk.errors import PackdeskError
from packdesk.web import problems, request_context
from packdesk.web.policies import LOGGED_IN, PUBLIC, policy
from packdesk.web.services import Services
from packdesk_ui import (
    acting,
    administration,
    answers,
    approvals,
    assets,
    bulk,
    changing,
    checking,
    choices,
    desk,
    editing,
    everywhere,
    finder,
    gallery,
    grants,
    job_notes,
    jobs,
    languages,
    lists,
    origin,
    record,
    shell,
    shortcuts,
    start,
    transfer,
    user_places,
    users,
)
from packdesk_ui.lists import columns, dates, moves, views

__all__ = ["register"]

_TYPE = "/r/<entity_type>"
_RECORD = f"{_TYPE}/<number>"
#: The id of a view is longer than the words that stand in its place.
_VIEW = f"{_TYPE}/views/<string(minlength=8):view_id>"
_YEAR = 365 * 24 * 3600
#: A page of the administration that the person's roles do not open, no such address, no such method there, and too many tries to log in.
_SHOWN_AS_PAGES = (403, 404, 405, 429)
_SHELLS_OWN_START = "IndexView.index"

#: Name, address, methods, view; what a person may see and do is decided by the use cases behind each.
ROUTES: Sequence[tuple[str, str, tuple[str, ...], Callable[..., Response]]] = (
    ("start", "/", ("GET",), start.start),
    ("leave", "/logout/", ("GET",), start.leave),
    ("find", "/search", ("GET", "POST"), finder.find),
    ("gallery", "/gallery", ("GET",), gallery.gallery),
    ("gallery_window", "/gallery/window", ("GET",), gallery.window),
    ("shortcuts", "/shortcuts", ("POST",), shortcuts.switch),
    ("keys", "/shortcuts/keys", ("GET", "POST"), shortcuts.keys),
    ("records", _TYPE, ("GET", "POST"), lists.records),
    ("jobs", "/jobs", ("GET",), jobs.jobs),
    ("job", "/jobs/<job>", ("GET",), jobs.job),
    ("job_notes", "/jobs/running", ("GET",), job_notes.part),
    ("start_job", "/jobs/<job>/start", ("POST",), jobs.start_job),
    ("stop_job", "/jobs/<job>/stop", ("POST",), jobs.stop_job),
    ("undo_job", "/jobs/<job>/undo", ("POST",), jobs.undo_job),
    ("new", f"{_TYPE}/new", ("GET", "POST"), editing.new),
    ("bulk", f"{_TYPE}/bulk", ("GET", "POST"), bulk.bulk),
    ("imports", f"{_TYPE}/import", ("GET", "POST"), transfer.imports),
    ("export", f"{_TYPE}/export.csv", ("GET",), transfer.export),
    ("choices", f"{_TYPE}/choices", ("POST",), choices.choices),
    ("columns", f"{_TYPE}/columns", ("GET", "POST"), columns.columns),
    ("view_counts", f"{_TYPE}/counts", ("GET",), views.view_counts),
    ("save_view", f"{_TYPE}/views/new", ("GET", "POST"), views.save_view),
    ("undo_view", f"{_TYPE}/views/undo", ("POST",), views.undo_view),
    ("rename_view", _VIEW, ("GET", "POST"), views.rename_view),
    ("update_view", f"{_VIEW}/update", ("POST",), views.update_view),
    ("delete_view", f"{_VIEW}/delete", ("POST",), views.delete_view),
    ("check_new", f"{_TYPE}/check", ("POST",), checking.check),
    ("check_edit", f"{_RECORD}/check", ("POST",), checking.check),
    ("check_assign", f"{_RECORD}/assign/check", ("POST",), checking.check_assign),
    ("check_dates", f"{_RECORD}/dates/check", ("POST",), checking.check_dates),
    ("check_action", f"{_RECORD}/actions/<action>/check", ("POST",), checking.check),
    ("record", _RECORD, ("GET",), record.record),
    ("desk", f"{_RECORD}/desk", ("GET", "POST"), desk.desk),
    ("moves", f"{_RECORD}/moves", ("GET",), moves.moves),
    ("dates", f"{_RECORD}/dates", ("GET", "POST"), dates.dates),
    ("reveal", f"{_RECORD}/reveal", ("POST",), record.reveal),
    ("history", f"{_RECORD}/history", ("GET",), record.history_page),
    ("notes", f"{_RECORD}/notes", ("GET",), record.notes),
    ("whole_note", f"{_RECORD}/notes/<note>", ("GET",), record.whole_note),
    ("edit", f"{_RECORD}/edit", ("GET", "POST"), changing.edit),
    ("settle", f"{_RECORD}/settle", ("POST",), changing.settle),
    ("act", f"{_RECORD}/actions/<action>", ("GET", "POST"), acting.act),
    ("decide", f"{_RECORD}/approvals/<approval>/<what>", ("POST",), approvals.decide),
    ("assign", f"{_RECORD}/assign", ("GET", "POST"), acting.assign),
    ("delete", f"{_RECORD}/delete", ("GET", "POST"), acting.delete),
    ("add_note", f"{_RECORD}/notes", ("POST",), acting.add_note),
    ("add_file", f"{_RECORD}/attachments", ("POST",), acting.add_file),
    ("file", f"{_RECORD}/attachments/<attachment>", ("GET",), acting.file),
)


class _Screens(Blueprint):
    """A blueprint whose files never change under the same name."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Let browsers keep files whose name carries the hash of their content."""
        return _YEAR if (filename or "").removesuffix(assets.PACKED) in assets.manifest().values() else None

    def send_static_file(self, filename: str) -> Response:
        """Send the file as the build packed it to browsers that take it so."""
        packed = filename + assets.PACKED
        wanted = bool(request.accept_encodings.quality("br")) and packed in assets.packed()
        response = super().send_static_file(packed if wanted else filename)
        if wanted:
            response.headers["Content-Encoding"] = "br"
            response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        response.vary.add("Accept-Encoding")
        return response


def register(app: Flask, services: Services) -> None:  # noqa: ARG001 - the contract with the app factory
    """Put the screens into the app; the administration's pages get the same frame."""
    screens = _Screens("packdesk_ui", __name__, static_folder="static", static_url_path="/static/ui")
    for name, address, methods, view in ROUTES:
        screens.add_url_rule(address, name, policy(LOGGED_IN)(view), methods=list(methods))
    screens.add_url_rule("/theme", "theme", policy(PUBLIC)(start.theme), methods=["POST"])
    screens.add_url_rule("/density", "density", policy(PUBLIC)(start.density), methods=["POST"])
    screens.add_url_rule("/language", "language", policy(PUBLIC)(languages.choose), methods=["POST"])
    screens.add_url_rule("/session", "session", policy(PUBLIC)(everywhere.who), methods=["GET"])
    screens.before_request(everywhere.same_person)
    screens.before_request(answers.take_forms)
    screens.register_error_handler(Exception, answers.refusal)
    own = FileSystemLoader(assets.STATIC.parent / "templates")
    loaders: list[BaseLoader] = [own, app.jinja_loader] if app.jinja_loader is not None else [own]
    app.jinja_loader = ChoiceLoader(loaders)
    shell.install(app)
    start.remember_records(app)
    languages.install(app)
    users.install(app)
    app.jinja_env.globals.update(
        grants_of=grants.grants_of,
        administration=administration,
        everywhere=everywhere.everywhere,
        may_go_on=origin.may_go_on,
        job_notes=job_notes.notes,
        places_of=user_places.told,
    )
    app.register_blueprint(screens)
    for status in _SHOWN_AS_PAGES:
        app.register_error_handler(status, _outside)
    if _SHELLS_OWN_START in app.view_functions:
        app.view_functions[_SHELLS_OWN_START] = _home


def _outside(error: HTTPException) -> Response:
    """Show what goes wrong beside our own pages as a page too; programs get their problem document."""
    program = request.path.startswith("/api/") or not request.accept_mimetypes.accept_html
    response = problems.problem(problems.findings_of(error), problems.preferred_language()) if program else answers.refusal(error)
    if allowed := problems.allowed_methods(error):
        response.headers["Allow"] = ", ".join(allowed)
    return response


@policy(PUBLIC)
def _home() -> Response:
    """Show the start page at the address that the shell holds for its own; its blueprint does not know our refusals."""
    try:
        request_context.actor()
        return start.start()
    except PackdeskError as error:
        return answers.refusal(error)
