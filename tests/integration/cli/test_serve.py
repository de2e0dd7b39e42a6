"""``packdesk serve`` as a program of its own, with two processes: what it prints, answers, limits and how it stops."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli.conftest import Run
from tests.integration.web.installation import PACK

from packdesk.web.serve import free_port
from packdesk_ui import assets


@dataclass(slots=True)
class Served:
    """A running server."""

    home: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def log(self) -> str:
        """Return what it printed."""
        return (self.home / "log").read_text()

    def request(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        """Send a request and return status and JSON."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=20) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with its demo, started on an empty folder."""
    home = tmp_path_factory.mktemp("served")
    port = free_port("127.0.0.1")
    environment = {**os.environ, "PACKDESK_HOME": str(home), "PACKDESK_PACKS": str(PACK), "PACKDESK_DATABASE_URL": "", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "packdesk.cli.main", "serve", "--demo", "--port", str(port), "--workers", "2"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    running = Served(home, port, process)
    deadline = time.monotonic() + 60
    while "password:" not in running.log:
        assert process.poll() is None, running.log
        assert time.monotonic() < deadline, running.log
        time.sleep(0.1)
    yield running
    process.terminate()
    try:
        ended = process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert ended in (0, -signal.SIGTERM)
    assert "Traceback" not in running.log


def _password(served: Served) -> str:
    found = re.search(r"^password: (\S+)$", served.log, re.MULTILINE)
    assert found is not None
    return found[1]


def test_a_fresh_start_prints_address_and_login_and_keeps_secrets_to_itself(served: Served) -> None:
    assert f"Packdesk is at http://127.0.0.1:{served.port}" in served.log
    assert "login: rita, carl, kim, sven" in served.log
    assert len(_password(served)) >= 16
    for name in ("secret_key", "demo_password"):
        assert stat.S_IMODE((served.home / name).stat().st_mode) == 0o600
    assert (served.home / "secret_key").read_text() not in served.log


def test_two_processes_answer_with_the_same_release_and_accept_each_others_tokens(served: Served) -> None:
    status, answer = served.request("POST", "/api/v1/security/login", {"username": "kim", "password": _password(served)})
    assert status == 200

    seen = {served.request("GET", "/health")[1]["process"] for _ in range(60)}
    statuses = {served.request("GET", "/api/v1/me", token=answer["access_token"])[0] for _ in range(20)}

    assert len(seen) == 2
    assert statuses == {200}
    assert served.request("POST", "/api/v1/records/shelf", {"name": "A1"}, answer["access_token"])[0] == 201


def test_both_processes_together_keep_the_limit_of_logins(served: Served) -> None:
    tries = [served.request("POST", "/api/v1/security/login", {"username": "rita", "password": "guess"})[0] for _ in range(12)]

    assert tries.count(401) <= 10
    assert 429 in tries


def test_each_request_is_one_line_of_json_without_a_query(served: Served) -> None:
    served.request("GET", "/api/v1/records/book?q=Personal+Name")

    lines = [json.loads(line) for line in served.log.splitlines() if line.startswith("{")]
    assert {"request_id", "method", "path", "status", "milliseconds", "login", "release"} <= set(lines[-1])
    assert any(line["path"] == "/api/v1/records/book" for line in lines)
    assert "Personal" not in served.log


def test_a_publish_reaches_both_processes(served: Served, tmp_path: Path) -> None:
    environment = {**os.environ, "PACKDESK_HOME": str(served.home), "PACKDESK_PACKS": str(PACK), "PACKDESK_DATABASE_URL": ""}
    (tmp_path / "zoo" / "entity_types").mkdir(parents=True)
    (tmp_path / "zoo" / "pack.json").write_text('{"id": "zoo", "title": "Zoo", "version": "1.0.0", "format": 1}')
    (tmp_path / "zoo" / "entity_types" / "animal.json").write_text('{"id": "animal", "fields": {"name": {"type": "string"}}}')

    done = subprocess.run(
        [sys.executable, "-m", "packdesk.cli.main", "publish", str(tmp_path / "zoo")], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    deadline = time.monotonic() + 2
    while {served.request("GET", "/health")[1]["release"] for _ in range(20)} != {2}:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("port", [0, 99999])
def test_a_port_that_cannot_be_had_is_named_before_anything_is_done(served: Served, tmp_path: Path, port: int) -> None:
    wanted = port or served.port
    environment = {**os.environ, "PACKDESK_HOME": str(tmp_path / "other"), "PACKDESK_PACKS": str(PACK), "PACKDESK_DATABASE_URL": ""}

    command = [sys.executable, "-m", "packdesk.cli.main", "serve", "--port", str(wanted)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode != 0
    assert f"127.0.0.1:{wanted} cannot be listened on" in done.stderr
    assert not (tmp_path / "other").exists()


def test_a_server_whose_screens_are_older_than_its_code_says_so_and_does_not_start(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "manifest.json").write_text('{"app.css": "app-1.css"}')
    monkeypatch.setattr(assets, "STATIC", tmp_path)

    ended = run("serve", "--port", "0")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("packdesk: The screens are not built for this version: app.css, app.js, logo.svg, inter-latin.woff2 missing in ")
    assert "make assets" in ended.err
