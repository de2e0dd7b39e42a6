"""Writes the generated pages of the reference: documents (from the schemas), errors (from the catalogue and the reject packs), commands.

Run as ``python docs/generate.py`` (``make docs``); with ``--check`` it only says which page is out of date.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from packdesk.cli.main import build_parser
from packdesk.errors import CATALOGUE
from packdesk.packs.schemas import KINDS, schema

HERE = Path(__file__).resolve().parent
REJECT = HERE.parent / "tests" / "packs" / "reject"
NOTE = "<!-- Written by `make docs`; do not edit. -->\n\n"


def _kind_of(value: Mapping[str, object]) -> str:
    """Say in a word what a key takes."""
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{option}`" for option in value["enum"])  # type: ignore[attr-defined]
    if "$ref" in value:
        name = str(value["$ref"]).rpartition("/")[2]
        return f"[{name.replace('_', ' ')}](#{name})"
    for word in ("anyOf", "oneOf"):
        if word in value:
            return " or ".join(dict.fromkeys(_kind_of(option) for option in value[word]))  # type: ignore[attr-defined]
    if value.get("type") == "object" and isinstance(value.get("additionalProperties"), Mapping):
        return f"map of id to {_kind_of(value['additionalProperties'])}"  # type: ignore[arg-type]
    if value.get("type") == "array" and isinstance(value.get("items"), Mapping):
        return f"list of {_kind_of(value['items'])}"  # type: ignore[arg-type]
    return str(value.get("type", "any value"))


def _table(node: Mapping[str, object]) -> Iterator[str]:
    properties = node.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return
    required = node.get("required", ())
    yield "| key | takes | meaning |"
    yield "|---|---|---|"
    for key, value in properties.items():
        mark = " (required)" if key in required else ""  # type: ignore[operator]
        meaning = str(value.get("description", "")).replace("\n", " ").replace("|", "\\|")
        yield f"| `{key}`{mark} | {_kind_of(value)} | {meaning} |"
    yield ""


def documents() -> str:
    """Return the page that lists every key of every kind of document."""
    lines = ["# Documents", "", "Every key of every kind, from the JSON Schemas that `packdesk schemas` writes for your editor.", ""]
    shapes: dict[str, Mapping[str, object]] = {}
    for kind in KINDS:
        body = schema(kind)
        lines += [f"## {kind}", "", str(body.get("description", "")), ""]
        lines += _table(body)
        shapes |= body.get("$defs", {})
    lines += ["## Shapes", ""]
    for name, body in sorted(shapes.items()):
        lines += [f"### {name}", "", str(body.get("description", "")), "", *_table(body)]
    return "\n".join(lines).rstrip() + "\n"


def errors() -> str:
    """Return the page that lists every code: refusals of records first, then problems of packs."""
    lines = ["# Codes", "", "Every refusal and every problem has a stable code.", "", "## Refusals", ""]
    lines += ["| code | HTTP | sentence | in German |", "|---|---|---|---|"]
    lines += [f"| `{code}` | {entry.status} | {entry.en} | {entry.de} |" for code, entry in sorted(CATALOGUE.items())]
    lines += ["", "## Problems of packs", "", "Each with the words of one example; the pack that provokes it lies in `tests/packs/reject/<code>`.", ""]
    for folder in sorted(path for path in REJECT.iterdir() if (path / "expected.txt").exists()):
        lines += [f"### {folder.name}", "", "```text", (folder / "expected.txt").read_text().rstrip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> str:
    """Return the page that lists every command with its options."""
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
