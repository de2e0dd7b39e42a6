"""What holds around every request: sessions, double clicks, the log, a system that is not ready."""

import json
import logging
import threading
from pathlib import Path

import pytest
from flask import Flask
from tests.integration.web.installation import PACK, PASSWORD, SAME_ORIGIN, WIDE, Caller, close

from packdesk.settings import Settings
from packdesk.web import startup
from packdesk.web.app import create_app
from packdesk.web.request_context import EXTENSION


def test_two_equal_posts_at_the_same_time_have_one_effect(kim: Caller) -> None:
    """A double click is one action."""
    answers: list[tuple[int, str]] = []
    barrier = threading.Barrier(4)

    def send() -> None:
        barrier.wait()
        response = kim.post("/records/book", {"name": "Double"}, headers={"Idempotency-Key": "double-click"})
        answers.append((response.status_code, response.get_json()["id"]))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert len(kim.get("/records/book?filter=record.name == 'Double'").get_json()["records"]) == 1


def test_a_browser_that_is_logged_in_may_use_the_api_from_here_alone(app: Flask) -> None:
    client = app.test_client()
    logged_in = client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    assert logged_in.status_code == 302

    assert client.get("/api/v1/me").get_json()["login"] == "kim"
    assert client.post("/api/v1/records/shelf", json={"name": "from here"}, headers=SAME_ORIGIN).status_code == 201
    assert client.post("/api/v1/records/shelf", json={"name": "from there"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/api/v1/records/shelf", json={"name": "from anywhere"}).status_code == 403


@pytest.mark.parametrize(("scheme", "name", "secure"), [("http", "packdesk", False), ("https", "__Host-packdesk", True)])
def test_the_session_is_for_this_host_alone_and_never_for_scripts(app: Flask, scheme: str, name: str, secure: bool) -> None:
    client = app.test_client()

    response = client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN, base_url=f"{scheme}://desk.example")

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain=" not in cookie
    assert ("Secure" in cookie) is secure


@pytest.mark.parametrize(("said", "https"), [("yes", True), ("no", False), ("", False)])
def test_behind_something_that_ends_https_cookies_travel_no_other_way(app: Flask, said: str, https: bool) -> None:
    """The server itself is spoken to by http; what the setting says goes for cookies, their name and the promise to browsers."""
    home = app.extensions["packdesk"].settings.home
    environment = {"PACKDESK_HOME": str(home), "PACKDESK_HTTPS": said}
    behind = create_app(Settings.from_environment(environment), prepare=False, limits=WIDE)

    response = behind.test_client().post("/login/", data={"username": "kim", "password": PASSWORD}, headers={"Origin": "https://localhost"})
    close(behind)

    cookie = response.headers["Set-Cookie"]
    assert ("Secure" in cookie, cookie.startswith("__Host-packdesk="), "Strict-Transport-Security" in response.headers) == (https, https, https)


def test_a_request_is_logged_with_its_id_and_without_its_query(kim: Caller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="packdesk.requests"):
        response = kim.get("/records/book?q=Personal Name", headers={"X-Request-ID": "proxy-0123456789"})

    (line,) = (json.loads(record.getMessage()) for record in caplog.records if record.name == "packdesk.requests")
    assert response.headers["X-Request-ID"] == "proxy-0123456789"
    assert (line["request_id"], line["path"], line["login"], line["release"]) == ("proxy-0123456789", "/api/v1/records/book", "kim", 1)
    assert "Personal" not in json.dumps(line)


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space in it", "line\tbreak-0123"])
def test_an_id_that_is_none_is_not_taken_over(kim: Caller, given: str) -> None:
    assert kim.get("/me", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


def test_a_system_without_tables_or_release_says_so_and_serves_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}", packs=(str(PACK),))
    app = create_app(settings, prepare=False)

    health = app.test_client().get("/health")
    refused = app.test_client().get("/api/v1/records/book")

    assert (health.status_code, health.get_json()["status"]) == (503, "unavailable")
    assert (refused.status_code, refused.get_json()["code"], refused.headers["Retry-After"]) == (503, "busy", "2")
    assert "sqlite" not in refused.get_data(as_text=True)
    close(app)


def test_a_faulty_pack_stops_the_first_start_with_a_sentence(tmp_path: Path) -> None:
    pack = tmp_path / "faulty"
    pack.mkdir()
    (pack / "pack.json").write_text("{")
    services = startup.open_services(Settings(home=tmp_path / "home", database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}", packs=(str(pack),)))

    with pytest.raises(Exception, match="problem"):
        startup.prepare(services)

    services.database.close()


def test_a_second_start_changes_nothing(app: Flask) -> None:
    services = app.extensions[EXTENSION]

    startup.prepare(services)

    assert services.live.current().release == 1
    assert (services.settings.home / "secret_key").stat().st_size > 40


@pytest.mark.parametrize("form", ["edit", "delete", "settle"])
def test_a_form_of_a_screen_that_says_no_version_changes_nothing(app: Flask, kim: Caller, form: str) -> None:
    """Who does not say what was read could undo what somebody else wrote."""
    shelf = kim.made("shelf", name=f"Not by {form}")
    client = app.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)

    path = f"/r/shelf/{shelf['number']}/{form}"
    data = {"_base": '{"name": "x"}', "name": "Overwritten", "_mine": '{"name": "Overwritten"}', "_key": f"no-version-{form}"}
    response = client.post(path, data=data, headers=SAME_ORIGIN)

    assert response.status_code in (422, 428), response.text
    stored = kim.get(f"/records/shelf/{shelf['number']}").get_json()
    assert (stored["name"], stored["version"]) == (f"Not by {form}", 1)


OUTSIDE = [
    ("GET", "/theme", 405, {"allowed": ["OPTIONS", "POST"]}),
    ("GET", "/r/book/1/reveal", 405, {"allowed": ["OPTIONS", "POST"]}),
    ("POST", "/lang/de", 405, {"allowed": ["GET", "HEAD", "OPTIONS"]}),
    ("GET", "/nothing/here", 404, {}),
]


@pytest.mark.parametrize(("method", "address", "status", "facts"), OUTSIDE, ids=[case[1] for case in OUTSIDE])
def test_a_browser_gets_a_page_and_a_program_a_problem_with_its_own_facts(app: Flask, method: str, address: str, status: int, facts: dict[str, object]) -> None:
    client = app.test_client()

    page = client.open(address, method=method, headers={**SAME_ORIGIN, "Accept": "text/html", "Accept-Language": "en"})
    problem = client.open(address, method=method, headers={**SAME_ORIGIN, "Accept": "application/json"})

    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert ("Not found" if status == 404 else "That did not work") in page.get_data(as_text=True)
    assert (problem.status_code, problem.mimetype) == (status, "application/problem+json")
    assert problem.get_json()["facts"] == facts
    assert {answer.headers.get("Allow", "") for answer in (page, problem)} == {", ".join(facts.get("allowed", ()))}  # type: ignore[arg-type]


FRAMEWORK = [
    ("GET", "/records/book/1/notes/2", None, 404, {}),
    ("PUT", "/records/book", None, 405, {"allowed"}),
    ("POST", "/records/book", b"x", 415, {"expected"}),
    ("POST", "/records/book", b"x" * 1_000_001, 413, {"limit"}),
]


@pytest.mark.parametrize(("method", "address", "body", "status", "facts"), FRAMEWORK, ids=[str(case[3]) for case in FRAMEWORK])
def test_a_problem_carries_only_the_facts_that_belong_to_it(kim: Caller, method: str, address: str, body: bytes | None, status: int, facts: set[str]) -> None:
    media_type = "application/json" if status == 413 else "text/plain"

    response = kim.request(method, address, data=body, content_type=media_type)

    assert response.status_code == status
    assert set(response.get_json()["facts"]) == set(facts)
