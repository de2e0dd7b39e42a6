"""Leaving a field says what saving would say: one voice, nothing written (GEN-10, GEN-11, QUALITY B 7)."""

import json
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PACK, PASSWORD, SAME_ORIGIN, WIDE, close

from packdesk.settings import Settings
from packdesk.store import platform_tables
from packdesk.web import members
from packdesk.web.app import create_app

PAGE = {**SAME_ORIGIN, "Accept": "text/html"}
#: A type with a field of every kind that a form can hold, and what makes its values bad.
THING = {
    "id": "thing",
    "access": "public",
    "title": "record.number",
    "fields": {
        "name": {"type": "string", "required": True, "maxLength": 20, "minLength": 3, "pattern": "^[A-Za-z ]+$"},
        "story": {"type": "text", "maxLength": 60},
        "count": {"type": "integer", "minimum": 1, "maximum": 99, "multipleOf": 3},
        "weight": {"type": "decimal", "minimum": 0, "exclusiveMaximum": 10},
        "price": {"type": "money", "minimum": 1, "maximum": 1000},
        "on": {"type": "date"},
        "born": {"type": "date", "latest": "today"},
        "at": {"type": "datetime"},
        "takes": {"type": "duration"},
        "binding": {"type": "option", "list": "binding"},
        "bindings": {"type": "options", "list": "binding"},
        "shelf": {"type": "reference", "to": "shelf"},
        "shelves": {"type": "references", "to": "shelf"},
        "phone": {"type": "phone"},
        "mail": {"type": "email", "required": "=record.phone == null"},
        "web": {"type": "url"},
        "place": {"type": "address"},
        "hidden": {"type": "string", "visible": "=record.count > 50", "maxLength": 3},
        "code": {"type": "string", "unique": True},
        "secret": {"type": "secret", "maxLength": 5},
        "flag": {"type": "boolean"},
        "free": {"type": "json"},
        "holder": {"type": "user"},
    },
    "sections": {"inner": {"fields": {"day": {"type": "date"}, "note": {"type": "string", "required": True, "maxLength": 4}}}},
    "lines": {"parts": {"fields": {"name": {"type": "string", "required": True, "maxLength": 5}, "share": {"type": "integer", "maximum": 100}}}},
    "checks": {"not_both": {"that": "record.on == null || record.name != 'never'", "message": "Never has no day."}},
}
TYPED = [
    "", " ", "x", "abc", "never", "Ärger", "a b c", "12", "0", "-3", "99", "3", "33", "1,5", "1.5", "1.234,50 €", "1,234.50 EUR", "12 XXX", "EUR", "9" * 30,
    "22.11.", "31.2.2026", "2026-02-30", "2026-12-31", "tomorrow", "+3d", "+99999y", "14:30", "22.11.2026 25:61", "5 days", "1h 30m", "1 s", "9 years", "5 minutes",
    "paper", "cloth", "velvet", "SH000001", "SH999999", "nobody", "+49 30 123456", "call me", "a@b", "anna@example.com", "http://x", "https://example.com/a",
    "javascript:alert(1)", "taken", "true", "yes", "{", "{}", "[1, 2]", "kim", "<b>&amp;</b>", "\u202eabc", "line\nline", "y" * 300, "😀", "\x00", "'\"--", "NaN", "1e5",
]  # fmt: skip
ADDRESS = ("street", "street_number", "postal_code", "town", "region", "country")
#: Input names of the form; those of lines with the row.
SIMPLE = (*(name for name in THING["fields"] if name != "place"), "inner.day", "inner.note")
CELLS = ("parts[0].name", "parts[0].share", "parts[1].name", "parts[1].share")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An installation of the library with the type of all kinds."""
    folder = tmp_path_factory.mktemp("kinds")
    pack, home = folder / "pack", folder / "home"
    shutil.copytree(PACK, pack)
    (pack / "entity_types" / "thing.json").write_text(json.dumps(THING))
    _permit(pack / "roles" / "roles.json")
    settings = Settings(home=home, database_url=f"sqlite:///{folder / 'packdesk.sqlite3'}", packs=(str(pack),))
    app = create_app(settings, limits=WIDE)
    users = app.extensions["packdesk"].live.current().runtime.model.organisation.users.values()
    members.add(app, [members.Member(login=user.login, name=user.name, password=PASSWORD, roles=user.roles, units=user.units) for user in users])
    yield app
    close(app)


def _permit(path: Path) -> None:
    roles = json.loads(path.read_text())
    roles["keeper"]["permit"]["thing"] = ["view", "create", "edit", "act"]
    path.write_text(json.dumps(roles))


@pytest.fixture(scope="module")
def kim(desk: Flask) -> FlaskClient:
    """The keeper at a screen, with one thing that holds a unique code."""
    client = desk.test_client()
    client.post("/login/", data={"username": "kim", "password": PASSWORD}, headers=SAME_ORIGIN)
    made = _save(client, "/r/thing/new", {"name": "first", "mail": "a@example.com", "code": "taken", "inner.note": "ok"})
    assert made == {}, made
    return client


def _check(client: FlaskClient, path: str, form: Mapping[str, Any], left: tuple[str, ...], language: str = "en") -> dict[str, Any]:
    answer = client.post(path, data={**form, "_left": list(left)}, headers={**SAME_ORIGIN, "Accept-Language": language})
    assert answer.status_code == 200, answer.get_data(as_text=True)[-900:]
    return answer.get_json()["fields"]  # type: ignore[no-any-return]


def _save(client: FlaskClient, path: str, form: Mapping[str, Any], language: str = "en") -> dict[str, list[str]]:
    """Return the sentences of a refused form by field; nothing when it was stored."""
    answer = client.post(path, data=form, headers={**PAGE, "Accept-Language": language})
    assert answer.status_code in (303, 422), answer.status_code
    if answer.status_code == 303:
        return {}
    found: dict[str, list[str]] = {}
    summary = answer.get_data(as_text=True).partition('id="faults"')[2].partition('id="sections"')[0]
    for field, said in re.findall(r'<li [^>]*data-field="([^"]*)"[^>]*>(?:<a [^>]*>)?(.*?)(?:</a>|\s*<details|\s*</li>)', summary, re.DOTALL):
        found.setdefault(unescape(field), []).append(unescape(said).strip())
    return found


def _form(rng: random.Random) -> dict[str, Any]:
    """Return a form as somebody might fill it in: values at random, often of another kind than the field's."""
    form = {name: rng.choice(TYPED) for name in SIMPLE}
    form |= {f"place:{part}": rng.choice(["", "x", "y" * 101, "\x00", "Long Street"]) for part in ADDRESS}
    form |= {name: rng.choice(TYPED) for name in CELLS} | {"_group": "parts"}
    return {**form, "bindings": rng.sample(["", "paper", "cloth", "velvet"], rng.randint(1, 3))}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("number", ["", "TH000001"], ids=["new", "edit"])
