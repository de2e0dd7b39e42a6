"""Compiles the expressions of a model one by one and turns what is wrong with them into problems with a place."""

import json
from collections.abc import Mapping
from functools import cache

from packdesk.errors import Problem, Severity
from packdesk.model.entity_types import Field
from packdesk.model.model import Model
from packdesk.model.nodes import Check, Condition, Expression, Text
from packdesk.runtime.entity_parts import CheckRuntime, Guard
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Catalogue, Place, Scope
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.faults import ExpressionFault
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.tags import sources


def problem_at(
    model: Model, path: str, code: str, message: str, *, advice: str = "", did_you_mean: str = "", severity: Severity = Severity.ERROR, offset: int = -1
) -> Problem:
    """Return a problem about the metadata at a path; ``offset`` counts JSON characters inside the quotes of its value."""
    origin = model.origin(path)
    exact = path in model.origins
    return Problem(
        code=code,
        message=message,
        advice=advice,
        did_you_mean=did_you_mean,
        pack=origin.pack if origin else "",
        file=origin.file if origin else "",
        line=origin.line if origin else 0,
        column=(origin.column + (1 + offset if offset >= 0 and exact else 0)) if origin else 0,
        severity=severity,
    )


class Workshop:
    """Holds the typed view of one model and collects the problems met while compiling."""

    def __init__(self, model: Model, catalogue: Catalogue, *, live: bool = False) -> None:
        """Take the model and its typed view; ``live`` when what plugins no longer offer is switched off instead of noted."""
        self.model = model
        self.live = live
        self.catalogue = catalogue
        self.problems: list[Problem] = []
        self._scope = cache(self._make_scope)

    def _make_scope(self, place: Place, entity_type: str, section: str, line: str) -> Scope:
        return self.catalogue.scope(place, entity_type, section=section, line=line)

    def scope(self, place: Place, entity_type: str, *, section: str = "", line: str = "") -> Scope:
        """Return the names of a place; made once."""
        return self._scope(place, entity_type, section, line)

    def expression(self, expression: Expression | None, scope: Scope, expected: Type | None = None) -> Compiled | None:
        """Compile an expression; None when there is none, or when it is wrong and a problem was noted."""
        if expression is None:
            return None
        compiled = compile_expression(expression, scope, expected)
        if isinstance(compiled, Compiled):
            return compiled
        self.problems.extend(self._problem(expression, fault) for fault in compiled)
        return None

    def _problem(self, expression: Expression, fault: ExpressionFault) -> Problem:
        lines = expression.source.split("\n")
        before = "\n".join([*lines[: fault.line - 1], lines[fault.line - 1][: fault.column - 1]]) if fault.line <= len(lines) else ""
        origin = self.model.origin(expression.path)
        marked = origin is not None and isinstance(origin.value, str) and origin.value.startswith("=")
        return problem_at(
            self.model,
            expression.path,
            fault.code,
            fault.message,
            advice=fault.advice,
            did_you_mean=fault.did_you_mean,
            offset=len(json.dumps(before, ensure_ascii=False)) - 2 + (1 if marked else 0),
        )

    def guard(self, condition: Condition, scope: Scope) -> Guard:
        """Compile a condition; a wrong one counts as never."""
        if isinstance(condition, bool):
            return condition
        compiled = self.expression(condition, scope, types.BOOLEAN)
        return False if compiled is None else compiled

    def source(self, value: object, scope: Scope, expected: Type | None = None) -> object:
        """Compile a value that may be an expression, or hold some inside; literals stay."""
        if isinstance(value, Expression):
            return self.expression(value, scope, expected)
        if isinstance(value, Mapping):
            return {key: self.source(inner, scope) for key, inner in value.items()}
        return tuple(self.source(inner, scope) for inner in value) if isinstance(value, tuple) else value

    def checks(self, checks: Mapping[str, Check], scope: Scope, group: str = "") -> tuple[CheckRuntime, ...]:
        """Compile refusals with their sentences; a tag that names nothing is a problem like a name in an expression."""
        for check in checks.values():
            self.sentence(check.message, f"{check.path}.message", scope)
        return tuple(CheckRuntime(check=check, that=self.expression(check.that, scope, types.BOOLEAN), group=group) for check in checks.values())

    def sentence(self, text: Text, path: str, scope: Scope) -> None:
        """Note a problem for each tag of a sentence that names no field."""
        for source in dict.fromkeys(source for words in text.by_language.values() for source in sources(words)):
            self.expression(Expression(source, path), scope)

    def note(self, path: str, code: str, message: str, *, advice: str = "", did_you_mean: str = "", severity: Severity = Severity.ERROR) -> None:
        """Note a problem about the metadata at a path."""
        self.problems.append(problem_at(self.model, path, code, message, advice=advice, did_you_mean=did_you_mean, severity=severity))

    def candidates(self, field: Field, entity_type: str) -> Type:
        """Return the type of ``candidate`` for a field."""
        return self.catalogue.candidate_type(field, entity_type)
