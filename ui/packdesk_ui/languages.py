"""The language that a person chose on screen: kept with the person, so that it is there in the next session and on another machine.

The session holds it too, so that the database is asked once in a session. What was chosen before the login, on the page of the login,
holds for the session; what somebody else chose in the same browser does not.
"""

from flask import Flask, Response, request, session

from packdesk.records.preferences import prefer, preferences
from packdesk.web import request_context
from packdesk_ui import answers, catalogue

#: Names the choice among a person's preferences.
_LANGUAGE = "language"
#: The session's own name for it, as the shell's page of languages writes it; and whose choice it is.
_LOCALE, _OWNER = "locale", "language_of"
_CHOOSING = "LocaleView.index"


def remember_languages(app: Flask) -> None:
    """Keep what people choose, and recall it when a session of theirs begins."""
    app.before_request(_recall)
    app.after_request(_keep)


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


def _keep(response: Response) -> Response:
    """Keep the language that was just chosen with the person who chose it."""
    chosen = session.get(_LOCALE) if request.endpoint == _CHOOSING else None
    if chosen in catalogue.LANGUAGES and chosen == (request.view_args or {}).get("locale") and request_context.actor_or_none() is not None:
        prefer(answers.context(), _LANGUAGE, str(chosen))
    return response
