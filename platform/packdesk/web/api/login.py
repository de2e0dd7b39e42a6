"""``POST /security/login``: name and password in, bearer token out; ``GET /me``: who the token speaks for."""

from flask import Response, current_app, request

from packdesk.errors import PackdeskError
from packdesk.records.policy import verbs
from packdesk.web.bodies import answer, json_body
from packdesk.web.policies import LOGGED_IN, PUBLIC, policy
from packdesk.web.request_context import actor, language, runtime, services
from packdesk.web.tokens import LIFETIME, Proof

_LONGEST = 320


@policy(PUBLIC)
def login() -> Response:
    """Answer a token for the right name and password; a wrong name and a wrong password sound and take the same."""
    body = json_body(request)
    name, password = body.get("username"), body.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or len(name) > _LONGEST or len(password) > _LONGEST:
        raise PackdeskError("bad_credentials")
    user = current_app.extensions["appbuilder"].sm.auth_user_db(name, password)
    if user is None:
        raise PackdeskError("bad_credentials")
    found = services()
    token = found.tokens.make(Proof(login=user.username, mark=found.tokens.mark(user.password or "")), found.clock.now())
    return answer({"access_token": token, "token_type": "Bearer", "expires_in": int(LIFETIME.total_seconds())})


def account() -> str:
    """Return the key under which tries to log in are counted: the name that was given."""
    try:
        body = request.get_json(silent=True, cache=True)
    except RecursionError:
        body = None
    name = body.get("username") if isinstance(body, dict) else None
    return f"account:{str(name).strip().lower()[:_LONGEST]}"


@policy(LOGGED_IN)
def me() -> Response:
    """Answer who asks, and what his roles permit."""
    who, pinned = actor(), runtime()
    permissions = sorted({right for role in who.roles if role in pinned.model.roles for right in pinned.model.roles[role].permissions})
    return answer(
        {
            "login": who.login,
            "name": who.name,
            "roles": sorted(who.roles),
            "units": sorted(who.units),
            "default_unit": who.default_unit,
            "language": language(),
            "time_zone": who.time_zone,
            "permit": {entity_type: sorted(verbs(pinned, who, entity_type)) for entity_type in pinned.types},
            "permissions": permissions,
            "release": pinned.release,
        }
    )
