"""Links, and addresses that a page holds many of: the router is asked once for each kind, which takes it as long as drawing ten cells."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from flask import request, url_for

#: Stands for the number while the router makes the address; no number reads so, and no address has to be escaped for it.
_PLACE = "-number-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A word with an address; of several, that of what is shown is current."""

    label: str
    href: str
    current: bool = False


def of_record(endpoint: str, number: str, **fixed: str) -> str:
    """Return the address of a view about the record with this number; ``fixed`` is what all records of the page share."""
    return of_records(endpoint, **fixed)(number)


def of_records(endpoint: str, **fixed: str) -> Callable[[str], str]:
    """Return what makes the address of a view from the number of a record."""
    begin, end = _around(request.script_root, endpoint, tuple(fixed.items()))
    return lambda number: f"{begin}{number if number.isalnum() and number.isascii() else quote(number, safe='')}{end}"


@lru_cache(maxsize=4096)
def _around(script_root: str, endpoint: str, fixed: tuple[tuple[str, str], ...]) -> tuple[str, str]:  # noqa: ARG001 - begins what the router makes
    """Return what stands before and after the number."""
    begin, _, end = url_for(endpoint, number=_PLACE, **dict(fixed)).partition(_PLACE)
    return begin, end


def of_page(endpoint: str, **parts: str) -> str:
    """Return the address of a view that depends on nothing but these few parts of its path, say an entity type."""
    return _of_page(request.script_root, endpoint, tuple(parts.items()))


@lru_cache(maxsize=4096)
def _of_page(script_root: str, endpoint: str, parts: tuple[tuple[str, str], ...]) -> str:  # noqa: ARG001 - begins what the router makes
    return url_for(endpoint, **dict(parts))
