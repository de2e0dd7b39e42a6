"""Who assigns with a form that somebody overtook is asked, keeps what fits together, and never overwrites what he was not shown (GEN-26)."""

import json
import re

import pytest
from tests.integration.screens.desk import Desk, Visitor, hidden_inputs, texts

from packdesk.records.read import read
from packdesk.records.update import update
from packdesk_ui import changing

#: What is chosen on the page of a conflict: field and choice.
_CHOSEN = r'<input type="radio" name="_keep:(\w+)"[^>]* value="(\w+)"[^>]* checked'


@pytest.fixture(scope="module")
def lena(desk: Desk) -> Visitor:
    """The team leader at the screen."""
    return desk.visitor("lena")


@pytest.fixture
def number(desk: Desk) -> str:
    """The number of a request of the first line that is nobody's."""
    return desk.needed()["service_request"].number


def _assign(number: str) -> str:
    return f"/r/service_request/{number}/assign"


def _meanwhile(desk: Desk, number: str, **values: object) -> None:
    update(desk.context("admin"), "service_request", number, values)


def _stored(desk: Desk, number: str, *names: str) -> tuple[object, ...]:
    record = read(desk.context(), "service_request", number).record
    return tuple(record.get(name) for name in names)


def test_who_was_overtaken_in_the_same_field_is_asked_and_overwrites_nothing(desk: Desk, lena: Visitor, number: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, assigned_user="anna")

    asked = lena.post(_assign(number), {**form, "assigned_unit": "first_line", "assigned_user": "lena"})
    again = lena.post(_assign(number), {**form, "_key": "second-click", "assigned_unit": "first_line", "assigned_user": "lena"})

    assert (asked.status_code, again.status_code) == (409, 409)
    assert "Assigned user was set to “Anna Berg”" in texts(asked.text)
    assert "by Ada Adler" in texts(asked.text)
    assert "Use mine: Lena Wolf" in texts(asked.text)
    assert _stored(desk, number, "assigned_user") == ("anna",)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Changed in another window",
                "by you in another window",
                "You changed this record in another window",
                "Keep what the other window stored: Anna Berg",
                "Use what stands in this form: Lena Wolf",
            ),
        ),
        (
            "de",
            (
                "In einem anderen Fenster geändert",
                "von Ihnen in einem anderen Fenster",
                "Sie haben diesen Datensatz in einem anderen Fenster geändert",
                "Stand des anderen Fensters behalten: Anna Berg",
                "Stand dieses Formulars verwenden: Lena Wolf",
            ),
        ),
    ],
)
def test_who_overtook_himself_is_told_of_his_other_window_and_of_nobody_else(desk: Desk, number: str, language: str, said: tuple[str, ...]) -> None:
    visitor = desk.visitor("lena", language)
    form = hidden_inputs(visitor.get(_assign(number)))
    update(desk.context("lena"), "service_request", number, {"assigned_user": "anna"})

    asked = visitor.post(_assign(number), {**form, "assigned_unit": "first_line", "assigned_user": "lena"})

    assert asked.status_code == 409
    assert [words for words in said if words not in texts(asked.text)] == []
    assert "Keep theirs" not in asked.text


