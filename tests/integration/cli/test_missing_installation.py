"""Commands where there is no installation, or not where PACKDESK_HOME says: nothing is made by looking, and what is wrong is said."""

from pathlib import Path

import pytest
from tests.integration.cli.conftest import Run, edited
from tests.integration.web.installation import PACK

from packdesk.cli.main import MODULES

NEED_A_RELEASE: list[tuple[str | Path, ...]] = [
    ("plan", PACK),
    ("rollback",),
    ("rollback", "1"),
    ("releases",),
    ("explain", "entity_types.book"),
    ("verify",),
    ("graph", "book"),
    ("import", "book", PACK / "pack.json"),
    ("export", "book"),
    ("user", "list"),
    ("user", "add", "otto"),
    ("purge",),
    ("purge", "book.weight"),
]


@pytest.mark.parametrize("arguments", NEED_A_RELEASE, ids=[" ".join(str(part) for part in case[:2]) for case in NEED_A_RELEASE])
def test_a_command_that_needs_a_release_says_where_it_looked_and_makes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str | Path, ...]
) -> None:
    home = tmp_path / "nowhere"
    monkeypatch.setenv("PACKDESK_HOME", str(home))

    ended = run(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"packdesk: Nothing was published here yet (home {home}, database sqlite:///{home}/packdesk.sqlite3): set PACKDESK_HOME to the folder of "
        "your installation, or begin one with 'packdesk serve' or 'packdesk publish PACK'.\n"
    )
    assert not home.exists()


def test_every_command_is_known_to_need_a_release_or_not() -> None:
    free = {"serve", "check", "publish", "test", "new", "schemas", "pack", "doctor"}

    assert set(MODULES) == free | {str(case[0]) for case in NEED_A_RELEASE}


@pytest.mark.parametrize("words", [("check", PACK), ("test", PACK), ("verify", PACK), ("explain", "entity_types.book", PACK), ("graph", "book", PACK)])
def test_a_command_over_packs_needs_no_installation(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str | Path, ...]) -> None:
    monkeypatch.setenv("PACKDESK_HOME", str(tmp_path / "nowhere"))

    ended = run(*words)

    assert ended.code == 0, ended.err
    assert not (tmp_path / "nowhere").exists()


def test_a_first_publish_makes_the_installation_and_a_refused_one_does_not(run: Run, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKDESK_HOME", str(tmp_path / "nowhere"))
    edited(pack / "entity_types/book.json", "record.pages > 500", "record.pagse > 500")

    refused = run("publish", pack)
    left = (tmp_path / "nowhere").exists()
    published = run("publish", PACK)

    assert (refused.code, refused.out.splitlines()[-1], left) == (1, "1 error; nothing can be published", False)
    assert (published.code, published.out.splitlines()[-1]) == (0, "Release 1 is live.")


@pytest.fixture
def elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that a mistyped PACKDESK_HOME names; the database is not in the folder, and has an installation."""
    assert run("releases").code == 0
    monkeypatch.setenv("PACKDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'home' / 'packdesk.sqlite3'}")
    monkeypatch.setenv("PACKDESK_HOME", str(tmp_path / "nowhere"))
    return tmp_path / "nowhere"


@pytest.mark.parametrize("arguments", [*NEED_A_RELEASE, ("publish", PACK)], ids=[str(case[0]) for case in NEED_A_RELEASE] + ["publish"])
def test_a_command_says_that_the_folder_of_an_installation_is_missing_and_makes_none(run: Run, elsewhere: Path, arguments: tuple[str | Path, ...]) -> None:
    ended = run(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"packdesk: The folder {elsewhere} does not exist, though there is an installation in the database "
        f"sqlite:///{elsewhere.parent}/home/packdesk.sqlite3: set PACKDESK_HOME to its folder.\n"
    )
    assert not elsewhere.exists()


READING: list[tuple[str | Path, ...]] = [
    ("releases",),
    ("explain", "entity_types.book"),
    ("verify",),
    ("graph", "book"),
    ("export", "book"),
    ("user", "list"),
    ("purge",),
    ("plan", PACK),
    ("doctor",),
]


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("arguments", READING, ids=lambda arguments: str(arguments[0]))
def test_a_command_that_reads_makes_nothing_in_a_folder_that_is_not_the_installations(run: Run, elsewhere: Path, arguments: tuple[str | Path, ...]) -> None:
    elsewhere.mkdir()

    ended = run(*arguments)

    assert ended.code == 0, ended.err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.postgres
def test_a_mistyped_folder_beside_postgresql_is_seen_and_not_furnished(run: Run, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKDESK_DATABASE_URL", postgresql_url)
    began = run("publish", PACK)
    mistyped = tmp_path / "hoem"
    monkeypatch.setenv("PACKDESK_HOME", str(mistyped))

    ended = [run(command) for command in ("releases", "verify", "doctor")]

    assert began.code == 0, began.err
    assert [one.code for one in ended] == [2, 2, 1]
    assert all(str(mistyped) in one.out + one.err for one in ended)
    assert not mistyped.exists()
