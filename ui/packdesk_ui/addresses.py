"""Addresses of many records on one page: the router is asked once for each kind of address, the numbers are put in."""

from typing import cast
from urllib.parse import quote

from flask import g, url_for

#: Stands for the number while the router makes the address; no number reads so, and no address has to be escaped for it.
_PLACE = "-number-"


def of_record(endpoint: str, number: str, **fixed: str) -> str:
    """Return the address of a view about the record with this number; ``fixed`` is what all records of the page share."""
    known = cast("dict[object, str]", g.setdefault("ui_addresses", {}))
    key = (endpoint, *fixed.values())
    made = known.get(key)
    if made is None:
        made = known[key] = url_for(endpoint, number=_PLACE, **fixed)
    return made.replace(_PLACE, quote(number, safe=""))
