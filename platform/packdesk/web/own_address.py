"""Addresses that a client names to be sent to (a page he came from, a page he wanted): only places on this server are gone to.

In: what a header or a part of an address says. Out: its path and query, taken apart and written anew, or nothing.
"""

from unicodedata import category
from urllib.parse import urlsplit, urlunsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

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
    """Return the path of our page that the request was sent from; empty where it is not known, or the same as the one that was sent to.

    What stands at an address that takes forms alone can't be shown again: the page above it is.
    """
    found = own_path(request.referrer or "")
    return "" if urlsplit(found).path == request.path else _to_be_shown(found)


def _to_be_shown(address: str) -> str:
    """Return the address where what takes a form there is shown as well, else the next one above it that is."""
    routes, path = current_app.create_url_adapter(request._get_current_object()), urlsplit(address).path
    if not address or routes is None:
        return address
    try:
        found, _ = routes.match(path, method="POST", return_rule=True)
    except (HTTPException, RequestRedirect):
        # Nothing takes a form there: it was shown as it stands.
        return address
    return address if "GET" in (found.methods or ()) else _above(found, path)


def _above(found: Rule, path: str) -> str:
    """Return the start of the path that belongs to the nearest rule above this one that answers a GET; each part of a rule is one of the path."""
    shown = {rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    parts = found.rule.split("/")
    count = next((count for count in range(len(parts) - 1, 1, -1) if "/".join(parts[:count]) in shown), 0)
    return "/".join(path.split("/")[:count])
