"""Running installations for the tests of this folder: the pack as written, with every id renamed, and on PostgreSQL; one of each."""

from collections.abc import Iterator

import pytest
from tests.acceptance.doors.door import ApiDoor, BulkDoor, Door, ImportDoor
from tests.acceptance.doors.office import Office
from tests.acceptance.doors.screen import ScreenDoor
from tests.acceptance.running import AS_WRITTEN, BASE, RENAMED, Desk
from tests.renaming import Renamer, rename_pack
from tests.servers import postgresql_database

VARIANTS = (AS_WRITTEN, RENAMED, pytest.param("on PostgreSQL", marks=pytest.mark.postgres))


@pytest.fixture(scope="session", params=VARIANTS)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An installation of two worker processes."""
    home = tmp_path_factory.mktemp("office")
    if request.param == "on PostgreSQL":
        with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
            yield from _open(Desk(home, url, workers=2), Renamer())
    elif request.param == RENAMED:
        pack = tmp_path_factory.mktemp("renamed")
        renamer = rename_pack(BASE, pack)
        yield from _open(Desk(home, workers=2, packs=str(pack)), renamer)
    else:
        yield from _open(Desk(home, workers=2), Renamer())


def _open(desk: Desk, renamer: Renamer) -> Iterator[Office]:
    try:
        yield Office(desk.start(), renamer)
    finally:
        desk.stop()


@pytest.fixture(scope="session")
def doors(office: Office) -> dict[str, Door]:
    """Every door of the installation by name."""
    made: tuple[Door, ...] = (ScreenDoor(office), ApiDoor(office), BulkDoor(office), ImportDoor(office))
    return {door.name: door for door in made}


@pytest.fixture
def door(request: pytest.FixtureRequest, doors: dict[str, Door]) -> Door:
    """The door that the test's table names."""
    return doors[request.param]


@pytest.fixture(scope="session")
def screen(doors: dict[str, Door]) -> Door:
    """The screens."""
    return doors["screen"]
