"""Evaluates expressions of the sample model by every back end, many at once; values come back as plain JSON."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from tests.contracts.expressions.expression_sample import ANNA, BERLIN, NOW, MemoryGraph, environment, model

from packdesk.model.durations import SECONDS, Duration, Unit
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression
from packdesk.runtime.expressions.catalogue import Catalogue, Place, Scope
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.json_form import environment_json, plain
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Address, Line, Money, Phone, Record
from packdesk.store.codec import encode
from packdesk.store.database import Database
from packdesk.store.physical import EMPTY, extend
from packdesk.store.sql_expressions import lower_value
from packdesk.store.sql_values import ADDRESS_PARTS
from packdesk.store.sqlite_functions import register_sqlite_functions
from packdesk.store.tables import Tables

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "ui/assets/src/expressions.ts"
#: Answer of a back end that the documented table excludes.
NOT_OFFERED = "<not offered>"


@dataclass(frozen=True, slots=True)
class Case:
    """An expression, the values of the record that it stands on, and what it must give (absent: what Python gives)."""

    expression: str
    values: Mapping[str, object] = field(default_factory=dict)
    result: object = None
    old: Mapping[str, object] | None = None


@cache
def sample() -> tuple[Catalogue, Scope]:
    catalogue = Catalogue(model())
    return catalogue, catalogue.scope(Place.CHECK, "order")


def compiled(case: Case) -> Compiled:
    found = compile_expression(Expression(case.expression, "corpus"), sample()[1])
    assert isinstance(found, Compiled), f"{case.expression}: {found[0]}"
    return found


@cache
def _tree(expression: str) -> Compiled:
    """Compile once what the back ends other than the closures begin with."""
    return compiled(Case(expression))


def read(path: str, value: object) -> object:
    """Read one value of a case as the engine's doors do; durations also in seconds and negative."""
    inner = sample()[0].fields("order")[path]
    if inner.kind is Kind.DURATION and isinstance(value, str):
        amount, unit = value.split(" ")
        return Duration(int(amount), Unit(unit if unit.endswith("s") else unit + "s"))
    if inner.kind is Kind.DECIMAL and value is not None:
        return Decimal(str(value))
    if inner.kind is Kind.MONEY and isinstance(value, str):
        amount, currency = value.split(" ")
        return Money(Decimal(amount), currency)
    if inner.kind is Kind.PHONE and isinstance(value, str):
        raw, _, e164 = value.partition("|")
        return Phone(raw, e164)
    if inner.kind is Kind.DATETIME and isinstance(value, str):
        return datetime.fromisoformat(value)
    if inner.kind in (Kind.REFERENCE, Kind.USER, Kind.ORG_UNIT, Kind.OPTION, Kind.STRING, Kind.TEXT, Kind.STATE, Kind.STATUS, Kind.SUBTYPE):
        return value
    return KINDS[inner.kind].from_columns(KINDS[inner.kind].to_columns(KINDS[inner.kind].read(inner, value)))


def world() -> MemoryGraph:
    """Return the records around: people, jobs, other orders."""
    stamp = {"created_at": NOW, "updated_at": NOW, "created_by": "anna", "updated_by": "anna", "version": 1}
    people = (
        {"id": "p1", "number": "PE1", "code": "C1", "name": "Ada", "vip": True, "age": 40, "boss": "p2"},
        {"id": "p2", "number": "PE2", "code": "C2", "name": "Bob", "vip": False, "age": None, "boss": "p3"},
        {"id": "p3", "number": "PE3", "code": "C3", "name": None, "vip": None, "age": 7, "boss": None},
    )
    graph = MemoryGraph()
    phones = {"p1": (Line("n1", {"number": Phone("030 1", "+49301"), "label": "work"}), Line("n2", {"number": Phone("x"), "label": None}))}
    for values in people:
        graph.records[str(values["id"])] = Record("person", {**stamp, **values}, {"phones": phones.get(str(values["id"]), ())})
    graph.relations |= {("p1", "related"): ("p2",), ("p2", "related"): ("p3", "p1"), ("p3", "related"): ("p2",)}
    return graph


_JOBS = (
    {"state": "done", "status": "over", "effort": 3},
    {"state": "busy", "status": "paused", "effort": 4},
    {"state": "dropped", "status": None, "effort": None},
)
_PARTS = (
    {"person": "p1", "amount": "120.5", "count": 2, "name": "bolt", "needed": True, "cost": "10 EUR", "took": "2 hours"},
    {"person": "p2", "amount": "20", "count": None, "name": "nut", "needed": None, "cost": "5.5 EUR", "took": "30 minutes"},
    {"person": None, "amount": None, "count": 3, "name": None, "needed": False, "cost": None, "took": None},
)


def _parts(record: str) -> tuple[Line, ...]:
    group = model().entity_types["order"].lines["parts"]
    found = []
    for index, values in enumerate(_PARTS):
        row = {}
        for name, value in values.items():
            kind = group.fields[name].kind
            row[name] = Decimal(str(value)) if kind is Kind.DECIMAL and value is not None else _line_value(kind, value)
        found.append(Line(f"{record}-l{index}", row))
    return tuple(found)


