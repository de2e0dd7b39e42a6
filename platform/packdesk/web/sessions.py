"""The session cookie: signed, for this host alone, never read by scripts; under https with the ``__Host-`` prefix."""

from flask import Flask, has_request_context, request
from flask.sessions import SecureCookieSessionInterface


class HostSessions(SecureCookieSessionInterface):
    """Sessions in a cookie whose name and ``Secure`` flag follow the scheme of the request."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002 - the interface
        """Return the prefixed name under https: browsers then refuse it from a sibling host or with a wider path."""
        return "__Host-packdesk" if has_request_context() and request.is_secure else "packdesk"

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - the interface
        """Return whether the cookie is sent only under https."""
        return has_request_context() and request.is_secure
