"""The administration of users on screen: its forms refuse, answer and speak as all forms do, and offer the roles of the release alone."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.integration.web.installation import PASSWORD, SAME_ORIGIN
from tests.speaking import speak
from werkzeug.test import TestResponse

from packdesk.store import people, saved_views
from packdesk.web import users

ADD = "/users/add"
#: Words of the framework that no page may say.
FOREIGN = (
    *("Either select a role", "Changed Row", "Added Row", "Deleted Row", "Zeile hinzugefügt", "Zeile geändert", "Zeile gelöscht"),
    *("This field is required", "Public", "Is Active", "Access is Denied"),
)
NEW = {"first_name": "Ida", "last_name": "Berg", "username": "ida", "email": "ida@library.example", "active": "true", "roles": ["clerk"]}
SECRET = {"password": "a long enough word", "conf_password": "a long enough word"}


def _browser(app: Flask, login: str, password: str = PASSWORD, language: str = "en") -> FlaskClient:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": password}, headers=SAME_ORIGIN)
    speak(client, language)
    return client


@pytest.fixture
def keeper(app: Flask) -> FlaskClient:
    """Somebody whose role of the release holds the right to manage users, and nothing of the framework's."""
    return _browser(app, "kim")


def _sent(client: FlaskClient, address: str, values: dict[str, object], **headers: str) -> TestResponse:
    return client.post(address, data=values, headers={**SAME_ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}})


def _id(app: Flask, login: str) -> int:
    with app.app_context():
        found = app.extensions["appbuilder"].sm.find_user(username=login)
    return int(found.id)


def _roles(app: Flask, login: str) -> set[str]:
    with app.app_context():
        return {role.name for role in app.extensions["appbuilder"].sm.find_user(username=login).roles}


def _made(app: Flask, keeper: FlaskClient, login: str, **values: object) -> int:
    answer = _sent(keeper, ADD, {**NEW, **SECRET, "username": login, "email": f"{login}@library.example", **values})
    assert answer.status_code == 303, _summary(answer)
    return _id(app, login)


def _summary(answer: TestResponse) -> list[tuple[str, str]]:
    """Return the lines of the summary as (anchor, sentence)."""
    part = re.search(r'id="faults".*?</ul>', answer.text, re.DOTALL)
    return [(anchor, unescape(said)) for anchor, said in re.findall(r'<a href="#([^"]+)">([^<]+)</a>', part[0])] if part else []


def _notices(answer: TestResponse) -> list[str]:
    return [unescape(text) for text in re.findall(r'<div class="alert tone-\w+" role="\w+"[^>]*>\s*<p>([^<]*)</p>', answer.text) if text]


def test_a_new_user_is_stored_and_named_on_the_list_that_follows(app: Flask, keeper: FlaskClient) -> None:
    answer = _sent(keeper, ADD, {**NEW, **SECRET})
    shown = keeper.get(answer.headers["Location"])

    assert (answer.status_code, answer.headers["Location"]) == (303, "/users/list/")
    assert _notices(shown) == ["Ida Berg was created."]
    assert _browser(app, "ida", SECRET["password"]).get("/api/v1/me").get_json()["roles"] == ["clerk"]
    assert [word for word in FOREIGN if word in shown.text] == []


REFUSED = [
    (
        "en",
        {"email": "nowhere"},
        [
            ("f-first_name", "First name is required."),
            ("f-username", "User name is required."),
            ("f-email", "E-mail must be an e-mail address."),
            ("f-roles", "Choose at least one role: without one nothing opens."),
            ("f-password", "New password is required."),
        ],
    ),
    (
        "de",
        {**NEW, "username": "kim", "password": "kurz", "conf_password": "lang"},
        [("f-password", "Neues Kennwort braucht mindestens 8 Zeichen."), ("f-conf_password", "Die beiden neuen Kennwörter sind nicht gleich.")],
    ),
    ("en", {**NEW, **SECRET, "username": "kim", "email": "other@library.example"}, [("f-username", "Somebody else has this already: user name.")]),
    ("de", {**NEW, **SECRET, "username": "kim", "email": "other@library.example"}, [("f-username", "Das hat schon jemand anders: Benutzername.")]),
    ("en", {**NEW, **SECRET, "username": "odd", "roles": ["Admin"]}, [("f-roles", "'Admin' is not an option of Roles.")]),
    ("en", {**NEW, **SECRET, "username": "x" * 65}, [("f-username", "User name may have at most 64 characters; there are 65.")]),
]


