"""Hostile and broken requests: an answer with a code and a field, never a trace, nothing stored (V16.5.1)."""

import logging

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.web.installation import Caller

BOOKS = "/records/book"

BODIES = [
    ("broken JSON", b'{"name": ', 400, "malformed_json"),
    ("no object", b"[]", 400, "malformed_json"),
    ("nothing", b"", 400, "malformed_json"),
    ("duplicate keys", b'{"name": "a", "name": "b"}', 400, "malformed_json"),
    ("another encoding", '{"name": "é"}'.encode("latin-1"), 400, "malformed_json"),
    ("UTF-16", '{"name": "a"}'.encode("utf-16"), 400, "malformed_json"),
    ("not a number", b'{"pages": NaN}', 400, "malformed_json"),
    ("half a character", b'{"name": "\\ud800"}', 400, "malformed_json"),
    ("nested to the sky", b'{"name": ' + b"[" * 50_000, 400, "malformed_json"),
    ("ten megabytes", b'{"name": "' + b"x" * 10_000_000 + b'"}', 413, "body_too_large"),
    ("text in a number", b'{"name": "a", "pages": "many"}', 422, "wrong_type"),
    ("a number beyond all bounds", b'{"name": "a", "pages": 99999999999999999999}', 422, None),
    ("a number with a point", b'{"name": "a", "pages": 1.5}', 422, "wrong_type"),
    ("an impossible date", b'{"name": "a", "bought_on": "2026-02-30"}', 422, "wrong_type"),
    ("a reference to nothing", b'{"name": "a", "shelf": "S99999999"}', 422, "unknown_reference"),
    ("an option that is none", b'{"name": "a", "binding": "silk"}', 422, "not_an_option"),
    ("an unknown field", b'{"name": "a", "colour": "red"}', 422, "unknown_field"),
    ("a derived field", b'{"name": "a", "heavy": true}', 422, None),
    ("an engine column", b'{"name": "a", "created_by": "me"}', 422, None),
    ("the version", b'{"name": "a", "version": 7}', 422, None),
    ("a NUL character", b'{"name": "a\\u0000b"}', 422, "wrong_type"),
    ("a line break in a line", b'{"name": "a\\nb"}', 422, "forbidden_character"),
    ("a direction override", '{"name": "a\u202eb"}'.encode(), 422, "forbidden_character"),
    ("lines that are none", b'{"name": "a", "authors": "Austen"}', 422, None),
    ("a line that is none", b'{"name": "a", "authors": ["Austen"]}', 422, None),
    ("an unknown line field", b'{"name": "a", "authors": [{"name": "b", "age": 3}]}', 422, "unknown_field"),
    ("a section that is none", b'{"name": "a", "loan": 5}', 422, None),
    ("an object for a text", b'{"name": {"$gt": ""}}', 422, "wrong_type"),
    ("nothing required", b"{}", 422, "required_field"),
]


def _count(app: Flask) -> int:
    from sqlalchemy import func, select

    services = app.extensions["packdesk"]
    table = services.live.current().tables.record("book")
    with services.database.begin() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _tells_nothing(text: str) -> bool:
    return not any(word in text for word in ("Traceback", "sqlalchemy", "sqlite", "SELECT", "psycopg", "/home/", ".py", "packdesk."))


@pytest.mark.parametrize("path", ["/records/book", "/records/book/B00000001/actions/lend"])
def test_a_very_long_name_is_not_sent_back_whole(kim: Caller, path: str) -> None:
    """GEN-27: what is refused is named so that it can be found, no longer."""
    kim.post("/records/book", {"name": "Emma"})

    refused = kim.post(path, {"n" * 50_000: 1}, headers={"If-Match": '"1"'})

    assert (refused.status_code, refused.get_json()["code"]) == (422, "unknown_field")
    assert len(refused.data) < 3_000


@pytest.mark.parametrize(("body", "status", "code"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES])
def test_a_bad_body_is_refused_by_code_and_nothing_is_stored(app: Flask, kim: Caller, body: bytes, status: int, code: str | None) -> None:
    before = _count(app)

    response = kim.request("POST", BOOKS, data=body, content_type="application/json")

    assert response.status_code == status, response.get_data()
    problem = response.get_json()
    assert response.mimetype == "application/problem+json"
    assert code is None or problem["code"] == code
    assert status != 422 or problem["findings"][0]["field"]
    assert _tells_nothing(response.get_data(as_text=True))
    assert _count(app) == before


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""])
def test_only_json_is_taken_for_a_record(kim: Caller, media_type: str) -> None:
    response = kim.request("POST", BOOKS, data=b'{"name": "a"}', content_type=media_type)

    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media_type")


