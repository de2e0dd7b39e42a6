"""CARE-10: notes keep the order in which they were written."""

import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import Refused
from packdesk.records.context import run
from packdesk.records.note import add_note, notes


def test_notes_of_one_transaction_and_moment_keep_their_order(port: Harbour) -> None:
    stay = port.mooring()
    texts = [f"note {number}" for number in range(20)]

    run(port.context("olga"), lambda unit, _runtime: [unit.add_note(stay, text) for text in texts])

    assert [note.text for note in notes(port.context("olga"), "mooring", stay.number)] == texts[::-1]


@pytest.mark.parametrize("text", ["", " \n\t", "\u202e", "\u200b\u200d", "\ufeff \u2060", "\u3164", "\u2800\ufe0f", "\U000e0041"], ids=ascii)
def test_a_note_that_nobody_can_see_is_none(small_port: Harbour, text: str) -> None:
    stay = small_port.mooring()

    with pytest.raises(Refused) as caught:
        add_note(small_port.context("olga"), "mooring", stay.number, text)

    assert [(finding.code, finding.field) for finding in caught.value.findings] == [("required_field", "text")]
    assert notes(small_port.context("olga"), "mooring", stay.number) == ()


@pytest.mark.parametrize("text", [".", "\u05d0\u200f", "\U0001f469\u200d\U0001f680", "\u2067\u0634\u2069"], ids=ascii)
def test_marks_of_mixed_writing_and_joiners_stand_beside_what_is_seen(small_port: Harbour, text: str) -> None:
    stay = small_port.mooring()

    assert add_note(small_port.context("olga"), "mooring", stay.number, text).text == text