@pytest.mark.parametrize(("language", "values", "lines"), REFUSED, ids=["nothing", "passwords", "taken", "taken in German", "foreign role", "too long"])
def test_a_refused_form_sums_up_what_is_wrong_with_links_to_its_fields(
    app: Flask, language: str, values: dict[str, object], lines: list[tuple[str, str]]
) -> None:
    client = _browser(app, "kim", language=language)

    answer = _sent(client, ADD, values)

    assert (answer.status_code, _summary(answer)) == (422, lines)
    assert all(f'id="{anchor}"' in answer.text and f'id="{anchor}-fault"' in answer.text for anchor, _ in lines)
    assert [word for word in FOREIGN if word in answer.text] == []
    assert f'value="{values["email"]}"' in answer.text
    assert "kurz" not in answer.text


def test_only_roles_of_the_release_are_offered_and_the_frameworks_where_somebody_has_it(app: Flask, keeper: FlaskClient) -> None:
    number = _made(app, keeper, "olga")
    with app.app_context():
        security = app.extensions["appbuilder"].sm
        user = security.find_user(username="olga")
        user.roles = [*user.roles, security.find_role("Admin"), security.add_role("left_the_release")]
        security.update_user(user)

    offered = {address: re.findall(r'name="roles" value="(\w+)"', keeper.get(address).text) for address in (ADD, f"/users/edit/{number}")}
    plain, special = (keeper.get(address).text for address in (f"/users/edit/{_id(app, 'rita')}", f"/users/edit/{number}"))
    listed = keeper.get("/users/list/").text
    kept = _sent(keeper, f"/users/edit/{number}", {**NEW, "email": "olga@library.example", "roles": ["reader"], "admin": "true"})
    roles = _roles(app, "olga")
    taken = _sent(keeper, f"/users/edit/{number}", {**NEW, "email": "olga@library.example", "roles": ["reader"], "admin": "false"})

    declared = list(app.extensions["packdesk"].live.current().runtime.model.roles)
    assert list(offered.values()) == [declared, declared]
    assert ("Administers users, whatever the roles say" in plain, "Administers users, whatever the roles say" in special) == (False, True)
    assert ("Administers users" in listed, "left_the_release" in listed, ">Admin<" in listed) == (True, False, False)
    assert (kept.status_code, roles) == (303, {"reader", "Admin", "left_the_release"})
    assert (taken.status_code, _roles(app, "olga")) == (303, {"reader", "left_the_release"})


def test_the_roles_that_are_listed_are_those_of_the_release(app: Flask, keeper: FlaskClient) -> None:
    text = keeper.get("/roles/list/").text

    labels = [role.label.in_language("en") for role in app.extensions["packdesk"].live.current().runtime.model.roles.values()]
    assert sorted(re.findall(r'<a href="/roles/show/\d+">([^<]+)</a>', text)) == sorted(labels)


@pytest.mark.parametrize(("language", "said"), [("en", "Jon Berg was changed."), ("de", "Jon Berg wurde geändert.")])
def test_a_changed_user_is_named_and_keeps_his_login(app: Flask, keeper: FlaskClient, language: str, said: str) -> None:
    number = _made(app, keeper, f"jon_{language}")
    speak(keeper, language)
    values = {**NEW, "first_name": "Jon", "username": "another", "email": f"jon_{language}@library.example"}

    answer = _sent(keeper, f"/users/edit/{number}", values)
    shown = keeper.get(answer.headers["Location"])

    assert (answer.headers["Location"], _notices(shown)[-1]) == ("/users/list/", said)
    assert _id(app, f"jon_{language}") == number


def test_nobody_locks_himself_out_or_removes_himself(app: Flask, keeper: FlaskClient) -> None:
    own = _id(app, "kim")
    before = _roles(app, "kim")
    values = {"first_name": "Kim", "last_name": "K", "email": "kim@packdesk.invalid"}

    answers = [
        _sent(keeper, f"/users/edit/{own}", {**values, "active": "true", "roles": ["reader"]}),
        _sent(keeper, f"/users/edit/{own}", {**values, "active": "false", "roles": sorted(before)}),
    ]
    removed = _sent(keeper, f"/users/delete/{own}", {})

    assert [_summary(answer)[0][1][:31] for answer in answers] == ["You would lock yourself out: ke"] * 2
    assert (removed.status_code, "You can&#39;t remove yourself." in removed.text, _roles(app, "kim")) == (409, True, before)


