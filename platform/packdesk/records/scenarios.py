"""Runs the scenarios of packs: given, when, then, on a database in memory, with the transitions that they covered (M-12)."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

import sqlalchemy as sa

from packdesk.clock import FixedClock
from packdesk.errors import Finding, PackdeskError, sentence
from packdesk.model.model import Model
from packdesk.model.nodes import Expression
from packdesk.model.scenarios import Given, Scenario, Step
from packdesk.records.act import act
from packdesk.records.bulk import refusals
from packdesk.records.context import Context, Door, Fixed, run
from packdesk.records.create import create
from packdesk.records.delete import delete
from packdesk.records.demo import demo_actor, load_memberships
from packdesk.records.drafts import zone_named
from packdesk.records.json_values import plain
from packdesk.records.kit import Kit
from packdesk.records.note import add_note
from packdesk.records.operations import Operations
from packdesk.records.update import update
from packdesk.runtime.compile import Runtime, compile_scenario
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.values import SYSTEM, Record
from packdesk.runtime.workshop import Workshop
from packdesk.store import ddl, platform_tables
from packdesk.store.database import Database
from packdesk.store.people import make_accounts
from packdesk.store.physical import EMPTY, extend
from packdesk.store.tables import Tables
from packdesk.store.unit_of_work import UnitOfWork

#: When scenarios happen; the same every time, so that what they say about time is too.
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a scenario says, and whether it is so."""

    #: ``given``, ``when`` or ``then``.
    part: str
    #: Id of the record, step or expectation.
    name: str
    passed: bool
    #: What happened instead; empty when it passed.
    message: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What became of one scenario; the first failed step ends it."""

    id: str
    path: str
    checks: tuple[Check, ...]
    #: (entity type, move) that happened.
    moves: frozenset[tuple[str, str]] = frozenset()

    @property
    def passed(self) -> bool:
        """Say whether everything was as the scenario says."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Which moves of the lifecycles the scenarios made."""

    made: frozenset[tuple[str, str]]
    missed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """A scenario in progress: the database and the records that have names."""

    context: Context
    runtime: Runtime
    named: Mapping[str, tuple[str, str]]


def run_all(model: Model, operations: Operations | None = None) -> tuple[ScenarioResult, ...]:
    """Run every scenario of the model, each on a database of its own; operations answer from their stubs."""
    runtime = compile_model(model, contracts=operations.contracts if operations is not None else None)
    kit = Kit(operations=replace(operations, stubbed=True) if operations is not None else Operations())
    if not model.scenarios:
        return ()
    with closing(Database("sqlite://")) as empty:
        tables = _prepared(runtime, empty)
        return tuple(_run_one(runtime, tables, empty, scenario, kit) for scenario in model.scenarios.values())


def _run_one(runtime: Runtime, tables: Tables, empty: Database, scenario: Scenario, kit: Kit) -> ScenarioResult:
    with closing(Database("sqlite://")) as database:
        database.copy_from(empty)
        context = Context(actor=SYSTEM, clock=FixedClock(MOMENT), live=Fixed(runtime, tables), database=database, door=Door.SCENARIO, kit=kit)
        checks, stage = _play(_Stage(context=context, runtime=runtime, named=MappingProxyType({})), scenario)
        return ScenarioResult(id=scenario.id, path=scenario.path, checks=checks, moves=_moves(stage))


def coverage(model: Model, results: tuple[ScenarioResult, ...]) -> Coverage:
    """Return which moves were made by any of the scenarios, and which by none."""
    made = frozenset(move for result in results for move in result.moves)
    every = ((name, move) for name, lifecycle in model.lifecycles.items() for move in lifecycle.moves)
    return Coverage(made=made, missed=tuple(move for move in every if move not in made))


def _prepared(runtime: Runtime, database: Database) -> Tables:
    """Make the tables and the people's units once; each scenario gets a copy."""
    tables = Tables(runtime.model, extend(EMPTY, runtime.model), database.dialect)
    with database.begin(write=True) as connection:
        platform_tables.metadata.create_all(connection)
        ddl.create(connection, tables)
        make_accounts(connection, {user.login: user.name for user in runtime.model.organisation.users.values()})
        load_memberships(connection, runtime.model)
    return tables


def _play(stage: _Stage, scenario: Scenario) -> tuple[tuple[Check, ...], _Stage]:
    checks: list[Check] = []
    for given in scenario.given.values():
        check, stage = _given(stage, given)
        checks.append(check)
        if not check.passed:
            return tuple(checks), stage
    for step in scenario.when.values():
        check, stage = _step(stage, step)
        checks.append(check)
        if not check.passed:
            return tuple(checks), stage
    return (*checks, *_then(stage, scenario)), stage


