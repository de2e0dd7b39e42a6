"""Finds the texts of the screens that nothing names: whole, or put together of parts that each stand somewhere in the sources."""

import ast
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

#: What stands between quotes, also inside of other quotes, as in an attribute.
_QUOTED = re.compile(r"(?=[\"'`]([\w.]+)[\"'`])")
#: In a template: ``"result." ~ name``.
_JOINED = re.compile(r"[\"']([\w.]+\.)[\"'] ~ ")
_ANY = "([a-z_0-9.]+)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What the sources name."""

    whole: frozenset[str]
    #: Patterns of ids that are put together; their groups are the parts.
    joined: frozenset[str]


def named_in(files: Iterable[Path]) -> Named:
    """Return what stands in quotes in modules, templates and scripts, and how they put ids together."""
    whole: set[str] = set()
    joined: set[str] = set()
    for path in files:
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            tree = ast.parse(source)
            whole |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            joined |= set(_put_together(tree))
        else:
            whole |= {found[1] for found in _QUOTED.finditer(source)}
            joined |= {re.escape(found[1]) + _ANY for found in _JOINED.finditer(source)}
    return Named(whole=frozenset(whole), joined=frozenset(joined))


def _put_together(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else _ANY for part in node.values)
            yield "".join(parts)


def unused(ids: Iterable[str], named: Named, parts: Set[str]) -> tuple[str, ...]:
    """Return the ids that nothing names; of one that is put together each part must be in ``parts``, a number, or put together itself."""
    patterns = [re.compile(pattern) for pattern in sorted(named.joined)]

    def is_made(one: str) -> bool:
        found = (pattern.fullmatch(one) for pattern in patterns)
        return any(match is not None and all(part in parts or part.isdecimal() or is_made(part) for part in match.groups()) for match in found)

    return tuple(one for one in ids if one not in named.whole and not is_made(one))