def test_who_was_overtaken_by_himself_and_somebody_else_hears_of_both(desk: Desk, lena: Visitor, number: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    update(desk.context("lena"), "service_request", number, {"assigned_unit": "technical"})
    _meanwhile(desk, number, assigned_user="tom")

    asked = texts(lena.post(_assign(number), {**form, "assigned_unit": "customer_care", "assigned_user": "lena"}).text)

    assert "Ada Adler, you in another window changed this record" in asked
    assert "Keep what the other window stored: " in asked
    assert "Keep theirs: Tom Falk" in asked


@pytest.mark.parametrize(("choice", "kept"), [("mine", "lena"), ("theirs", "anna")])
def test_what_was_chosen_is_what_stays(desk: Desk, lena: Visitor, number: str, choice: str, kept: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, assigned_user="anna")
    asked = lena.post(_assign(number), {**form, "assigned_unit": "first_line", "assigned_user": "lena"})
    action = re.findall(r'<form class="card" method="post" action="([^"]*)" data-code="version_conflict"', asked.text)[0]

    settled = lena.post(action, {**hidden_inputs(asked), "_keep:assigned_user": choice})

    assert action == _assign(number)
    assert (settled.status_code, settled.location) == (303, f"/r/service_request/{number}")
    assert _stored(desk, number, "assigned_user") == (kept,)


def test_a_choice_that_was_overtaken_again_is_asked_again(desk: Desk, lena: Visitor, number: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, assigned_user="anna")
    asked = hidden_inputs(lena.post(_assign(number), {**form, "assigned_unit": "first_line", "assigned_user": "lena"}))
    _meanwhile(desk, number, assigned_user="tom", assigned_unit="technical")

    again = lena.post(_assign(number), {**asked, "_keep:assigned_user": "mine"})

    assert again.status_code == 409
    assert "Tom Falk" in texts(again.text)
    assert _stored(desk, number, "assigned_user") == ("tom",)


@pytest.mark.parametrize(("language", "said"), [("en", "Choose what shall stay."), ("de", "Wählen Sie, was bleiben soll.")])
def test_nothing_is_chosen_beforehand_and_nothing_stored_without_a_choice(desk: Desk, number: str, language: str, said: str) -> None:
    """QUALITY row 2: no silent overwrite, neither of what is stored nor of what was typed."""
    visitor = desk.visitor("lena", language)
    form = hidden_inputs(visitor.get(_assign(number)))
    _meanwhile(desk, number, assigned_user="anna", assigned_unit="customer_care")
    asked = visitor.post(_assign(number), {**form, "assigned_unit": "technical", "assigned_user": "tom"})

    again = visitor.post(_assign(number), {**hidden_inputs(asked), "_keep:assigned_unit": "mine"})
    settled = visitor.post(_assign(number), {**hidden_inputs(again), "_keep:assigned_unit": "mine", "_keep:assigned_user": "mine"})

    assert not re.search(_CHOSEN, asked.text)
    assert again.status_code == 422
    assert texts(again.text).count(said) == 1
    assert re.findall(_CHOSEN, again.text) == [("assigned_unit", "mine")]
    assert settled.status_code == 303
    assert _stored(desk, number, "assigned_unit", "assigned_user") == ("technical", "tom")


def test_a_choice_that_is_left_open_while_somebody_is_faster_again_counts_for_nothing(desk: Desk, lena: Visitor, number: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, assigned_user="anna", assigned_unit="customer_care")
    asked = hidden_inputs(lena.post(_assign(number), {**form, "assigned_unit": "technical", "assigned_user": "tom"}))
    _meanwhile(desk, number, assigned_user="lena")

    again = lena.post(_assign(number), {**asked, "_keep:assigned_unit": "mine"})

    assert again.status_code == 422
    assert "Lena Wolf" in texts(again.text)
    assert not re.search(_CHOSEN, again.text)
    assert _stored(desk, number, "assigned_unit", "assigned_user") == ("customer_care", "lena")


def test_a_redraw_keeps_the_version_and_the_values_that_the_form_was_opened_with(desk: Desk, lena: Visitor, number: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, assigned_user="anna")

    drawn = lena.post(_assign(number), {**form, "_line": "again", "assigned_unit": "first_line", "assigned_user": "lena"})
    asked = lena.post(_assign(number), {**hidden_inputs(drawn), "assigned_unit": "first_line", "assigned_user": "lena"})

    assert drawn.status_code == 200
    kept = hidden_inputs(drawn)
    assert (kept["_version"], json.loads(kept["_base"])) == (form["_version"], json.loads(form["_base"]))
    assert asked.status_code == 409
    assert _stored(desk, number, "assigned_user") == ("anna",)


def test_a_form_that_was_sent_before_and_changed_keeps_its_version(desk: Desk, lena: Visitor, number: str) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    assert lena.post(_assign(number), {**form, "assigned_unit": "customer_care", "assigned_user": "lena"}).status_code == 303
    _meanwhile(desk, number, assigned_unit="first_line", assigned_user="anna")

    drawn = lena.post(_assign(number), {**form, "assigned_unit": "customer_care", "assigned_user": ""})
    asked = lena.post(_assign(number), {**hidden_inputs(drawn), "assigned_unit": "customer_care", "assigned_user": ""})

    assert drawn.status_code == 422
    assert "You sent this form before" in drawn.text
    assert hidden_inputs(drawn)["_version"] == form["_version"]
    assert asked.status_code == 409
    assert _stored(desk, number, "assigned_unit", "assigned_user") == ("first_line", "anna")


@pytest.mark.parametrize(
    ("theirs", "typed", "kept"),
    [
        pytest.param({"description": "Where is my second bill?"}, "anna", ("first_line", "anna", "Where is my second bill?"), id="a field of another form"),
        pytest.param({"assigned_unit": "customer_care"}, "lena", ("customer_care", "lena", "Where is my bill?"), id="a field of this form, not touched here"),
    ],
)
def test_what_touches_other_fields_is_put_together(desk: Desk, lena: Visitor, number: str, theirs: dict[str, str], typed: str, kept: tuple[str, ...]) -> None:
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, **theirs)

    done = lena.post(_assign(number), {**form, "assigned_unit": "first_line", "assigned_user": typed})

    assert done.status_code == 303
    assert "Ada Adler" in texts(lena.get(done.location).text)
    assert _stored(desk, number, "assigned_unit", "assigned_user", "description") == kept


