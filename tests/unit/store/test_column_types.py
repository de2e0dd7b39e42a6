"""How column types write values down."""

from datetime import UTC, datetime

from packdesk.store.column_types import moment_from_text, moment_to_text


def test_a_moment_of_the_first_centuries_keeps_its_width() -> None:
    moment = datetime(1, 7, 31, 1, 36, 32, tzinfo=UTC)

    text = moment_to_text(moment)

    assert text == "0001-07-31T01:36:32.000000Z"
    assert moment_from_text(text) == moment
