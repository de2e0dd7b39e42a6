"""Many records at once: ``/bulk`` (first a preview, then the change), ``/import`` and ``/export``."""

from collections.abc import Mapping
from io import BytesIO
from typing import BinaryIO, cast

from flask import Response, request

from packdesk.errors import PackdeskError
from packdesk.records import bulk as bulking
from packdesk.records import exporting, importing
from packdesk.records import jobs as jobbing
from packdesk.records.outcome import BatchReport, RowResult
from packdesk.records.search import SearchCommand
from packdesk.store.queries import DEFAULT_ORDER
from packdesk.web.api import parameters
from packdesk.web.api.findings import warnings_json
from packdesk.web.api.idempotency import once
from packdesk.web.api.jobs import accepted
from packdesk.web.bodies import FILE_LIMIT, answer, json_body
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context

_CSV = "text/csv"
_BULK_KEYS = frozenset({"records", "matching", "values", "action", "inputs", "delete", "versions", "preview"})
_MATCHING_KEYS = frozenset({"filter", "q"})
#: More records than this are changed by a job: nobody waits for so many.
_AT_ONCE = 100
_EXPORT_KEYS = frozenset({"filter", "q", "order", "fields", "format"})


@policy(LOGGED_IN)
@once
def bulk(entity_type: str) -> Response:
    """Edit, act on or delete the records named, or all that match; with ``preview`` nothing is changed and the answer says what would be.

    It is answered with the report, or with the job that makes one: for many records, for all that match, and for who prefers it.
    """
    body = json_body(request)
    for name in body:
        if name not in _BULK_KEYS:
            raise PackdeskError("bad_parameter", name=name, reason="it is not known here")
    command = bulking.BulkCommand(
        refs=_texts(body, "records") if "matching" not in body else (),
        data=_mapping(body, "values"),
        action=_text(body, "action"),
        inputs=_mapping(body, "inputs"),
        delete=_flag(body, "delete"),
        versions=_versions(body),
    )
    if sum((bool(command.data), bool(command.action), command.delete)) != 1:
        raise PackdeskError("bad_parameter", name="values", reason="give values, an action or delete, and only one of them")
    if stray := sorted(command.versions.keys() - set(command.refs)):
        raise PackdeskError("bad_parameter", name="versions", reason=f"name a record as 'records' does; '{stray[0][:80]}' is not there")
    asked = context()
    matching = _search(body)
    if matching is not None or len(set(command.refs)) > _AT_ONCE or _prefers_a_job():
        return accepted(asked, jobbing.begin_bulk(asked, entity_type, command, matching=matching, preview=_flag(body, "preview")))
    if _flag(body, "preview"):
        return answer(_report(bulking.preview(asked, entity_type, command), asked.language))
    rows = tuple(bulking.apply(asked, entity_type, command))
    return answer(_report(BatchReport(rows=rows, applied=True), asked.language))


@policy(LOGGED_IN)
@once
def import_csv(entity_type: str) -> Response:
    """Import the body, a CSV file in UTF-8; the answer says for each row what became of it."""
    given = parameters.only(request, frozenset({"delimiter", "dry_run", "all_or_nothing", "key", "update_existing"}))
    if request.mimetype != _CSV:
        raise PackdeskError("unsupported_media_type", expected=_CSV)
    if given.get("delimiter", ",") not in (",", ";"):
        raise PackdeskError("bad_parameter", name="delimiter", reason="give a comma or a semicolon")
    request.max_content_length = FILE_LIMIT
    command = importing.ImportCommand(
        delimiter=given.get("delimiter", ""),
        dry_run=parameters.truth(given, "dry_run", default=False),
        all_or_nothing=parameters.truth(given, "all_or_nothing", default=False),
        key=given.get("key", ""),
        update_existing=parameters.truth(given, "update_existing", default=False),
    )
    asked = context()
    return answer(_report(importing.import_file(asked, entity_type, _body(), command), asked.language))


@policy(LOGGED_IN)
def export(entity_type: str) -> Response:
    """Answer what a search finds as a file: CSV that can be imported again, or JSON lines."""
    given = parameters.only(request, _EXPORT_KEYS)
    form = given.get("format", "csv")
    if form not in ("csv", "jsonl"):
        raise PackdeskError("bad_parameter", name="format", reason="give csv or jsonl")
    command = SearchCommand(
        filter=given.get("filter", ""), q=given.get("q", ""), order=parameters.order(given) or DEFAULT_ORDER, fields=parameters.names(given, "fields")
    )
    write = exporting.export_csv if form == "csv" else exporting.export_json_lines
    response = Response(write(context(), entity_type, command), mimetype=_CSV if form == "csv" else "application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{entity_type}.{form}"'
    return response


def _body() -> BinaryIO:
    """Return the body as a stream; that of a request with a key was read already, to recognise it."""
    return BytesIO(request.get_data()) if "Idempotency-Key" in request.headers else cast("BinaryIO", request.stream)


def _report(report: BatchReport, language: str) -> dict[str, object]:
    """Return what became of many rows as JSON."""
    whole = {
        "applied": report.applied,
        "done": report.done,
        "skipped": report.skipped,
        "refused": report.refused,
        "rows": [_row(row, language) for row in report.rows],
    }
    return {**whole, "unread": list(report.unread)} if report.unread else whole


def _row(row: RowResult, language: str) -> dict[str, object]:
    """Return what became of one row as JSON."""
    return {"row": row.row, "number": row.number, "id": row.id, "done": row.done, "findings": warnings_json(row.findings, language)}


def _search(body: Mapping[str, object]) -> SearchCommand | None:
    """Return the search whose finds are to be changed; None where the records are named."""
    if "matching" not in body:
        return None
    if "records" in body:
        raise PackdeskError("bad_parameter", name="matching", reason="name the records or say which match, not both")
    given = _mapping(body, "matching")
    for name in given:
        if name not in _MATCHING_KEYS:
            raise PackdeskError("bad_parameter", name=f"matching.{name}", reason="it is not known here")
    return SearchCommand(filter=_text(given, "filter"), q=_text(given, "q").strip())


def _prefers_a_job() -> bool:
    """Say whether the program asked not to wait (RFC 7240)."""
    return any(part.strip().lower() == "respond-async" for part in request.headers.get("Prefer", "").replace(";", ",").split(","))


def _mapping(body: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return a member that is an object."""
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise PackdeskError("bad_parameter", name=name, reason="an object is expected")
    return value


def _text(body: Mapping[str, object], name: str) -> str:
    """Return a member that is a text."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise PackdeskError("bad_parameter", name=name, reason="a text is expected")
    return value


def _flag(body: Mapping[str, object], name: str) -> bool:
    """Return a member that is true or false."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise PackdeskError("bad_parameter", name=name, reason="give true or false")
    return value


def _texts(body: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return a member that is a list of texts, with at least one."""
    value = body.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise PackdeskError("bad_parameter", name=name, reason="a list of numbers or ids is expected")
    return tuple(value)


def _versions(body: Mapping[str, object]) -> dict[str, int]:
    """Return the versions that were looked at."""
    versions = _mapping(body, "versions")
    for version in versions.values():
        if not isinstance(version, int) or isinstance(version, bool):
            raise PackdeskError("bad_parameter", name="versions", reason="a version is a whole number")
    return {ref: version for ref, version in versions.items() if isinstance(version, int)}
