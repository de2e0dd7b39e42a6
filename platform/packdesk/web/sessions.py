"""The session cookie: signed, for this host alone, never read by scripts; under https with the ``__Host-`` prefix."""

from flask import Flask, Request, Response, has_request_context, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class HostSessions(SecureCookieSessionInterface):
    """Sessions in a cookie whose name and ``Secure`` flag follow the scheme of the request."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Return the session; programs send no cookie, and need no signature looked at."""
        return super().open_session(app, request) if request.cookies else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie when the session changed; programs, which bring none, get no word about cookies either."""
        if session.modified or (session.accessed and has_request_context() and request.cookies):
            super().save_session(app, session, response)

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002 - the interface
        """Return the prefixed name under https: browsers then refuse it from a sibling host or with a wider path."""
        return "__Host-packdesk" if has_request_context() and request.is_secure else "packdesk"

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - the interface
        """Return whether the cookie is sent only under https."""
        return has_request_context() and request.is_secure
