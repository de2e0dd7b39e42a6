"""Properties of packs that hold for any documents: round trips, provenance, differences."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from packdesk.errors import Problem
from packdesk.packs.archive import read_archive, write_archive
from packdesk.packs.canonical import dumps
from packdesk.packs.diff import diff
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.nodes import Node, Source
from packdesk.packs.positions import read_json
from packdesk.packs.sources import MemorySource

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4), max_leaves=20
)
ids = st.from_regex(r"\A[a-d][a-d0-9_]{0,3}\Z").filter(lambda name: name != "id")
fields = st.dictionaries(
    ids,
    st.fixed_dictionaries(
        {"type": st.just("string")}, optional={"maxLength": st.integers(1, 9), "searchable": st.booleans(), "label": st.sampled_from(["A", "B"])}
    ),
    max_size=4,
)
types = st.dictionaries(ids, st.fixed_dictionaries({"fields": fields}, optional={"capabilities": st.just(["notes"])}), min_size=1, max_size=3)


def merged(documents: dict[str, object], overlay: dict[str, str] | None = None) -> Merged:
    """Return the entity types merged, with an overlay's files when there is one."""
    sources = [MemorySource("one", {"pack.json": '{"id": "one", "version": "1.0.0", "format": 1}', "entity_types/t.json": json.dumps(documents)})]
    if overlay is not None:
        sources.append(MemorySource("two", {"pack.json": '{"id": "two", "version": "1.0.0", "format": 1, "requires": {"one": ">=1"}}', **overlay}))
    loaded = load(sources)
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return loaded.merged


@given(values)
def test_canonical_writing_and_reading_is_the_identity(value: object) -> None:
    text = dumps(value)

    node = read_json(text.encode(), Source("x.json"))

    assert isinstance(node, Node)
    assert node.plain() == value
    assert dumps(node.plain()) == text


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_reading_any_bytes_gives_a_value_or_a_problem_with_a_place(data: bytes) -> None:
    found = read_json(data, Source("x.json"))

    assert isinstance(found, Node) or (isinstance(found, Problem) and found.line >= 1 and found.column >= 1)


@given(types, types)
@settings(max_examples=50, deadline=None)
def test_a_difference_is_empty_exactly_when_the_documents_are_equal(one: dict[str, object], two: dict[str, object]) -> None:
    """M-7: the diff of a thing with itself is empty."""
    first, second = merged(one), merged(two)

    assert diff(first, first) == ()
    assert bool(diff(first, second)) is (dumps(first.documents) != dumps(second.documents))


@given(types, st.data())
@settings(max_examples=50, deadline=None)
def test_every_leaf_has_an_origin_that_wrote_it(documents: dict[str, dict[str, object]], data: st.DataObject) -> None:
    """M-6: whatever is merged, one can ask where it came from."""
    target = data.draw(st.sampled_from(sorted(documents)))
    overlay = {
        "entity_types/t.json": json.dumps({"$patch": target, "label": "New", "fields": {name: {"maxLength": 7} for name in documents[target]["fields"]}})
    }

    result = merged(documents, overlay)

    for identifier, body in result.documents["entity_types"].items():
        for path, value in leaves(f"entity_types.{identifier}", body):
            origin = result.origins[path]
            assert origin.line >= 1
            assert origin.value == value
            changed = identifier == target and (path.endswith(".maxLength") or path == f"entity_types.{identifier}.label")
            assert origin.pack == ("two" if changed else "one")


def leaves(path: str, value: object) -> list[tuple[str, object]]:
    """Return the leaves of a document with their paths; lists and empty objects are leaves."""
    if isinstance(value, dict) and value:
        return [leaf for key, member in value.items() for leaf in leaves(f"{path}.{key}", member)]
    return [(path, value)]


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,5}/[a-z]{1,5}\.json\Z"), st.binary(max_size=50), max_size=5))
@settings(deadline=None)
def test_archives_round_trip_byte_by_byte(files: dict[str, bytes]) -> None:
    """M-9: export after import is byte-identical."""
    packed = write_archive(files)

    assert dict(read_archive(packed)) == files
    assert write_archive(read_archive(packed)) == packed
