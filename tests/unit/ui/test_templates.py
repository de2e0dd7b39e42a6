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
#: How a part of a page may be exchanged: its inside, so that what has the focus is never itself the target; toasts are added to.
SWAPS = {"hx-swap": {"innerHTML", "innerHTML show:none"}, "hx-swap-oob": {"innerHTML", "beforeend:#toasts"}}
#: What may start a request besides a press: "poll" is given by a script, while somebody looks.
TRIGGERS = {"change", "load", "poll"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_nothing_that_the_policy_would_block(path: Path) -> None:
    content = path.read_text()

    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(content)] == []


@pytest.mark.parametrize("path", [*TEMPLATES, *sorted((ROOT / "ui" / "packdesk_ui").rglob("*.py"))], ids=lambda path: path.name)
def test_only_the_inside_of_a_part_is_exchanged_and_nothing_asks_by_itself(path: Path) -> None:
    """QUALITY 2.5: the focus is not lost with the element that has it, and no page asks the server every so many seconds on its own."""
    content = path.read_text()

    swaps = {(name, way) for name in SWAPS for way in re.findall(rf'\b{name}="([^"]*)"', content)}
    triggers = {trigger for given in re.findall(r'\bhx-trigger="([^"]*)"', content) for trigger in given.split(",")}

    assert swaps <= {(name, way) for name, ways in SWAPS.items() for way in ways}
    assert triggers <= TRIGGERS


def test_no_page_is_kept_in_the_browser_and_nothing_is_evaluated() -> None:
    """QUALITY 2.5, ASVS 14.3.3: said in the page, before the script reads it, and by the script itself."""
    page, script = (ROOT / "ui" / each for each in ("packdesk_ui/templates/shell/skeleton.html", "assets/src/main.ts"))
    said = json.loads(re.findall(r"name=\"htmx-config\" content='([^']+)'", page.read_text())[0])
    done = dict(re.findall(r"htmx\.config\.(\w+) = (\w+);", script.read_text()))

    assert (said["historyCacheSize"], said["allowEval"]) == (0, False)
    assert done == {
        "allowEval": "false",
        "includeIndicatorStyles": "false",
        "historyCacheSize": "0",
        "refreshOnHistoryMiss": "true",
        "selfRequestsOnly": "true",
        "allowScriptTags": "false",
    }


def test_the_lock_file_pins_every_package_without_naming_a_registry() -> None:
    lock = json.loads((ROOT / "ui" / "assets" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert "https://" not in json.dumps([{**entry, "funding": ""} for entry in packages.values()])
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert all(re.fullmatch(r"[0-9.]+", version) for version in (lock["packages"][""]["dependencies"] | lock["packages"][""]["devDependencies"]).values())


def test_every_character_that_a_template_gives_a_key_to_can_be_changed() -> None:
    """WCAG 2.1.4: what is pressed by a character stands on the page of shortcuts."""
    named = {key for path in TEMPLATES for key in re.findall(r'data-key="([^"{]+)"', path.read_text())}
    given = {key for path in TEMPLATES for key in re.findall(r'\{\{ (?:link|keyed|way)\([^}]*?, "(\S)", ', path.read_text())}
    pressed = {key for path in TEMPLATES for key in re.findall(r'\{\{ submit\([^}]*?, key="(\S)"', path.read_text())}

    assert {"/", "a", "e", "m", "n", "f", "h", "l", "b"} <= named | given | pressed
    assert named | given | pressed <= USUAL.keys()
