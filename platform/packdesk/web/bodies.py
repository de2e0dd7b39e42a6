"""Request bodies and answers as JSON: bytes in, plain values out, and back; what is not exactly JSON is refused."""

import json
import math
from collections.abc import Mapping
from decimal import Decimal

import orjson
from flask import Request, Response

from packdesk.errors import PackdeskError, reasons
from packdesk.records.output import SERIALIZED

JSON_LIMIT = 1_000_000
FILE_LIMIT = 25_000_000
_LONGEST_NUMBER = 40
_MEDIA_TYPE = "application/json"


def json_body(request: Request) -> Mapping[str, object]:
    """Return the body as a JSON object; refuses other media types, other encodings, duplicate keys, NaN and what is too large."""
    body = json_value(request)
    if not isinstance(body, dict):
        raise PackdeskError("malformed_json", reason="json_not_object")
    return body


def optional_body(request: Request) -> Mapping[str, object]:
    """Return the body as a JSON object; an empty one without a body, however it was sent: in pieces it comes without a length."""
    return json_body(request) if request.get_data(cache=True) else {}


def json_value(request: Request) -> object:
    """Return the body as a JSON value."""
    if request.mimetype != _MEDIA_TYPE:
        raise PackdeskError("unsupported_media_type", expected=_MEDIA_TYPE)
    return parse(request.get_data(cache=False))


def parse(body: bytes) -> object:
    """Read JSON text strictly; a byte order mark in front, which editors write and RFC 8259 lets readers ignore, is no part of it."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_float, parse_int=_int)
        if "\\u" in text:
            # The second reader is there for one thing: it refuses halves of characters.
            orjson.loads(text)
    except UnicodeDecodeError:
        raise _refused(reason="json_not_utf8") from None
    except RecursionError:
        raise _refused(reason="json_too_deep") from None
    except orjson.JSONDecodeError:
        raise _refused(reason="json_half_character") from None
    except json.JSONDecodeError as error:
        raise _refused(**reasons.of_json(error)) from None
    return value


def _refused(**facts: object) -> PackdeskError:
    """Return the refusal of a text that is no JSON."""
    return PackdeskError("malformed_json", **facts)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs as an object; a key that comes twice is an error."""
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        raise _refused(reason="json_key_twice", key=next(name for name in names if names.count(name) > 1))
    return result


def _refuse_constant(word: str) -> object:
    """Refuse ``NaN`` and ``Infinity``."""
    raise _refused(reason="json_constant", word=word)


def _float(word: str) -> float:
    """Return a number with a point; one beyond what a float holds is an error, not infinity."""
    value = float(word)
    if math.isinf(value):
        raise _refused(reason="json_number_too_large", word=word[:40])
    return value


def _int(word: str) -> int:
    """Return a whole number of a length that numbers have."""
    if len(word) > _LONGEST_NUMBER:
        raise _refused(reason="json_number_too_long")
    return int(word)


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the value as JSON."""
    response = Response(orjson.dumps(value, default=_plain, option=SERIALIZED), status=status, mimetype=_MEDIA_TYPE)
    if headers:
        response.headers.update(headers)
    return response


def _plain(value: object) -> object:
    """Return what orjson does not know as something it does."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