def _line_value(kind: Kind, value: object) -> object:
    if kind is Kind.MONEY and isinstance(value, str):
        return Money(Decimal(value.split(" ")[0]), value.split(" ")[1])
    if kind is Kind.DURATION and isinstance(value, str):
        return Duration(int(value.split(" ")[0]), Unit(value.split(" ")[1]))
    return value


class Orders:
    """One order per different set of values, in a graph of their own; an order with ``$full`` has parts, jobs and a twin."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.graph = world()
        self.ids: dict[str, str] = {}
        self.links: list[tuple[str, str, str, str]] = []
        for case in cases:
            self._add(case.values)
            if case.old is not None:
                self._add(case.old)

    def record(self, values: Mapping[str, object]) -> Record:
        return self.graph.records[self.ids[json.dumps(values, sort_keys=True)]]

    def _add(self, values: Mapping[str, object]) -> None:
        key = json.dumps(values, sort_keys=True)
        if key in self.ids:
            return
        id_ = f"o{len(self.ids):05}"
        self.ids[key] = id_
        full = bool(values.get("$full"))
        given = {path: read(path, value) for path, value in values.items() if not path.startswith("$")}
        base = {
            "id": id_, "number": f"OR{id_}", "version": 1, "privacy_level": "normal",
            "created_at": NOW, "updated_at": NOW, "created_by": "anna", "updated_by": "anna",
        }  # fmt: skip
        self.graph.records[id_] = Record("order", {**base, **given}, {"parts": _parts(id_) if full else ()})
        if full:
            for index, work in enumerate(_JOBS):
                job = f"{id_}-j{index}"
                self.graph.records[job] = Record("job", {**base, **work, "id": job, "number": job})
                self.graph.relations[(job, "parent")] = (id_,)
                self.links.append(("job", "parent", job, id_))
            self.graph.relations[(id_, "jobs")] = tuple(f"{id_}-j{index}" for index in range(len(_JOBS)))
        if owner := given.get("owner"):
            self.graph.relations[(str(owner), "orders")] = (*self.graph.relations.get((str(owner), "orders"), ()), id_)


#: Values, each with the place of its case among the cases.
Answers = Generator[tuple[int, object], None, None]


class Backend(Protocol):
    """Computes the values of cases."""

    name: str

    def evaluate(self, cases: Sequence[Case]) -> list[object]: ...

    def answers(self, cases: Sequence[Case]) -> Answers:
        """Give the values one after the other, in any order, for whoever doesn't need all."""


class PythonBackend:
    """The closures."""

    name = "python"

    def evaluate(self, cases: Sequence[Case]) -> list[object]:
        return [answer for _, answer in self.answers(cases)]

    def answers(self, cases: Sequence[Case]) -> Answers:
        orders = Orders(cases)
        for index, case in enumerate(cases):
            yield index, _plain(compiled(case).evaluate(environment(orders.graph, orders.record(case.values), **_old(orders, case))))


def _old(orders: Orders, case: Case) -> dict[str, object]:
    return {"old": orders.record(case.old)} if case.old is not None else {}


def _plain(value: object) -> object:
    if isinstance(value, Record):
        return value.id
    if isinstance(value, Line):
        return value.id
    return [_plain(item) for item in value] if isinstance(value, tuple) else plain(value)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked about cases, in its own form; not all are offered to it."""

    sent: str
    #: The places of those that are, among the cases.
    places: tuple[int, ...]


def asked_of_the_browser(cases: Sequence[Case]) -> Asked:
    """Return cases as the browser gets them."""
    orders, sent, places = Orders(cases), [], []
    for index, case in enumerate(cases):
        found = _tree(case.expression)
        if found.browser_fault is None:
            env = environment(orders.graph, orders.record(case.values), **_old(orders, case))
            sent.append([found.to_json(), environment_json(found.tree, env)])
            places.append(index)
    return Asked(json.dumps({"cases": sent}), tuple(places))


class BrowserBackend:
    """``expressions.ts`` in one Node process."""

    name = "browser"

    def __init__(self, script: Path = SCRIPT, asked: Asked | None = None) -> None:
        """Take a script; many scripts may be asked the same, which is made once then."""
        self.script, self.asked = script, asked

    def evaluate(self, cases: Sequence[Case]) -> list[object]:
        asked = self.asked or asked_of_the_browser(cases)
        answers: list[object] = [NOT_OFFERED] * len(cases)
        node = Path(sys.executable).parent / "node"
        done = subprocess.run(
            [str(node), "--no-warnings", str(Path(__file__).with_name("evaluate.mjs")), self.script.as_uri()],
            input=asked.sent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        for index, answer in zip(asked.places, json.loads(done.stdout), strict=True):
            answers[index] = answer["value"] if "value" in answer else answer["error"]
        return answers

    def answers(self, cases: Sequence[Case]) -> Answers:
        yield from enumerate(self.evaluate(cases))


class SqlBackend:
    """SQL on rows of a database: as many expressions per SELECT as there are for one record."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.name = database.dialect
        if self.name == "sqlite":
            sa.event.listen(database.engine, "connect", lambda raw, _entry: register_sqlite_functions(raw))
        self.tables = Tables(model(), extend(EMPTY, model()), database.dialect)
        self.lower = lower_value

    def evaluate(self, cases: Sequence[Case]) -> list[object]:
        answers: list[object] = [NOT_OFFERED] * len(cases)
        for index, answer in self.answers(cases):
            answers[index] = answer
        return answers

    def answers(self, cases: Sequence[Case]) -> Answers:
        orders = Orders(cases)
        with self.database.begin(write=True) as connection, _filled(connection, self.tables, orders):
            by_record: dict[str, list[int]] = {}
            for index, case in enumerate(cases):
                found = _tree(case.expression)
                if found.sql_fault is None and found.type.base is not Base.LIST and case.old is None:
                    by_record.setdefault(orders.record(case.values).id, []).append(index)
            for id_, indices in by_record.items():
                for start in range(0, len(indices), 100):
                    yield from self._select(connection, id_, cases, indices[start : start + 100])

    def _select(self, connection: sa.Connection, id_: str, cases: Sequence[Case], indices: Sequence[int]) -> Answers:
        columns, widths = [], []
        for index in indices:
            tree = _tree(cases[index].expression).tree
            found = self.lower(tree, self.tables, "order", actor=ANNA, now=NOW, zone=BERLIN, dialect=self.name)
            widths.append(len(found))
            columns += [column.label(f"v{len(columns) + place}") for place, column in enumerate(found)]
        table = self.tables.record("order")
        row = connection.execute(sa.select(*columns).select_from(table).where(table.c.id == id_)).one()
        at = 0
        for index, width in zip(indices, widths, strict=True):
            yield index, _from_columns(row[at : at + width], _tree(cases[index].expression).type.base)
            at += width


