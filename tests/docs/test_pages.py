"""The documentation says what is: generated pages are current, examples are valid, the tutorial works, links lead somewhere."""

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from packdesk.cli.main import MODULES
from packdesk.errors import CATALOGUE, Severity
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.schemas import KINDS
from packdesk.packs.sources import FolderSource, MemorySource
from packdesk.runtime.boards import calendar_view, movable
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.tab_sets import tab_set

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
_EXAMPLE = re.compile(r"`([\w./-]+\.json)`:\n\n```json\n(.*?)```", re.DOTALL)
_FENCE = re.compile(r"```json\n(.*?)```", re.DOTALL)
_SHELL = re.compile(r"```\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"(?P<before>(?:\w+=\S* )*)(?P<program>\S*\bpackdesk) (?P<name>\w+)")
#: Commands that ask no installed system.
_WITHOUT_A_HOME = frozenset({"check", "new", "pack", "schemas", "test"})
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _named_examples(page: Path) -> dict[str, str]:
    return dict(_EXAMPLE.findall(page.read_text()))


def test_the_generated_pages_are_current() -> None:
    done = subprocess.run([sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, ""), "run make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_json_example_is_json(page: Path) -> None:
    for text in _FENCE.findall(page.read_text()):
        json.loads(text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = [link for link in _LINK.findall(page.read_text()) if "://" not in link]

    assert [link for link in targets if not (page.parent / link).exists()] == []


def _tutorial() -> MemorySource:
    files = {path.removeprefix("loans/"): text for path, text in _named_examples(DOCS / "tutorial.md").items()}
    return MemorySource("loans", files)


def test_the_tutorials_pack_has_no_problem() -> None:
    """M-4: what the tutorial tells a newcomer to type passes every check."""
    loaded = load([FolderSource(ROOT / "metadata"), _tutorial()])

    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.merged is not None
    model = build(loaded.merged)
    assert [str(problem) for problem in check(model)] == []
    assert "loan" in model.entity_types


def test_the_overlay_of_the_how_to_fits_the_tutorials_pack() -> None:
    """M-5: the example of an overlay patches what the tutorial made."""
    manifest = {"id": "mine", "title": "Mine", "version": "1.0.0", "format": 1, "language": "en", "requires": {"loans": ">=1,<2"}}
    overlay = MemorySource("mine", {"pack.json": json.dumps(manifest), **_named_examples(DOCS / "how-to" / "overlay.md")})

    loaded = load([FolderSource(ROOT / "metadata"), _tutorial(), overlay])

    assert [str(problem) for problem in loaded.problems if problem.severity is Severity.ERROR] == []
    assert loaded.merged is not None
    assert build(loaded.merged).lifecycles["loan"].statuses["back"].label.in_language("en") == "Came back"


def test_the_views_of_the_how_to_lay_out_the_tutorials_pack() -> None:
    """GEN-12, CC-10: the tab that an overlay adds leads to the loans of a contact."""
    manifest = {"id": "mine", "title": "Mine", "version": "1.0.0", "format": 1, "language": "en", "requires": {"loans": ">=1,<2"}}
    views = MemorySource("mine", {"pack.json": json.dumps(manifest), **_named_examples(DOCS / "how-to" / "lay-out-screens.md")})

    loaded = load([FolderSource(ROOT / "metadata"), _tutorial(), views])

    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.merged is not None
    types = compile_model(build(loaded.merged), 1).type
    calendar, desk = calendar_view(types("loan")), tab_set(types("contact"))
    assert calendar is not None
    assert (calendar.date, movable(types("loan"), calendar)) == ("due_on", ("due_on",))
    assert desk is not None
    assert [(tab.records, tab.way.stored, tab.row_actions) for tab in desk.tabs if tab.id == "loans" and tab.way is not None] == [
        ("loan", "borrower", ("hand_out", "take_back"))
    ]
    assert set(desk.tabs[-1].row_actions) <= set(types("loan").actions)


def test_the_rules_of_the_how_to_fit_the_tutorials_pack() -> None:
    """WF-1, NET-7: both rules are compiled for the loans, and the workflow makes a task that the base pack has."""
    manifest = {"id": "mine", "title": "Mine", "version": "1.0.0", "format": 1, "language": "en", "requires": {"loans": ">=1,<2"}}
    rules = MemorySource("mine", {"pack.json": json.dumps(manifest), **_named_examples(DOCS / "how-to" / "let-rules-act.md")})

    loaded = load([FolderSource(ROOT / "metadata"), _tutorial(), rules])

    assert [str(problem) for problem in loaded.problems] == []
    assert loaded.merged is not None
    model = build(loaded.merged)
    assert [str(problem) for problem in check(model)] == []
    loan = compile_model(model, 1).type("loan")
    assert [one.workflow.id for one in loan.workflows] == ["call_back_about_routers"]
    assert [one.rule.id for one in loan.assignment_rules] == ["routers", "other_loans"]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "commands.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_of_a_page_can_be_typed_as_it_stands(page: Path) -> None:
    """M-4: a newcomer has no packdesk on his path, and without a home a command would look at another system than the page means."""
    lines = [line for block in _SHELL.findall(page.read_text()) for line in block.splitlines()]
    named = False
    for line in lines:
        named = named or line.startswith(("export PACKDESK_HOME=", "export PACKDESK_DATABASE_URL="))
        found = _COMMAND.match(line)
        if found is None:
            continue
        assert found["program"].startswith(".venv/bin/"), line
        assert found["name"] in MODULES, line
        assert named or "PACKDESK_HOME=" in found["before"] or found["name"] in _WITHOUT_A_HOME, line


def test_the_reference_names_every_kind_and_every_code() -> None:
    documents, errors = (DOCS / "reference" / "documents.md").read_text(), (DOCS / "reference" / "errors.md").read_text()

    assert [kind for kind in KINDS if f"## {kind}\n" not in documents] == []
    assert [code for code in CATALOGUE if f"`{code}`" not in errors] == []


def test_the_dependencies_that_are_explained_are_those_that_are_installed() -> None:
    """One place says what is needed, another one why; neither knows more than the other."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    needed = {re.split(r"[\[<>=]", line)[0].lower() for line in config["options"]["install_requires"].split("\n") if line}
    table = (DOCS / "architecture.md").read_text().partition("## Dependencies and why")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    told = {name.strip().removesuffix(" Core").removesuffix(" 3").lower() for row in rows for name in row.split(",")}

    assert told == needed


def test_the_changelog_has_its_sections() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()

    assert text.startswith("# Changelog")
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {"Added", "Changed", "Fixed", "Security", "Packs must change"}
