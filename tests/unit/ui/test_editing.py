"""What a form brings along about the record that it was opened for, however it was tampered with."""

import pytest

from packdesk.errors import PackdeskError
from packdesk_ui import editing


@pytest.mark.parametrize("text", ["²", "٣", "-1", "", "9" * 5000])
def test_a_version_that_is_none_is_refused_where_one_is_demanded(text: str) -> None:
    assert editing.sent_version({"_version": [text]}) is None

    with pytest.raises(PackdeskError, match="version") as caught:
        editing.demanded_version({"_version": [text]})

    assert caught.value.code == "version_missing"


def test_a_form_without_a_version_changes_nothing() -> None:
    with pytest.raises(PackdeskError) as caught:
        editing.demanded_version({"name": ["x"]})

    assert caught.value.code == "version_missing"


def test_the_version_of_a_form_is_read() -> None:
    assert editing.demanded_version({"_version": ["7"]}) == 7


@pytest.mark.parametrize("text", ["[" * 50_000, "{", "[1]", "5"])
def test_values_that_cannot_be_read_are_none(text: str) -> None:
    assert editing.base_of({"_base": [text]}) == {}
