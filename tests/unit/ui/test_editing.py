"""What a form brings along about the record that it was opened for, however it was tampered with."""

import pytest

from packdesk.runtime.values import Record
from packdesk_ui import editing


@pytest.mark.parametrize("text", ["²", "٣", "-1", "", "9" * 5000])
def test_a_version_that_is_none_is_the_one_in_force(text: str) -> None:
    assert editing._sent_version({"_version": [text]}, Record("boat", {"version": 7}, {})) == 7


@pytest.mark.parametrize("text", ["[" * 50_000, "{", "[1]", "5"])
def test_values_that_cannot_be_read_are_none(text: str) -> None:
    assert editing._base({"_base": [text]}) == {}
