"""Plans a publish: what changes in words, what is done to tables and records, how many are touched, and what must be decided.

A plan is a value. Nothing is touched before ``publishing.publish`` takes it, and that refuses when the live release is no longer
the one that was planned against.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.engine import Connection

from packdesk.clock import Clock
from packdesk.errors import Problem, Severity
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.model.views import Layout
from packdesk.packs.build import Builder, build
from packdesk.packs.diff import Change, diff
from packdesk.packs.merged import Merged
from packdesk.runtime.expressions.catalogue import Catalogue
from packdesk.store.broken_rules import RuleCounter
from packdesk.store.collisions import collisions
from packdesk.store.comparison import TypePair, type_pairs
from packdesk.store.consequences import Comparison, Consequences, consequences, decided_steps
from packdesk.store.database import Database
from packdesk.store.decisions import Need
from packdesk.store.expansion import expansion, table_names
from packdesk.store.impacts import Counter, Impact
from packdesk.store.indexes import has_crowded_index
from packdesk.store.inspection import inspect_storage
from packdesk.store.releases import StoredRelease, decided, read_active, read_release
from packdesk.store.retired_values import retire
from packdesk.store.steps import Step, StepKind, sentence
from packdesk.store.storage_map import NOTHING, StorageMap, evolve
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One semantic difference, in words."""

    kind: str
    path: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that publishing a set of packs would do, against one live release."""

    #: Number of the live release that the plan is made against; 0 before the first.
    base: int
    made_at: datetime
    #: Hash of that release; empty before the first.
    base_hash: str
    merged: Merged
    #: What the packs mean; not part of the JSON form, made again from ``merged``.
    model: Model = field(repr=False, compare=False)
    storage: StorageMap
    changes: tuple[PlannedChange, ...]
    steps: tuple[Step, ...]
    #: Statements as they would run now.
    ddl: tuple[str, ...]
    impacts: tuple[Impact, ...]
    needed: tuple[Need, ...]
    #: What makes the plan impossible until somebody changes data or packs.
    problems: tuple[Problem, ...]
    retired_values: tuple[Mapping[str, Json], ...] = ()
    #: Entity types whose tables may differ from before; the others are not looked at.
    types: tuple[str, ...] = ()
    #: Decisions that earlier releases went by: a document may still hold them.
    decided: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """Return the hash of what would be published."""
        return self.merged.hash

    @property
    def is_empty(self) -> bool:
        """Return whether nothing would change."""
        return self.base_hash == self.hash and not self.ddl

    def to_json(self) -> dict[str, object]:
        """Return the plan as JSON."""
        return {
            "base": self.base,
            "base_hash": self.base_hash,
            "made_at": self.made_at.isoformat(),
            "hash": self.hash,
            "merged": self.merged.to_json(),
            "storage": self.storage.to_json(),
            "changes": [{"kind": change.kind, "path": change.path, "sentence": change.sentence} for change in self.changes],
            "steps": [step.to_json() for step in self.steps],
            "ddl": list(self.ddl),
            "impacts": [impact.to_json() for impact in self.impacts],
            "needed": [need.to_json() for need in self.needed],
            "problems": [
                {"code": problem.code, "message": problem.message, "advice": problem.advice, "severity": problem.severity.value} for problem in self.problems
            ],
            "retired_values": [dict(value) for value in self.retired_values],
            "types": list(self.types),
            "decided": list(self.decided),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Plan":
        """Read back what ``to_json`` gave."""
        merged = Merged.from_json(_object(data["merged"]))
        return cls(
            base=int(str(data["base"])),
            base_hash=str(data["base_hash"]),
            made_at=datetime.fromisoformat(str(data["made_at"])),
            merged=merged,
            model=build(merged),
            storage=StorageMap.from_json(_object(data["storage"])),
            changes=tuple(
                PlannedChange(kind=str(change["kind"]), path=str(change["path"]), sentence=str(change["sentence"])) for change in _objects(data["changes"])
            ),
            steps=tuple(Step.from_json(step) for step in _objects(data["steps"])),
            ddl=tuple(str(sql) for sql in _list(data["ddl"])),
            impacts=tuple(Impact.from_json(impact) for impact in _objects(data["impacts"])),
            needed=tuple(Need.from_json(need) for need in _objects(data["needed"])),
            problems=tuple(_problem(problem) for problem in _objects(data["problems"])),
            retired_values=tuple(_objects(data["retired_values"])),
            types=tuple(str(one) for one in _list(data["types"])),
            decided=tuple(str(one) for one in _list(data["decided"])),
        )


def plan(database: Database, merged: Merged, clock: Clock) -> Plan:
    """Return what publishing these packs would do to the live release; reads only."""
    with database.begin() as connection:
        return plan_on(connection, merged, clock)


def plan_on(connection: Connection, merged: Merged, clock: Clock) -> Plan:
    """Return the plan as this connection sees the database."""
    active = read_active(connection)
    current = None if active is None else read_release(connection, active.number)
    builder = Builder()
    old, new = None if current is None else builder.build(current.merged), builder.build(merged)
    storage = NOTHING if current is None else current.storage
    pairs = type_pairs(old, new)
    evolution = evolve(storage, old, new, pairs)
    dialect = connection.dialect
    counting = Tables(old, storage.physical, dialect.name) if old is not None else None
    rules = None if counting is None else RuleCounter(connection=connection, tables=counting, catalogue=Catalogue(counting.model), now=clock.now())
    found = consequences(Comparison(old=old, new=new, pairs=pairs, evolution=evolution, counter=Counter(connection, counting), rules=rules))
    if counting is not None:
        _judge_uniques(connection, counting, new, found)
    wanted = Tables(new, evolution.after.physical, dialect.name)
    touched = _touched(old, new, pairs, (storage, evolution.after))
    # Such indexes have a form of their own, which those that were made before it get with the next publish.
    types = tuple(pair.new.id for pair in pairs if pair.new is not None and (pair.new.id in touched or has_crowded_index(wanted, pair.new.id)))
    return Plan(
        base=0 if active is None else active.number,
        base_hash="" if active is None else active.hash,
        made_at=clock.now(),
        merged=merged,
        model=new,
        storage=evolution.after,
        changes=tuple(_planned(change) for change in diff(None if current is None else current.merged, merged)),
        steps=tuple(found.steps),
        ddl=tuple(statement.sql for statement in expansion(wanted, inspect_storage(connection, table_names(wanted, types)), dialect, types)),
        impacts=tuple(found.impacts),
        needed=tuple(found.needed),
        problems=tuple(found.problems),
        retired_values=retire(old, new, _retired(current)),
        types=types,
        decided=decided(connection),
    )


def _judge_uniques(connection: Connection, before: Tables, new: Model, found: Consequences) -> None:
    """Note what would not be unique any more: by what the packs say themselves, and if every proposal were taken."""
    of_themselves = collisions(connection, before, new, found.steps)
    found.problems.extend(one.problem() for one in of_themselves)
    proposed = {need.id: need.suggestion for need in found.needed if need.suggestion is not None}
    if not of_themselves and proposed:
        for one in collisions(connection, before, new, decided_steps(tuple(found.steps), proposed, new)):
            found.impacts.append(Impact(about=one.about, sentence=f"if every proposal is taken, {one.sentence}".rstrip("."), count=one.count))


def render(made: Plan, *, statements: bool = False) -> str:
    """Return the plan in words, for people; with the statements of the database for those who ask."""
    parts = [f"Plan against release {made.base}" if made.base else "Plan for the first release"]
    parts += _part("Changes", [change.sentence for change in made.changes])
    parts += _part("Records", [f"{impact.about}: {impact.sentence}" for impact in made.impacts])
    parts += _part("Storage", [sentence(step) for step in made.steps if step.kind is not StepKind.RETIRE_VALUES])
    parts += _part("Statements", list(made.ddl)) if statements else []
    parts += _part("Decide", [_question(need) for need in made.needed])
    parts += _part("Cannot be published", [f"{problem.message} {problem.advice}".strip() for problem in made.problems])
    if made.is_empty:
        parts.append("Nothing changes.")
    return "\n".join(parts)


def _touched(old: Model | None, new: Model, pairs: tuple[TypePair, ...], maps: tuple[StorageMap, StorageMap]) -> tuple[str, ...]:
    """Return the types of the new model whose columns or indexes may differ from before."""
    before, after = (_names_by_type(storage) for storage in maps)
    found = []
    for pair in pairs:
        if pair.new is None:
            continue
        key = pair.new.id
        if old is None or pair.old != pair.new or before.get(key) != after.get(key) or _indexed(old, key) != _indexed(new, key):
            found.append(key)
    return tuple(found)


def _names_by_type(storage: StorageMap) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for key, name in storage.physical.names.items():
        found.setdefault(re.split(r"[.#@]", key, maxsplit=1)[0], {})[key] = name
    return found


def _indexed(model: Model, entity_type: str) -> tuple[bool, tuple[tuple[str, ...], ...]]:
    """Return what beside the type itself decides on its indexes: a lifecycle, and what its lists are sorted by."""
    lists = (view for view in model.views.values() if view.entity_type == entity_type and view.layout is Layout.LIST)
    sorts = tuple(tuple(order) for view in lists for order in view.orders)
    return entity_type in model.lifecycles, sorts


def _retired(current: StoredRelease | None) -> tuple[Mapping[str, Json], ...]:
    return () if current is None else current.retired_values


def _planned(change: Change) -> PlannedChange:
    return PlannedChange(kind=change.kind, path=change.path, sentence=change.sentence)


def _part(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _question(need: Need) -> str:
    words = f"{need.id}: {need.question}"
    if need.options:
        words += f" One of {', '.join(need.options)}."
    if need.optional:
        words += f" Without an answer: {need.suggestion}." if need.suggestion is not None else " May be left out."
    return words


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else MappingProxyType({})


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _objects(value: object) -> list[Mapping[str, Json]]:
    return [item for item in _list(value) if isinstance(item, Mapping)]


def _problem(data: Mapping[str, Json]) -> Problem:
    return Problem(code=str(data["code"]), message=str(data["message"]), advice=str(data["advice"]), severity=Severity(str(data["severity"])))
