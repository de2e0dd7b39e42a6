"""Renames."""

from packdesk.errors import Problem
from packdesk.packs.read import Pack
from packdesk.packs.tree import Tree


class Renamer:
    """Renames members and rewrites what refers to them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def apply(self, pack: Pack) -> list[Problem]:
        """Apply the renames of a pack."""
        return []
