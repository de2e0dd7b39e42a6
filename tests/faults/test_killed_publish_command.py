"""The commands that make a release live, killed before any statement: the server beside them goes on, and ``doctor`` names and clears the rest."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.running import Client, Desk
from tests.integration.web.installation import PACK

_SOAK = bool(os.environ.get("PACKDESK_SOAK"))
#: How many places are tried when nobody asks for all.
_SAMPLE = {"publish": 6, "rollback": 3}
_PATIENCE = 10.0


class Commands:
    """The program that runs commands and kills them."""

    def __init__(self, desk: Desk) -> None:
        """Start it for one installation."""
        root = Path(__file__).parents[2]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
        self._installation = {name: value for name, value in desk.environment.items() if name.startswith("PACKDESK_")}
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("dying_command.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def run(self, *arguments: str | Path, statement: int = 0) -> Mapping[str, Any]:
        """Run a command, killed before a statement; return how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"arguments": [str(argument) for argument in arguments], "environment": self._installation, "statement": statement}
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        answer: Mapping[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def succeed(self, *arguments: str | Path) -> Mapping[str, Any]:
        """Run a command until the database server has noticed that the killed one is dead; return how it ended."""
        until = time.monotonic() + _PATIENCE
        while (answer := self.run(*arguments))["code"] != 0:
            assert time.monotonic() < until, answer
            time.sleep(0.1)
        return answer

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A running installation, its pack on disk and a book in it."""

    desk: Desk
    commands: Commands
    keeper: Client
    pack: Path
    book: str

    def add_mark(self, number: int) -> str:
        """Give books a new required field in place of the one that they got before; return its name."""
        path = self.pack / "entity_types/book.json"
        body = json.loads((PACK / "entity_types/book.json").read_text())
        body["fields"][f"mark_{number}"] = {"type": "integer", "required": True, "default": number}
        path.write_text(json.dumps(body))
        return f"mark_{number}"

    def release(self) -> int:
        """Return the release by which the server answers."""
        answer = Client(self.desk.port).get("/health")
        assert answer.status == 200, answer.body
        return int(answer.json["release"])

    def answers(self, pages: int) -> None:
        """Fail unless the server reads and writes the book as ever."""
        found = self.keeper.read("book", self.book)
        assert found["name"] == "Tides"
        changed = self.keeper.edit("book", found, pages=pages)
        assert changed.status == 200, changed.body
        assert self.keeper.read("book", self.book)["pages"] == pages


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """A small installation with its server running, on both kinds of database."""
    pack = tmp_path / "library"
    shutil.copytree(PACK, pack)
    desk = Desk(tmp_path, request.getfixturevalue(f"{request.param}_url"), packs=str(PACK))
    try:
        keeper = desk.start().login("kim")
        book = keeper.create("book", name="Tides", pages=1)
        commands = Commands(desk)
        try:
            yield Library(desk=desk, commands=commands, keeper=keeper, pack=pack, book=book["number"])
        finally:
            commands.close()
    finally:
        desk.stop()


def _places(command: str, count: int) -> list[int]:
    """Return the statements to be killed before: all of them, or some spread evenly with the first and the last."""
    many = count if _SOAK else min(count, _SAMPLE[command])
    return sorted({1 + round(index * (count - 1) / max(1, many - 1)) for index in range(many)})


def test_killed_commands_leave_a_server_that_answers_and_something_that_doctor_clears(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    """GEN-24, GEN-28: planning included; a second publish, or rollback, succeeds."""
    library.add_mark(0)
    published = library.commands.succeed("publish", library.pack)
    undone = library.commands.succeed("rollback")
    library.commands.succeed("publish", library.pack)
    report: list[str] = []

    for number, place in enumerate(_places("publish", published["count"]), start=1):
        mark = library.add_mark(number)
        report.append(_killed(library, place, number, "publish", library.pack))
        library.commands.succeed("publish", library.pack)
        assert library.keeper.read("book", library.book)[mark] == number

    for number, place in enumerate(_places("rollback", undone["count"]), start=1000):
        mark = library.add_mark(number)
        before = library.release()
        library.commands.succeed("publish", library.pack)
        target = library.release()
        report.append(_killed(library, place, number, "rollback", str(before)))
        if library.release() == target:
            library.commands.succeed("rollback", str(before))
        assert mark not in library.keeper.read("book", library.book)

    with capsys.disabled():
        print(f"\npublish sends {published['count']} statements, rollback {undone['count']}:", *report, sep="\n")
    assert any("left: nothing" not in line for line in report)


def _killed(library: Library, place: int, number: int, *command: str | Path) -> str:
    """Kill a command before a statement, look at the server, let the doctor say and clear what is left; return a line for the report."""
    before = library.release()

    ended = library.commands.run(*command, statement=place)

    assert ended["killed"] or ended["count"] < place, ended
    assert library.release() in (before, before + 1)
    library.answers(number + 1)
    said = library.commands.run("doctor", "--format", "json")
    found = [one["kind"] for one in json.JSONDecoder().raw_decode(said["printed"])[0]["found"]]
    assert said["code"] == (1 if found else 0), said
    library.commands.succeed("doctor", "--clean")
    assert json.JSONDecoder().raw_decode(library.commands.succeed("doctor", "--format", "json")["printed"])[0]["found"] == []
    library.answers(number + 2)
    return f"{command[0]} {place:4} release {library.release()} {' '.join(ended['last'].split())[:70]:70} left: {', '.join(sorted(set(found))) or 'nothing'}"
