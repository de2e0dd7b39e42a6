"""Each of the house's rules finds what it is for, and the tree keeps it."""

import ast
import configparser
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask_appbuilder.security.sqla.models import User
from tests.unit.house import rules, texts

from packdesk_ui.catalogue import TEXTS

ROOT = Path(__file__).resolve().parents[3]
ENGINE = ROOT / "platform" / "packdesk"
PYTHON = sorted([*ENGINE.rglob("*.py"), *(ROOT / "ui" / "packdesk_ui").rglob("*.py"), *(ROOT / "plugins").rglob("*.py"), *(ROOT / "metadata").glob("*.py")])

FAULTS = [
    (rules.time_comes_from_the_clock, "import datetime\nx = datetime.datetime.now()", 2),
    (rules.time_comes_from_the_clock, "from datetime import date\nx = date.today()", 2),
    (rules.time_comes_from_the_clock, "import time\nx = time.time()", 2),
    (rules.commits_belong_to_the_store, "def f(session):\n    session.commit()", 2),
    (rules.markup_stays_in_components, "from markupsafe import Markup\nx = Markup('<b>')", 2),
    (rules.nothing_is_swallowed, "try:\n    f()\nexcept Exception:\n    pass", 3),
    (rules.nothing_is_swallowed, "try:\n    f()\nexcept:\n    g()", 3),
    (rules.values_are_frozen, "@dataclass(slots=True)\nclass A: ...", 2),
    (lambda tree: rules.names_no_entity_type(tree, frozenset({"lead"})), "'''lead'''\nx = 'lead'", 2),
]


@pytest.mark.parametrize(("rule", "source", "line"), FAULTS)
def test_a_rule_finds_its_fault(rule: rules.Rule, source: str, line: int) -> None:
    found = list(rule(ast.parse(source)))

    assert [place for place, _ in found] == [line]


def test_the_template_rule_finds_its_fault() -> None:
    found = list(rules.safe_filters("{{ a }}\n{{ b | safe }}"))

    assert [place for place, _ in found] == [2]


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _breaches(files: list[Path], rule: rules.Rule) -> Iterator[str]:
    for path in files:
        for line, what in rule(_parsed(path)):
            yield f"{path.relative_to(ROOT)}:{line} {what}"


def test_only_the_clock_tells_the_time() -> None:
    files = [path for path in PYTHON if path.name != "clock.py"]

    assert list(_breaches(files, rules.time_comes_from_the_clock)) == []


def test_only_the_store_commits() -> None:
    files = [path for path in PYTHON if "store" not in path.parts]

    assert list(_breaches(files, rules.commits_belong_to_the_store)) == []


def test_markup_is_made_in_components_only() -> None:
    files = [path for path in PYTHON if path.stem != "components"]
    templates = [path for path in (ROOT / "ui" / "packdesk_ui" / "templates").rglob("*.html") if "components" not in path.parts]

    marked = list(_breaches(files, rules.markup_stays_in_components))
    marked += [f"{path.name}:{line}" for path in templates for line, _ in rules.safe_filters(path.read_text())]

    assert marked == []


def test_no_exception_is_swallowed() -> None:
    assert list(_breaches(PYTHON, rules.nothing_is_swallowed)) == []


def test_the_models_values_are_frozen() -> None:
    files = [*(ENGINE / "model").rglob("*.py"), *(ENGINE / "errors").rglob("*.py")]

    assert list(_breaches(files, rules.values_are_frozen)) == []


def test_the_engine_knows_no_entity_type_by_name() -> None:
    """The mission's main rule: whatever the base pack calls its types, the engine does not know it."""
    ids: set[str] = set()
    for path in (ROOT / "metadata" / "entity_types").rglob("*.json"):
        body = json.loads(path.read_text())
        ids |= {body["id"]} if "id" in body else set(body)
    assert len(ids) >= 7

    # ``contact`` is also the class of personal data that phones and addresses belong to (SPEC 4.2).
    engine = [path for path in ENGINE.rglob("*.py") if path != ENGINE / "model" / "entity_types.py"]
    found = list(_breaches([*engine, *(ROOT / "ui" / "packdesk_ui").rglob("*.py")], lambda tree: rules.names_no_entity_type(tree, frozenset(ids))))

    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

    assert [str(path.relative_to(ROOT)) for path in PYTHON if path.stem in nothing] == []


def test_no_module_grows_beyond_reading() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in PYTHON}

    assert {name: lines for name, lines in long.items() if lines > 500} == {}


def test_the_package_list_is_the_tree() -> None:
    """A package that setup.cfg forgets is missing from the wheel and nowhere else."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    homes = {"packdesk": ENGINE, "packdesk_ui": ROOT / "ui/packdesk_ui", "packdesk_basepack": ROOT / "metadata", "packdesk_migrations": ROOT / "migrations"}
    homes |= {path.name: path for path in (ROOT / "plugins").iterdir() if path.is_dir()}
    found = {
        ".".join((name, *path.parent.relative_to(home).parts))
        for name, home in homes.items()
        for path in home.rglob("__init__.py")
        if "node_modules" not in path.parts
    }

    assert listed == found


def test_the_folder_platform_does_not_shadow_the_standard_library() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()

    done = subprocess.run([sys.executable, "-c", "import platform; print(platform.python_version())"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert re.match(r"3\.\d+", done.stdout)


def test_the_project_speaks_of_itself_alone() -> None:
    """No address of a registry and no path of one machine stands in a tracked file."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    foreign = re.compile(r"registry\.npmjs|files\.pythonhosted|/" + r"work/|/" + r"root/|deb\.debian")

    found = [name for name in tracked if name and (ROOT / name).is_file() and foreign.search((ROOT / name).read_text(errors="replace"))]

    assert found == []


def test_every_text_of_the_screens_is_said_somewhere() -> None:
    """A text that nothing names is translated and read over for nobody; columns of people are named by the shell."""
    screens = [path for path in (ROOT / "ui" / "packdesk_ui").rglob("*") if path.suffix in {".py", ".html"} and "words" not in path.parts]
    named = texts.named_in([*screens, *(ROOT / "ui" / "assets" / "src").rglob("*.ts")])
    parts = named.whole | texts.named_in(ENGINE.rglob("*.py")).whole | {column.key for column in User.__mapper__.attrs}

    assert texts.unused(TEXTS, named, parts) == ()


def test_the_rule_of_texts_finds_what_nothing_says(tmp_path: Path) -> None:
    (tmp_path / "screen.py").write_text("words('said')\nwords(f'door.{door}')\nDOORS = ('api', 'way.in')\nwords(f'way.{where}')\nWAYS = ('in',)")
    (tmp_path / "page.html").write_text("<p title=\"{{ t('hint') }}\">{{ t('theme.' ~ theme) }}{% for theme in ('dark',) %}</p>")
    named = texts.named_in(tmp_path.iterdir())

    found = texts.unused(("said", "unsaid", "door.api", "door.way.in", "door.post", "hint", "theme.dark", "theme.light", "door.1"), named, named.whole)

    assert found == ("unsaid", "door.post", "theme.light")
