"""The security headers of every answer, set in one place."""

from flask import Request, Response

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
_STATIC = "/static/"


def secure(request: Request, response: Response) -> Response:
    """Return the answer with its security headers; a view may have set a stricter policy of its own."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.extend(_FIXED)
    if request.is_secure:
        headers["Strict-Transport-Security"] = _HSTS
    if not request.path.startswith(_STATIC):
        headers["Cache-Control"] = "no-store"
    return response
