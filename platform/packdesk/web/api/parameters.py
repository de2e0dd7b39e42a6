"""Query parameters: text in, checked values out; what is unknown, doubled or malformed is refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Request

from packdesk.errors import PackdeskError

LARGEST_PAGE = 200
_PAGE = 25
_LONGEST_FILTER = 4_000
_LONGEST_SEARCH = 200
_MOST_FIELDS = 100
_MOST_KEYS = 3
SEARCH = frozenset({"filter", "q", "order", "limit", "cursor", "fields", "expand", "count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is asked for."""

    filter: str = ""
    q: str = ""
    #: (field path, ascending)
    order: tuple[tuple[str, bool], ...] = ()
    limit: int = _PAGE
    cursor: str = ""
    fields: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    count: bool = True


def only(request: Request, known: frozenset[str]) -> Mapping[str, str]:
    """Return the query parameters; raises ``bad_parameter`` for one that is unknown or given twice."""
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in known:
            raise PackdeskError("bad_parameter", name=name, reason="it is not known here")
        if len(values) > 1:
            raise PackdeskError("bad_parameter", name=name, reason="it is given twice")
        found[name] = values[0]
    return found


def wanted(request: Request) -> Wanted:
    """Return what a list is asked for."""
    given = only(request, SEARCH)
    return Wanted(
        filter=_short(given, "filter", _LONGEST_FILTER),
        q=_short(given, "q", _LONGEST_SEARCH).strip(),
        order=order(given),
        limit=number(given, "limit", _PAGE, LARGEST_PAGE),
        cursor=given.get("cursor", ""),
        fields=names(given, "fields"),
        expand=names(given, "expand"),
        count=truth(given, "count", default=True),
    )


def names(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return a parameter that is a list of names with commas between."""
    found = tuple(filter(None, map(str.strip, given.get(name, "").split(","))))
    if len(found) > _MOST_FIELDS:
        raise PackdeskError("bad_parameter", name=name, reason=f"at most {_MOST_FIELDS} names")
    return found


def number(given: Mapping[str, str], name: str, default: int, largest: int) -> int:
    """Return a parameter that is a whole number from 1."""
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= largest):
        raise PackdeskError("bad_parameter", name=name, reason=f"give a whole number from 1 to {largest}")
    return int(text)


def truth(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return a parameter that is true or false."""
    text = given.get(name)
    if text is None:
        return default
    if text not in ("true", "false"):
        raise PackdeskError("bad_parameter", name=name, reason="give true or false")
    return text == "true"


def _short(given: Mapping[str, str], name: str, limit: int) -> str:
    """Return a text parameter that is not too long."""
    text = given.get(name, "")
    if len(text) > limit:
        raise PackdeskError("bad_parameter", name=name, reason=f"at most {limit} characters")
    return text


def order(given: Mapping[str, str]) -> tuple[tuple[str, bool], ...]:
    """Return ``-created_at,number`` as fields and directions."""
    parts = [part.strip() for part in given.get("order", "").split(",") if part.strip()]
    if len(parts) > _MOST_KEYS:
        raise PackdeskError("bad_parameter", name="order", reason=f"at most {_MOST_KEYS} fields")
    return tuple((part.removeprefix("-"), not part.startswith("-")) for part in parts)
