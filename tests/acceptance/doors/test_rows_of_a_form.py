"""Rows of a form that was made by hand: stored or refused by name, never dropped (GEN-10, GEN-27)."""

from urllib.parse import urlencode

import pytest
from tests.acceptance.doors.screen import ScreenDoor
from tests.acceptance.running import Answer

WAYS = pytest.mark.parametrize("group_named", [False, True], ids=["rows alone", "with their group"])


def sent(screen: ScreenDoor, *, group_named: bool, **phone: str) -> Answer:
    """Send the form of a new contact with one phone."""
    word = screen.office.word
    person = {f"{word('person')}.{word('first_name')}": "Ada", f"{word('person')}.{word('last_name')}": "Rowe"}
    rows = {f"{word('phones')}[0].{word(name)}": word(text) for name, text in phone.items()}
    form = {word("kind"): word("person"), **person, **rows, **({"_group": word("phones")} if group_named else {})}
    return screen.browser("lena").ask("POST", screen.path("/r/{contact}/new"), urlencode(form).encode())


@WAYS
def test_rows_are_stored_whether_or_not_the_form_names_their_group(screen: ScreenDoor, group_named: bool) -> None:
    answer = sent(screen, group_named=group_named, type="mobile", number="030 12345")

    assert answer.status == 303, answer.body
    stored = screen.office.call("lena", "GET", f"/records/{{contact}}/{answer.headers['location'].rpartition('/')[2]}").json
    assert [(phone["type"], phone["number"]) for phone in stored["phones"]] == [("mobile", "030 12345")]


@WAYS
@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ({"type": "", "number": "030 12345"}, "Type is required."),
        ({"type": "mobile", "number": ""}, "Number is required."),
        ({"type": "mobile", "number": "call me"}, "Number must be a phone number."),
        ({"wings": "two", "number": "030 12345"}, "was taken away while this form was open"),
    ],
    ids=str,
)
def test_rows_are_refused_by_name(screen: ScreenDoor, group_named: bool, phone: dict[str, str], said: str) -> None:
    """GEN-15: what was emptied is not filled in by a default either."""
    answer = sent(screen, group_named=group_named, **phone)

    assert answer.status == 422, answer.body[:500]
    assert said in screen.office.back(answer.body).decode()