def test_removing_asks_first_and_says_whom_it_removed(app: Flask, keeper: FlaskClient) -> None:
    number = _made(app, keeper, "gone")

    asked = keeper.get(f"/users/delete/{number}")
    still = keeper.get(f"/users/show/{number}").status_code
    done = _sent(keeper, f"/users/delete/{number}", {})

    assert ("<h1>Remove Ida Berg?</h1>" in asked.text, still) == (True, 200)
    assert _notices(keeper.get(done.headers["Location"]))[-1] == "Ida Berg was removed."
    assert [_sent(keeper, f"/users/delete/{wrong}", {}).status_code for wrong in (number, "x", "9" * 30)] == [404] * 3


def test_a_new_password_is_set_for_somebody_and_named(app: Flask, keeper: FlaskClient) -> None:
    number = _made(app, keeper, "forgetful")
    address = f"/resetpassword/form?pk={number}"

    refused = _sent(keeper, address, {"password": "short", "conf_password": "short"})
    answer = _sent(keeper, address, {"password": "another fine word", "conf_password": "another fine word"})

    assert (refused.status_code, _summary(refused)) == (422, [("f-password", "New password needs at least 8 characters.")])
    assert _notices(keeper.get(answer.headers["Location"]))[-1] == "Ida Berg has a new password."
    assert _browser(app, "forgetful", "another fine word").get("/api/v1/me").status_code == 200


def _places(app: Flask, login: str) -> tuple[frozenset[str], str, str]:
    with app.extensions["packdesk"].database.begin(write=False) as connection:
        profile = people.load_profile(connection, login)
        return people.load_units(connection, login), profile.default_unit, profile.extension


def test_a_new_user_works_where_the_form_says_and_can_be_given_work_at_once(app: Flask, keeper: FlaskClient) -> None:
    number = _made(app, keeper, "nora", default_unit="north_desk", units=["south_desk"], extension="204", time_zone="Europe/Paris")
    page = keeper.get(f"/users/show/{number}").text
    form = keeper.get(f"/users/edit/{number}").text

    person = _browser(app, "nora", SECRET["password"]).get("/api/v1/me").get_json()

    assert _places(app, "nora") == ({"north_desk", "south_desk"}, "north_desk", "204")
    assert (sorted(person["units"]), person["time_zone"]) == (["north_desk", "south_desk"], "Europe/Paris")
    assert [value in page for value in ("<dd>North desk<", "<dd>South desk<", "<dd>204<", "<dd>Europe/Paris<")] == [True] * 4
    assert '<option value="north_desk" data-depth="2" selected>' in form
    assert re.findall(r'name="units" value="(\w+)" checked', form) == ["south_desk"]


def test_a_user_who_moves_has_other_units_and_keeps_those_that_left_the_release(app: Flask, keeper: FlaskClient) -> None:
    number = _made(app, keeper, "maja", default_unit="north_desk")
    with app.extensions["packdesk"].database.begin(write=True) as connection:
        people.save_units(connection, "maja", {"north_desk", "gone"})
    person = _browser(app, "maja", SECRET["password"])
    before = person.get("/api/v1/me").get_json()["units"]

    answer = _sent(keeper, f"/users/edit/{number}", {**NEW, "email": "maja@library.example", "default_unit": "", "units": ["south_desk"]})

    assert (answer.status_code, before, person.get("/api/v1/me").get_json()["units"]) == (303, ["north_desk"], ["south_desk"])
    assert _places(app, "maja") == ({"south_desk", "gone"}, "south_desk", "")


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"units": ["attic"]}, ("f-units", "'attic' is not an option of Further units.")),
        ({"default_unit": "attic"}, ("f-default_unit", "'attic' is not an option of Unit.")),
        ({"time_zone": "Mars/Base"}, ("f-time_zone", "'Mars/Base' is not an option of Time zone.")),
        ({"extension": "1" * 33}, ("f-extension", "Extension may have at most 32 characters.")),
    ],
)
def test_a_place_that_is_none_is_refused_at_its_field_and_nothing_is_stored(
    app: Flask, keeper: FlaskClient, values: dict[str, object], line: tuple[str, str]
) -> None:
    answer = _sent(keeper, ADD, {**NEW, **SECRET, "username": "placeless", "email": "placeless@library.example", **values})

    assert (answer.status_code, _summary(answer), _places(app, "placeless")) == (422, [line], (frozenset(), "", ""))


