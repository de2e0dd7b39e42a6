"""What is stored under an entity type's id rather than its table, and follows the id when it is renamed."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.store.platform_tables import attachment, history, membership, note, user_profile
from packdesk.store.steps import Step, StepKind
from packdesk.store.tables import Tables


def rename_types(connection: Connection, tables: Tables, steps: Sequence[Step]) -> None:
    """Let history, notes, files and links follow renamed entity types, and people follow renamed units; part of the flip."""
    for step in steps:
        if step.kind is StepKind.RENAME_TYPE:
            for table in (history, note, attachment):
                connection.execute(sa.update(table).where(table.c.entity_type == step.old).values(entity_type=step.new))
            for links in (table for entity in tables.model.entity_types for table in tables.of_type(entity) if table.name.startswith("k_")):
                connection.execute(sa.update(links).where(links.c.to_type == step.old).values(to_type=step.new))
    for old, new in _renamed_units(steps).items():
        connection.execute(sa.update(user_profile).where(user_profile.c.default_unit == old).values(default_unit=new))
        there = sa.select(membership.c.login).where(membership.c.unit == new)
        connection.execute(sa.update(membership).where(membership.c.unit == old, membership.c.login.not_in(there)).values(unit=new))
        connection.execute(sa.delete(membership).where(membership.c.unit == old))


def _renamed_units(steps: Sequence[Step]) -> dict[str, str]:
    return {step.old: step.new for step in steps if step.kind is StepKind.RENAME_UNIT}
