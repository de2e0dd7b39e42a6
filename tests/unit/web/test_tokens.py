"""Tokens speak for a login until they are too old; nobody else can make one."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from packdesk.web.tokens import LIFETIME, Tokens

KEY = "k" * 40
NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def test_a_token_speaks_for_its_login() -> None:
    tokens = Tokens(KEY)

    assert tokens.login(tokens.make("ada", NOW), NOW) == "ada"


def test_a_token_grows_too_old_even_when_it_is_remembered() -> None:
    tokens = Tokens(KEY)
    token = tokens.make("ada", NOW)
    assert tokens.login(token, NOW + LIFETIME - timedelta(seconds=1)) == "ada"

    assert tokens.login(token, NOW + LIFETIME) == ""


FORGED = [
    "",
    "abc",
    "a.b.c",
    jwt.encode({"sub": "ada", "exp": 9999999999, "aud": "packdesk-api"}, "x" * 40, algorithm="HS256"),
    jwt.encode({"sub": "ada", "exp": 9999999999, "aud": "packdesk-api"}, None, algorithm="none"),
    jwt.encode({"sub": "ada", "exp": 9999999999, "aud": "another"}, KEY, algorithm="HS256"),
    jwt.encode({"sub": "ada", "aud": "packdesk-api"}, KEY, algorithm="HS256"),
    jwt.encode({"exp": 9999999999, "aud": "packdesk-api"}, KEY, algorithm="HS256"),
    jwt.encode({"sub": "ada", "exp": 9999999999, "aud": "packdesk-api"}, KEY + KEY, algorithm="HS512"),
]


@pytest.mark.parametrize("token", FORGED)
def test_a_forged_token_is_refused(token: str) -> None:
    assert Tokens(KEY).login(token, NOW) == ""
