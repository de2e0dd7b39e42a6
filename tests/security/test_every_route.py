"""What holds for every route there is, found by walking the map of addresses (ASVS V3.4, V3.5; QUALITY C)."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from tests.integration.web.installation import PASSWORD, Caller
from werkzeug.routing import Rule

from packdesk.web.headers import CONTENT_SECURITY_POLICY
from packdesk.web.policies import policy_of

#: Pages of the shell that answer without a login: the login itself, leaving, going back, its files.
#: Views of the shell that ask for the permission of the action in hand themselves.
ASKING_SHELL = (".action", ".action_post")
OPEN_SHELL = {"AuthDBView.login", "AuthDBView.logout", "UtilView.back", "appbuilder.static", "packdesk_ui.static", "IndexView.index"}
VALUES = {
    "entity_type": "book",
    "ref": "B00000001",
    "action": "lend",
    "attachment": "x",
    "locale": "de",
    "pk": "1",
    "name": "x",
    "filename": "x",
    "group_by": "x",
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
COOKIE = {"Cookie": "packdesk=forged"}
FORGERIES = {
    "another site": {"Sec-Fetch-Site": "cross-site", **COOKIE},
    "another site without a cookie": {"Sec-Fetch-Site": "cross-site"},
    "a sibling host": {"Sec-Fetch-Site": "same-site", **COOKIE},
    "another origin": {"Origin": "http://evil.example", **COOKIE},
    "a sandboxed frame": {"Origin": "null", **COOKIE},
    "not a word and a cookie": COOKIE,
    "a token beside a cookie": {"Authorization": "Bearer x", **COOKIE},
}
ALLOWED = {"same origin": {"Sec-Fetch-Site": "same-origin", **COOKIE}, "a token alone": {"Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site"}}


def _address(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda match: VALUES.get(match[1], "x"), rule.rule)


def _routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        yield rule, _address(rule)


def test_every_route_has_a_policy(app: Flask) -> None:
    """A view of ours without a policy, or one of the shell that is open and not listed, fails here."""
    missing = []
    for rule, _ in _routes(app):
        view = app.view_functions[rule.endpoint]
        guarded = policy_of(view) is not None or rule.endpoint in OPEN_SHELL or hasattr(view, "_permission_name") or rule.endpoint.endswith(ASKING_SHELL)
        if not guarded:
            missing.append(f"{rule.rule} ({rule.endpoint})")

    assert missing == []


def test_the_shells_guarded_pages_are_closed_to_nobody(app: Flask) -> None:
    client = app.test_client()
    opened = []
    for rule, address in _routes(app):
        view = app.view_functions[rule.endpoint]
        if policy_of(view) is None and rule.endpoint not in OPEN_SHELL and "GET" in (rule.methods or ()):
            response = client.get(address)
            if response.status_code not in (302, 401, 403, 404) or (response.status_code == 302 and "/login" not in response.headers["Location"]):
                opened.append((address, response.status_code))

    assert opened == []


@pytest.mark.parametrize("headers", FORGERIES.values(), ids=FORGERIES)
def test_no_unsafe_request_from_elsewhere_passes_any_route(app: Flask, headers: dict[str, str]) -> None:
    client = app.test_client(use_cookies=False)
    passed = []
    for rule, address in _routes(app):
        for method in UNSAFE:
            if method in (rule.methods or ()):
                response = client.open(address, method=method, headers=headers)
                if response.status_code != 403 or not any(words in response.get_data() for words in (b"cross_site", b"came from another site")):
                    passed.append((method, address, response.status_code))

    assert passed == []


@pytest.mark.parametrize("headers", ALLOWED.values(), ids=ALLOWED)
def test_what_comes_from_here_passes_the_gate(app: Flask, headers: dict[str, str]) -> None:
    client = app.test_client(use_cookies=False)
    stopped = []
    for rule, address in _routes(app):
        for method in UNSAFE:
            if method in (rule.methods or ()):
                response = client.open(address, method=method, headers=headers)
                if b"cross_site" in response.get_data():
                    stopped.append((method, address))

    assert stopped == []


def test_a_form_of_another_site_cannot_speak_json_by_a_plain_body(app: Flask) -> None:
    response = app.test_client().post(
        "/api/v1/records/book", data='{"name": "x"}', content_type="text/plain", headers={"Sec-Fetch-Site": "same-origin", "Authorization": "Bearer x"}
    )

    assert response.status_code in (401, 415)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_answer_has_the_security_headers(app: Flask, scheme: str) -> None:
    client = app.test_client()
    wrong = []
    for rule, address in [*_routes(app), (None, "/nowhere"), (None, "/api/v1/nowhere")]:
        method = "GET" if rule is None or "GET" in (rule.methods or ()) else next(iter(set(rule.methods or ()) - {"OPTIONS", "HEAD"}))
        headers = client.open(address, method=method, base_url=f"{scheme}://desk.example", headers={"Sec-Fetch-Site": "same-origin"}).headers
        good = (
            headers["X-Content-Type-Options"] == "nosniff"
            and "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            and headers["Referrer-Policy"] == "same-origin"
            and len(headers["X-Request-ID"]) >= 8
            and ("Strict-Transport-Security" in headers) is (scheme == "https")
            and (headers.get("Cache-Control") == "no-store" or address.startswith("/static/"))
        )
        if not good:
            wrong.append((address, dict(headers)))

    assert wrong == []


def test_the_content_security_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def test_the_shells_own_rest_api_is_off(app: Flask) -> None:
    addresses = {rule.rule for rule in app.url_map.iter_rules()}

    assert not {address for address in addresses if address.startswith(("/api/v1/security/", "/api/v1/menu", "/swagger"))} - {"/api/v1/security/login"}


@pytest.mark.filterwarnings("ignore:'DateTimeField' renders:DeprecationWarning")
def test_the_shell_deletes_nobody_on_a_get(app: Flask) -> None:
    """A link on another site is a safe request with a cookie: it must not change anything."""
    client = app.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"})
    with app.app_context():
        victim = app.extensions["appbuilder"].sm.find_user(username="sven").id

    client.get(f"/users/delete/{victim}", headers={"Sec-Fetch-Site": "cross-site"})
    refused = client.post(f"/users/delete/{victim}", headers={"Sec-Fetch-Site": "cross-site"})

    with app.app_context():
        assert app.extensions["appbuilder"].sm.find_user(username="sven") is not None
    assert refused.status_code == 403
    assert client.get("/users/list/").status_code == 200


def test_unknown_addresses_and_methods_are_problems_without_a_trace(nobody: Caller) -> None:
    unknown = nobody.get("/nowhere")
    method = nobody.request("PUT", "/records/book")

    assert (unknown.status_code, unknown.mimetype, unknown.get_json()["code"]) == (404, "application/problem+json", "unknown_page")
    assert (method.status_code, method.get_json()["code"]) == (405, "method_not_allowed")
    assert set(method.headers["Allow"].split(", ")) >= {"GET", "POST"}
