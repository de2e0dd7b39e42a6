"""Checks of the merged documents that need more than one place: references, fields, lists, lifecycles, subtypes, actions, texts.

In: the merged tree. Out: problems. Types of expressions and the life-cycle verifier belong to the floor above.
"""

from collections.abc import Callable, Iterator, Mapping

from packdesk.errors import Problem
from packdesk.packs.checks.actions import check_actions
from packdesk.packs.checks.approvals import check_approvals
from packdesk.packs.checks.fields import check_fields
from packdesk.packs.checks.former_ids import check_former_ids
from packdesk.packs.checks.lifecycles import check_lifecycles
from packdesk.packs.checks.lists import check_lists
from packdesk.packs.checks.names import check_names
from packdesk.packs.checks.people import check_people
from packdesk.packs.checks.subtypes import check_subtypes
from packdesk.packs.checks.texts import check_texts
from packdesk.packs.checks.types import check_types
from packdesk.packs.checks.views import check_views
from packdesk.packs.index import Index
from packdesk.packs.tree import Tree

_CHECKS: tuple[Callable[[Index], Iterator[Problem]], ...] = (
    check_names,
    check_types,
    check_fields,
    check_former_ids,
    check_lists,
    check_lifecycles,
    check_subtypes,
    check_actions,
    check_approvals,
    check_people,
    check_views,
    check_texts,
)


def check_tree(tree: Tree, unread: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return everything that is wrong in the merged documents; what follows from entity types' files that are ``unread`` is left out."""
    index = Index(tree, unread)
    return tuple(problem for check in _CHECKS for problem in check(index))
