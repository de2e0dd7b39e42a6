"""The gate lets an unsafe request pass only when no other site can have sent it."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from packdesk.web.gate import refused

COOKIE = {"Cookie": "packdesk=x"}
BEARER = {"Authorization": "Bearer abc"}
OWN = {"Sec-Fetch-Site": "same-origin"}

CASES = [
    ("cross-site", {"Sec-Fetch-Site": "cross-site", **COOKIE}, True),
    ("cross-site without a cookie: a login could be forged", {"Sec-Fetch-Site": "cross-site"}, True),
    ("a sibling host is another site", {"Sec-Fetch-Site": "same-site", **COOKIE}, True),
    ("typed into the address bar", {"Sec-Fetch-Site": "none", **COOKIE}, True),
    ("same origin", {**OWN, **COOKIE}, False),
    ("same origin says the browser, whatever else", {**OWN, **COOKIE, "Origin": "http://desk.example"}, False),
    ("an old browser, own origin", {"Origin": "http://desk.example", **COOKIE}, False),
    ("an old browser, another origin", {"Origin": "http://evil.example", **COOKIE}, True),
    ("an old browser, another port", {"Origin": "http://desk.example:8080", **COOKIE}, True),
    ("an origin that only begins like ours", {"Origin": "http://desk.example.evil.example", **COOKIE}, True),
    ("a sandboxed frame", {"Origin": "null", **COOKIE}, True),
    ("a cookie and not a word about where from", COOKIE, True),
    ("a program that says nothing and borrows nothing", {}, False),
    ("a token without a cookie", BEARER, False),
    ("a token without a cookie from a page that may have it", {**BEARER, "Sec-Fetch-Site": "cross-site"}, False),
    ("a token with a cookie beside it", {**BEARER, **COOKIE}, True),
    ("a token and a cookie from another site", {**BEARER, **COOKIE, "Sec-Fetch-Site": "cross-site"}, True),
    ("another kind of authorization", {"Authorization": "Basic abc", "Sec-Fetch-Site": "cross-site"}, True),
]


def _request(method: str, headers: dict[str, str]) -> Request:
    return Request(EnvironBuilder(method=method, base_url="http://desk.example/", headers=headers).get_environ())


@pytest.mark.parametrize(("headers", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_unsafe_requests_pass_only_from_here_or_with_a_token_of_their_own(method: str, headers: dict[str, str], expected: bool) -> None:
    assert refused(_request(method, headers)) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("headers", [case[1] for case in CASES])
def test_safe_requests_always_pass(method: str, headers: dict[str, str]) -> None:
    assert refused(_request(method, headers)) is False  # type: ignore[arg-type]
