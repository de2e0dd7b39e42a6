"""Publishes a plan: expand (additive, harmless if abandoned), flip (one short transaction), migrate (resumable batches).

Killed anywhere, the system is on the old release or on the new one. What an abandoned expansion leaves is swept by the next publish or
by ``doctor``; what an interrupted migration leaves is finished by ``resume``, by the next publish or by ``doctor``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.clock import Clock
from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.packs.build import build
from packdesk.store.consequences import decided_steps
from packdesk.store.database import Database
from packdesk.store.decisions import parse
from packdesk.store.executing import Progress, execute, silent
from packdesk.store.expansion import contraction, expansion, table_names
from packdesk.store.inspection import Inspection, inspect_storage
from packdesk.store.leftovers import live_release, sweep
from packdesk.store.migrate_values import finish
from packdesk.store.placement import rename_types
from packdesk.store.planning import Plan, plan
from packdesk.store.platform_tables import active_release, release
from packdesk.store.prefill import Filling, check_value, fill_ahead, fillings_of, top_up
from packdesk.store.publish_lock import publishing
from packdesk.store.record_checks import demand_finished, demand_unique, demand_unused, given_back
from packdesk.store.releases import (
    PUBLISHED,
    NewRelease,
    finish_contraction,
    give_up_steps,
    next_number,
    read_active,
    read_pending,
    read_release,
    write_release,
    write_steps,
)
from packdesk.store.steps import MIGRATIONS, Step, StepKind
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class _Publish:
    """What one publish carries from phase to phase."""

    database: Database
    plan: Plan
    steps: tuple[Step, ...]
    tables: Tables
    fillings: tuple[Filling, ...]
    number: int
    started: datetime
    clock: Clock
    #: The tables of the release that is live before; None before the first, and where no step changes a value.
    before: Tables | None
    #: The release whose documents come back; 0 where it is no roll-back.
    restored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Live:
    """The live release, as far as its indexes are concerned."""

    number: int
    tables: Tables


def publish(
    database: Database,
    made: Plan,
    decisions: Mapping[str, object] | None,
    *,
    actor: str,
    note: str,
    clock: Clock,
    progress: Progress = silent,
) -> int:
    """Make the planned packs live and return the number of their release; nothing is published when nothing would change.

    Raises ``plan_refused``, ``decisions_missing``, ``bad_decision``, ``release_changed`` or ``publish_running``, with nothing done.
    """
    answers = _answers(made, decisions)
    return _publish(database, made, answers, decided_steps(made.steps, answers, made.model), (actor, note), clock, progress)


def rollback(
    database: Database,
    number: int | None = None,
    decisions: Mapping[str, object] | None = None,
    *,
    actor: str,
    note: str,
    clock: Clock,
    progress: Progress = silent,
) -> int:
    """Publish the documents of an older release (the one before, when none is named) and give back values that nobody touched since."""
    target = number or rollback_target(database)
    made, undone = plan_rollback(database, target, clock)
    answers = _answers(made, decisions)
    reverts = tuple(Step(kind=StepKind.REVERT, about=f"release {one}", value=one, decision="rollback") for one in undone)
    steps = (*decided_steps(made.steps, answers, made.model), *reverts)
    return _publish(database, made, answers, steps, (actor, note), clock, progress, restored=target)


def rollback_target(database: Database) -> int:
    """Return the release that stood before the live one; before a rollback stood what stood before the release that it brought back."""
    with database.begin() as connection:
        active = read_active(connection)
        if active is None:
            raise PackdeskError("no_release")
        live = read_release(connection, active.number)
        while live.restored:
            live = read_release(connection, live.restored)
    if not live.info.base:
        raise PackdeskError("first_release", number=live.number)
    return live.info.base


def plan_rollback(database: Database, number: int | None, clock: Clock) -> tuple[Plan, tuple[int, ...]]:
    """Return the plan of going back, and the numbers of the releases that it undoes, newest first."""
    target = number or rollback_target(database)
    with database.begin() as connection:
        older = read_release(connection, target)
        query = sa.select(release.c.number).where(release.c.number > target, release.c.state == PUBLISHED).order_by(release.c.number.desc())
        undone = tuple(connection.execute(query).scalars())
    return plan(database, older.merged, clock), undone


def judge(database: Database, made: Plan, decisions: Mapping[str, object] | None) -> None:
    """Raise what ``publish`` would refuse these decisions with; reads only."""
    steps = decided_steps(made.steps, _answers(made, decisions), made.model)
    before = _before(database, made, steps)
    with database.begin() as connection:
        demand_unique(connection, before, made.model, steps)


def resume(database: Database, clock: Clock, progress: Progress = silent) -> int:
    """Finish what a killed publish left to do for records and indexes; does nothing while somebody else publishes.

    What the data of a record stops stays unfinished: ``doctor`` tells it, and nobody has to stop working for it.
    """
    try:
        with publishing(database):
            _contract(database)
            return finish(database, clock, progress).done
    except PackdeskError as error:
        if error.code == "publish_running":
            return 0
        raise


def _answers(made: Plan, decisions: Mapping[str, object] | None) -> Mapping[str, Json]:
    if made.problems:
        raise PackdeskError("plan_refused", reasons=" ".join(problem.message for problem in made.problems))
    return parse(decisions, made.needed, lambda name, value: check_value(made.model, name, value), made.decided)


def _publish(  # noqa: PLR0917
    database: Database,
    made: Plan,
    answers: Mapping[str, Json],
    steps: tuple[Step, ...],
    who: tuple[str, str],
    clock: Clock,
    progress: Progress,
    *,
    restored: int = 0,
) -> int:
    if made.is_empty:
        return made.base
    with publishing(database):
        sweep(database)
        _contract(database)
        demand_finished(finish(database, clock, progress), made.model, going_back=bool(restored))
        started = clock.now()
        before = _before(database, made, steps)
        if not restored:
            # What goes back with a roll-back is known at the flip, which asks the same.
            with database.begin() as connection:
                demand_unique(connection, before, made.model, steps)
        new = NewRelease(
            number=0,
            base=made.base,
            merged=made.merged,
            storage=made.storage,
            steps=steps,
            changes=tuple(change.sentence for change in made.changes),
            decisions=answers,
            retired_values=made.retired_values,
            note=who[1],
            created_by=who[0],
            created_at=started,
            restored=restored,
        )
        number = _write_down(database, new)
        tables = Tables(made.model, made.storage.physical, database.dialect)
        run = _Publish(
            database=database,
            plan=made,
            steps=steps,
            tables=tables,
            fillings=fillings_of(steps, tables, made.storage),
            number=number,
            started=started,
            clock=clock,
            before=before,
            restored=restored,
        )
        unwanted = _to_the_flip(run, progress)
        for engine in database.engines:
            engine.clear_compiled_cache()
        # First the indexes: what was unique in the release before must not stop what may be the same in this one.
        if unwanted:
            _drop_unwanted(database, _Live(number=number, tables=tables), tuple(step.about for step in unwanted))
        finish(database, clock, progress)
    return number


def _to_the_flip(run: _Publish, progress: Progress) -> tuple[Step, ...]:
    """Expand, fill ahead and flip; where that is refused, take away again what was added. Returns the steps of unwanted indexes."""
    try:
        unwanted = _unwanted(run, _expand(run, progress))
        progress("fill", 0)
        fill_ahead(run.database, run.fillings)
        progress("flip", 0)
        run.database.retrying(lambda: _flip(run, unwanted))
    except sa.exc.IntegrityError as error:
        sweep(run.database)
        with run.database.begin() as connection:
            demand_unique(connection, run.before, run.plan.model, run.steps)
        raise PackdeskError("plan_refused", reasons="Two records came to have the same where that must be unique. Plan again.") from error
    except PackdeskError:
        sweep(run.database)
        raise
    return unwanted


def _before(database: Database, made: Plan, steps: Sequence[Step]) -> Tables | None:
    """Return the tables of the release that the plan is made against; None before the first, and where no step changes a value."""
    if not made.base or not any(step.kind in MIGRATIONS for step in steps):
        return None
    with database.begin() as connection:
        stored = read_release(connection, made.base)
    return Tables(build(stored.merged), stored.physical, database.dialect)


def _write_down(database: Database, new: NewRelease) -> int:
    with database.begin(write=True) as connection:
        active = read_active(connection)
        if (0 if active is None else active.number) != new.base:
            raise PackdeskError("release_changed")
        number = next_number(connection)
        write_release(connection, replace(new, number=number))
    return number


def _expand(run: _Publish, progress: Progress) -> Inspection:
    """Add what is missing until nothing is, and return what is there then; every statement may be repeated."""
    names = table_names(run.tables, run.plan.types)
    while statements := expansion(run.tables, found := _inspected(run.database, names), run.database.engine.dialect, run.plan.types):
        execute(run.database, run.tables, statements, progress)
    return found


def _unwanted(run: _Publish, found: Inspection) -> tuple[Step, ...]:
    """Return a step for each type with indexes that only the release before has a use for, or that are to be unique no longer."""
    statements = contraction(run.tables, found, run.database.engine.dialect, run.plan.types)
    owners = {table.name: one for one in run.plan.types for table in run.tables.of_type(one)} if statements else {}
    return tuple(Step(kind=StepKind.CONTRACT, about=one) for one in dict.fromkeys(owners[statement.table] for statement in statements))


def expand_live(database: Database) -> None:
    """Add what the live release misses, after damage or a killed build of an index; needs the lock of publishing."""
    live = _live(database)
    while live is not None and (statements := expansion(live.tables, _inspected(database), database.engine.dialect)):
        execute(database, live.tables, statements)


def contract(database: Database) -> None:
    """Drop the indexes that the live release has no use for, so that what it allows is not refused; needs the lock of publishing."""
    live = _live(database)
    if live is not None:
        _drop_unwanted(database, live, tuple(live.tables.model.entity_types))


def _contract(database: Database) -> None:
    """Drop the indexes that the journal names: what a publish that was killed after the flip left to do."""
    with database.begin() as connection:
        active = read_active(connection)
        pending = () if active is None else read_pending(connection, active.number)
    types = tuple(step.about for _ordinal, step, _cursor in pending if step.kind is StepKind.CONTRACT)
    live = _live(database) if types else None
    if live is not None:
        _drop_unwanted(database, live, types)


def _drop_unwanted(database: Database, live: _Live, types: tuple[str, ...]) -> None:
    names = table_names(live.tables, types)
    while statements := contraction(live.tables, _inspected(database, names), database.engine.dialect, types):
        execute(database, live.tables, statements)
    with database.begin(write=True) as connection:
        finish_contraction(connection, live.number)


def _live(database: Database) -> _Live | None:
    with database.begin() as connection:
        stored = live_release(connection)
    return None if stored is None else _Live(number=stored.number, tables=Tables(build(stored.merged), stored.physical, database.dialect))


def _inspected(database: Database, only: Iterable[str] | None = None) -> Inspection:
    with database.begin() as connection:
        return inspect_storage(connection, only)


def _flip(run: _Publish, unwanted: tuple[Step, ...]) -> None:
    """Make the release live in one transaction, if the live one is still the one that was planned against.

    The row of the live release is taken first: writers hold it shared until they commit, so nobody writes for the moment that this takes.
    """
    with run.database.begin(write=True) as connection:
        _swap(connection, run)
        demand_unused(connection, run.tables, run.steps)
        since = None if run.restored else run.started
        demand_unique(connection, run.before, run.plan.model, run.steps, given_back(connection, run.tables, run.steps), since)
        if run.restored:
            give_up_steps(connection, run.plan.base)
        top_up(connection, run.fillings, run.started)
        rename_types(connection, run.tables, run.steps)
        write_steps(connection, run.number, (*run.steps, *unwanted))
        now = run.clock.now()
        connection.execute(sa.update(release).where(release.c.number == run.number).values(state=PUBLISHED, created_at=now))


def _swap(connection: Connection, run: _Publish) -> None:
    planned = active_release.c.number == run.plan.base if run.plan.base else active_release.c.number.is_(None)
    swap = sa.update(active_release).where(active_release.c.id == 1, planned)
    swapped = connection.execute(swap.values(number=run.number, security_epoch=active_release.c.security_epoch + 1)).rowcount
    if swapped:
        return
    if run.plan.base or connection.execute(sa.select(active_release.c.id)).first() is not None:
        raise PackdeskError("release_changed")
    connection.execute(sa.insert(active_release).values(id=1, number=run.number, security_epoch=1))
