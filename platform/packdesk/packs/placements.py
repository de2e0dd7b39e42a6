"""Takes placements away with what was removed."""

from collections.abc import Sequence

from packdesk.packs.tree import Tree


def drop_placements(tree: Tree, removed: Sequence[str]) -> None:
    """Remove the members of views, roles and other placements that name something removed."""
