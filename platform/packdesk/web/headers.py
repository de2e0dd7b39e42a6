"""The security headers of every answer, set in one place: at the very edge, where a view, a refusal and a fault look alike."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Scripts, styles, pictures and fonts come from this server alone; nothing inline, nothing framed, no plug-ins.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
#: A file that somebody uploaded is opened, if at all, in a sandbox without a site.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"

_FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HSTS = "max-age=31536000; includeSubDomains"
_POLICY, _CACHE = "Content-Security-Policy", "Cache-Control"
_STATIC = "/static/"


class Secured:
    """A WSGI application whose every answer carries the security headers, whoever in it made the answer."""

    def __init__(self, app: "WSGIApplication", *, https: bool = False) -> None:
        """Stand in front of the application; ``https`` says that something in front of both ends it."""
        self._app = app
        self._https = https

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer as the application does, with the headers."""
        if self._https:
            environ["wsgi.url_scheme"] = "https"

        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            return start_response(status, secured(environ, headers), *failed)

        return self._app(environ, start)


def secured(environ: "WSGIEnvironment", headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of an answer with those that every answer has; a view may have set a stricter policy of its own."""
    is_static = environ.get("PATH_INFO", "").startswith(_STATIC)
    names = {name.lower() for name, _ in headers}
    fixed = [*_FIXED]
    if _POLICY.lower() not in names:
        fixed.append((_POLICY, CONTENT_SECURITY_POLICY))
    if environ["wsgi.url_scheme"] == "https":
        fixed.append(("Strict-Transport-Security", _HSTS))
    if not is_static:
        if _CACHE.lower() in names:
            headers = [pair for pair in headers if pair[0].lower() != _CACHE.lower()]
        fixed.append((_CACHE, "no-store"))
    return headers + fixed