@contextmanager
def _filled(connection: sa.Connection, tables: Tables, orders: Orders) -> Iterator[None]:
    tables.metadata.create_all(connection, [table for entity_type in tables.model.entity_types for table in tables.of_type(entity_type)])
    for record in orders.graph.records.values():
        own = {path: value for path, value in record.values.items() if path in tables.record(record.entity_type).c}
        stored = tables.stored(record.entity_type)
        own |= encode(stored, {path: record.values.get(path) for path in stored})
        connection.execute(tables.record(record.entity_type).insert().values(privacy_level="normal", **{k: v for k, v in own.items() if k != "privacy_level"}))
    for record in orders.graph.records.values():
        for group, lines in record.lines.items():
            stored = tables.stored_lines(record.entity_type, group)
            for position, line in enumerate(lines):
                row = {"id": line.id, "record_id": record.id, "position": position, **encode(stored, {name: line.values.get(name) for name in stored})}
                connection.execute(tables.lines(record.entity_type, group).insert().values(row))
    for holder, relation, from_id, to_id in orders.links:
        connection.execute(tables.links(holder, relation).insert().values(from_id=f"{from_id}", to_type="order", to_id=to_id, position=0))
    for from_id, to_id in (("p1", "p2"), ("p2", "p3")):
        connection.execute(tables.links("person", "related").insert().values(from_id=from_id, to_type="person", to_id=to_id, position=0))
    yield
    tables.metadata.drop_all(connection)


def _from_columns(values: Sequence[object], base: Base) -> object:
    if base is Base.ADDRESS:
        return plain(Address(**{name: str(part or "") for name, part in zip(ADDRESS_PARTS, values, strict=True)})) if any(values) else None
    if values[0] is None:
        return None
    if base is Base.DURATION:
        unit = Unit(str(values[1]))
        return plain(Duration(int(str(values[0])) // SECONDS[unit], unit))
    if base is Base.MONEY:
        return plain(Money(Decimal(str(values[0])), str(values[1])))
    if base is Base.PHONE:
        return plain(Phone(str(values[0]), str(values[1])))
    if base is Base.BOOLEAN:
        return bool(values[0])
    if base is Base.INTEGER:
        return int(str(values[0]))
    return plain(values[0])


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A case to which a back end gave another answer."""

    backend: str
    case: Case
    wanted: object
    got: object


def disagreements(backend: Backend, cases: Sequence[Case]) -> list[Disagreement]:
    """Return the cases on which the back end differs from what is written."""
    return list(_disagreements(backend, cases, backend.answers(cases)))


def disagrees(backend: Backend, cases: Sequence[Case]) -> bool:
    """Say whether there is a case on which the back end differs from what is written; looks no further than the first."""
    with contextlib.closing(backend.answers(cases)) as answers:
        return any(True for _ in _disagreements(backend, cases, answers))


def _disagreements(backend: Backend, cases: Sequence[Case], answers: Answers) -> Iterator[Disagreement]:
    return (Disagreement(backend.name, cases[at], cases[at].result, got) for at, got in answers if got not in (NOT_OFFERED, cases[at].result))


def corpus(folder: Path) -> list[Case]:
    """Return every case of the corpus: files hold groups of values with expressions and results."""
    found = []
    for path in sorted(folder.glob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            found += [Case(expression, group["values"], result, group.get("old")) for expression, result in group["cases"].items()]
    return found
