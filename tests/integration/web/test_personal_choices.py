"""What a person chooses for himself, and the way out: language and density, on every page and in his next session."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN
from tests.speaking import speak


def _logged_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _choose(client: FlaskClient, language: str, referer: str = "") -> str:
    """Choose a language by the menu and return where the answer leads."""
    return client.post("/language", data={"language": language}, headers={**SAME_ORIGIN, "Referer": referer}).headers["Location"]


def test_the_chosen_language_is_the_persons_and_not_the_browsers(app: Flask) -> None:
    first = _logged_in(app, "sven")
    _choose(first, "de")

    again, other = _logged_in(app, "sven"), _logged_in(app, "carl")
    first.post("/logout/", headers=SAME_ORIGIN)
    first.post("/login/", data={"username": "carl", "password": PASSWORD}, headers=SAME_ORIGIN)

    assert 'lang="de"' in again.get("/r/book").text
    assert 'lang="en"' in other.get("/r/book").text
    assert '<html lang="en"' in first.get("/r/book").text
    _choose(again, "en")
    assert '<html lang="en"' in _logged_in(app, "sven").get("/r/book").text


def test_choosing_a_language_leads_back_to_the_page_one_was_on(app: Flask) -> None:
    client = _logged_in(app, "carl")
    here = "/r/book?order=name&layout=board"

    chosen = _choose(client, "de", f"http://localhost{here}")
    at_login = _choose(app.test_client(), "de", "http://localhost/login/?next=/r/book")

    assert (chosen, at_login) == (here, "/login/?next=/r/book")
    assert '<form method="post" action="/language">' in client.get(here).text
    assert _choose(client, "en", "http://localhost/login/") == "/login/"


def test_the_density_that_a_person_chose_is_in_the_markup_of_every_page_and_of_his_next_session(app: Flask) -> None:
    """QUALITY B 25: no script has to change the page afterwards; what is no density is left alone."""
    client, place = _logged_in(app, "carl"), "http://localhost/r/book"
    before = client.get("/").text

    for chosen in ("comfortable", "tiny"):
        went = client.post("/density", data={"density": chosen}, headers={**SAME_ORIGIN, "Referer": place})
        assert went.headers["Location"] == "/r/book"
    again, other = _logged_in(app, "carl"), _logged_in(app, "kim")

    assert 'data-density="' not in before.partition("<head>")[0]
    assert [' data-density="comfortable">' in one.get("/").text.partition("<head>")[0] for one in (client, again, other)] == [True, True, False]
    assert '<div class="roomy" data-density="comfortable">' in other.get("/gallery").text
    again.post("/density", data={"density": "dense"}, headers=SAME_ORIGIN)


#: Pages that were drawn for a form, at addresses that take nothing else -> the page above each, which can be shown.
POSTED = {
    "/r/book/BO1/settle": "/r/book/BO1",
    "/r/book/BO1/check": "/r/book/BO1",
    "/r/book/views/some-view/update": "/r/book/views/some-view",
    "/r/book/views/undo": "/r/book",
    "/jobs/some-job/stop": "/jobs/some-job",
    "/theme": "/",
    "/r/book/nothing/at/all": "/r/book/nothing/at/all",
    "/users/list": "/users/list",
}


@pytest.mark.parametrize(("address", "place"), POSTED.items())
def test_a_choice_on_a_page_that_a_form_led_to_goes_to_one_that_can_be_shown(app: Flask, address: str, place: str) -> None:
    client = _logged_in(app, "carl")
    headers = {**SAME_ORIGIN, "Referer": f"http://localhost{address}"}

    led = [_choose(client, "en", headers["Referer"]), client.post("/theme", data={"theme": "light"}, headers=headers).headers["Location"]]

    assert led == [place, "/" if address == "/theme" else place]


def test_no_link_changes_the_language(app: Flask) -> None:
    client = _logged_in(app, "carl")

    answer = client.get("/lang/de", headers={"Accept": "text/html"})

    assert (answer.status_code, '<html lang="en"' in client.get("/r/book").text) == (404, True)


@pytest.mark.parametrize(("language", "asks", "who"), [("en", "Log out?", "You are logged in as "), ("de", "Abmelden?", "Sie sind als ")])
def test_the_address_of_the_way_out_asks_first(app: Flask, language: str, asks: str, who: str) -> None:
    client = _logged_in(app, "carl")
    speak(client, language)

    text = client.get("/logout/").text

    assert (f"<h1>{asks}</h1>" in text, who in text) == (True, True)
    assert text.count('<form method="post" action="/logout/">') + text.count('<form class="card" method="post" action="/logout/">') == 2
    assert client.get("/r/book").status_code == 200
    assert client.post("/logout/", headers=SAME_ORIGIN).status_code == 302
    assert client.get("/logout/", headers={"Accept": "text/html"}).headers["Location"].startswith("/login/")


@pytest.mark.parametrize("language", ["", "fr", "DE", "../de"])
def test_a_language_that_the_screens_do_not_speak_changes_nothing(app: Flask, language: str) -> None:
    client = _logged_in(app, "carl")

    _choose(client, language)

    assert '<html lang="en"' in client.get("/r/book").text


def test_what_was_chosen_at_the_login_holds_for_the_session_alone(app: Flask) -> None:
    client = app.test_client()
    speak(client, "de")
    client.post("/login/", data={"username": "carl", "password": PASSWORD}, headers=SAME_ORIGIN)

    assert '<html lang="de"' in client.get("/r/book").text
    assert '<html lang="en"' in _logged_in(app, "carl").get("/r/book").text
