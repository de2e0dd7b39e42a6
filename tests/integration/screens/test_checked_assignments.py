"""Leaving a field of an assignment, or of the dates of a record, says what saving would say (GEN-10, GEN-26)."""

import re
from html import unescape

import pytest
from tests.integration.screens.desk import Desk, Visitor, hidden_inputs, texts
from tests.speaking import speak
from tests.statements import listening

#: Language, what was typed, which field was left -> what is said at it.
SAID = {
    "nobody of this name": ("en", {"assigned_unit": "first_line", "assigned_user": "nobody"}, "assigned_user"),
    "not of the unit": ("en", {"assigned_unit": "technical", "assigned_user": "anna"}, "assigned_user"),
    "not of the unit, in German": ("de", {"assigned_unit": "technical", "assigned_user": "anna"}, "assigned_user"),
    "neither unit nor user": ("en", {"assigned_unit": "", "assigned_user": ""}, "assigned_unit"),
}


@pytest.fixture(scope="module")
def number(desk: Desk) -> str:
    """The number of a request of the first line."""
    return desk.needed()["service_request"].number


@pytest.fixture(scope="module")
def lena(desk: Desk) -> Visitor:
    """The team leader at the screen."""
    return desk.visitor("lena")


@pytest.mark.parametrize(("language", "typed", "left"), SAID.values(), ids=SAID)
def test_a_field_of_an_assignment_that_was_left_says_what_saving_says(
    desk: Desk, lena: Visitor, number: str, language: str, typed: dict[str, str], left: str
) -> None:
    address = f"/r/service_request/{number}/assign"
    speak(lena.client, language)
    form = lena.get(address)
    asked = re.search(r'data-check="([^"]+)"', form.text)
    assert asked is not None

    answered = lena.post(unescape(asked[1]), {**typed, "_left": left}).get_json()["fields"][left]["faults"]
    saved = lena.post(address, {**hidden_inputs(form), **typed})
    speak(lena.client, "en")

    assert (len(answered), saved.status_code) == (1, 422)
    assert answered[0] in texts(saved.text)


def test_a_good_assignment_is_left_in_silence_and_nothing_is_written(desk: Desk, lena: Visitor, number: str) -> None:
    typed = {"assigned_unit": "first_line", "assigned_user": "anna · Anna Berg", "_left": ["assigned_unit", "assigned_user"]}

    with listening(desk.services.database) as statements:
        answered = lena.post(f"/r/service_request/{number}/assign/check", typed).get_json()["fields"]

    assert [field["faults"] for field in answered.values()] == [[], []]
    assert [one for one in statements if one.startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_who_may_not_edit_is_told_nothing_of_it(desk: Desk, number: str) -> None:
    answer = desk.visitor("paul").post(f"/r/service_request/{number}/assign/check", {"assigned_user": "nobody", "_left": "assigned_user"})

    assert answer.status_code == 403


def test_a_date_that_was_left_says_what_saving_says(desk: Desk, lena: Visitor) -> None:
    """Also where the type's own form does not show it."""
    record = desk.needed()["activity"]
    form = lena.get(f"/r/activity/{record.number}/dates").text
    asked, names = re.search(r'data-check="([^"]+)"', form), re.findall(r'<div class="field[^"]*" data-name="(\w+)"', form)
    assert asked is not None

    answered = [lena.post(asked[1], {name: "31.2.2026", "_left": name}).get_json()["fields"][name]["faults"] for name in names]

    assert asked[1] == f"/r/activity/{record.number}/dates/check"
    assert names
    assert all("must be an existing" in faults[0] for faults in answered), answered


@pytest.mark.parametrize(("language", "said"), [("en", "A unit or a user is required."), ("de", "Eine Einheit oder eine Person ist erforderlich.")])
def test_a_form_says_beforehand_that_a_unit_or_a_user_is_required(desk: Desk, lena: Visitor, number: str, language: str, said: str) -> None:
    """CARE-13, CARE-14: neither is required alone, so that the hint stands at the pair and neither carries the mark."""
    speak(lena.client, language)

    new = lena.get("/r/service_request/new?subtype=information_request").text
    assigning = lena.get(f"/r/service_request/{number}/assign").text
    other = lena.get("/r/contact/new?kind=person").text
    speak(lena.client, "en")

    for form in (new, assigning):
        assert f'<div class="hint" id="f-assigned_unit-hint">{said}</div>' in form
        assert re.search(r'name="assigned_unit"[^>]*aria-describedby="f-assigned_unit-hint"', form) is not None
    assert said not in other
