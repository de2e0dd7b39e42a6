"""Building the styles and scripts leaves a server alone that runs with those of the build before."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from packdesk_ui.build import ASSETS, SCREENS


@pytest.fixture
def screens(tmp_path: Path) -> Path:
    """A copy of the sources of the screens that builds with the installed Node packages."""
    shutil.copytree(SCREENS, tmp_path / "packdesk_ui", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copytree(ASSETS, tmp_path / "assets", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "assets" / "node_modules").symlink_to(ASSETS / "node_modules")
    return tmp_path


def _build(screens: Path, style: str) -> Mapping[str, str]:
    """Add a style, build, and return the names of the files."""
    with (screens / "assets" / "src" / "styles" / "base.css").open("a") as file:
        file.write(style)
    subprocess.run([sys.executable, screens / "packdesk_ui" / "build.py"], check=True, capture_output=True)
    manifest: Mapping[str, str] = json.loads((screens / "packdesk_ui" / "static" / "manifest.json").read_text())
    return manifest


def test_the_files_of_the_build_before_stay_until_the_next_one(screens: Path) -> None:
    static = screens / "packdesk_ui" / "static"

    first = _build(screens, "")
    second = _build(screens, ".one { color: red }\n")
    there_after_two = {path.name for path in static.iterdir()}
    third = _build(screens, ".two { color: red }\n")
    there_after_three = {path.name for path in static.iterdir()}

    assert len({first["app.css"], second["app.css"], third["app.css"]}) == 3
    assert {*first.values(), *second.values()} <= there_after_two
    assert {*second.values(), *third.values()} <= there_after_three
    assert first["app.css"] not in there_after_three


def test_a_build_that_changes_no_file_takes_none_away(screens: Path) -> None:
    first = _build(screens, "")
    second = _build(screens, ".one { color: red }\n")

    third = _build(screens, "/* no style */\n")

    assert second == third
    assert (screens / "packdesk_ui" / "static" / first["app.css"]).is_file()
