"""The people of this installation, by login and name, for pickers and for "who did it"."""

from typing import cast

from flask import g

from packdesk.records.people import people
from packdesk.web import request_context


def names() -> dict[str, str]:
    """Return the name of every person by login, read once per request."""
    if "ui_people" not in g:
        g.ui_people = dict(people(request_context.context()))
    return cast("dict[str, str]", g.ui_people)


def name_of(login: str) -> str:
    """Return a person's name; the login of somebody who is gone."""
    return names().get(login) or login


def matching(typed: str, most: int) -> list[tuple[str, str]]:
    """Return the people whose login or name contains the text."""
    wanted = typed.casefold()
    return [(login, name) for login, name in names().items() if wanted in login.casefold() or wanted in name.casefold()][:most]