ADDRESSES = [
    ("GET", "/records/boook", 404, "unknown_entity_type"),
    ("POST", "/records/boook", 404, "unknown_entity_type"),
    ("GET", "/metadata/boook", 404, "unknown_entity_type"),
    ("GET", "/metadata/boook/schema", 404, "unknown_entity_type"),
    ("GET", "/records/book/B99999999", 404, "unknown_record"),
    ("GET", "/records/book/%00", 400, "bad_request"),
    ("GET", "/records/book/%ff%fe", 404, "unknown_record"),
    ("GET", "/records/book/..%2f..%2fetc%2fpasswd", 404, None),
    ("GET", "/records/book/" + "9" * 5000, 404, "unknown_record"),
    ("GET", "/records/book/00000000-0000-7000-8000-000000000000", 404, "unknown_record"),
    ("POST", "/records/book/B99999999/actions/lend", 404, "unknown_record"),
    ("GET", "/records/book?filter=", 200, None),
    ("GET", "/records/book?filter=record.pages >", 400, "bad_filter"),
    ("GET", "/records/book?filter=record.pagse > 3", 400, "bad_filter"),
    ("GET", "/records/book?filter=record.pages = 3", 400, "bad_filter"),
    ("GET", "/records/book?filter=record.name", 400, "bad_filter"),
    ("GET", "/records/book?filter=__import__('os')", 400, "bad_filter"),
    ("GET", "/records/book?filter=record.__class__ == null", 400, "bad_filter"),
    ("GET", "/records/book?filter=" + "(" * 2000, 400, "bad_filter"),
    ("GET", "/records/book?filter=" + "!" * 3000 + "true", 400, "bad_filter"),
    ("GET", "/records/book?filter=1%00", 400, "bad_request"),
    ("GET", "/records/book?order=colour", 400, "bad_parameter"),
    ("GET", "/records/book?order=secret'--", 400, "bad_parameter"),
    ("GET", "/records/book?fields=colour", 400, "bad_parameter"),
    ("GET", "/records/book?limit=100000", 400, "bad_parameter"),
    ("GET", "/records/book?cursor=AAAA", 400, "bad_cursor"),
    ("GET", "/records/book?cursor=%F0%9F%98%80", 400, "bad_cursor"),
    ("GET", "/records/book?expand=everything", 400, "bad_parameter"),
    ("GET", "/records/book?page=1", 400, "bad_parameter"),
    ("GET", "/explain?path=", 400, "bad_parameter"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), ADDRESSES)
def test_a_bad_address_is_refused_by_code(kim: Caller, method: str, path: str, status: int, code: str | None) -> None:
    response = kim.request(method, path, **({"json": {"name": "x"}, "headers": {"If-Match": '"1"'}} if method == "POST" else {}))

    assert response.status_code == status, response.get_data()
    if status >= 400:
        assert code is None or response.get_json()["code"] == code
        assert _tells_nothing(response.get_data(as_text=True))


def test_an_unknown_action_is_refused_by_name(kim: Caller) -> None:
    book = kim.made("book", name="Acted")

    response = kim.post(f"{BOOKS}/{book['number']}/actions/burn")

    assert (response.status_code, response.get_json()["code"]) == (404, "unknown_action")


def test_a_foreign_record_is_not_found_by_a_filter(kim: Caller, sven: Caller) -> None:
    """The answer is that of one that is not there."""
    book = kim.made("book", name="Hidden")

    response = sven.get(f"{BOOKS}?filter=record.number == '{book['number']}'")

    assert response.get_json()["records"] == []


def test_a_status_is_not_patched_around_the_lifecycle(kim: Caller, carl: Caller) -> None:
    """V2.3.1: only the engine writes the state, and a status only where moves and rules let this person go."""
    book = kim.made("book", name="Step by step", pages=10)
    address = f"{BOOKS}/{book['number']}"

    state = kim.patch(address, {"state": "gone"}, book["version"])
    skipping = kim.patch(address, {"status": "overdue"}, book["version"])
    forbidden = carl.patch(address, {"status": "lost"}, book["version"])

    assert (state.status_code, state.get_json()["code"]) == (422, "readonly_field")
    assert (skipping.status_code, skipping.get_json()["code"]) == (403, "transition_forbidden")
    assert (forbidden.status_code, forbidden.get_json()["code"]) == (403, "transition_forbidden")
    assert kim.get(address).get_json()["version"] == book["version"]


def test_a_failure_of_ours_tells_an_id_and_the_log_tells_the_rest(
    app: Flask, kim: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail in /srv/packdesk/x.py")

    monkeypatch.setattr(app.extensions["packdesk"].live.__class__, "current", broken)
    with caplog.at_level(logging.ERROR, logger="packdesk.web"):
        response = kim.get(BOOKS)

    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (500, "internal_error")
    assert "secret detail" not in response.get_data(as_text=True)
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert any(problem["request_id"] in record.getMessage() for record in caplog.records)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        "name",
        "pages",
        "bought_on",
        "price",
        "weight",
        "binding",
        "shelf",
        "code",
        "loan",
        "authors",
        "status",
        "subtype",
        "owner_unit",
        "privacy_level",
        "assigned_user",
    ]
)


def test_whatever_is_sent_for_a_record_is_never_a_failure_of_ours(kim: Caller) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
    @given(st.dictionaries(NAMES, JSON_VALUES, max_size=4))
    def attempt(body: dict[str, object]) -> None:
        assert kim.post(BOOKS, body).status_code in (201, 400, 403, 409, 422), body

    attempt()


def test_whatever_is_asked_of_a_list_is_never_a_failure_of_ours(kim: Caller) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
    @given(st.dictionaries(st.sampled_from(["filter", "q", "order", "limit", "cursor", "fields", "expand"]), st.text(max_size=30), max_size=3))
    def attempt(query: dict[str, str]) -> None:
        assert kim.request("GET", BOOKS, query_string=query).status_code in (200, 400), query

    attempt()


@pytest.mark.parametrize("body", [b"[" * 50_000, b'{"username": ' * 50_000])
def test_a_login_nested_to_the_sky_is_refused(app: Flask, body: bytes) -> None:
    response = app.test_client().post("/api/v1/security/login", data=body, content_type="application/json")

    assert (response.status_code, response.get_json()["code"]) == (400, "malformed_json")
