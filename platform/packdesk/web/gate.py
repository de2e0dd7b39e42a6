"""The gate before everything: an unsafe request passes only when it cannot have been forged by another site.

Browsers say where a request comes from (``Sec-Fetch-Site``, ``Origin``); a page cannot change these headers. So no form needs a
token, and a route cannot forget to check one.
"""

from urllib.parse import urlsplit

from flask import Request

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refused(request: Request) -> bool:
    """Return whether the request must be refused as cross-site.

    What carries no cookie cannot borrow anybody's login: programs with a bearer token, and programs that say nothing at all.
    """
    if request.method in _SAFE:
        return False
    if not request.cookies and request.headers.get("Authorization", "").lower().startswith("bearer "):
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site != "same-origin"
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc != request.host or origin == "null"
    return bool(request.cookies)
