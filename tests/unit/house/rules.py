"""The house's own rules, as functions from a source text to the places where it breaks them."""

import ast
import re
from collections.abc import Callable, Iterator

#: Yields (line, what is wrong) for one Python source.
Rule = Callable[[ast.Module], Iterator[tuple[int, str]]]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def time_comes_from_the_clock(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Refuse ``datetime.now()``, ``utcnow()``, ``date.today()`` and ``time.time()``."""
    for call in _calls(tree):
        name = ast.unparse(call.func)
        if re.search(r"(^|\.)(datetime|date)\.(now|utcnow|today)$", name) or name == "time.time":
            yield call.lineno, f"{name}() outside clock.py"


def commits_belong_to_the_store(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Refuse ``anything.commit()`` on a session or connection."""
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit" and re.search(r"session|connection", ast.unparse(call.func.value)):
            yield call.lineno, "commit outside the store"


def markup_stays_in_components(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Refuse ``Markup(...)``."""
    for call in _calls(tree):
        if ast.unparse(call.func).split(".")[-1] == "Markup":
            yield call.lineno, "Markup outside ui/components"


def nothing_is_swallowed(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Refuse an ``except`` whose body is only ``pass`` or ``...``, and a bare ``except``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            empty = all(isinstance(line, ast.Pass) or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)) for line in node.body)
            if node.type is None or (empty and ast.unparse(node.type) in {"Exception", "BaseException"}):
                yield node.lineno, "swallowed exception"


def values_are_frozen(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Refuse a dataclass that is not frozen (for the packages that hold values)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith("dataclass") and "frozen=True" not in text:
                    yield node.lineno, f"{node.name} is not frozen"


def names_no_entity_type(tree: ast.Module, ids: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Refuse a string constant that is the id of a base-pack entity type; docstrings are prose and may."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in ids and id(node) not in documentation:
            yield node.lineno, f"the engine names the entity type {node.value!r}"


def safe_filters(template: str) -> Iterator[tuple[int, str]]:
    """Refuse ``|safe`` in a Jinja template."""
    for number, line in enumerate(template.splitlines(), 1):
        if re.search(r"\|\s*safe\b", line):
            yield number, "|safe outside components"
