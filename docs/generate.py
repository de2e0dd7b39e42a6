"""Writes the generated pages of the reference: documents (from the schemas), errors (from the catalogue and the reject packs), commands.

Run as ``python docs/generate.py`` (``make docs``); with ``--check`` it only says which page is out of date.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packdesk.cli.main import build_parser
from packdesk.errors import CATALOGUE
from packdesk.errors.reasons import REASONS
from packdesk.packs.schemas.catalogue import KINDS, PACK_SHAPE
from packdesk.packs.schemas.shapes import Leaf, Map, Object, Role, Sequence, Shape, Variants

HERE = Path(__file__).resolve().parent
REJECT = HERE.parent / "tests" / "packs" / "reject"
_OPTIONAL = re.compile(r"\{(\w+):\+([^}]*)\}")
_GROUPED = re.compile(r"\{(\w+):,\}")
_FORMS = re.compile(r"\{\w+:[^|}]*\|([^}]*)\}")
NOTE = "<!-- Written by `make docs`; do not edit. -->\n\n"


def _takes(shape: Shape) -> str:
    """Say in a few words what may stand at a place."""
    if isinstance(shape, Leaf):
        said = ", ".join(f"`{choice}`" for choice in shape.choices) or " or ".join(shape.types)
        said = said if shape.role is Role.PLAIN else f"{said} ({shape.role.value})"
        return f"{said}, = `{json.dumps(shape.default)}`" if shape.default is not None else said
    if isinstance(shape, Sequence):
        return f"list of {_takes(shape.item)}"
    if isinstance(shape, Map):
        return f"map, {shape.keys.value} to {_takes(shape.member)}"
    return shape.title[0].lower() + shape.title[1:]


def _parts(shape: Shape) -> Iterator[Object]:
    """Yield the objects with fixed keys that stand at a place, itself or the members of a map."""
    if isinstance(shape, Map):
        yield from _parts(shape.member)
    elif isinstance(shape, Variants):
        yield from shape.variants.values()
    elif isinstance(shape, Object):
        yield shape


def _tables(title: str, shape: Object, told: set[int]) -> Iterator[str]:
    """Yield the table of an object's keys, then those of what stands inside, each shape once."""
    if id(shape) in told:
        return
    told.add(id(shape))
    yield from (f"### {title}", "", f"{shape.title}.", "", "| key | takes | meaning |", "|---|---|---|")
    for key, member in shape.keys.items():
        mark = " (required)" if key in shape.required else ""
        yield f"| `{key}`{mark} | {_takes(member)} | {member.title} |".replace("\n", " ")
    if shape.rest is not None:
        yield f"| any other | {_takes(shape.rest)} | {shape.rest.title} |"
    yield ""
    for key, member in shape.keys.items():
        for part in _parts(member):
            yield from _tables(f"{title}: {key}", part, told)


def documents() -> str:
    """Return the page that lists every key of every kind of document."""
    lines = ["# Documents", "", "Every key of every kind. `packdesk schemas` writes the same as JSON Schemas for your editor.", ""]
    told: set[int] = set()
    for kind, shape in {"pack.json": PACK_SHAPE, **KINDS}.items():
        lines += [f"## {kind}", ""]
        for part in _parts(shape):
            lines += _tables(kind, part, told)
    return "\n".join(lines).rstrip() + "\n"


def _shown(sentence: str) -> str:
    """Return a sentence as people read it: of a word with two forms the one for several."""
    said = _OPTIONAL.sub(lambda found: found[2].replace("#", f"{{{found[1]}}}"), _GROUPED.sub(r"{\1}", sentence))
    return _FORMS.sub(r"\1", said).replace("{{", "{").replace("}}", "}")


def errors() -> str:
    """Return the page that lists every code: refusals of records first, then problems of packs."""
    lines = ["# Codes", "", "Every refusal and every problem has a stable code.", "", "## Refusals", ""]
    lines += ["| code | HTTP | sentence | in German |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {entry.status} | {_shown(entry.en)} | {_shown(entry.de)} |" for code, entry in sorted(CATALOGUE.items())]
    lines += ["", "## Reasons", "", "Where a sentence names a `{reason}`, the fact of that name is one of these words, or a sentence of its own.", ""]
    lines += ["| reason | sentence | in German |", "|---|---|---|"]
    lines += [f"| `{reason}` | {_shown(english)} | {_shown(german)} |" for reason, (english, german) in sorted(REASONS.items())]
    lines += ["", "## Problems of packs", "", "Each with the words of one example; the pack that provokes it lies in `tests/packs/reject/<code>`.", ""]
    for folder in sorted(path for path in REJECT.iterdir() if (path / "expected.txt").exists()):
        lines += [f"### {folder.name}", "", "```text", (folder / "expected.txt").read_text().rstrip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> str:
    """Return the page that lists every command with its options."""
    os.environ["COLUMNS"] = "100"
    parser = build_parser()
    lines = ["# Commands", "", "```text", parser.format_help().rstrip(), "```", ""]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                lines += [f"## {name}", "", "```text", sub.format_help().rstrip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write the pages, or with ``--check`` name those that are out of date; 1 when there are any."""
    pages = {"documents.md": documents, "errors.md": errors, "commands.md": commands}
    stale = []
    for name, make in pages.items():
        path = HERE / "reference" / name
        text = NOTE + make()
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text)
    sys.stdout.write("".join(f"{name} is out of date\n" if "--check" in sys.argv else f"wrote {name}\n" for name in stale))
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
