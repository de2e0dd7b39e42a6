"""An installation of a module's own, as written and with every id renamed, with a team leader at the API and at the screens.

For tests of what was open before a release was published.
"""

from collections.abc import Iterator

import pytest
from tests.acceptance.doors.screen import Browser, sign_in
from tests.acceptance.running import AS_WRITTEN, RENAMED, Client, Desk, open_desk

#: Ids that the published packs bring, called otherwise where every id is renamed.
_LATER = ("witness",)


@pytest.fixture(scope="module", params=[AS_WRITTEN, RENAMED])
def desk(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """An installation with the base pack."""
    with open_desk(tmp_path_factory.mktemp("desk"), request.param, later=_LATER) as running:
        yield running


@pytest.fixture(scope="module")
def lena(desk: Desk) -> Client:
    """A team leader at the API."""
    return desk.login("lena")


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Browser:
    """A team leader at the screens."""
    return sign_in(desk, "lena")
