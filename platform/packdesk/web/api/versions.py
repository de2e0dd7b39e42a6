"""Versions in headers: ``If-Match`` in, ``ETag`` out."""

import re

from flask import Request

from packdesk.errors import PackdeskError

_TAG = re.compile(r'(W/)?"(\d{1,12})"\Z', re.ASCII)
#: Any version, as long as the record is there.
_ANY = "*"


def demanded_version(request: Request) -> int:
    """Return the version that the client says it changes; raises ``version_missing`` without the header, and where it fits any version."""
    version = optional_version(request)
    if version is None:
        raise PackdeskError("version_missing")
    return version


def optional_version(request: Request) -> int | None:
    """Return the version that the client says it acts on, or None when it leaves that open.

    Tags are compared strongly (RFC 9110, 13.1.1), so that a weak one fits no version; ``*`` fits every one.
    """
    given = request.headers.get("If-Match", _ANY).strip()
    if given == _ANY:
        return None
    match = _TAG.match(given)
    if match is None:
        raise PackdeskError("bad_parameter", name="If-Match", reason='write one version in quotation marks, such as "3"')
    if match[1]:
        raise PackdeskError("weak_version", version=f'"{match[2]}"')
    return int(match[2])


def etag(version: object) -> dict[str, str]:
    """Return the header that tells a record's version."""
    return {"ETag": f'"{version}"'}
