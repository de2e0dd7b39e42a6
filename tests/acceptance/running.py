"""A running Packdesk for the acceptance tests: the real server in processes of its own, the real command line, plain HTTP."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance import inside
from tests.renaming import Renamer, ids_of, rename_pack

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "metadata"
COMPLAINTS = ROOT / "examples" / "packs" / "complaints"
#: How an installation calls the ids of its packs.
AS_WRITTEN, RENAMED = "as written", "every id renamed"


def free_port() -> int:
    """Return a loopback port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def packdesk() -> Sequence[str]:
    """Return the command line that starts Packdesk as this Python has it installed."""
    return (sys.executable, "-m", "packdesk.cli.main")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Return the code of a problem answer."""
        return str(self.json["code"])


@dataclass(slots=True)
class Client:
    """A program that talks to the API; it never retries."""

    port: int
    token: str = ""
    language: str = "en"
    #: Translates to and from a pack whose ids are renamed; leaves all as it is where they aren't.
    renamer: Renamer = field(default_factory=Renamer)

    def request(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send one request on a connection of its own and return the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Accept-Language": self.language, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = self.renamer.words(body) if isinstance(body, bytes) else None if body is None else json.dumps(self.renamer.data(body)).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer may come before the whole body was read
                connection.request(method, self.renamer.path(path), data, sent)
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, self.renamer.back(got.read()))
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """GET a path."""
        return self.request("GET", path, **headers)

    def api(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request to a path under /api/v1."""
        return self.request(method, f"/api/v1{path}", body, **headers)

    def create(self, entity_type: str, **values: object) -> Mapping[str, Any]:
        """Create a record and return it; fails the test when it is refused."""
        answer = self.api("POST", f"/records/{entity_type}", values)
        assert answer.status == 201, (answer.status, answer.body)
        return answer.json  # type: ignore[no-any-return]

    def act(self, entity_type: str, record: Mapping[str, Any], action: str, **inputs: object) -> Answer:
        """Perform an action on the version that was read."""
        return self.api("POST", f"/records/{entity_type}/{record['number']}/actions/{action}", inputs, If_Match=f'"{record["version"]}"')

    def edit(self, entity_type: str, record: Mapping[str, Any], **values: object) -> Answer:
        """Edit the version that was read."""
        return self.api("PATCH", f"/records/{entity_type}/{record['number']}", values, If_Match=f'"{record["version"]}"')

    def read(self, entity_type: str, number: str) -> Mapping[str, Any]:
        """Return a record as it stands."""
        return self.api("GET", f"/records/{entity_type}/{number}").json  # type: ignore[no-any-return]


@dataclass(slots=True)
class Desk:
    """One installation: its data folder, its server, its people."""

    home: Path
    database_url: str = ""
    workers: int = 1
    port: int = field(default_factory=free_port)
    password: str = ""
    process: subprocess.Popen[str] | None = None
    packs: str = ""
    renamer: Renamer = field(default_factory=Renamer)
    #: What is started as the server: the command, or a program of a test around it.
    program: Sequence[str] = field(default_factory=packdesk)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment in which commands and server of this installation run."""
        # All of a worker's tests log in from one address, as half a dozen people: the limits themselves are tested where they are the matter.
        limits = {"PACKDESK_LOGINS_PER_ACCOUNT": "1000", "PACKDESK_LOGINS_PER_ADDRESS": "1000"}
        settings = {"PACKDESK_HOME": str(self.home), "PYTHONUNBUFFERED": "1", **limits}
        if self.database_url:
            settings["PACKDESK_DATABASE_URL"] = self.database_url
        if self.packs:
            settings["PACKDESK_PACKS"] = self.packs
        return {**os.environ, **settings}

    def start(self, *arguments: str) -> "Desk":
        """Start the server with its demo people (without the made-up past) and wait until it answers."""
        workers = 1 if inside.WANTED else self.workers
        command = ["serve", "--demo", "--customers", "0", "--port", str(self.port), "--workers", str(workers), *arguments]
        if inside.WANTED:
            with inside.started(command, self.environment, self.home / "server.log"):
                return self._answering()
        with (self.home / "server.log").open("w") as log:
            self.process = subprocess.Popen(
                [*self.program, *command], env=self.environment, stdout=log, stderr=subprocess.STDOUT, text=True, start_new_session=True
            )
        return self._answering()

    def _answering(self) -> "Desk":
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"the server ended: {self.log}")
            try:
                if Client(self.port).get("/health").status == 200 and (found := re.search(r"password:? +(\S+)", self.log, re.IGNORECASE)):
                    self.password = found[1]
                    return self
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"the server does not answer: {self.log}")

    def stop(self) -> None:
        """End the server and everything it started."""
        inside.stop(self.port)
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(timeout=20)

    def memory(self) -> int:
        """Return the most memory, in kilobytes, that the server's processes ever held."""
        group = str(self.process.pid) if self.process is not None else ""
        found = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if (status.parent / "stat").read_text().rpartition(")")[2].split()[2] == group:
                    found += int(re.findall(r"VmHWM:\s+(\d+)", status.read_text())[0])
        return found

    @property
    def log(self) -> str:
        """Return what the server printed so far."""
        return (self.home / "server.log").read_text()

    def called(self, text: str) -> str:
        """Return a text, say an address, with the ids that stand in braces as this installation calls them."""
        return self.renamer.called(text)

    def pack(self, *folders: Path) -> list[Path]:
        """Return packs with their ids as this installation calls them."""
        if not self.renamer.ids:
            return list(folders)
        for folder in folders:
            shutil.rmtree(self.home / "renamed" / folder.name, ignore_errors=True)
            rename_pack(folder, self.home / "renamed" / folder.name, self.renamer)
        return [self.home / "renamed" / folder.name for folder in folders]

    def login(self, login: str, language: str = "en") -> Client:
        """Return a client that is logged in."""
        client = Client(self.port, language=language, renamer=self.renamer)
        answer = client.api("POST", "/security/login", {"username": login, "password": self.password})
        assert answer.status == 200, (answer.status, answer.body)
        client.token = answer.json["access_token"]
        return client

    def command(self, *arguments: str | Path, code: int = 0) -> str:
        """Run a command of this installation and return what it printed."""
        if inside.WANTED:
            found, out, err = inside.command([str(argument) for argument in arguments], self.environment)
            assert found == code, (found, out, err)
            return self.renamer.back((out + err).encode()).decode()
        done = subprocess.run([*packdesk(), *map(str, arguments)], env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return self.renamer.back((done.stdout + done.stderr).encode()).decode()


@contextlib.contextmanager
def open_desk(home: Path, variant: str = AS_WRITTEN, *arguments: str, database_url: str = "", workers: int = 1, later: Iterable[str] = ()) -> Iterator[Desk]:
    """Run an installation of the base pack, as written or with every id renamed; ``later`` are ids that packs get in the course of the test."""
    desk = Desk(home, database_url, workers=workers)
    if variant == RENAMED:
        desk.renamer = Renamer(ids_of(BASE) | ids_of(COMPLAINTS) | frozenset(later))
        rename_pack(BASE, home / "base", desk.renamer)
        desk.packs = str(home / "base")
    try:
        yield desk.start(*arguments)
    finally:
        desk.stop()
