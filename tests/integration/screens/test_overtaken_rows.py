"""Who changes rows that somebody else changed meanwhile is shown what was done to each, and loses none without a decision (GEN-26)."""

import re
from collections.abc import Mapping, Sequence

import pytest
from tests.integration.screens.desk import Desk, Visitor, hidden_inputs, texts
from werkzeug.test import TestResponse

from packdesk.records.read import read
from packdesk.records.update import update
from packdesk_ui import changing

MOBILE, HOME, OFFICE = "+49 30 1000001", "+49 30 1000002", "+49 30 1000003"
OTHER, THIRD = "+49 30 1000004", "+49 30 1000005"
Rows = Sequence[tuple[str, str]]


@pytest.fixture(scope="module")
def lena(desk: Desk) -> Visitor:
    """The team leader at the screen."""
    return desk.visitor("lena")


@pytest.fixture
def number(desk: Desk) -> str:
    """The number of a contact with a mobile and a private phone."""
    phones = [{"type": "mobile", "number": MOBILE}, {"type": "home", "number": HOME}]
    return desk.made("contact", kind="company", company={"name": f"Moor {desk.services.clock.now().timestamp()}"}, phones=phones).number


def _stored(desk: Desk, number: str) -> list[tuple[str, str]]:
    lines = read(desk.context(), "contact", number).record.lines["phones"]
    return [(str(line.values["type"]), line.values["number"].raw) for line in lines]  # type: ignore[attr-defined]


def _edit(number: str) -> str:
    return f"/r/contact/{number}/edit"


def _ids(desk: Desk, number: str) -> dict[str, str]:
    return {str(line.values["type"]): line.id for line in read(desk.context(), "contact", number).record.lines["phones"]}


def _meanwhile(desk: Desk, number: str, rows: Rows) -> None:
    """Let somebody else store these rows; those of a type that was there are the same rows."""
    known = _ids(desk, number)
    phones = [{**({"id": known[kind]} if kind in known else {}), "type": kind, "number": phone} for kind, phone in rows]
    update(desk.context("admin"), "contact", number, {"phones": phones})


def _sent(desk: Desk, lena: Visitor, number: str, theirs: Rows, mine: Rows) -> TestResponse:
    """Open the form, let somebody else be faster, and send it with these rows."""
    form, known = hidden_inputs(lena.get(_edit(number))), _ids(desk, number)
    _meanwhile(desk, number, theirs)
    return lena.post(_edit(number), {**form, "_group": "phones", **_typed(mine, known)})


