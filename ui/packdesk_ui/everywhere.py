"""What every page carries for the keyboard and for bad days: whose page it is, where it asks who is logged in, whether characters are shortcuts."""

from dataclasses import dataclass

from flask import Response, jsonify, request, session, url_for

from packdesk.errors import PackdeskError
from packdesk.records.preferences import prefer, preferences
from packdesk.web import request_context
from packdesk_ui import answers

#: Names a person's choice, and where his session remembers it.
_SHORTCUTS = "shortcuts"
_ON, _OFF = "on", "off"
#: Says for whom a page was drawn that sends something.
PERSON_HEADER = "Packdesk-Login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """What the frame tells the scripts."""

    login: str
    name: str
    #: Single characters press links and buttons.
    shortcuts: bool
    #: Who goes here after the login learns only whom the server takes him for.
    login_href: str
    session_href: str
    shortcuts_href: str


def everywhere() -> Everywhere | None:
    """Return it for the request in hand; None where nobody is logged in."""
    who = request_context.actor_or_none()
    if who is None:
        return None
    asked = url_for("packdesk_ui.session")
    return Everywhere(
        login=who.login,
        name=who.name or who.login,
        shortcuts=_chosen() != _OFF,
        login_href=url_for("AuthDBView.login", next=asked),
        session_href=asked,
        shortcuts_href=url_for("packdesk_ui.shortcuts"),
    )


def _chosen() -> str:
    """Return the person's choice; asked once for each session, so that it costs no page a statement."""
    login = request_context.actor().login
    known = session.get(_SHORTCUTS)
    if not isinstance(known, list) or known[:1] != [login]:
        known = [login, str(preferences(answers.context()).get(_SHORTCUTS, _ON))]
        session[_SHORTCUTS] = known
    return str(known[1])


def shortcuts() -> Response:
    """Switch shortcuts of one character on or off for a person (WCAG 2.1.4)."""
    wanted = request.form.get(_SHORTCUTS, _OFF)
    if wanted not in (_ON, _OFF):
        raise PackdeskError("bad_parameter", name=_SHORTCUTS, reason="it is neither 'on' nor 'off'")
    prefer(answers.context(), _SHORTCUTS, wanted)
    session[_SHORTCUTS] = [request_context.actor().login, wanted]
    return Response(status=204)


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
