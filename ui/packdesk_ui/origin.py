"""The page around what is done to a record, to which the answer leads back: a list, or the desk of another record.

A row or card of a list was acted on, a record is open beside it; or something belongs to the record whose desk it is.

In: the address of the page, which its scripts and forms send along. Out: the same page, taken apart and written anew, so that nothing but
a list or a desk of ours can be meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from flask import request, url_for

#: Names the page in a request: a script's header, a form's field.
HEADER = "Packdesk-Origin"
FIELD = "_origin"
#: The button that stores and goes on to the next record of the list.
GO_ON = "_go_on"
_LONGEST = 2000
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A list, or the desk of a record, as its address says it."""

    entity_type: str
    parts: Mapping[str, str]
    #: The record whose desk it is; empty: a list.
    number: str = ""

    @property
    def opened(self) -> str:
        """Return the number of the record that is open beside the list; empty for none."""
        return self.parts.get("open", "")

    def address(self, **changed: str) -> str:
        """Return the address of the page, with parts of it as they are to be."""
        parts = {name: value for name, value in {**self.parts, **changed}.items() if value}
        if self.number:
            return url_for("packdesk_ui.desk", entity_type=self.entity_type, number=self.number, **parts)
        return url_for("packdesk_ui.records", entity_type=self.entity_type, **parts)


def origin() -> Origin | None:
    """Return the page that the record of this request is worked on from; None where there is none around it."""
    given, place = request.headers.get(HEADER, "") or request.form.get(FIELD, ""), request.view_args or {}
    entity_type, number = str(place.get("entity_type", "")), str(place.get("number", ""))
    if not (given and entity_type) or len(given) > _LONGEST:
        return None
    path, query = _split(given)
    if (desk := _desk(path, query)) is not None or not number:
        return desk
    if path != url_for("packdesk_ui.records", entity_type=entity_type):
        return None
    names = {"entity_type", "number", "endpoint"}
    found = Origin(entity_type=entity_type, parts={name: value for name, value in query if name.isidentifier() and name not in names and name[0] != "_"})
    return found if found.opened in ("", number) else None


def _desk(path: str, query: list[tuple[str, str]]) -> Origin | None:
    """Return the desk of a record that a path is the address of."""
    _, _, entity_type, number, *_ = (*path.split("/"), "", "", "", "")
    if not (entity_type and number) or path != url_for("packdesk_ui.desk", entity_type=entity_type, number=number):
        return None
    return Origin(entity_type=entity_type, number=number, parts={name: value for name, value in query if name == "tab"})


def _split(address: str) -> tuple[str, list[tuple[str, str]]]:
    """Return path and query of an address on this server; nothing for any other."""
    try:
        parts = urlsplit(address)
        query = parse_qsl(parts.query, max_num_fields=_MOST_PARTS)
    except ValueError:
        return "", []
    return ("", []) if parts.scheme or parts.netloc else (parts.path, query)


def way_back(entity_type: str, number: str) -> str:
    """Return where the answer to a change of this record leads: to its list, or to its next record where that was asked for; empty: to its page.

    What is done from a desk, to whichever record, leads back to the desk.
    """
    around = origin()
    if around is not None and around.number:
        return around.address()
    if around is None or (around.entity_type, str((request.view_args or {})["number"])) != (entity_type, number):
        return ""
    goes_on = bool(around.opened) and GO_ON in request.form
    return around.address(step="next") if goes_on else around.address()


def may_go_on() -> bool:
    """Say whether the form in hand belongs to a record that is open beside its list."""
    around = origin()
    return around is not None and bool(around.opened)
