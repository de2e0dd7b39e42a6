"""No button leads to a refusal that is known before it is pressed: it says why, or is not there."""

import re

import pytest
from tests.integration.screens.desk import Desk, texts

_NEW = 'href="/r/service_request/new'
SAID = {
    "en": ("New service request", "You may not create service requests: none of their types is open to your unit."),
    "de": ("Serviceanfrage anlegen", "Sie dürfen keine Serviceanfragen anlegen: Ihrer Einheit steht keiner der Typen offen."),
}


@pytest.mark.parametrize("language", list(SAID))
@pytest.mark.parametrize("login", ["mia", "admin"])
def test_what_nobody_of_a_unit_may_create_is_not_begun_from_any_page(desk: Desk, login: str, language: str) -> None:
    """CARE-2: on the start page there is no such button, the list has one that says why, and so does the address itself."""
    visitor, (label, said) = desk.visitor(login, language), SAID[language]

    start, listed, form = (visitor.get(path).get_data(as_text=True) for path in ("/", "/r/service_request", "/r/service_request/new"))

    assert [_NEW in page for page in (start, listed)] == [False, False]
    button = re.search(rf'<button [^>]*aria-disabled="true" aria-describedby="(\S+)">(?:(?!</button>).)*{label}', listed)
    assert button is not None
    reason = re.search(rf'id="{button[1]}">([^<]*)<', listed)
    assert reason is not None
    assert reason[1] == said
    assert said in texts(form)


def test_who_may_create_one_subtype_at_least_has_the_button_on_every_page(desk: Desk) -> None:
    visitor = desk.visitor("anna")

    assert [_NEW in visitor.get(path).get_data(as_text=True) for path in ("/", "/r/service_request")] == [True, True]


def test_no_new_record_is_offered_for_another_where_no_type_of_it_may_be_created(desk: Desk) -> None:
    """The button under the records of a tab."""
    account = desk.needed()["account"]
    pages = {login: desk.visitor(login).get(f"/r/account/{account.number}?tab=service_request-account").get_data(as_text=True) for login in ("anna", "mia")}

    assert {login: _NEW in page for login, page in pages.items()} == {"anna": True, "mia": False}


@pytest.mark.parametrize(("language", "said"), [("en", "what is due first on top"), ("de", "zuoberst was zuerst fällig ist")])
def test_the_start_page_says_what_it_is_sorted_by(desk: Desk, language: str, said: str) -> None:
    """The lists have an order of their own, in which urgency may come first."""
    desk.put(desk.needed()["service_request"], assigned_user="lena")

    assert said in texts(desk.visitor("lena", language).get("/").get_data(as_text=True))
