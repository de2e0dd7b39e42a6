"""``/records/<entity_type>``: list, create, read, change, delete; each view translates a request into one use case."""

from collections.abc import Mapping

from flask import Response, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records import create as creating
from packdesk.records import delete as deleting
from packdesk.records import read as reading
from packdesk.records import search as searching
from packdesk.records import update as updating
from packdesk.records.context import Context
from packdesk.records.outcome import Outcome, RecordView
from packdesk.records.output import labels, page_json, view_json
from packdesk.runtime.field_kind import UTC
from packdesk.store.queries import DEFAULT_ORDER
from packdesk.web.api import parameters
from packdesk.web.api.findings import warnings_json
from packdesk.web.api.idempotency import once
from packdesk.web.api.versions import demanded_version, etag
from packdesk.web.bodies import answer, json_body
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context, language, runtime, zone

_LABELS = "labels"


@policy(LOGGED_IN)
def search(entity_type: str) -> Response:
    """Answer a page of records."""
    asked = parameters.wanted(request)
    with_labels = _labels_wanted(asked.expand)
    command = searching.SearchCommand(
        filter=asked.filter,
        q=asked.q,
        order=asked.order or DEFAULT_ORDER,
        limit=asked.limit,
        cursor=asked.cursor,
        fields=asked.fields,
        count=asked.count,
    )
    page = searching.search(context(), entity_type, command)
    return answer(page_json(runtime(), entity_type, page, language() if with_labels else "", zone() if with_labels else UTC))


@policy(LOGGED_IN)
@once
def create(entity_type: str) -> Response:
    """Create a record and answer it."""
    asked = context()
    outcome = creating.create(asked, entity_type, json_body(request))
    return _stored(asked, entity_type, outcome, 201)


@policy(LOGGED_IN)
def read(entity_type: str, ref: str) -> Response:
    """Answer one record."""
    given = parameters.only(request, frozenset({"fields", "expand"}))
    view = reading.read(context(), entity_type, ref)
    body = view_json(runtime(), view)
    if _labels_wanted(parameters.names(given, "expand")):
        body[_LABELS] = _labels(view)
    if chosen := parameters.names(given, "fields"):
        body = _chosen(body, chosen)
    return answer(body, headers=etag(view.record.get("version")))


@policy(LOGGED_IN)
def update(entity_type: str, ref: str) -> Response:
    """Change what the body gives, if the version is still the one that the client read."""
    version = demanded_version(request)
    asked = context()
    outcome = updating.update(asked, entity_type, ref, json_body(request), version)
    return _stored(asked, entity_type, outcome, 200)


@policy(LOGGED_IN)
def delete(entity_type: str, ref: str) -> Response:
    """Delete a record, if the version is still the one that the client read."""
    deleting.delete(context(), entity_type, ref, demanded_version(request))
    return Response(status=204)


def stored_json(asked: Context, entity_type: str, outcome: Outcome) -> dict[str, object]:
    """Return what a change left, as the person may see it; a record that went out of his sight is named only."""
    try:
        body = view_json(runtime(), outcome.view or reading.read(asked, entity_type, outcome.record.id))
    except PackdeskError as error:
        if error.code != "unknown_record":
            raise
        body = {"id": outcome.record.id, "number": outcome.record.number, "version": outcome.record.get("version")}
    if outcome.warnings:
        body["warnings"] = warnings_json(outcome.warnings, asked.language)
    return body


def _stored(asked: Context, entity_type: str, outcome: Outcome, status: int) -> Response:
    """Return the answer to a change."""
    headers = etag(outcome.record.get("version"))
    if status == 201:
        headers = {**headers, "Location": url_for("api.read", entity_type=entity_type, ref=outcome.record.number)}
    return answer(stored_json(asked, entity_type, outcome), status, headers)


def _labels_wanted(expand: tuple[str, ...]) -> bool:
    """Return whether labels are asked for; anything else is refused by name."""
    if set(expand) - {_LABELS}:
        raise PackdeskError("bad_parameter", name="expand", reason="only 'labels' can be expanded")
    return bool(expand)


def _labels(view: RecordView) -> Mapping[str, object]:
    """Return the labels of one record."""
    pinned = runtime()
    return labels(pinned, pinned.type(view.record.entity_type), view.record, language(), zone())


def _chosen(body: Mapping[str, object], paths: tuple[str, ...]) -> dict[str, object]:
    """Return only these fields, and what names the record."""
    wanted = {path.partition(".")[0] for path in paths} | {"id", "number", "version", "title", _LABELS}
    return {name: value for name, value in body.items() if name in wanted}
