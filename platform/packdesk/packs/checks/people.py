"""Organisation makes sense: one tree, known time zones, collaboration between groups, no id twice."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from packdesk.errors import Problem
from packdesk.packs.checks.places import cycles, members
from packdesk.packs.index import Index
from packdesk.packs.names import nearest


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_people(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with organisation documents."""
    units = index.organisation["units"]
    for start, circle in cycles({name: node.text_of("parent") for name, node in units.items()}):
        yield (
            units[start]
            .members["parent"]
            .problem("cyclic_units", f"The unit '{start}' is above itself: {' > '.join((*circle, start))}.", "Change one of the parents.")
        )
    for node in units.values():
        zone = node.get("time_zone")
        if zone is not None and zone.text not in _time_zones():
            yield zone.problem(
                "unknown_time_zone", f"There is no time zone '{zone.text}'.", "Write it like 'Europe/Berlin'.", nearest(zone.text, _time_zones())
            )
    for node in index.organisation["collaboration"].values():
        for key in ("group", "with"):
            unit = node.get(key)
            if unit is not None and unit.text in units and units[unit.text].text_of("level") not in ("group", "community"):
                yield unit.problem("not_a_group", f"'{unit.text}' is not a group; records are owned by groups.", "Name a unit of level group.")
    yield from _twice(index)


def _twice(index: Index) -> Iterator[Problem]:
    for part in ("units", "areas", "collaboration", "users"):
        seen: dict[str, str] = {}
        for document, body in index.tree.documents["organisation"].items():
            for name, node in members(body, part).items():
                if name in seen:
                    yield node.problem(
                        "duplicate_document",
                        f"'{name}' stands in {part} of '{seen[name]}' and of '{document}'.",
                        "All organisation documents make one; keep one of them.",
                        at_key=True,
                    )
                seen.setdefault(name, document)
