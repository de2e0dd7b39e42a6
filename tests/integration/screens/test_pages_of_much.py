"""Pages of a type with 200 fields, 500 options and 100 rows, and of a record with 20,000 entries of history: what they cost does not grow with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests import large
from tests.integration.screens.desk import Desk, Visitor, close
from tests.integration.web.installation import build
from tests.statements import listening

from packdesk.records.note import add_note
from packdesk.runtime.values import Record
from packdesk.store import platform_tables

ROOT = Path(__file__).parents[3]
#: The most statements and bytes of each page.
MOST = {"": (12, 100_000), "/history": (12, 60_000), "/edit": (12, 800_000), "list": (8, 70_000), "new": (8, 400_000)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation of the base pack with the large pack on it."""
    home = tmp_path_factory.mktemp("large")
    app = build(home, packs=(ROOT / "metadata", large.write_pack(home / "pack")))
    yield Desk(app)
    close(app)


@pytest.fixture(scope="module")
def records(desk: Desk) -> tuple[Record, Record]:
    """A record with nothing but its name, and one with much of everything."""
    little, much = desk.made("survey", name="Next to nothing"), desk.made("survey", **large.values())
    add_note(desk.context("lena"), "survey", much.number, large.note())
    with desk.services.database.begin(write=True) as connection:
        connection.execute(sa.insert(platform_tables.history), large.past(much.id))
    return little, much


@pytest.fixture(scope="module")
def lena(desk: Desk) -> Visitor:
    """A team leader."""
    return desk.visitor("lena")


def _cost(desk: Desk, visitor: Visitor, path: str) -> tuple[int, int]:
    visitor.get(path)
    with listening(desk.services.database) as statements:
        answer = visitor.get(path)
    assert answer.status_code == 200, path
    return len(statements), len(answer.data)


@pytest.mark.parametrize("page", MOST)
def test_a_page_of_much_costs_few_statements_and_bounded_bytes(desk: Desk, lena: Visitor, records: tuple[Record, Record], page: str) -> None:
    addresses = {"list": "/r/survey", "new": "/r/survey/new"}
    paths = [addresses.get(page, f"/r/survey/{record.number}{page}") for record in records]

    little, much = (_cost(desk, lena, path) for path in paths)

    print(f"{page or 'record'}: {much[0]} statements, {much[1]:,} bytes")
    assert little[0] <= much[0] <= little[0] + 1
    assert much[0] <= MOST[page][0]
    assert much[1] <= MOST[page][1]
