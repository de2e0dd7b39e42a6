"""Logging out of a server of several processes: none of them takes a copy of the cookie afterwards (ASVS V7.4.1)."""

from collections.abc import Iterator

import pytest
from tests.acceptance.doors.screen import Browser, sign_in
from tests.acceptance.processes import Seat, seats
from tests.acceptance.running import AS_WRITTEN, Desk, open_desk
from tests.servers import PostgreSQL, postgresql_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation of two worker processes, on either database."""
    home = tmp_path_factory.mktemp("desk")
    if request.param == "sqlite":
        with open_desk(home, AS_WRITTEN, workers=2) as running:
            yield running
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    with postgresql_database(server) as url, open_desk(home, AS_WRITTEN, database_url=url, workers=2) as running:
        yield running


def _answers(found: tuple[Seat, ...], **credentials: str) -> list[int]:
    """Return what each process answers to the question who asks."""
    return [seat.ask("GET", "/api/v1/me", **credentials).status for seat in found]


def _cookie(browser: Browser) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


def test_no_process_takes_a_cookie_of_somebody_who_logged_out(desk: Desk) -> None:
    here, elsewhere, program = sign_in(desk, "tom"), sign_in(desk, "tom"), {"Authorization": f"Bearer {desk.login('tom').token}"}
    copy = _cookie(here)

    with seats(desk) as found:
        before = _answers(found, **copy)
        left = here.ask("POST", "/logout/", b"").status
        after = _answers(found, **copy)
        others = _answers(found, **_cookie(elsewhere)) + _answers(found, **program)

    assert (before, left, after) == ([200, 200], 302, [401, 401])
    assert others == [200] * 4
