"""Checks of the merged documents that need more than one place: references, lists, lifecycles, subtypes, fields, texts."""

from packdesk.errors import Problem
from packdesk.packs.tree import Tree


def check_tree(tree: Tree) -> tuple[Problem, ...]:
    """Return what is wrong in the merged documents."""
    return ()
