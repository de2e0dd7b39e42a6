"""What every page carries for the keyboard and for bad days: whose page it is, where it asks who is logged in, whether characters are shortcuts."""

from dataclasses import dataclass

from flask import Response, jsonify, request, url_for

from packdesk.errors import PackdeskError
from packdesk.web import request_context
from packdesk_ui.shortcuts import Chosen, chosen

#: Says for whom a page was drawn that sends something.
PERSON_HEADER = "Packdesk-Login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """What the frame tells the scripts."""

    login: str
    name: str
    #: Single characters press links and buttons; which ones the person chose instead of the usual ones.
    shortcuts: bool
    keys: Chosen
    #: Who goes here after the login learns only whom the server takes him for.
    login_href: str
    session_href: str
    shortcuts_href: str
    keys_href: str


def everywhere() -> Everywhere | None:
    """Return it for the request in hand; None where nobody is logged in."""
    who = request_context.actor_or_none()
    if who is None:
        return None
    asked, own = url_for("packdesk_ui.session"), chosen()
    return Everywhere(
        login=who.login,
        name=who.name or who.login,
        shortcuts=own.on,
        keys=own,
        login_href=url_for("AuthDBView.login", next=asked),
        session_href=asked,
        shortcuts_href=url_for("packdesk_ui.shortcuts"),
        keys_href=url_for("packdesk_ui.keys"),
    )


def who() -> Response:
    """Say whom the server takes the browser for: his own login and nothing else; empty for nobody."""
    found = request_context.actor_or_none()
    return jsonify({"login": found.login if found is not None else ""})


def same_person() -> None:
    """Refuse what a page sends that was drawn for somebody else: another tab may have logged in as another account meanwhile."""
    drawn_for = request.headers.get(PERSON_HEADER, "")
    found = request_context.actor_or_none()
    if drawn_for and (found is None or found.login != drawn_for):
        raise PackdeskError("not_authenticated")
