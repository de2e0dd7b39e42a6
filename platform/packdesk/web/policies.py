"""Who may call a view: every view of ours names its policy, which is enforced before the view runs.

A test walks all routes and fails for a view without one. What a person may see and do with a record is decided by the use cases;
the policy here only says who gets that far.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from packdesk.errors import PackdeskError
from packdesk.records.policy import has_permission
from packdesk.web.request_context import actor, runtime

P = ParamSpec("P")
R = TypeVar("R")
_MARK = "__packdesk_policy__"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may call: anybody, whoever is logged in, or who holds a named permission."""

    public: bool = False
    permission: str = ""


#: Anybody, logged in or not: nothing about a record or a person is answered.
PUBLIC = Policy(public=True)
#: Whoever is logged in; the use cases decide about each record.
LOGGED_IN = Policy()


def holding(permission: str) -> Policy:
    """Return the policy for those who hold the permission."""
    return Policy(permission=permission)


def policy(demanded: Policy) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that enforces the policy before the view and marks the view with it."""

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            _enforce(demanded)
            return view(*args, **kwargs)

        setattr(guarded, _MARK, demanded)
        return guarded

    return guard


def _enforce(demanded: Policy) -> None:
    """Raise when the request in hand does not satisfy the policy."""
    if demanded.public:
        return
    who = actor()
    if demanded.permission and not has_permission(runtime(), who, demanded.permission):
        raise PackdeskError("permission_missing", permission=demanded.permission)


def policy_of(view: object) -> Policy | None:
    """Return the policy that a view was marked with."""
    return getattr(view, _MARK, None)
