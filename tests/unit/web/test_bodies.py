"""Bodies are exactly JSON or refused with the reason."""

from decimal import Decimal

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from packdesk.errors import Finding, PackdeskError, sentence
from packdesk.errors.reasons import REASONS
from packdesk.web.bodies import answer, json_body, parse

REFUSED = [
    (b"{", "a name in double quotes is expected in line 1, column 2"),
    (b"", "there is nothing in it; send an object such as {}"),
    (b'{"a": }', "a value is missing in line 1, column 7"),
    (b'{"a" 1}', "a colon is missing after the name in line 1, column 6"),
    (b'{"a": 1 "b"}', "a comma or a closing bracket is missing in line 1, column 9"),
    (b'{"a": "b', "the text that begins in line 1, column 7 is never closed"),
    (b'{"a": "b\n"}', "a text holds a line break or another control character in line 1, column 9"),
    (b'{"a": "\\q"}', "there is a backslash that JSON does not know in line 1, column 8"),
    (b"{} {}", "something follows after its end in line 1, column 4"),
    (b'{"a": 1, "a": 2}', "the key 'a' comes twice"),
    (b'{"a": {"b": 1, "b": 2}}', "the key 'b' comes twice"),
    (b'{"a": NaN}', "NaN is not JSON"),
    (b'{"a": Infinity}', "Infinity is not JSON"),
    (b'{"a": -Infinity}', "-Infinity is not JSON"),
    (b'{"a": "\xe9"}', "it is not UTF-8"),
    (b"[" * 100_000, "it is nested too deeply"),
    (b'{"a": 1e999}', "1e999 is too large"),
    (b'{"a": ' + b"9" * 400 + b"}", "a number is too long"),
    (b'{"a": "\\ud800"}', "half of a character"),
    (b'{"\\udfff": 1}', "half of a character"),
]


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=[case[1] for case in REFUSED])
def test_what_is_not_json_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(PackdeskError) as refusal:
        parse(body)

    assert refusal.value.code == "malformed_json"
    assert reason in str(refusal.value)


@pytest.mark.parametrize("body", [case[0] for case in REFUSED], ids=[case[1] for case in REFUSED])
def test_what_is_not_json_is_refused_in_german_too(body: bytes) -> None:
    with pytest.raises(PackdeskError) as refusal:
        parse(body)

    finding = Finding(code=refusal.value.code, facts=refusal.value.facts)
    assert refusal.value.facts["reason"] in REASONS
    assert sentence(finding, "de") != sentence(finding, "en")


def test_a_byte_order_mark_in_front_is_no_part_of_the_body() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "\\u00e9"}') == {"a": "\u00e9"}


def test_a_whole_character_written_as_two_halves_is_text() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read_as_json(media_type: str) -> None:
    request = Request(EnvironBuilder(method="POST", data=b"{}", content_type=media_type).get_environ())

    with pytest.raises(PackdeskError) as refusal:
        json_body(request)  # type: ignore[arg-type]

    assert refusal.value.code == "unsupported_media_type"


def test_a_record_is_an_object() -> None:
    request = Request(EnvironBuilder(method="POST", data=b"[]", content_type="application/json").get_environ())

    with pytest.raises(PackdeskError) as refusal:
        json_body(request)  # type: ignore[arg-type]

    assert refusal.value.code == "malformed_json"


def test_answers_write_decimals_as_text_and_sets_in_order() -> None:
    response = answer({"a": Decimal("1.50"), "b": frozenset({"y", "x"})})

    assert response.get_data() == b'{"a":"1.50","b":["x","y"]}'
