"""The language that a person chose on screen: kept with the person, so that it is there in the next session and on another machine.

The session holds it too, so that the database is asked once in a session. What was chosen before the login, on the page of the login,
holds for the session; what somebody else chose in the same browser does not. Either way leads back to the page it was chosen on, and neither
is a link: what another page has somebody follow changes nothing.
"""

from flask import Flask, Response, request, session, url_for

from packdesk.errors import PackdeskError
from packdesk.records.preferences import prefer, preferences
from packdesk.web import request_context
from packdesk.web.own_address import came_from
from packdesk.web.policies import PUBLIC, policy
from packdesk_ui import answers, catalogue

#: Names the choice among a person's preferences, and in the form.
_LANGUAGE = "language"
#: The session's own name for it, as the shell reads it; and whose choice it is.
_LOCALE, _OWNER = "locale", "language_of"
#: The shell's page that a link would switch by.
_SWITCH = "LocaleView.index"


def install(app: Flask) -> None:
    """Recall what people chose when a session of theirs begins, and close the shell's way to switch by a link."""
    app.before_request(_recall)
    app.view_functions[_SWITCH] = closed


def choose() -> Response:
    """Speak the language of the form, keep it with the person where there is one, and go back to the page it was chosen on."""
    chosen = request.form.get(_LANGUAGE, "")
    if chosen in catalogue.LANGUAGES:
        session[_LOCALE] = chosen
        if (who := request_context.actor_or_none()) is not None:
            session[_OWNER] = who.login
            prefer(answers.context(), _LANGUAGE, chosen)
    return answers.go(came_from() or url_for("packdesk_ui.start"))


@policy(PUBLIC)
def closed(locale: str) -> Response:  # noqa: ARG001 - the shell's address
    """Answer that there is no such page."""
    raise PackdeskError("unknown_page")


def _recall() -> None:
    """Take the language of the person into a session that does not know it yet."""
    if "_user_id" not in session or "Authorization" in request.headers or (request.endpoint or "static").endswith("static"):
        return
    who = request_context.actor_or_none()
    if who is None or session.get(_OWNER) == who.login:
        return
    if _OWNER in session:
        session.pop(_LOCALE, None)
    if _LOCALE not in session and (chosen := preferences(request_context.context()).get(_LANGUAGE)) in catalogue.LANGUAGES:
        session[_LOCALE] = chosen
    session[_OWNER] = who.login