def test_leaving_a_field_and_saving_say_the_same(kim: FlaskClient, language: str, number: str) -> None:
    """QUALITY B 7: more than 1,000 bad values over every kind of field, each asked for and saved."""
    rng = random.Random(f"{language} {number}")
    number = _first(kim) if number else ""
    where = f"/r/thing/{number}" if number else "/r/thing"
    refused = 0
    for _ in range(15):
        form = _form(rng) | (_opened(kim, f"{where}/edit") if number else {})
        left = (*SIMPLE, "place", *CELLS)
        rows = [f"parts[{row}]" for row in (0, 1) if any(form[f"parts[{row}].{name}"].strip() for name in ("name", "share"))]

        checked = _check(kim, f"{where}/check", form, left, language)
        saved = _save(kim, f"{where}/{'edit' if number else 'new'}", form, language)

        for name in left:
            row = re.match(r"parts\[\d\]", name)
            sent = f"parts[{rows.index(row[0])}]{name[len(row[0]) :]}" if row and row[0] in rows else "" if row else name
            assert checked[name]["faults"] == saved.get(sent, []), (name, form.get(name))
            refused += bool(checked[name]["faults"])
    assert refused >= 260


def _first(client: FlaskClient) -> str:
    return re.findall(r"/r/thing/([A-Z]+\d+)", client.get("/r/thing", headers=PAGE).get_data(as_text=True))[-1]


def _opened(client: FlaskClient, path: str) -> dict[str, str]:
    """Return what the form of a record carries hidden."""
    content = client.get(path, headers=PAGE).get_data(as_text=True)
    return {name: unescape(value) for name, value in re.findall(r'name="(_version|_base)" value="([^"]*)"', content)}


