"""Decides conditions by enumeration: every assignment of their finite parts, with the rest free to be anything.

States, statuses, subtypes, options, levels, categories and booleans of the record are enumerated; a part that is none of these
counts as free, so an answer "never" or "always" is proven and "both" may be too many: no false alarms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from packdesk.model.lifecycles import Lifecycle
from packdesk.runtime.entity_parts import Guard
from packdesk.runtime.expressions import tree
from packdesk.runtime.expressions.catalogue import Catalogue
from packdesk.runtime.expressions.tree import Node
from packdesk.runtime.expressions.types import Base

#: More assignments than this are not tried; the answer is unknown then.
CAP = 20_000
_NEVER_NULL = frozenset({"state", "status", "subtype"})
BOTH = frozenset({True, False})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumeration:
    """Knows the domains of one model and the lifecycle of the type in question."""

    catalogue: Catalogue
    lifecycle: Lifecycle | None

    def outcomes(self, *guards: Guard, fixed: Mapping[str, Sequence[str]] | None = None) -> frozenset[bool] | None:
        """Return which of true and false the guards taken together can be; None when there are too many assignments.

        ``fixed`` narrows paths of the record: ``{"state": ("pending",)}``.
        """
        nodes = [guard.tree for guard in guards if not isinstance(guard, bool)]
        if any(guard is False for guard in guards):
            return frozenset({False})
        domains: dict[str, tuple[object, ...]] = {}
        for node in nodes:
            self._collect(node, domains)
        narrowed: dict[str, tuple[object, ...]] = {f"={path}": tuple(values) for path, values in (fixed or {}).items()}
        if self.lifecycle is not None and "=state" in narrowed:
            statuses = self.lifecycle.statuses.values()
            narrowed.setdefault("=status", tuple(status.id for status in statuses if status.state in narrowed["=state"]))
        domains |= {name: values for name, values in narrowed.items() if name in domains}
        size = 1
        for domain in domains.values():
            size *= len(domain)
        if size > CAP:
            return None
        found: set[bool] = set()
        for values in product(*domains.values()):
            chosen = dict(zip(domains, values, strict=True))
            if self._is_possible(chosen):
                found.add(all(bool(_value(node, chosen)) for node in nodes))
            if found == BOTH:
                break
        return frozenset(found)

    def _is_possible(self, chosen: Mapping[str, object]) -> bool:
        """Leave out assignments in which status and state contradict each other."""
        status, state = chosen.get("=status"), chosen.get("=state")
        if self.lifecycle is None or status is None or state is None:
            return True
        return self.lifecycle.statuses[str(status)].state == state

    def _collect(self, node: Node, domains: dict[str, tuple[object, ...]]) -> None:
        """Note every variable of a condition: its finite paths, and each part that is free."""
        if _is_finite(node):
            for part in node.walk():
                if isinstance(part, tree.Field):
                    domains.setdefault(f"={part.path}", self._domain(part))
        elif isinstance(node, tree.Logic):
            for operand in node.operands:
                self._collect(operand, domains)
        elif isinstance(node, tree.Conditional):
            for child in (node.test, node.then, node.other):
                self._collect(child, domains)
        else:
            domains.setdefault(_name(node), (True, False))

    def _domain(self, field: tree.Field) -> tuple[object, ...]:
        if field.type.base is Base.BOOLEAN:
            return (True, False, None)
        ids = tuple(self.catalogue.domain(field.type.domain).labels)
        return ids if field.path in _NEVER_NULL else (*ids, None)


def _name(node: Node) -> str:
    """Return one name for equal parts, so that a part and its own negation are never both true."""
    return f"?{_shape(node)}"


def _shape(value: object) -> str:
    if isinstance(value, Node):
        inner = ",".join(_shape(getattr(value, name)) for name in type(value).__slots__ if name not in ("type", "start", "end"))
        return f"{type(value).__name__}({inner})"
    return "(" + ",".join(map(_shape, value)) + ")" if isinstance(value, tuple) else repr(value)


def _is_finite(node: Node) -> bool:  # noqa: PLR0911 - one row per part of an expression
    match node:
        case tree.Literal():
            return True
        case tree.Field(target=tree.Root(name="record")):
            return node.type.base in (Base.ENTRY, Base.BOOLEAN)
        case tree.Attribute():
            return _is_finite(node.target)
        case tree.Compare(operator="==" | "!="):
            return _is_finite(node.left) and _is_finite(node.right)
        case tree.Contains(right=tree.ListOf(items=items)):
            return _is_finite(node.left) and all(isinstance(item, tree.Literal) for item in items)
        case tree.Conditional():
            return _is_finite(node.test) and _is_finite(node.then) and _is_finite(node.other)
        case tree.Logic():
            return all(map(_is_finite, node.operands))
        case _:
            return False


def _value(node: Node, chosen: Mapping[str, object]) -> object:  # noqa: PLR0911 - one row per part of an expression
    match node:
        case tree.Literal():
            return node.value
        case tree.Field() if f"={node.path}" in chosen and _is_finite(node):
            return chosen[f"={node.path}"]
        case tree.Attribute() if _is_finite(node):
            return node.table.get(str(_value(node.target, chosen)))
        case tree.Compare() if _is_finite(node):
            return (_value(node.left, chosen) == _value(node.right, chosen)) is (node.operator == "==")
        case tree.Contains() if _is_finite(node) and isinstance(node.right, tree.ListOf):
            left = _value(node.left, chosen)
            return any(left == item.value for item in node.right.items if isinstance(item, tree.Literal))
        case tree.Conditional():
            return _value(node.then if _value(node.test, chosen) else node.other, chosen)
        case tree.Logic(operator="not"):
            return not _value(node.operands[0], chosen)
        case tree.Logic():
            return (all if node.operator == "and" else any)(bool(_value(operand, chosen)) for operand in node.operands)
        case _:
            return chosen[_name(node)]
