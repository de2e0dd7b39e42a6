"""Lists make sense: trees without circles, one default, complete matrices, attributes with values that fit."""

from collections.abc import Iterator, Mapping

from packdesk.errors import Problem
from packdesk.packs.checks.fields import default_problems
from packdesk.packs.checks.places import cycles, duplicate_codes, duplicate_labels, everybody, is_true, members, two_defaults
from packdesk.packs.index import Index
from packdesk.packs.names import listed
from packdesk.packs.nodes import Node

_ENTRIES = {"categories": "nodes", "value_lists": "options", "level_lists": "levels"}


def check_lists(index: Index) -> Iterator[Problem]:
    """Yield what is wrong with lists, trees and matrices."""
    for kind, key in _ENTRIES.items():
        for name, node in index.tree.documents[kind].items():
            entries = members(node, key)
            what = f"{kind}.{name}"
            if not entries and key in node.members:
                yield node.members[key].problem("empty_list", f"'{what}' has no members.", "Add at least one.", at_key=True)
            yield from two_defaults(entries, f"'{what}'")
            yield from duplicate_codes(entries, f"'{what}'")
            yield from duplicate_labels(entries, f"'{what}'")
            yield from _retired(entries)
            for entry_name, entry in entries.items():
                yield from everybody(entry, f"choose '{entry_name}'")
            yield from _attributes(index, node, entries)
    for name, node in index.tree.documents["categories"].items():
        yield from _tree(name, members(node, "nodes"))
    for node in index.tree.documents["level_lists"].values():
        default = node.get("default")
        level = members(node, "levels").get(default.text) if default is not None else None
        if default is not None and level is not None and not _supported(level):
            yield default.problem(
                "unsupported_level", f"The default '{default.text}' is not in the supported subset.", "Support it, or choose another default."
            )
    for name, node in index.tree.documents["matrices"].items():
        yield from _matrix(index, name, node)


def _retired(entries: Mapping[str, Node]) -> Iterator[Problem]:
    for name, node in entries.items():
        effective = node.get("effective")
        if is_true(node, "default") and effective is not None and effective.value is False:
            yield effective.problem("default_retired", f"'{name}' is the default but retired.", "Choose another default.")


def _tree(name: str, nodes: Mapping[str, Node]) -> Iterator[Problem]:
    for start, circle in cycles({identifier: node.text_of("parent") for identifier, node in nodes.items()}):
        way = " > ".join((*circle, start))
        yield nodes[start].members["parent"].problem("cyclic_tree", f"'{start}' is above itself in '{name}': {way}.", "Change one of the parents.")


def _attributes(index: Index, node: Node, entries: Mapping[str, Node]) -> Iterator[Problem]:
    for attribute, field in members(node, "attributes").items():
        for name, entry in entries.items():
            given = entry.get(attribute)
            if given is None and is_true(field, "required") and field.get("default") is None:
                yield entry.problem("missing_attribute", f"'{name}' has no value for the required attribute '{attribute}'.", f'Add "{attribute}".', at_key=True)
            yield from default_problems(index, field, given, f"the attribute '{attribute}' of '{name}'")


def _supported(level: Node) -> bool:
    supported = level.get("supported")
    return supported is None or supported.value is not False


def _levels(index: Index, name: str) -> dict[str, Node]:
    return members(index.tree.documents["level_lists"].get(name), "levels")


def _matrix(index: Index, name: str, node: Node) -> Iterator[Problem]:
    rows, columns, results = (_levels(index, node.text_of(key)) for key in ("row", "column", "result"))
    cells = members(node, "cells")
    missing = [
        f"{row}/{column}"
        for row, level in rows.items()
        if _supported(level)
        for column, other in columns.items()
        if _supported(other) and column not in (cells[row].members if row in cells else {})
    ]
    if missing and "cells" in node.members:
        yield node.members["cells"].problem(
            "incomplete_matrix", f"The matrix '{name}' has no result for {listed(missing)}.", "Add the cells; every supported level needs one.", at_key=True
        )
    for row, found in cells.items():
        if row in rows and not _supported(rows[row]):
            yield found.problem(
                "extra_cell", f"The row '{row}' of '{name}' is not in the supported subset.", "Remove the row, or support the level.", at_key=True
            )
        for column, cell in found.members.items():
            if column in columns and not _supported(columns[column]):
                yield cell.problem(
                    "extra_cell", f"The column '{column}' of '{name}' is not in the supported subset.", "Remove the cell, or support the level.", at_key=True
                )
            if cell.text in results and not _supported(results[cell.text]):
                yield cell.problem("unsupported_level", f"The result '{cell.text}' is not in the supported subset.", "Support it, or choose another.")