def test_asking_writes_nothing_and_draws_no_number(desk: Flask, kim: FlaskClient) -> None:
    def counted() -> tuple[object, ...]:
        with desk.extensions["packdesk"].database.reading() as connection:
            drawn = connection.execute(sa.select(platform_tables.number_sequence).order_by("name")).all()
            events = connection.scalar(sa.select(sa.func.count()).select_from(platform_tables.history))
            return (tuple(map(tuple, drawn)), events)

    before = counted()

    _check(kim, "/r/thing/check", {"name": "Fine", "mail": "b@example.com", "inner.note": "ok"}, ("name",))
    _check(kim, f"/r/thing/{_first(kim)}/check", {"name": "Other"}, ("name",))

    assert counted() == before


def test_only_what_was_left_is_spoken_of(kim: FlaskClient) -> None:
    """A required field that nobody came to yet is not complained about."""
    said = _check(kim, "/r/thing/check", {"name": "x", "mail": ""}, ("name", "no such field", "_key"))

    assert list(said) == ["name"]


@pytest.mark.parametrize(
    ("name", "typed", "language", "read"),
    [
        ("on", "22.11.2026", "en", "Sun, Nov 22, 2026"),
        ("on", "22.11.2026", "de", "So., 22. Nov. 2026"),
        ("at", "22.11.2026 14:30", "de", "So., 22. Nov. 2026, 14:30"),
        ("takes", "1h 30m", "en", "90 minutes"),
        ("takes", "1,5 Std.", "de", "90 Minuten"),
        ("price", "1.000 €", "de", "1.000,00\u00a0€"),
        ("phone", "030 123456", "de", "+49 30 123456"),
        ("weight", "1,50", "de", "1,5"),
        ("on", "never", "en", ""),
        ("name", "abc", "en", ""),
        ("parts[0].share", "12", "en", ""),
    ],
)
def test_what_was_understood_is_said(kim: FlaskClient, name: str, typed: str, language: str, read: str) -> None:
    said = _check(kim, "/r/thing/check", {name: typed, "_group": "parts"}, (name,), language)

    assert said[name]["read"] == read


@pytest.mark.parametrize(
    ("language", "said", "example"), [("en", "Born cannot be after today.", "22 Nov 1985"), ("de", "Born darf nicht nach heute liegen.", "22.11.1985")]
)
@pytest.mark.parametrize("typed", ["+3d", "tomorrow", "2999-01-01", "31.12.2999"])
def test_a_day_that_cannot_lie_ahead_is_refused_there_and_shown_by_one_of_the_past(
    kim: FlaskClient, typed: str, language: str, said: str, example: str
) -> None:
    left = _check(kim, "/r/thing/check", {"born": typed}, ("born",), language)
    saved = _save(kim, "/r/thing/new", {"name": "first", "mail": "a@example.com", "inner.note": "ok", "born": typed}, language)
    page = kim.get("/r/thing/new", headers={"Accept-Language": language}).text

    assert left["born"]["faults"] == [said]
    assert saved["born"] == [said]
    assert re.search(rf'name="born" [^>]*placeholder="{example}"', page)


def test_a_value_that_another_record_holds_is_told_before_saving(kim: FlaskClient) -> None:
    form = {"name": "Other", "mail": "a@example.com", "inner.note": "ok", "code": "taken"}

    said = _check(kim, "/r/thing/check", form, ("code",))
    own = _check(kim, f"/r/thing/{_first(kim)}/check", {"code": "taken"}, ("code",))

    assert said["code"]["faults"] == ["Another record has the same Code."]
    assert own["code"]["faults"] == []


def test_nobody_asks_about_what_he_may_not_see(desk: Flask) -> None:
    rita = desk.test_client()
    rita.post("/login/", data={"username": "rita", "password": PASSWORD}, headers=SAME_ORIGIN)

    assert rita.post("/r/thing/check", data={"name": "x", "_left": "name"}, headers=SAME_ORIGIN).status_code == 403
    assert rita.post("/r/thing/TH000001/check", data={"name": "x", "_left": "name"}, headers=SAME_ORIGIN).status_code in (403, 404)
    assert desk.test_client().post("/r/thing/check", data={"name": "x"}, headers=PAGE).status_code in (302, 303, 401)
