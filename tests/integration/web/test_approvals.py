"""Approvals through the API and on screen: who decides, what is said, what waits on the start page, and that a decision sent twice is one."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PACK, PASSWORD, SAME_ORIGIN, Caller, build, caller
from tests.speaking import speak

from packdesk.web.app import close

_RULES = {
    "approvals": {
        "second_look": {"entity_type": "book", "allow": {"roles": ["keeper"], "units": ["north"]}},
    },
    "workflows": {
        "dear": {
            "entity_type": "book",
            "events": ["record.created"],
            "when": "record.pages > 900",
            "effects": {"look": {"do": "request_approval", "approval": "second_look"}},
        }
    },
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The library, where thick books need a second look."""
    folder = tmp_path_factory.mktemp("approving")
    overlay = folder / "eyes"
    for kind, documents in _RULES.items():
        _written(overlay / kind / "rules.json", documents)
    _written(overlay / "locale" / "de.json", {"$patch": "de", "labels": {"$add": {"approvals.second_look": {"label": "Zweiter Blick"}}}})
    _written(overlay / "pack.json", {"id": "eyes", "title": "Eyes", "version": "1.0.0", "format": 1, "requires": {"library": ">=1"}})
    made = build(folder / "home", packs=(PACK, overlay))
    yield made
    close(made)


def _written(path: Path, body: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body), encoding="utf-8")


def _screen(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": PASSWORD}, headers=SAME_ORIGIN)
    return client


def _thick(app: Flask, login: str = "carl") -> str:
    return str(caller(app, login).made("book", name="War and Peace", pages=1225)["number"])


def _asked(who: Caller, number: str) -> dict[str, object]:
    return who.get(f"/records/book/{number}/approvals").get_json()["approvals"][-1]  # type: ignore[no-any-return]


def test_a_program_sees_what_a_record_waits_for_and_decides(app: Flask) -> None:
    carl, kim = caller(app, "carl"), caller(app, "kim")
    number = _thick(app)
    asked = _asked(kim, number)
    assert {name: asked[name] for name in ("approval", "label", "state", "needed", "requested_by", "deciders", "may_decide", "votes")} == {
        "approval": "second_look",
        "label": "Second look",
        "state": "pending",
        "needed": 1,
        "requested_by": "carl",
        "deciders": "North, Keeper",
        "may_decide": True,
        "votes": [],
    }
    here = f"/records/book/{number}/approvals/{asked['id']}"

    changed = carl.patch(f"/records/book/{number}", {"pages": 5}, version=2)
    own = carl.post(f"{here}/approve")
    refused = kim.post(f"{here}/reject", {"reason": "Too dear."})
    again = carl.post(f"{here}/resubmit", {"reason": "It is a gift."})
    late = kim.post(f"{here}/approve")
    given = kim.post(f"/records/book/{number}/approvals/{_asked(kim, number)['id']}/approve")

    assert [(answer.status_code, answer.get_json().get("code")) for answer in (changed, own, late)] == [
        (409, "approval_pending"),
        (403, "own_request"),
        (409, "approval_ended"),
    ]
    assert [answer.get_json()["approval"] for answer in (refused, again, given)] == ["rejected", "pending", None]
    assert caller(app, "carl").get(f"/records/book/{number}/notes").get_json()["notes"][0]["text"] == "It is a gift."


@pytest.mark.parametrize("body", [{"reason": 5}, {"why": "x"}, {"reason": "x" * 1001}, {"reason": "\u0007"}])
def test_a_decision_that_cannot_be_read_changes_nothing(app: Flask, body: dict[str, object]) -> None:
    kim, number = caller(app, "kim"), _thick(app)

    answer = kim.post(f"/records/book/{number}/approvals/{_asked(kim, number)['id']}/approve", body)

    assert answer.status_code in (400, 422)
    assert _asked(kim, number)["state"] == "pending"


def test_a_record_of_others_has_no_approvals(app: Flask) -> None:
    """T-31: word for word what a record that never was gives; sven is a keeper, of the other group."""
    number = _thick(app)
    sven, request = caller(app, "sven"), _asked(caller(app, "kim"), number)["id"]

    for path in ("approvals", f"approvals/{request}/approve"):
        send = sven.get if path == "approvals" else sven.post
        assert [send(f"/records/book/{each}/{path}").status_code for each in (number, "BO99999999")] == [404, 404]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Second look", "Waiting for approval", "Carl Clerk asked for it", "North, Keeper may decide; 0 of 1 agreed so far.", "Approve")),
        ("de", ("Zweiter Blick", "Wartet auf Genehmigung", "Carl Clerk hat am", "bisher 0 von 1 Zustimmungen", "Genehmigen")),
    ],
)
def test_the_page_says_what_it_waits_for_and_offers_the_decision_to_those_who_may(app: Flask, language: str, said: tuple[str, ...]) -> None:
    number = _thick(app)
    kim, carl = _screen(app, "kim"), _screen(app, "carl")
    speak(kim, language)

    page, own = unescape(kim.get(f"/r/book/{number}").text), carl.get(f"/r/book/{number}").text

    assert [words for words in said if words not in page] == []
    assert "/approvals/" in page
    assert "/approvals/" not in own
    assert f"/r/book/{number}/edit" not in own
    assert number in kim.get("/").text.partition('id="approvals-1"')[2].partition("</section>")[0]
    assert 'id="approvals-1"' not in carl.get("/").text


def test_a_decision_on_screen_that_is_sent_twice_is_one_and_the_history_tells_it_in_words(app: Flask) -> None:
    number = _thick(app)
    kim = _screen(app, "kim")
    page = kim.get(f"/r/book/{number}").text
    action = re.search(r'formaction="([^"]+/reject)"', page)[1]  # type: ignore[index]
    key = re.search(r'name="_key" value="([^"]+)"', page.partition("/approvals/")[2])[1]  # type: ignore[index]

    answers = [kim.post(action, data={"_key": key, "reason": "Too <b>dear</b>"}, headers=SAME_ORIGIN) for _ in range(2)]
    after, history = kim.get(f"/r/book/{number}").text, caller(app, "kim").get(f"/records/book/{number}/history").get_json()["entries"]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [entry["action"] for entry in history].count("$reject") == 1
    assert "Too &lt;b&gt;dear&lt;/b&gt;" in after
    assert "did not approve" in after
    assert f"/r/book/{number}/approvals/" in after  # he may edit the record, so he may submit it again


def test_nothing_else_can_be_done_about_a_request(app: Flask) -> None:
    number = _thick(app)
    kim = _screen(app, "kim")
    request = _asked(caller(app, "kim"), number)["id"]

    assert kim.post(f"/r/book/{number}/approvals/{request}/forget", headers=SAME_ORIGIN).status_code == 404
