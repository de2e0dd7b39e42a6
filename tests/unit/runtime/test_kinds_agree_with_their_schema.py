"""What a kind reads is what its derived JSON Schema takes; on generated values of every sort."""

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referencing import Registry

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.runtime.kinds import KINDS, Reading

CLEAN = st.characters(codec="utf-8", exclude_characters="\n\r")
TEXTS = st.text(CLEAN, max_size=12) | st.sampled_from(
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
    ]
)
DAYS = st.dates().map(str) | st.datetimes(timezones=st.just(__import__("datetime").UTC)).map(lambda moment: moment.isoformat())
DURATIONS = st.builds(lambda amount, unit: f"{amount} {unit}", st.integers(-1, 300), st.sampled_from(["day", "days", "months", "seconds", "parsecs"]))
NUMBERS = st.integers(-(2**54), 2**54) | st.floats(allow_nan=False, allow_infinity=False, width=32)
MONEY = st.fixed_dictionaries({"amount": TEXTS | st.integers(-9, 99)}, optional={"currency": st.sampled_from(["EUR", "eur", 5])})
ADDRESSES = st.dictionaries(st.sampled_from(["street", "town", "planet"]), TEXTS | st.none() | st.integers(), max_size=3)
IDS = st.sampled_from(["red", "green", "blue", "small", "top", "sales"])
ANYTHING = (
    TEXTS | DAYS | DURATIONS | NUMBERS | st.booleans() | MONEY | ADDRESSES | IDS | st.lists(IDS | TEXTS, max_size=3) | st.fixed_dictionaries({"id": TEXTS})
)

LISTS = {Kind.OPTION: {"list": "colour"}, Kind.OPTIONS: {"list": "colour"}, Kind.LEVEL: {"list": "size"}, Kind.CATEGORY: {"tree": "tree"}}
BOUNDS = {
    Kind.STRING: {"minLength": 2, "maxLength": 8, "pattern": "^[a-z ]*$"},
    Kind.INTEGER: {"minimum": -5, "maximum": 90},
}


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("kind", list(Kind))
def test_kind_and_schema_agree(make, listed, kind, bounded):
    """DESIGN 8.20: the compiled validator and the derived JSON Schema agree."""
    field = make.field(kind, constraints=BOUNDS.get(kind, {}) if bounded else {}, **LISTS.get(kind, {}))
    schema = jsonschema.Draft202012Validator(
        listify(KINDS[kind].json_schema(field, listed)), registry=Registry(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None)
    @given(ANYTHING)
    def agree(value):
        read = KINDS[kind].read(field, value, Reading(model=listed))
        assert isinstance(read, Finding) is not schema.is_valid(value), (kind, value, read)

    agree()


def listify(node):
    """Turn tuples into the lists that JSON has."""
    if isinstance(node, dict):
        return {key: listify(value) for key, value in node.items()}
    return [listify(item) for item in node] if isinstance(node, tuple) else node
