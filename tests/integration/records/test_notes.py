"""CARE-10: notes keep the order in which they were written."""

from tests.integration.records.conftest import Harbour

from packdesk.records.context import run
from packdesk.records.note import notes


def test_notes_of_one_transaction_and_moment_keep_their_order(port: Harbour) -> None:
    stay = port.mooring()
    texts = [f"note {number}" for number in range(20)]

    run(port.context("olga"), lambda unit, _runtime: [unit.add_note(stay, text) for text in texts])

    assert [note.text for note in notes(port.context("olga"), "mooring", stay.number)] == texts[::-1]
