"""Publishes a plan: expand (additive, harmless if abandoned), flip (one short transaction), migrate (resumable batches).

Killed anywhere, the system is on the old release or on the new one. What an abandoned expansion leaves is swept by the next publish or
by ``doctor``; what an interrupted migration leaves is finished by ``resume``, by the next publish or by ``doctor``.
"""

import time
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
from packdesk.store.database import Database, is_busy
from packdesk.store.decisions import parse
from packdesk.store.expansion import Ddl, DdlKind, contraction, expansion, table_names
from packdesk.store.inspection import Inspection, inspect_storage
from packdesk.store.leftovers import live_release, sweep
from packdesk.store.migrate_values import Progress, finish, silent
from packdesk.store.placement import rename_types
from packdesk.store.planning import Plan, plan
from packdesk.store.platform_tables import active_release, release
from packdesk.store.prefill import Filling, check_value, fill_ahead, fillings_of, top_up
from packdesk.store.publish_lock import publishing
from packdesk.store.releases import PUBLISHED, NewRelease, finish_contraction, next_number, read_active, read_pending, read_release, write_release, write_steps
from packdesk.store.steps import Step, StepKind
from packdesk.store.tables import Tables

#: How long an additive statement may keep others waiting for the table that it changes, and how often it tries again.
_LOCK_MILLISECONDS = 500
_ATTEMPTS = 40
_PAUSE = 0.25
#: How long one transaction of statements may keep writers waiting on SQLite.
_SHARE_SECONDS = 0.2


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
        raise PackdeskError("unknown_release", number=0)
    return live.info.base


def plan_rollback(database: Database, number: int | None, clock: Clock) -> tuple[Plan, tuple[int, ...]]:
    """Return the plan of going back, and the numbers of the releases that it undoes, newest first."""
    target = number or rollback_target(database)
    with database.begin() as connection:
        older = read_release(connection, target)
        query = sa.select(release.c.number).where(release.c.number > target, release.c.state == PUBLISHED).order_by(release.c.number.desc())
        undone = tuple(connection.execute(query).scalars())
    return plan(database, older.merged, clock), undone


def resume(database: Database, clock: Clock, progress: Progress = silent) -> int:
    """Finish what a killed publish left to do for records and indexes; does nothing while somebody else publishes."""
    try:
        with publishing(database):
            done = finish(database, clock, progress)
            _contract(database)
            return done
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
        finish(database, clock, progress)
        _contract(database)
        started = clock.now()
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
        )
        unwanted = _unwanted(run, _expand(run, progress))
        progress("fill", 0)
        fill_ahead(database, run.fillings)
        progress("flip", 0)
        database.retrying(lambda: _flip(run, unwanted))
        for engine in database.engines:
            engine.clear_compiled_cache()
        finish(database, clock, progress)
        if unwanted:
            _drop_unwanted(database, _Live(number=number, tables=tables), tuple(step.about for step in unwanted))
    return number


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
        _execute(run.database, statements, progress)
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
        _execute(database, statements)


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
        _execute(database, statements)
    with database.begin(write=True) as connection:
        finish_contraction(connection, live.number)


def _live(database: Database) -> _Live | None:
    with database.begin() as connection:
        stored = live_release(connection)
    return None if stored is None else _Live(number=stored.number, tables=Tables(build(stored.merged), stored.physical, database.dialect))


def _inspected(database: Database, only: Iterable[str] | None = None) -> Inspection:
    with database.begin() as connection:
        return inspect_storage(connection, only)


def _execute(database: Database, statements: Sequence[Ddl], progress: Progress = silent) -> None:
    if database.dialect == "sqlite":
        _in_fair_shares(database, statements, progress)
        return
    together, alone = _parted(statements)
    done = 0
    for group in together:
        _patiently(database, group)
        progress("expand", done := done + len(group))
    for statement in alone:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(statement.sql)
        progress("expand", done := done + 1)


def _in_fair_shares(database: Database, statements: Sequence[Ddl], progress: Progress) -> None:
    """Run statements in transactions that are long enough to be quick and short enough for writers not to mind."""
    done = 0
    while done < len(statements):
        with database.begin(write=True) as connection:
            until = time.monotonic() + _SHARE_SECONDS
            while done < len(statements) and time.monotonic() < until:
                connection.exec_driver_sql(statements[done].sql)
                done += 1
        progress("expand", done)


def _parted(statements: Sequence[Ddl]) -> tuple[list[list[Ddl]], list[Ddl]]:
    """Return statements for transactions, one per table that exists and one for all new tables, and those that need to be alone."""
    alone = [statement for statement in statements if "CONCURRENTLY" in statement.sql]
    fresh = {statement.table for statement in statements if statement.kind is DdlKind.CREATE_TABLE}
    groups: dict[str, list[Ddl]] = {}
    for statement in statements:
        if "CONCURRENTLY" not in statement.sql:
            groups.setdefault("" if statement.table in fresh or not statement.table else statement.table, []).append(statement)
    return [groups[table] for table in sorted(groups)], alone


def _patiently(database: Database, statements: Sequence[Ddl]) -> None:
    """Run statements in one transaction that gives way at once when somebody is using the table, and comes back."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with database.engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}")
                for statement in statements:
                    connection.exec_driver_sql(statement.sql)
        except sa.exc.DBAPIError as error:
            if not is_busy(error):
                raise
            if attempt == _ATTEMPTS:
                raise PackdeskError("busy") from error
            time.sleep(_PAUSE)
        else:
            return


def _flip(run: _Publish, unwanted: tuple[Step, ...]) -> None:
    """Make the release live in one transaction, if the live one is still the one that was planned against.

    The row of the live release is taken first: writers hold it shared until they commit, so nobody writes for the moment that this takes.
    """
    with run.database.begin(write=True) as connection:
        _swap(connection, run)
        _nobody_stands_in_unmapped_statuses(connection, run)
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


def _nobody_stands_in_unmapped_statuses(connection: Connection, run: _Publish) -> None:
    """Refuse when a record entered a removed status after the plan was made and nobody decided where it goes."""
    mapped = {(step.slot, value) for step in run.steps if step.kind is StepKind.MAP_VALUES for value in step.mapping or {}}
    for step in run.steps:
        slot = step.slot
        if step.kind is not StepKind.RETIRE_VALUES or slot is None or slot.path != "status" or slot.group or (slot, step.old) in mapped:
            continue
        records = run.tables.record(slot.entity_type)
        standing = sa.select(records.c.id).where(records.c.status == step.old, records.c.deleted_at.is_(None)).limit(1)
        if connection.execute(standing).first() is not None:
            raise PackdeskError("decisions_missing", count=1, needed=f"map_status.{slot.entity_type}.{step.old}")
