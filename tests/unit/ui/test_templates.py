"""The templates keep the content security policy by construction: nothing inline, nothing from elsewhere."""

import json
import re
from pathlib import Path

import pytest

from packdesk_ui.shortcuts import USUAL

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "ui" / "packdesk_ui" / "templates").rglob("*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "a style element": re.compile(r"<style\b"),
    "a handler attribute": re.compile(r"\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "hx-on or an evaluated filter": re.compile(r"\bhx-on|hx-vals\s*=\s*[\"']js:"),
    "an address elsewhere": re.compile(r"(?:src|href)\s*=\s*[\"']https?://"),
    "an unquoted attribute": re.compile(r"\s[a-z-]+=\{\{"),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_nothing_that_the_policy_would_block(path: Path) -> None:
    content = path.read_text()

    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(content)] == []


def test_the_lock_file_pins_every_package_without_naming_a_registry() -> None:
    lock = json.loads((ROOT / "ui" / "assets" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert "https://" not in json.dumps(packages).replace("https://opencollective", "").replace("https://github.com/sponsors", "")
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert all(re.fullmatch(r"[0-9.]+", version) for version in (lock["packages"][""]["dependencies"] | lock["packages"][""]["devDependencies"]).values())


def test_every_character_that_a_template_gives_a_key_to_can_be_changed() -> None:
    """WCAG 2.1.4: what is pressed by a character stands on the page of shortcuts."""
    named = {key for path in TEMPLATES for key in re.findall(r'data-key="([^"{]+)"', path.read_text())}
    given = {key for path in TEMPLATES for key in re.findall(r'\{\{ (?:link|neighbour)\([^}]*?, "(\S)", ', path.read_text())}

    assert {"/", "a", "e", "m"} <= named | given
    assert named | given <= USUAL.keys()
