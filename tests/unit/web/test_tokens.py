"""Tokens speak for a login until they are too old; nobody else can make one."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from packdesk.web.tokens import LIFETIME, Proof, Tokens

KEY = "k" * 40
NOW = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
ADA = Proof(login="ada", mark="0f")


def test_a_token_speaks_for_its_login() -> None:
    tokens = Tokens(KEY)

    assert tokens.proof(tokens.make(ADA, NOW), NOW) == ADA


def test_a_token_grows_too_old_even_when_it_is_remembered() -> None:
    tokens = Tokens(KEY)
    token = tokens.make(ADA, NOW)
    assert tokens.proof(token, NOW + LIFETIME - timedelta(seconds=1)) == ADA

    assert tokens.proof(token, NOW + LIFETIME) is None


FORGED = [
    "",
    "abc",
    "a.b.c",
    jwt.encode({"sub": "ada", "pwd": "0f", "exp": 9999999999, "aud": "packdesk-api"}, "x" * 40, algorithm="HS256"),
    jwt.encode({"sub": "ada", "pwd": "0f", "exp": 9999999999, "aud": "packdesk-api"}, None, algorithm="none"),
    jwt.encode({"sub": "ada", "pwd": "0f", "exp": 9999999999, "aud": "another"}, KEY, algorithm="HS256"),
    jwt.encode({"sub": "ada", "pwd": "0f", "aud": "packdesk-api"}, KEY, algorithm="HS256"),
    jwt.encode({"pwd": "0f", "exp": 9999999999, "aud": "packdesk-api"}, KEY, algorithm="HS256"),
    jwt.encode({"sub": "ada", "exp": 9999999999, "aud": "packdesk-api"}, KEY, algorithm="HS256"),
    jwt.encode({"sub": "ada", "pwd": "0f", "exp": 9999999999, "aud": "packdesk-api"}, KEY + KEY, algorithm="HS512"),
]


@pytest.mark.parametrize("token", FORGED)
def test_a_forged_token_is_refused(token: str) -> None:
    assert Tokens(KEY).proof(token, NOW) is None


def test_a_mark_changes_with_the_password_and_with_the_installation() -> None:
    marks = {Tokens(KEY).mark("scrypt:a"), Tokens(KEY).mark("scrypt:b"), Tokens("j" * 40).mark("scrypt:a")}

    assert len(marks) == 3
    assert not any("scrypt" in mark for mark in marks)
    assert Tokens(KEY).mark("scrypt:a") in marks
