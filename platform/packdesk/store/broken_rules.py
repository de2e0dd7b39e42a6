"""How many records break a rule that a plan brings: the rule is read against the live release and counted as SQL.

A rule that speaks of what only the new release knows, or of the change at hand, has nothing to count yet.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import EntityType
from packdesk.model.nodes import Condition, Expression
from packdesk.runtime.expressions.catalogue import Catalogue, Place
from packdesk.runtime.expressions.compile import compile_expression
from packdesk.runtime.values import SYSTEM
from packdesk.store import places
from packdesk.store.sql_expressions import lower
from packdesk.store.steps import Slot
from packdesk.store.tables import Tables

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCounter:
    """Counts live records by conditions; ``tables`` are those of the live release."""

    connection: Connection
    tables: Tables
    catalogue: Catalogue
    now: datetime

    def failing_check(self, entity_type: str, that: Expression) -> int | None:
        """Return how many records do not meet a check; None when that cannot be known."""
        condition = self._condition(entity_type, that)
        return None if condition is None else self._count(entity_type, sa.not_(condition))

    def lacking(self, entity_type: str, path: str, required: Condition) -> int | None:
        """Return how many records have no value in a field (that may not be there yet) where the condition demands one."""
        if not isinstance(required, Expression):
            return None
        condition = self._condition(entity_type, required)
        if condition is None:
            return None
        known = path in self.tables.stored(entity_type)
        return self._count(entity_type, condition & places.place(self.tables, Slot(entity_type, path)).empty() if known else condition)

    def _condition(self, entity_type: str, expression: Expression) -> sa.ColumnElement[bool] | None:
        compiled = compile_expression(expression, self.catalogue.scope(Place.CHECK, entity_type))
        if isinstance(compiled, tuple):
            return None
        try:
            return lower(compiled.tree, self.tables, entity_type, actor=SYSTEM, now=self.now, zone=_UTC, dialect=self.connection.dialect.name)
        except PackdeskError as error:
            if error.code == "bad_filter":
                return None
            raise

    def _count(self, entity_type: str, condition: sa.ColumnElement[bool]) -> int:
        records = self.tables.record(entity_type)
        return int(self.connection.execute(sa.select(sa.func.count()).select_from(records).where(records.c.deleted_at.is_(None), condition)).scalar_one())


def changed_checks(old: EntityType, new: EntityType) -> tuple[tuple[str, Expression], ...]:
    """Return (path, condition) of the checks that are new or say something else than before."""
    return tuple(
        (check.path, check.that) for key, check in new.checks.items() if (former := old.checks.get(key)) is None or former.that.source != check.that.source
    )