def _given(stage: _Stage, given: Given) -> tuple[Check, _Stage]:
    data = {**_data(stage, given.values), **({"subtype": given.subtype} if given.subtype else {})}
    try:
        record = create(stage.context, given.entity_type, data).record
    except PackdeskError as error:
        return _failed("given", given.id, error), stage
    return Check(part="given", name=given.id, passed=True), _with(stage, given.id, record)


def _step(stage: _Stage, step: Step) -> tuple[Check, _Stage]:
    try:
        record = _do(stage, step)
    except PackdeskError as error:
        if step.refused and error.code == step.refused:
            return Check(part="when", name=step.id, passed=True), stage
        return _failed("when", step.id, error, expected=step.refused), stage
    if step.refused:
        return Check(part="when", name=step.id, passed=False, message=f"It was done, but '{step.refused}' was expected."), stage
    return Check(part="when", name=step.id, passed=True), _with(stage, step.id, record) if step.create and record is not None else stage


def _do(stage: _Stage, step: Step) -> Record | None:
    actor = demo_actor(stage.runtime.model, step.as_user) if step.as_user else SYSTEM
    context = replace(stage.context, actor=actor)
    if step.create:
        return create(context, step.create, {**_data(stage, step.values), **({"subtype": step.subtype} if step.subtype else {})}).record
    if step.edit:
        return update(context, *stage.named[step.edit], _data(stage, step.values)).record
    if step.delete:
        delete(context, *stage.named[step.delete])
        return None
    if step.action:
        return act(context, *stage.named[step.on], step.action, _data(stage, step.inputs)).record
    add_note(context, *stage.named[step.on], str(step.values.get("text") or step.inputs.get("text") or step.id))
    return None


def _data(stage: _Stage, values: Mapping[str, object]) -> dict[str, object]:
    """Return values as JSON input; an expression may name the records of the scenario."""
    return {name: _datum(stage, value) for name, value in values.items()}


def _datum(stage: _Stage, value: object) -> object:
    if isinstance(value, Expression):
        return stage.named[value.source.strip()][1] if value.source.strip() in stage.named else _evaluated(stage, value)
    if isinstance(value, Mapping):
        return _data(stage, value)
    return tuple(_datum(stage, item) for item in value) if isinstance(value, list | tuple) else value


def _evaluated(stage: _Stage, expression: Expression) -> object:
    names = {name: types.record(key[0]) for name, key in stage.named.items()}
    compiled = compile_expression(expression, stage.runtime.catalogue.scope(Place.SCENARIO, names=names))
    if not isinstance(compiled, Compiled):
        raise PackdeskError("bad_filter", reason=compiled[0].message)
    return run(stage.context, lambda unit, _: plain(compiled.evaluate(_environment(stage, unit))), write=False)


def _then(stage: _Stage, scenario: Scenario) -> tuple[Check, ...]:
    compiled = compile_scenario(Workshop(stage.runtime.model, stage.runtime.catalogue), scenario)

    def judged(unit: UnitOfWork) -> Iterator[Check]:
        env = _environment(stage, unit)
        for name, condition in compiled.items():
            holds = condition.evaluate(env) is True
            yield Check(part="then", name=name, passed=holds, message="" if holds else "; ".join(condition.explain(env, "en").why()))

    return run(stage.context, lambda unit, _: tuple(judged(unit)), write=False)


def _environment(stage: _Stage, unit: UnitOfWork) -> Environment:
    names = {name: unit.get(*key) for name, key in stage.named.items()}
    return Environment(graph=unit, now=MOMENT, zone=zone_named("UTC"), actor=SYSTEM, names=names)


def _with(stage: _Stage, name: str, record: Record) -> _Stage:
    return replace(stage, named={**stage.named, name: (record.entity_type, record.number)})


def _failed(part: str, name: str, error: PackdeskError, *, expected: str = "") -> Check:
    findings = refusals(error)
    said = " ".join(f"{finding.code}: {sentence(finding, 'en')}" for finding in findings)
    message = f"Expected '{expected}', but: {said}" if expected else said
    return Check(part=part, name=name, passed=False, message=message, findings=findings)


def _moves(stage: _Stage) -> frozenset[tuple[str, str]]:
    """Return the moves that the history says were made."""
    lifecycles = stage.runtime.model.lifecycles
    by_path = {move.path: (name, move.id) for name, lifecycle in lifecycles.items() for move in lifecycle.moves.values()}
    rules = platform_tables.history.c.rules
    rows = run(stage.context, lambda unit, _: list(unit.connection.execute(sa.select(rules).where(rules.is_not(None))).scalars()), write=False)
    return frozenset(by_path[rule] for row in rows for rule in row or () if rule in by_path)
