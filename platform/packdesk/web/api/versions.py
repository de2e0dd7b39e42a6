"""Versions in headers: ``If-Match`` in, ``ETag`` out."""

import re

from flask import Request

from packdesk.errors import PackdeskError

_TAG = re.compile(r'(?:W/)?"?(\d{1,12})"?\Z')


def demanded_version(request: Request) -> int:
    """Return the version that the client says it changes; raises ``version_missing`` without the header."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PackdeskError("version_missing")
    match = _TAG.match(given.strip())
    if match is None:
        raise PackdeskError("bad_parameter", name="If-Match", reason='give one version such as "3"')
    return int(match[1])


def optional_version(request: Request) -> int | None:
    """Return the version that the client says it acts on, or None when it leaves that open."""
    return demanded_version(request) if "If-Match" in request.headers else None


def etag(version: object) -> dict[str, str]:
    """Return the header that tells a record's version."""
    return {"ETag": f'"{version}"'}
