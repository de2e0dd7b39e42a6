"""Request bodies and answers as JSON: bytes in, plain values out, and back; what is not exactly JSON is refused."""

import json
import math
from collections.abc import Mapping
from decimal import Decimal

import orjson
from flask import Request, Response

from packdesk.errors import PackdeskError
from packdesk.records.output import SERIALIZED

JSON_LIMIT = 1_000_000
FILE_LIMIT = 25_000_000
_LONGEST_NUMBER = 40
_MEDIA_TYPE = "application/json"


def json_body(request: Request) -> Mapping[str, object]:
    """Return the body as a JSON object; refuses other media types, other encodings, duplicate keys, NaN and what is too large."""
    body = json_value(request)
    if not isinstance(body, dict):
        raise PackdeskError("malformed_json", reason="an object is expected")
    return body


def json_value(request: Request) -> object:
    """Return the body as a JSON value."""
    if request.mimetype != _MEDIA_TYPE:
        raise PackdeskError("unsupported_media_type", expected=_MEDIA_TYPE)
    return parse(request.get_data(cache=False))


def parse(body: bytes) -> object:
    """Read JSON text strictly."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_float, parse_int=_int)
        if "\\u" in text:
            orjson.loads(body)
    except UnicodeDecodeError:
        raise PackdeskError("malformed_json", reason="it is not UTF-8") from None
    except RecursionError:
        raise PackdeskError("malformed_json", reason="it is nested too deeply") from None
    except orjson.JSONDecodeError as error:
        raise PackdeskError("malformed_json", reason=_words(error)) from None
    except json.JSONDecodeError as error:
        raise PackdeskError("malformed_json", reason=f"{error.msg}, line {error.lineno} column {error.colno}") from None
    except ValueError as error:
        raise PackdeskError("malformed_json", reason=str(error)) from None
    return value


def _words(error: orjson.JSONDecodeError) -> str:
    """Return why the second reader refused: it alone looks for halves of characters."""
    return "a text holds half of a character" if "surrogate" in error.msg else error.msg


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs as an object; a key that comes twice is an error."""
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key '{next(name for name in names if names.count(name) > 1)}' comes twice")
    return result


def _refuse_constant(word: str) -> object:
    """Refuse ``NaN`` and ``Infinity``."""
    raise ValueError(f"{word} is not JSON")


def _float(word: str) -> float:
    """Return a number with a point; one beyond what a float holds is an error, not infinity."""
    value = float(word)
    if math.isinf(value):
        raise ValueError(f"{word[:40]} is too large")
    return value


def _int(word: str) -> int:
    """Return a whole number of a length that numbers have."""
    if len(word) > _LONGEST_NUMBER:
        raise ValueError("a number is too long")
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
