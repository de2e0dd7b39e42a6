"""Ids sort by the moment they were made at, and within one transaction by their order."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from packdesk.ids import following, new_id

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


def test_ids_of_one_millisecond_sort_by_their_microseconds() -> None:
    moments = [NOW + timedelta(microseconds=step) for step in range(500)]

    made = [new_id(moment) for moment in moments]

    assert made == sorted(made)
    assert {UUID(one).version for one in made} == {7}


def test_an_id_that_does_not_sort_behind_the_one_before_is_replaced_by_the_next() -> None:
    low, high = sorted((new_id(NOW), new_id(NOW)))

    assert following(low, high) == high
    assert high < following(high, low) == str(UUID(int=UUID(high).int + 1))