def test_a_user_that_cannot_be_stored_leaves_no_place_behind(app: Flask, keeper: FlaskClient) -> None:
    """The shell's rows and ours are one transaction: the login was free when it was looked for, and is not when it is stored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_demand_free", lambda *_: None)
        answer = _sent(keeper, ADD, {**NEW, **SECRET, "username": "rita", "email": "another@library.example", "default_unit": "south_desk"})

    assert (answer.status_code, _places(app, "rita")[0]) == (500, {"north_desk"})


def test_who_is_removed_leaves_nothing_to_whoever_gets_the_login_next(app: Flask, keeper: FlaskClient) -> None:
    number = _made(app, keeper, "again", default_unit="north_desk", extension="7")
    first = _browser(app, "again", SECRET["password"])
    assert _sent(first, "/r/book/views/new", {"label": "Mine alone", "_state": "{}"}).status_code in (200, 303)
    with app.extensions["packdesk"].database.begin(write=False) as connection:
        kept = {view.label for view in saved_views.with_preferences(connection, "book", "again", ("language",))[0]}

    removed = _sent(keeper, f"/users/delete/{number}", {})
    _made(app, keeper, "again")

    with app.extensions["packdesk"].database.begin(write=False) as connection:
        views, own = saved_views.with_preferences(connection, "book", "again", ("language",))
    assert (removed.status_code, "Mine alone" in kept) == (303, True)
    assert (_places(app, "again"), [view.label for view in views if view.owner == "again"], dict(own)) == ((frozenset(), "", ""), [], {})


CLOSED = ["/users/add", "/users/edit/1", "/users/delete/1", "/resetpassword/form?pk=1", "/userinfoeditview/form", "/users/list/", "/roles/list/"]


@pytest.mark.parametrize("address", CLOSED)
def test_the_forms_are_closed_to_whoever_may_not_manage_users(app: Flask, address: str) -> None:
    carl, nobody = _browser(app, "carl"), app.test_client()
    html = {"Accept": "text/html"}

    answers = [carl.get(address, headers=html), _sent(carl, address, {**NEW, **SECRET, "username": "sneaked"}, Accept="text/html")]
    led = nobody.get(address, headers=html)

    assert [answer.status_code for answer in answers if answer.status_code != 405] == [403] * (1 if "list" in address else 2)
    assert (led.status_code, led.headers["Location"].partition("?")[0]) == (303, "/login/")
    assert "alert" not in nobody.get(led.headers["Location"]).text


def test_the_frameworks_own_ways_to_change_users_and_roles_are_closed(app: Flask, keeper: FlaskClient) -> None:
    """Its REST endpoints and the forms of roles are other doors to what our forms guard."""
    changed = [
        keeper.post(address, data={**NEW, "username": "sneaked", "name": "sneaked"}, headers=SAME_ORIGIN).status_code
        for address in ("/users/api/create", "/roles/add", "/roles/edit/1", "/roles/delete/1", "/roles/api/create")
    ]

    assert set(changed) <= {403, 404, 405}, changed


def test_a_form_whose_session_ended_is_not_answered_by_a_page_but_by_the_word_for_it(app: Flask) -> None:
    """The script then asks for the login in place and sends what was typed; of another account it sends nothing."""
    nobody, other = app.test_client(), _browser(app, "sven")

    answers = [
        _sent(client, address, {**NEW, **SECRET, "username": "late"}, HX_Request="true", Packdesk_Login="kim")
        for client in (nobody, other)
        for address in (ADD, "/users/edit/1", "/resetpassword/form?pk=1", "/resetmypassword/form", "/search", "/r/book/BO1/reveal")
    ]

    assert {answer.status_code for answer in answers} == {401}


def test_a_form_that_a_script_sends_is_led_on_and_counts_once(app: Flask, keeper: FlaskClient) -> None:
    form = keeper.get(ADD).text
    key = re.search(r'name="_key" value="([^"]+)"', form)
    assert key is not None
    values = {**NEW, **SECRET, "username": "twice", "email": "twice@library.example", "_key": key[1]}

    first = _sent(keeper, ADD, values, HX_Request="true", Packdesk_Login="kim")

    assert (first.status_code, first.headers["HX-Redirect"]) == (200, "/users/list/")
    assert 'class="card" method="post" action="/users/add" novalidate' in form


@pytest.mark.parametrize(("language", "said"), [("en", "User name or password is wrong."), ("de", "Benutzername oder Kennwort ist falsch.")])
def test_a_wrong_password_is_said_in_our_words(app: Flask, language: str, said: str) -> None:
    client = app.test_client()
    speak(client, language)

    answer = client.post("/login/", data={"username": "kim", "password": "wrong"}, headers=SAME_ORIGIN, follow_redirects=True)

    assert _notices(answer) == [said]
