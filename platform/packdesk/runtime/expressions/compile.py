"""Compiles an expression: text and scope in; type, dependencies, closure, JSON form and explanation out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from packdesk.model.nodes import Expression
from packdesk.runtime.expressions import availability, closures, explaining, json_form, syntax
from packdesk.runtime.expressions.catalogue import Scope
from packdesk.runtime.expressions.check import Checker
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.explaining import Explanation
from packdesk.runtime.expressions.faults import ExpressionFault, Faulty
from packdesk.runtime.expressions.tree import Call, Field, Label, Lines, Node, PartyOf, Related, Root
from packdesk.runtime.expressions.types import Base, Type


@dataclass(frozen=True, slots=True)
class Dependency:
    """A field, line group, line field (``group.field``) or relation of an entity type that an expression reads."""

    entity_type: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """An expression that is ready to be evaluated.

    ``evaluate`` returns a value as a record holds it: a record of one type as its id, of several as the ``Record``; a condition
    is never null. Without slots, so that what is asked of the tree again and again, by each form, is worked out once.
    """

    source: str
    path: str
    type: Type
    tree: Node
    dependencies: frozenset[Dependency]
    #: The names that it reads: ``record``, ``now``, ``actor``, ...
    names: frozenset[str]
    evaluate: Callable[[Environment], object] = field(repr=False, compare=False)

    @property
    def reads_now(self) -> bool:
        """Say whether the value changes by time alone."""
        return "now" in self.names or any(isinstance(node, Field) and node.derived is not None for node in self.tree.walk())

    @cached_property
    def sql_fault(self) -> ExpressionFault | None:
        """Return why it cannot be a condition on stored records; None when it can."""
        refused = availability.refused_in_sql(self.tree)
        return refused.fault(self.source) if refused is not None else None

    @property
    def sql_allowed(self) -> bool:
        """Say whether it can be lowered to SQL over rows of ``record``."""
        return self.sql_fault is None

    @cached_property
    def browser_fault(self) -> ExpressionFault | None:
        """Return why the browser cannot evaluate it; None when it can."""
        refused = availability.refused_in_browser(self.tree)
        return refused.fault(self.source) if refused is not None else None

    def to_json(self) -> Mapping[str, object]:
        """Return the JSON form that ``expressions.ts`` evaluates; raises ``ValueError`` when ``browser_fault`` says why not."""
        if (fault := self.browser_fault) is not None:
            raise ValueError(str(fault))
        return self._json

    @cached_property
    def _json(self) -> Mapping[str, object]:
        return json_form.to_json(self.tree)

    def explain(self, env: Environment, language: str = "en", closed: Callable[[Dependency], bool] = lambda _: False) -> Explanation:
        """Return the tree of parts with their values in this environment, as far as they read nothing that is closed to the reader.

        ``closed`` is asked about fields and groups, and with an empty path about a type as a whole.
        """
        return explaining.explain(self.tree, self.source, env, language, lambda node: any(map(closed, _shown(node))))


def compile_expression(expression: Expression, scope: Scope, expected: Type | None = None) -> "Compiled | tuple[ExpressionFault, ...]":
    """Return the compiled expression, or what is wrong with it."""
    try:
        tree = check(expression.source, scope, expected)
    except Faulty as faulty:
        return (faulty.fault(expression.source),)
    return Compiled(
        source=expression.source,
        path=expression.path,
        type=tree.type,
        tree=tree,
        dependencies=_dependencies(tree),
        names=_names(tree),
        evaluate=_evaluator(tree),
    )


def check(source: str, scope: Scope, expected: Type | None = None) -> Node:
    """Return the typed tree; raises ``Faulty``."""
    parsed = syntax.parse(source)
    checker = Checker(scope)
    tree = checker.value(parsed)
    if expected is None:
        return tree
    fitting = checker.adapt(tree, expected)
    return fitting if fitting is not None else checker.mismatch(tree, str(expected))


def _evaluator(tree: Node) -> Callable[[Environment], object]:
    closure = closures.compile_tree(tree)
    no_items = closures.NO_ITEMS
    base, item = tree.type.base, tree.type.item
    if base is Base.BOOLEAN:
        return lambda env: bool(closure(env, no_items))
    if base is Base.RECORD and len(tree.type.entity_types) == 1:
        return lambda env: closures.identity(closure(env, no_items))
    if base is Base.RECORD:
        return lambda env: closures.resolve(env, tree.type.entity_types, closure(env, no_items))
    if base is Base.LIST and item is not None and item.base is Base.RECORD and len(item.entity_types) == 1:
        return lambda env: tuple(closures.identity(one) for one in closure(env, no_items))  # type: ignore[attr-defined]
    return lambda env: closure(env, no_items)


def _names(tree: Node) -> frozenset[str]:
    found = {part.name for part in tree.walk() if isinstance(part, Root)}
    if any(isinstance(part, Call) and part.name == "today" for part in tree.walk()):
        found.add("now")
    if any(isinstance(part, Label) for part in tree.walk()):
        found.add("language")
    return frozenset(found)


def _shown(node: Node) -> Iterator[Dependency]:
    """Yield what the value of a part may tell of: what it reads, and the types and groups of the records and lines in it."""
    yield from _dependencies(node)
    for part in node.walk():
        shown = part.type.item or part.type
        if shown.base is Base.RECORD:
            yield from (Dependency(entity_type, "") for entity_type in shown.entity_types)
        if shown.base is Base.LINE:
            yield from (Dependency(entity_type, shown.part) for entity_type in shown.entity_types)


def _dependencies(tree: Node) -> frozenset[Dependency]:
    found: set[Dependency] = set()
    for part in tree.walk():
        match part:
            case Field(target=target, path=path) if target.type.base is Base.RECORD:
                found.update(Dependency(owner, path) for owner in target.type.entity_types)
            case Field(target=target, path=path) if target.type.base is Base.LINE:
                found.add(Dependency(target.type.entity_types[0], f"{target.type.part}.{path}"))
            case Lines(target=target, group=group):
                found.update(Dependency(owner, group) for owner in target.type.entity_types)
            case Related(target=target, relation=relation, holder=holder, stored=stored):
                found.update(Dependency(owner, relation) for owner in target.type.entity_types)
                found.add(Dependency(holder, stored))
            case PartyOf(paths=paths):
                found.update(Dependency(owner, path) for owner, path in paths.items() if path)
    return frozenset(found)
