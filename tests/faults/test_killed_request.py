"""A request whose process was killed around its commit is sent again: it has one effect, and is answered as if nothing had been (GEN-20)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.integration.web.installation import Caller, build, caller, close


class Server:
    """The program that answers and dies."""

    def __init__(self) -> None:
        """Start it."""
        root = Path(__file__).parents[2]
        paths = os.pathsep.join([str(root), *(str(root / folder) for folder in ("platform", "ui", "plugins")), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("dying_request.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def post(self, app: Flask, moment: str, path: str, body: object) -> dict[str, Any]:
        """Send a POST to a fresh process that dies at the moment; a text is sent as CSV."""
        settings = app.extensions["packdesk"].settings
        text = {"body": body, "type": "text/csv"} if isinstance(body, str) else {"body": json.dumps(body)}
        asked = {"home": str(settings.home), "database": settings.database_url, "moment": moment, "path": path, **text}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())  # type: ignore[no-any-return]

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The program, for all tests of this file."""
    started = Server()
    yield started
    started.close()


@pytest.fixture
def fresh(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The app of a fresh installation on either database."""
    app = build(tmp_path / "home", database_url)
    yield app
    close(app)


def _books(kim: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kim.get("/records/book").get_json()["records"]
    return found


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_creation_that_is_sent_again_after_a_kill_makes_one_record(server: Server, fresh: Flask, moment: str) -> None:
    kim = caller(fresh, "kim")

    killed = server.post(fresh, moment, "/records/book", {"name": "Emma"})
    stored = [book["number"] for book in _books(kim)]
    again = server.post(fresh, "never", "/records/book", {"name": "Emma"})
    third = server.post(fresh, "never", "/records/book", {"name": "Emma"})

    assert killed["died"], killed
    assert len(stored) == (1 if moment == "after" else 0)
    assert (again["status"], again["replayed"]) == (201, "true" if moment == "after" else "")
    assert again["location"].endswith(again["body"]["number"])
    assert [book["number"] for book in _books(kim)] == [again["body"]["number"]]
    assert (third["body"], third["status"], third["location"], third["replayed"]) == (again["body"], 201, again["location"], "true")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_action_and_a_note_that_are_sent_again_after_a_kill_happen_once(server: Server, fresh: Flask, moment: str) -> None:
    kim = caller(fresh, "kim")
    shelf = kim.made("shelf", name="A1")["number"]
    first, second = (kim.made("book", name=name, pages=9, shelf=shelf, authors=[{"name": "Austen"}]) for name in ("Emma", "Persuasion"))
    act, note = f"/records/book/{first['number']}/actions/lend", f"/records/book/{second['number']}/notes"

    killed = server.post(fresh, moment, act, {})
    acted = server.post(fresh, "never", act, {})
    entries = kim.get(f"/records/book/{first['number']}/history").get_json()["entries"]

    assert killed["died"], killed
    assert (acted["status"], acted["body"]["status"]) == (200, "lent")
    assert [entry["action"] for entry in entries].count("lend") == 1

    other = server.post(fresh, "never", note, {"text": "Torn."})

    assert (other["status"], other["body"]["code"]) == (422, "idempotency_reused")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_many_changes_that_are_sent_again_after_a_kill_happen_once_each(server: Server, fresh: Flask, moment: str) -> None:
    kim = caller(fresh, "kim")

    killed = server.post(fresh, moment, "/records/book/import", "name,pages\nEmma,474\nPersuasion,249\nBad,many\n")
    again = server.post(fresh, "never", "/records/book/import", "name,pages\nEmma,474\nPersuasion,249\nBad,many\n")

    assert killed["died"], killed
    assert [row["done"] for row in again["body"]["rows"]] == ["created", "created", "refused"]
    assert sorted(book["name"] for book in _books(kim)) == ["Emma", "Persuasion"]
    assert sorted(row["number"] for row in again["body"]["rows"] if row["number"]) == sorted(book["number"] for book in _books(kim))
