"""The list around what is done to a record: a row or card acted on, a record opened beside its list; the answer leads back there.

In: the address of the list, which its scripts send along. Out: the same list, taken apart and written anew, so that nothing but a list
of ours can be meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for

#: Names the list in a request.
HEADER = "Packdesk-Origin"
#: The button that stores and goes on to the next record of the list.
GO_ON = "_go_on"
_LONGEST = 2000
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A list as its address says it."""

    entity_type: str
    parts: Mapping[str, str]

    @property
    def opened(self) -> str:
        """Return the number of the record that is open beside the list; empty for none."""
        return self.parts.get("open", "")

    def address(self, **changed: str) -> str:
        """Return the address of the list, with parts of it as they are to be."""
        parts = {name: value for name, value in {**self.parts, **changed}.items() if value}
        return url_for("packdesk_ui.records", entity_type=self.entity_type, **parts)


def origin() -> Origin | None:
    """Return the list that the record of this request is worked on from; None where there is none around it."""
    given, place = request.headers.get(HEADER, ""), request.view_args or {}
    entity_type, number = str(place.get("entity_type", "")), str(place.get("number", ""))
    if not (given and entity_type and number) or len(given) > _LONGEST:
        return None
    path, query = _split(given)
    if path != url_for("packdesk_ui.records", entity_type=entity_type):
        return None
    names = {"entity_type", "number"}
    found = Origin(entity_type=entity_type, parts={name: value for name, value in query if name.isidentifier() and name not in names and name[0] != "_"})
    return found if found.opened in ("", number) else None


def _split(address: str) -> tuple[str, list[tuple[str, str]]]:
    """Return path and query of an address on this server; nothing for any other."""
    try:
        parts = urlsplit(address)
        query = parse_qsl(parts.query, max_num_fields=_MOST_PARTS)
    except ValueError:
        return "", []
    return ("", []) if parts.scheme or parts.netloc else (parts.path, query)


def way_back(entity_type: str, number: str) -> str:
    """Return where the answer to a change of this record leads: to its list, or to its next record where that was asked for; empty: to its page."""
    around = origin()
    if around is None or (around.entity_type, str((request.view_args or {})["number"])) != (entity_type, number):
        return ""
    goes_on = bool(around.opened) and GO_ON in request.form
    return around.address(step="next") if goes_on else around.address()


def may_go_on() -> bool:
    """Say whether the form in hand belongs to a record that is open beside its list."""
    around = origin()
    return around is not None and bool(around.opened)
