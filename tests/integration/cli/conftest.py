"""A small installation of each test's own, and commands that run on it."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.web.installation import PACK, template_home

from packdesk.cli.main import main
from packdesk.cli.output import Output

__all__ = ["template_home"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(template_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on an installation of the test's own."""
    home = tmp_path / "home"
    shutil.copytree(template_home, home)
    for name, value in {"PACKDESK_HOME": str(home), "PACKDESK_PACKS": str(PACK), "PACKDESK_DATABASE_URL": "", "PACKDESK_SECRET_KEY": ""}.items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str | Path) -> Ended:
        words = [str(argument) for argument in arguments]
        form = words[words.index("--format") + 1] if "--format" in words else "text"
        out, err = io.StringIO(), io.StringIO()
        return Ended(main(words, Output(format=form, out=out, err=err)), out.getvalue(), err.getvalue())

    return command


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the pack that a test may edit."""
    copy = tmp_path / "library"
    shutil.copytree(PACK, copy)
    return copy


def edited(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
