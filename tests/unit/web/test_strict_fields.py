"""The API's marshmallow fields, the derived JSON Schema and the runtime's kinds take the same values (DESIGN 8.20)."""

import os
from datetime import UTC, datetime
from types import MappingProxyType

import jsonschema
import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from referencing import Registry
from tests import samples

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.lists import Entry, EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Text
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.web.api.strict_fields import StrictField

EXAMPLES = 2_000 if os.environ.get("PACKDESK_SOAK") else 150
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=12) | st.sampled_from(
    [
        "a\x00",
        "a\nb",
        "a\x1bb",
        "a\u202eb",
        "a\u200eb",
        "a\u2028b",
        "a\x9fb",
        "x" * 300,
        "ada@example.org",
        "a@b",
        "http://a.b/c",
        "ftp://a",
        "+49 30 123",
        "12",
        "1.5",
        "-0.25",
        "2026-02-30",
        "2026-13-01T00:00Z",
    ]
)
MOMENTS = st.dates().map(str) | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())
DURATIONS = st.builds(lambda amount, unit: f"{amount} {unit}", st.integers(-1, 300), st.sampled_from(["day", "days", "months", "parsecs"]))
NUMBERS = st.integers(-(2**54), 2**54) | st.floats(allow_nan=False, allow_infinity=False, width=32)
OBJECTS = (
    st.fixed_dictionaries({"amount": TEXTS | st.integers(-9, 99)}, optional={"currency": st.sampled_from(["EUR", "eur", 5])})
    | st.dictionaries(st.sampled_from(["street", "town", "planet"]), TEXTS | st.none() | st.integers(), max_size=3)
    | st.fixed_dictionaries({"id": TEXTS})
)
IDS = st.sampled_from(["red", "green", "blue", "small", "top", "north"])
ANYTHING = TEXTS | MOMENTS | DURATIONS | NUMBERS | st.booleans() | OBJECTS | IDS | st.lists(IDS | TEXTS | NUMBERS, max_size=3)

BOUNDS = {Kind.STRING: {"minLength": 2, "maxLength": 8, "pattern": "^[a-z ]*$"}, Kind.INTEGER: {"minimum": -5, "maximum": 90}}
LISTS = {Kind.OPTION: {"list": "colour"}, Kind.OPTIONS: {"list": "colour"}, Kind.LEVEL: {"list": "size"}, Kind.CATEGORY: {"tree": "tree"}}


#: jsonschema looks at moments only where a further package is installed.
FORMATS = jsonschema.FormatChecker(["date"])
FORMATS.checks("date-time", raises=ValueError)(lambda text: not isinstance(text, str) or bool(datetime.fromisoformat(text)))


def _entries(name: str, *ids: str) -> EntryList:
    nothing: MappingProxyType[str, object] = MappingProxyType({})
    entries = {one: Entry(id=one, path=one, label=Text({}, one), attributes=nothing) for one in ids}  # type: ignore[arg-type]
    return EntryList(id=name, path=name, label=Text({}, name), entries=entries, attributes=nothing)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model() -> Model:
    """A model with one list of each sort."""
    return samples.model(
        value_lists={"colour": _entries("colour", "red", "green")},
        level_lists={"size": _entries("size", "small", "large")},
        categories={"tree": _entries("tree", "top", "leaf")},
    )


def _taken_by_marshmallow(field: StrictField, value: object) -> bool:
    try:
        field.deserialize(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("kind", list(Kind))
def test_marshmallow_json_schema_and_runtime_agree(model: Model, kind: Kind, bounded: bool) -> None:
    field: Field = samples.field("entity_types.thing", "field", kind, **LISTS.get(kind, {}), constraints=BOUNDS.get(kind, {}) if bounded else {})
    schema = KINDS[kind].json_schema(field, model)
    strict = StrictField(schema)
    derived = jsonschema.Draft202012Validator(orjson.loads(orjson.dumps(schema)), registry=Registry(), format_checker=FORMATS)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
    @given(ANYTHING)
    @example(["\x1f"])  # a blank for one pattern language, a control character for the other
    @example(["\xa0"])
    def agree(value: object) -> None:
        runtime = not isinstance(KINDS[kind].read(field, value, Reading(model=model)), Finding)
        assert (_taken_by_marshmallow(strict, value), derived.is_valid(value)) == (runtime, runtime), (kind, value)

    agree()


WORDS = [
    ({"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "integer"}}, [[1], [1, 2]], [[], [1, 2, 3], ["1"]]),
    ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.1}, [0.3, 0.7], [0, 1, 0.35, True, "0.3"]),
    ({"const": "a"}, ["a"], ["b", None]),
    (
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}, "additionalProperties": False},
        [{"a": True}],
        [{}, {"a": 1}, {"a": True, "b": 1}],
    ),
    ({"not": {"type": "string"}}, [1], ["x"]),
]


@pytest.mark.parametrize(("schema", "good", "bad"), WORDS)
def test_each_word_of_a_schema_is_checked(schema: dict[str, object], good: list[object], bad: list[object]) -> None:
    field = StrictField(schema)

    assert [_taken_by_marshmallow(field, value) for value in good] == [True] * len(good)
    assert [_taken_by_marshmallow(field, value) for value in bad] == [False] * len(bad)


def test_a_word_that_nobody_checks_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        StrictField({"contentEncoding": "base64"})
