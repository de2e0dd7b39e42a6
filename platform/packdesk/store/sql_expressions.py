"""Typed trees as SQL: conditions on stored records for lists, dashboards, impact counts and candidates.

Whatever does not depend on the row is computed once by the closure and bound. A value is a tuple of columns (one; two for money,
durations and phones; six for an address); records and lines are rows, reached by correlated subqueries. A condition is never null
and keeps ``column = value`` visible to the planner.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.runtime.expressions.availability import refused_in_sql
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.tree import Node
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.values import Actor, Record
from packdesk.runtime.values import Related as RelatedRecord
from packdesk.store.postgresql_functions import PostgresqlFunctions
from packdesk.store.sql_lowering import Lowering
from packdesk.store.sql_values import Row, Sees, Values, sees_all
from packdesk.store.sqlite_functions import SqliteFunctions
from packdesk.store.tables import Tables

__all__ = ["Sees", "lower", "lower_value"]


class _NoGraph:
    """A graph for environments that read no record."""

    def get(self, entity_type: str, record_id: str) -> Record | None:
        """Know no record."""
        del entity_type, record_id
        return None

    def related(self, record: Record, relation: str) -> tuple[RelatedRecord, ...]:
        """Know no relation."""
        del record, relation
        return ()

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Know no record."""
        del entity_type, key
        return None

    def user_units(self, login: str) -> frozenset[str]:
        """Know no user."""
        del login
        return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    tree: Node
    tables: Tables
    entity_type: str
    actor: Actor
    now: datetime
    zone: ZoneInfo
    dialect: str
    base: str
    environment: Environment | None
    alias: sa.FromClause | None
    sees: Sees = sees_all

    @property
    def lowering(self) -> Lowering:
        """Return what lowers the tree over rows of the entity type; raises ``bad_filter`` for a tree that SQL cannot say."""
        if (fault := refused_in_sql(self.tree, self.base)) is not None:
            raise PackdeskError("bad_filter", reason=fault.message)
        env = self.environment or Environment(graph=_NoGraph(), now=self.now, zone=self.zone, actor=self.actor)
        table = self.alias if self.alias is not None else self.tables.record(self.entity_type)
        functions = SqliteFunctions() if self.dialect == "sqlite" else PostgresqlFunctions()
        return Lowering(tables=self.tables, env=env, functions=functions, base=self.base, row=Row(table), sees=self.sees)


def lower(
    tree: Node,
    tables: Tables,
    entity_type: str,
    *,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
    dialect: str,
    base: str = "record",
    environment: Environment | None = None,
    alias: sa.FromClause | None = None,
    sees: Sees = sees_all,
) -> sa.ColumnElement[bool]:
    """Return the tree as a condition on rows of the entity type's table (or an alias of it); it is never null.

    ``base`` is the name that stands for the row: ``record``, or ``candidate`` for the records that a field may choose; then
    ``environment`` holds what the other names stand for. ``sees`` narrows the records that the condition reaches. Raises ``bad_filter`` for what ``Compiled.sql_fault`` refuses.
    """
    place = _Place(
        tree=tree,
        tables=tables,
        entity_type=entity_type,
        actor=actor,
        now=now,
        zone=zone,
        dialect=dialect,
        base=base,
        environment=environment,
        alias=alias,
        sees=sees,
    )
    return place.lowering.condition(tree)


def lower_value(
    tree: Node,
    tables: Tables,
    entity_type: str,
    *,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
    dialect: str,
    environment: Environment | None = None,
    alias: sa.FromClause | None = None,
) -> Values:
    """Return the tree as columns over rows of the entity type's table: one, or as many as its type is stored in."""
    place = _Place(
        tree=tree,
        tables=tables,
        entity_type=entity_type,
        actor=actor,
        now=now,
        zone=zone,
        dialect=dialect,
        base="record",
        environment=environment,
        alias=alias,
    )
    lowering = place.lowering
    if tree.type.base is Base.BOOLEAN:
        return (lowering.condition(tree),)
    return lowering.key(tree) if tree.type.base is Base.RECORD else lowering.values(tree)