def test_what_does_not_fit_together_is_refused_on_the_newer_values(desk: Desk, lena: Visitor, number: str) -> None:
    """The form that comes back shows what somebody else changed, so that the next click changes nothing but what was typed."""
    form = hidden_inputs(lena.get(_assign(number)))
    _meanwhile(desk, number, assigned_unit="customer_care")

    refused = lena.post(_assign(number), {**form, "assigned_unit": "first_line", "assigned_user": "nobody-of-this-name"})

    assert refused.status_code == 422
    assert 'value="nobody-of-this-name"' in refused.text
    assert '"assigned_unit":"customer_care"' in hidden_inputs(refused)["_base"]
    assert re.search(r'<option value="customer_care"[^>]*selected|name="assigned_unit"[^>]*value="customer_care', refused.text)


def _cancel(number: str) -> str:
    return f"/r/service_request/{number}/actions/cancel"


def test_an_action_says_what_was_changed_before_it_goes_by_the_newer_version(desk: Desk, number: str) -> None:
    anna, reason = desk.visitor("anna"), {"cancellation_reason": "duplicate"}
    form = hidden_inputs(anna.get(_cancel(number)))
    _meanwhile(desk, number, assigned_user="anna", description="It is about the second bill.")

    told = anna.post(_cancel(number), {**form, **reason})
    done = anna.post(_cancel(number), {**hidden_inputs(told), **reason})

    assert told.status_code == 422
    assert 'data-code="version_conflict"' in told.text
    said = texts(told.text)
    assert re.search(r"Assigned user was set to “Anna Berg” [^“]* by Ada Adler", said)
    assert re.search(r"Description was set to “It is about the second bill.” [^“]* by Ada Adler", said)
    assert (done.status_code, _stored(desk, number, "state")) == (303, ("cancelled",))


@pytest.mark.parametrize("typed", [{"_line": "again"}, {"field_of_yesterday": "typed"}], ids=["drawn again", "a field is gone"])
def test_an_action_that_is_only_drawn_again_keeps_the_version_that_it_was_opened_for(desk: Desk, number: str, typed: dict[str, str]) -> None:
    anna, reason = desk.visitor("anna"), {"cancellation_reason": "duplicate"}
    form = hidden_inputs(anna.get(_cancel(number)))
    _meanwhile(desk, number, description="It is about the second bill.")

    drawn = anna.post(_cancel(number), {**form, **reason, **typed})
    told = anna.post(_cancel(number), {**hidden_inputs(drawn), **reason})

    assert hidden_inputs(drawn)["_version"] == form["_version"]
    assert "What was changed meanwhile" not in drawn.text
    assert told.status_code == 422
    assert "What was changed meanwhile" in told.text
    assert _stored(desk, number, "state") == ("pending",)


def test_of_a_protected_value_it_is_told_that_it_was_changed_and_not_to_what(desk: Desk) -> None:
    """GEN-8: no sentence says what a page shows only on purpose."""
    person = {"first_name": "Ada", "last_name": "Moor"}
    contact = desk.made("contact", kind="person", person=person)
    update(desk.context("admin"), "contact", contact.number, {"person": {**person, "born_on": "1980-02-03"}})
    anna = desk.visitor("anna")

    with anna.client:
        anna.get(f"/r/contact/{contact.number}")
        sentences = changing.told(desk.runtime.type("contact"), read(desk.context("anna"), "contact", contact.number), 1)

    assert len(sentences) == 1
    assert "•••" in sentences[0]
    assert "1980" not in sentences[0]
