"""Chips find what they say, on both databases."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.integration.records.conftest import NOW, Harbour

from packdesk.records.search import SearchCommand, search
from packdesk.runtime import filter_sources, filters
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.filter_sources import Moment
from packdesk.runtime.filters import Chip


def _found(port: Harbour, entity_type: str, path: str, operator: str, *texts: str, login: str = "olga") -> list[str]:
    entity = port.runtime.type(entity_type)
    chip = filters.typed(entity, path, operator, texts, Reading(model=entity.model))
    assert isinstance(chip, Chip), chip
    source = filter_sources.source(entity.fields[path].field, chip, Moment(now=NOW + timedelta(minutes=1), zone=ZoneInfo("Europe/Berlin")))
    context = port.context(login, now=NOW + timedelta(minutes=1))
    return [str(row.get("name")) for row in search(context, entity_type, SearchCommand(filter=source, order=(("number", True),))).rows]


@pytest.mark.parametrize(
    ("path", "operator", "texts", "expected"),
    [
        ("name", "contains", ("BOJE",), ["Ann Boje"]),
        ("name", "contains", ("ö",), ["Jörg Ölm%_'\\"]),
        ("name", "contains", ("%_'\\",), ["Jörg Ölm%_'\\"]),
        ("name", "contains", (".*",), []),
        ("name", "begins", ("ann",), ["Ann Boje"]),
        ("name", "begins", ("boje",), []),
        ("name", "is", ("Ann Boje",), ["Ann Boje"]),
        ("memo", "empty", (), ["Jörg Ölm%_'\\"]),
        ("memo", "filled", (), ["Ann Boje"]),
        ("kind", "one_of", ("sailor",), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("kind", "none_of", ("sailor",), []),
        ("trusted", "yes", (), ["Ann Boje"]),
        ("trusted", "no", (), ["Jörg Ölm%_'\\"]),
        ("crew", "at_least", ("7",), ["Ann Boje"]),
        ("crew", "between", ("1", "6"), ["Jörg Ölm%_'\\"]),
        ("crew", "equal", ("7",), ["Ann Boje"]),
        ("deposit", "at_most", ("100 EUR",), ["Ann Boje"]),
        ("deposit", "at_most", ("100 USD",), []),
        ("created_at", "today", (), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_at", "this_week", (), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_at", "on", ("2026-03-01",), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_at", "on", ("2026-02-28",), []),
        ("created_at", "before", ("2026-03-01",), []),
        ("created_at", "after", ("2026-02-28",), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_at", "last_days", ("1",), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_at", "next_days", ("1",), []),
        ("created_at", "past", (), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_by", "me", (), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_by", "is", ("olga",), ["Ann Boje", "Jörg Ölm%_'\\"]),
        ("created_by", "empty", (), []),
    ],
)
def test_a_chip_finds_what_it_says(port: Harbour, path: str, operator: str, texts: tuple[str, ...], expected: list[str]) -> None:
    """GEN-9: each operator, asked of the database."""
    port.skipper(trusted=True, crew=7, deposit={"amount": "99.50", "currency": "EUR"}, memo="Likes tea")
    port.skipper(papers={"given_name": "Jörg", "family_name": "Ölm%_'\\"}, crew=3)

    assert _found(port, "skipper", path, operator, *texts) == expected


def test_a_reference_is_found_by_number_and_a_category_with_all_below(port: Harbour) -> None:
    skipper = port.skipper()
    hull = port.hull(skipper)
    mooring = port.mooring(hull=hull)

    assert len(_found(port, "mooring", "hull", "is", hull.number)) == 1
    assert _found(port, "mooring", "hull", "is", "HU-none") == []
    assert len(_found(port, "mooring", "assigned_user", "me")) == 1
    assert mooring.number
    assert len(_found(port, "mooring", "status", "none_of", "gone")) == 1
    assert len(_found(port, "mooring", "purpose", "empty")) + len(_found(port, "mooring", "purpose", "filled")) == 1
