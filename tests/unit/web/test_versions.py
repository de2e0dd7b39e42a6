"""Versions travel in If-Match and ETag."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from packdesk.errors import PackdeskError
from packdesk.web.api.versions import demanded_version, etag, optional_version


def _request(value: str | None) -> Request:
    return Request(EnvironBuilder(headers={} if value is None else {"If-Match": value}).get_environ())


@pytest.mark.parametrize("tag", ['"3"', 'W/"3"', "3", ' "3" '])
def test_a_version_is_read_in_every_form_of_a_tag(tag: str) -> None:
    assert demanded_version(_request(tag)) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("tag", ["*", '"3", "4"', '"x"', "-1", '"3" or so', "", "9" * 13])
def test_anything_else_is_a_bad_parameter(tag: str) -> None:
    with pytest.raises(PackdeskError) as refusal:
        demanded_version(_request(tag))  # type: ignore[arg-type]

    assert refusal.value.code == "bad_parameter"


def test_a_change_without_a_version_is_refused_where_one_is_demanded() -> None:
    assert optional_version(_request(None)) is None  # type: ignore[arg-type]
    with pytest.raises(PackdeskError) as refusal:
        demanded_version(_request(None))  # type: ignore[arg-type]

    assert refusal.value.code == "version_missing"


def test_an_answer_tells_the_version() -> None:
    assert etag(3) == {"ETag": '"3"'}
