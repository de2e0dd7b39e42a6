"""Where the values at and below a path come from, and what is said of a path that nothing speaks of."""

from packdesk.model.leaves import nothing_says, told
from packdesk.model.nodes import Origin


def _origins(*paths: str) -> dict[str, Origin]:
    return {path: Origin(pack="one", version="1.0.0", file="a.json", line=place, column=1) for place, path in enumerate(paths, start=1)}


def test_a_node_is_told_by_the_leaves_below_it() -> None:
    origins = _origins("types.a", "types.a.label", "types.a.fields.x.label", "types.ab.label")

    assert list(told(origins, "types.a")) == ["types.a.label", "types.a.fields.x.label"]
    assert list(told(origins, "types.a.label")) == ["types.a.label"]
    assert dict(told(origins, "types.gone")) == {}


def test_a_path_that_nothing_speaks_of_names_the_nearest_one() -> None:
    origins = _origins("types.ticket.label")

    assert nothing_says(origins, "types.tickt.label") == {"reason": "path_unknown_near", "near": "types.ticket.label"}
    assert nothing_says(origins, "nonsense") == {"reason": "path_unknown"}
