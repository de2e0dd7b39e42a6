"""The blueprint ``/api/v1``: addresses and methods go in, each view is in the module of its subject."""

from collections.abc import Callable

from flask import Blueprint, Response
from flask_limiter import Limiter

from packdesk.web.api import actions, approvals, batches, documents, files, history, jobs, login, metadata, records
from packdesk.web.fab import API

_RECORDS = "/records/<entity_type>"
_RECORD = f"{_RECORDS}/<ref>"

#: (method, address, name, view)
ROUTES: tuple[tuple[str, str, str, Callable[..., Response]], ...] = (
    ("GET", "/me", "me", login.me),
    ("GET", _RECORDS, "search", records.search),
    ("POST", _RECORDS, "create", records.create),
    ("GET", _RECORD, "read", records.read),
    ("PATCH", _RECORD, "update", records.update),
    ("DELETE", _RECORD, "delete", records.delete),
    ("GET", f"{_RECORD}/actions", "actions", actions.available),
    ("POST", f"{_RECORD}/actions/<action>", "act", actions.perform),
    ("GET", f"{_RECORD}/actions/<action>/why", "why", actions.why),
    ("GET", f"{_RECORD}/history", "history", history.history),
    ("GET", f"{_RECORD}/notes", "notes", history.notes),
    ("POST", f"{_RECORD}/notes", "add_note", history.add_note),
    ("GET", f"{_RECORD}/approvals", "approvals", approvals.approvals),
    ("POST", f"{_RECORD}/approvals/<approval>/approve", "approve", approvals.approve),
    ("POST", f"{_RECORD}/approvals/<approval>/reject", "reject", approvals.reject),
    ("POST", f"{_RECORD}/approvals/<approval>/resubmit", "resubmit", approvals.resubmit),
    ("GET", f"{_RECORD}/attachments", "attachments", files.attachments),
    ("POST", f"{_RECORD}/attachments", "attach", files.attach),
    ("GET", f"{_RECORD}/attachments/<attachment>", "download", files.download),
    ("POST", f"{_RECORDS}/bulk", "bulk", batches.bulk),
    ("POST", f"{_RECORDS}/import", "import", batches.import_csv),
    ("GET", f"{_RECORDS}/export", "export", batches.export),
    ("GET", "/jobs", "jobs", jobs.jobs),
    ("GET", "/jobs/<job>", "job", jobs.job),
    ("GET", "/jobs/<job>/rows", "job_rows", jobs.rows),
    ("POST", "/jobs/<job>/stop", "stop_job", jobs.stop),
    ("POST", "/jobs/<job>/undo", "undo_job", jobs.undo),
    ("GET", "/metadata", "entity_types", metadata.entity_types),
    ("GET", "/metadata/<entity_type>", "entity_type", metadata.entity_type),
    ("GET", "/metadata/<entity_type>/schema", "schema", metadata.schema),
    ("GET", "/explain", "explain", metadata.explain),
    ("GET", "/schemas", "kinds", documents.kinds),
    ("GET", "/schemas/<kind>", "kind", documents.kind),
    ("GET", "/releases", "releases", metadata.releases),
    ("GET", "/openapi.json", "openapi", documents.openapi),
    ("GET", "/docs", "docs", documents.docs),
    ("GET", "/docs.css", "docs_style", documents.style),
)


def blueprint(limiter: Limiter, per_account: str, per_address: str) -> Blueprint:
    """Return the blueprint; tries to log in are counted per account and per address."""
    api = Blueprint(API, __name__, url_prefix="/api/v1")
    for method, address, name, view in ROUTES:
        api.add_url_rule(address, name, view, methods=[method])
    api.add_url_rule("/security/login", "login", _limited(login.login, limiter, per_account, per_address), methods=["POST"])
    return api


def _limited(view: Callable[..., Response], limiter: Limiter, per_account: str, per_address: str) -> Callable[..., Response]:
    """Return the view behind both limits."""
    limited: Callable[..., Response] = limiter.limit(per_account, key_func=login.account)(limiter.limit(per_address)(view))
    return limited
