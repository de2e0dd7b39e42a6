"""Addresses that a client names to be sent to (a page he came from, a page he wanted): only places on this server are gone to.

In: what a header or a part of an address says. Out: its path and query, taken apart and written anew, or nothing.
"""

from unicodedata import category
from urllib.parse import urlsplit, urlunsplit

from flask import request

_LONGEST = 4_000


def own_path(address: str) -> str:
    """Return path and query of an address on this server; empty for every other, and for what browsers may read as another.

    Browsers take a backslash for a slash and leave out control characters: either may make the first part of a path another host.
    """
    if len(address) > _LONGEST or address.startswith("//") or "\\" in address or any(category(character)[0] in "CZ" for character in address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    home = urlsplit(request.host_url)
    if (parts.scheme or parts.netloc) and (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
        return ""
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return urlunsplit(("", "", parts.path, parts.query, ""))


def came_from() -> str:
    """Return the path of our page that the request was sent from; empty where it is not known, or the same as the one that was sent to."""
    found = own_path(request.referrer or "")
    return "" if urlsplit(found).path == request.path else found
