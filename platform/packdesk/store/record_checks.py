"""What records that exist have to say against a publish, judged before anything is touched and once more at the flip."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.model import Model
from packdesk.store.collisions import NOTHING_BACK, GivenBack, collisions
from packdesk.store.migrate_values import Finished
from packdesk.store.places import Place, place
from packdesk.store.prefill import APART
from packdesk.store.reverting import given_back_to_unique
from packdesk.store.steps import Slot, Step, StepKind
from packdesk.store.tables import Tables


def demand_finished(finished: Finished, model: Model, *, going_back: bool) -> None:
    """Refuse to publish over what the data of a record stopped; to go back is the way out, unless statuses would have no meaning there."""
    known = all(
        step.slot is None or step.slot.path != "status" or step.slot.group or _knows_statuses(model, step.slot.entity_type, step.mapping or {})
        for step in finished.left
    )
    if finished.stopped and not (going_back and known):
        raise PackdeskError("publish_unfinished", reasons=" ".join(finished.stopped))


def _knows_statuses(model: Model, entity_type: str, statuses: Iterable[str]) -> bool:
    return entity_type not in model.lifecycles or all(status in model.lifecycles[entity_type].statuses for status in statuses)


def demand_unique(  # noqa: PLR0917
    connection: Connection, before: Tables | None, model: Model, steps: Sequence[Step], given_back: GivenBack = NOTHING_BACK, since: datetime | None = None
) -> None:
    """Refuse where the steps would leave records with the same that must be unique; ``before`` are the tables of the live release.

    ``since`` says when that was asked the last time.
    """
    found = () if before is None else collisions(connection, before, model, steps, given_back, None if since is None else since - APART)
    if found:
        raise PackdeskError("plan_refused", reasons=" ".join(f"{one.problem().message} {one.problem().advice}" for one in found))


def given_back(connection: Connection, tables: Tables, steps: Sequence[Step]) -> GivenBack:
    """Return what a roll-back gives back where it has to be unique."""
    undone = [int(str(step.value)) for step in steps if step.kind is StepKind.REVERT]
    return given_back_to_unique(connection, tables, undone) if undone else NOTHING_BACK


def demand_unused(connection: Connection, tables: Tables, steps: Sequence[Step]) -> None:
    """Refuse when a record came to use something that goes after the plan was made, and nobody decided what it gets instead (GEN-19)."""
    mapped = {(step.slot, value) for step in steps if step.kind is StepKind.MAP_VALUES for value in step.mapping or {}}
    going: dict[tuple[Slot, tuple[str, ...]], list[str]] = {}
    for step in steps:
        if step.kind is StepKind.RETIRE_VALUES and step.slot is not None and isinstance(step.value, list | tuple) and (step.slot, step.old) not in mapped:
            going.setdefault((step.slot, tuple(str(state) for state in step.value)), []).append(step.old)
    for (slot, kept_by), values in going.items():
        found = place(tables, slot)
        if not _is_used(connection, found, kept_by, values):
            continue
        section, name = ("map_status", slot.entity_type) if slot.path == "status" and not slot.group else ("map_value", slot.name)
        needed = [f"{section}.{name}.{value}" for value in values if _is_used(connection, found, kept_by, [value])]
        raise PackdeskError("decisions_missing", count=len(needed), needed=", ".join(needed))


def _is_used(connection: Connection, found: Place, kept_by: Sequence[str], values: Sequence[str]) -> bool:
    using = sa.select(found.owner).where(found.holds(values), found.outside(kept_by)).limit(1)
    return connection.execute(using).first() is not None
