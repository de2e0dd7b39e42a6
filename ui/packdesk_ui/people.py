"""The people of this installation, by login and name, for pickers and for "who did it"."""

from collections.abc import Mapping
from typing import cast

from flask import current_app

from packdesk.records.people import people
from packdesk.web import request_context
from packdesk_ui import shell

#: Where an app keeps (security epoch, names).
_KNOWN = "packdesk_ui.people"


def names() -> Mapping[str, str]:
    """Return the name of every person by login: read once for as long as nobody's account changes, which the security epoch tells."""
    epoch = request_context.pinned().security_epoch
    known = cast("tuple[int, Mapping[str, str]] | None", current_app.extensions.get(_KNOWN))
    if known is None or known[0] != epoch:
        known = current_app.extensions[_KNOWN] = (epoch, people(request_context.context()))
    return known[1]


def name_of(login: str) -> str:
    """Return a person's name; the login of somebody who is gone."""
    return names().get(login) or login


def told(login: str) -> str:
    """Return a person's name inside a sentence, which says of somebody who is gone that he is."""
    return names().get(login) or shell.words("person.removed")


def matching(typed: str, most: int) -> list[tuple[str, str]]:
    """Return the people whose login or name contains the text."""
    wanted = typed.casefold()
    return [(login, name) for login, name in names().items() if wanted in login.casefold() or wanted in name.casefold()][:most]
