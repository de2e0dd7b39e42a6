"""``/records/<entity_type>/<ref>/attachments``: files go in as a form, and come out to be saved, never to be shown."""

from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Response, request

from packdesk.errors import PackdeskError
from packdesk.records import attach as attaching
from packdesk.records.json_values import plain
from packdesk.web.api import parameters
from packdesk.web.api.idempotency import once
from packdesk.web.bodies import FILE_LIMIT, answer
from packdesk.web.headers import SANDBOX
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import context

_FORM = "multipart/form-data"
#: What the parts of a form may take beside the file.
_FRAME = 100_000


@policy(LOGGED_IN)
def attachments(entity_type: str, ref: str) -> Response:
    """Answer the record's files, newest first."""
    parameters.only(request, frozenset())
    return answer({"attachments": [_attachment(one) for one in attaching.attachments(context(), entity_type, ref)]})


@policy(LOGGED_IN)
def attach(entity_type: str, ref: str) -> Response:
    """Attach the form's one ``file``."""
    if request.mimetype != _FORM:
        raise PackdeskError("unsupported_media_type", expected=_FORM)
    request.max_content_length = FILE_LIMIT + _FRAME
    return _attached(entity_type, ref)


@once
def _attached(entity_type: str, ref: str) -> Response:
    asked = context()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise PackdeskError("bad_parameter", name="file", reason="send one file under this name")
    return answer(_attachment(attaching.attach(asked, entity_type, ref, sent.filename, cast("BinaryIO", sent.stream))), 201)


@policy(LOGGED_IN)
def download(entity_type: str, ref: str, attachment: str) -> Response:
    """Answer the bytes of one file, to be saved: a browser neither guesses its type nor runs what is in it."""
    found, data = attaching.fetch(context(), entity_type, ref, attachment)
    response = Response(data, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _attachment(one: attaching.Attachment) -> dict[str, object]:
    """Return a file as JSON."""
    return {"id": one.id, "at": plain(one.at), "by": one.by, "name": one.name, "media_type": one.media_type, "size": one.size}
