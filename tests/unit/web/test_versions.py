"""Versions travel in If-Match and ETag."""

from collections.abc import Callable

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from packdesk.errors import PackdeskError
from packdesk.web.api.versions import demanded_version, etag, optional_version


def _request(value: str | None) -> Request:
    return Request(EnvironBuilder(headers=[] if value is None else [("If-Match", value)]).get_environ())


@pytest.mark.parametrize("read", [demanded_version, optional_version])
@pytest.mark.parametrize("tag", ['"3"', ' "3" '])
def test_a_version_is_read_out_of_a_tag(read: Callable[[Request], int | None], tag: str) -> None:
    assert read(_request(tag)) == 3


@pytest.mark.parametrize("read", [demanded_version, optional_version])
@pytest.mark.parametrize("tag", ["3", '"3', '3"', "W/3", 'w/"3"', '"3", "4"', '"x"', '"٣"', "-1", '"3" or so', "", '""', f'"{"9" * 13}"'])
def test_anything_else_is_told_how_to_write_it(read: Callable[[Request], int | None], tag: str) -> None:
    with pytest.raises(PackdeskError) as refusal:
        read(_request(tag))

    assert (refusal.value.code, refusal.value.facts["name"]) == ("bad_parameter", "If-Match")
    assert '"3"' in str(refusal.value)


@pytest.mark.parametrize("read", [demanded_version, optional_version])
def test_a_weak_tag_fits_no_version(read: Callable[[Request], int | None]) -> None:
    """RFC 9110, 13.1.1: tags are compared strongly."""
    with pytest.raises(PackdeskError) as refusal:
        read(_request('W/"3"'))

    assert (refusal.value.code, refusal.value.facts) == ("weak_version", {"version": '"3"'})


def test_any_version_is_none_that_was_looked_at() -> None:
    """RFC 9110, 13.1.1: ``*`` fits whatever is there; a change that must name its version is not done on it (RFC 6585, 3)."""
    assert optional_version(_request("*")) is None
    with pytest.raises(PackdeskError) as refusal:
        demanded_version(_request("*"))

    assert refusal.value.code == "version_missing"


def test_a_change_without_a_version_is_refused_where_one_is_demanded() -> None:
    assert optional_version(_request(None)) is None
    with pytest.raises(PackdeskError) as refusal:
        demanded_version(_request(None))

    assert refusal.value.code == "version_missing"


def test_an_answer_tells_the_version() -> None:
    assert etag(3) == {"ETag": '"3"'}