def _typed(rows: Rows, known: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for index, (kind, phone) in enumerate(rows):
        found |= {f"phones[{index}].type": kind, f"phones[{index}].number": phone}
        found |= {f"phones[{index}]:id": known[kind]} if kind in known else {}
    return found


def _notes(answer: TestResponse, choice: str) -> list[str]:
    """Return what the page says of the rows under one of the choices."""
    found = re.search(rf'<label for="clash-1-{choice}">(.*?)</label>', answer.text, re.DOTALL)
    return [] if found is None else [texts(note) for note in re.findall(r"<span>(.*?)</span>(?=<span>|</span>)", found[1], re.DOTALL)]


def _settle(lena: Visitor, number: str, asked: TestResponse, choice: str) -> TestResponse:
    return lena.post(f"/r/contact/{number}/settle", {**hidden_inputs(asked), "_keep:phones": choice})


#: What somebody else made of the rows, and what was typed here: to different rows, to the same, another order here.
APART = [("mobile", OTHER), ("home", HOME), ("office", OFFICE)], [("mobile", MOBILE), ("home", THIRD)]
REMOVED = [("mobile", OTHER), ("home", HOME), ("office", OFFICE)], [("mobile", MOBILE)]
SAME = [("mobile", OTHER), ("home", HOME)], [("mobile", THIRD), ("home", HOME)]
TURNED = [("mobile", OTHER), ("home", HOME)], [("home", HOME), ("mobile", MOBILE)]
BOTH_ADDED = [("mobile", MOBILE), ("home", HOME), ("office", OFFICE)], [("mobile", MOBILE), ("home", HOME), ("office", THIRD)]


def test_of_rows_it_is_said_what_was_done_to_each_and_by_whom(desk: Desk, lena: Visitor, number: str) -> None:
    asked = _sent(desk, lena, number, *REMOVED)

    assert asked.status_code == 409
    assert re.search(r"Ada Adler changed rows here (just now|\d+ seconds ago)\.", texts(asked.text))
    assert _notes(asked, "theirs") == [f"changed Mobile · {MOBILE} → Mobile · {OTHER}", f"added Office · {OFFICE}"]
    assert _notes(asked, "mine") == [f"removed Home · {HOME}"]
    assert _notes(asked, "both") == [f"Mobile · {OTHER}", f"Office · {OFFICE}"]
    assert not re.search(r'<input type="radio" name="_keep:[^>]* checked', asked.text)
    assert _stored(desk, number) == list(REMOVED[0])


def test_of_rows_it_is_said_in_german_too(desk: Desk, number: str) -> None:
    asked = _sent(desk, desk.visitor("lena", "de"), number, *TURNED)

    assert re.search(r"Ada Adler hat (gerade eben|vor \d+ Sekunden) hier Zeilen geändert\.", texts(asked.text))
    assert _notes(asked, "theirs") == [f"geändert Mobil · {MOBILE} → Mobil · {OTHER}"]
    assert _notes(asked, "mine") == ["umgeordnet"]
    assert "Was Ada Adler an diesen Zeilen getan hat, wird zurückgenommen." in texts(asked.text)


@pytest.mark.parametrize(
    ("rows", "choice", "kept"),
    [
        pytest.param(APART, "theirs", APART[0], id="theirs"),
        pytest.param(APART, "mine", APART[1], id="mine"),
        pytest.param(APART, "both", [("mobile", OTHER), ("home", THIRD), ("office", OFFICE)], id="both, with a row changed"),
        pytest.param(REMOVED, "both", [("mobile", OTHER), ("office", OFFICE)], id="both, with a row removed"),
        pytest.param(TURNED, "both", [("home", HOME), ("mobile", OTHER)], id="both, in another order"),
    ],
)
def test_the_rows_that_were_chosen_are_what_stays(desk: Desk, lena: Visitor, number: str, rows: tuple[Rows, Rows], choice: str, kept: Rows) -> None:
    asked = _sent(desk, lena, number, *rows)

    settled = _settle(lena, number, asked, choice)

    assert (settled.status_code, settled.location) == (303, f"/r/contact/{number}")
    assert _stored(desk, number) == list(kept)


def test_of_a_row_that_both_changed_one_is_chosen(desk: Desk, lena: Visitor, number: str) -> None:
    asked = _sent(desk, lena, number, *SAME)

    assert re.findall(r'name="_keep:phones"[^>]* value="(\w+)"', asked.text) == ["theirs", "mine"]


def test_both_rows_that_the_record_refuses_together_come_back_in_the_form(desk: Desk, lena: Visitor, number: str) -> None:
    asked = _sent(desk, lena, number, *BOTH_ADDED)

    refused = _settle(lena, number, asked, "both")

    assert refused.status_code == 422
    assert re.findall(r'name="phones\[\d\]\.number"[^>]* value="([^"]*)"', refused.text) == [MOBILE, HOME, OFFICE, THIRD]
    assert _stored(desk, number) == list(BOTH_ADDED[0])


def test_a_choice_of_rows_that_was_overtaken_again_says_only_what_is_new(desk: Desk, lena: Visitor, number: str) -> None:
    asked = _sent(desk, lena, number, *APART)
    _meanwhile(desk, number, [("mobile", OTHER), ("home", HOME)])

    again = _settle(lena, number, asked, "mine")

    assert again.status_code == 409
    assert _notes(again, "theirs") == [f"removed Office · {OFFICE}"]
    assert _stored(desk, number) == [("mobile", OTHER), ("home", HOME)]


def test_nothing_is_stored_of_rows_without_a_choice_and_what_was_typed_comes_back(desk: Desk, lena: Visitor, number: str) -> None:
    asked = _sent(desk, lena, number, *APART)

    again = lena.post(f"/r/contact/{number}/settle", hidden_inputs(asked))
    settled = _settle(lena, number, again, "both")

    assert (again.status_code, settled.status_code) == (422, 303)
    assert [_notes(again, choice) for choice in ("theirs", "mine", "both")] == [_notes(asked, choice) for choice in ("theirs", "mine", "both")]
    assert _stored(desk, number) == [("mobile", OTHER), ("home", THIRD), ("office", OFFICE)]


def test_an_action_tells_what_was_done_to_rows(desk: Desk, lena: Visitor, number: str) -> None:
    seen = int(str(read(desk.context(), "contact", number).record.get("version")))
    _meanwhile(desk, number, REMOVED[0])
    _meanwhile(desk, number, [("mobile", OTHER)])

    with lena.client:
        lena.get(f"/r/contact/{number}")
        sentences = changing.told(desk.runtime.type("contact"), read(desk.context("lena"), "contact", number), seen)

    assert len(sentences) == 1
    assert re.fullmatch(
        rf"Phones: Ada Adler changed rows (just now|.* ago): changed Mobile · {re.escape(MOBILE)} → Mobile · {re.escape(OTHER)}; removed Home · .*\.",
        sentences[0],
    )
