"""Requests to Packdesk and to its comparators, one after the other in every round, and that they answer the same rows."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask
from flask_jwt_extended import create_access_token

from benchmarks import fab_rest, handwritten
from benchmarks.data import ACCOUNT, CONTACT, REQUEST
from benchmarks.installation import GROUPS, Installation
from benchmarks.measure import Call, Figure, Row, interleave
from benchmarks.wsgi import answer, caller
from packdesk.clock import SystemClock
from packdesk.ids import new_id
from packdesk.records import creation
from packdesk.store.reading import one

API = "/api/v1/records"
#: The columns of the list, the three references among them.
COLUMNS = (*handwritten.COLUMNS, *handwritten.FIELDS, *handwritten.REFERENCES)
LIST = f"{API}/service_request?limit=25&count=false&fields={','.join(COLUMNS)}"
_ROUNDS, _CALLS = 15, 40
_SLOW_ROUNDS, _SLOW_CALLS = 9, 30


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the three applications: how it is asked for a list, for a record and to make one."""

    app: Flask
    token: str
    list_path: str
    get_path: str
    create_path: str
    body: Callable[[], bytes]

    def list(self) -> Call:
        """Return what asks for the list."""
        return caller(self.app, "GET", self.list_path, self.token)

    def get(self) -> Call:
        """Return what asks for a record."""
        return caller(self.app, "GET", self.get_path, self.token)

    def create(self) -> Call:
        """Return what makes a record."""
        return caller(self.app, "POST", self.create_path, self.token, body=self.body, status=201)

    def json(self, path: str) -> Any:
        """Return the answer to a GET."""
        return orjson.loads(answer(self.app, path, self.token))


def subjects(at: Installation) -> dict[str, Subject]:
    """Return Packdesk, the endpoint written by hand and FAB's."""
    tables = at.services.live.current().tables
    with at.services.database.begin(write=True) as connection:
        connection.exec_driver_sql("CREATE SEQUENCE IF NOT EXISTS benchmark_numbers")
        wanted = {"account": ACCOUNT, "contact": CONTACT, "service_request": REQUEST}
        ids = {name: found.id for name, number in wanted.items() if (found := one(connection, tables, name, number)) is not None}
    given = {"subtype": "information_request", "category": "billing", "urgency": "medium", "impact": "minor", "assigned_unit": "first_line"}
    given["description"] = "A question about the last invoice"
    packdesk = orjson.dumps({**given, "account": ids["account"], "caller": ids["contact"]})
    fab = fab_rest.create_app(at.url, tables, GROUPS)
    with fab.app_context():
        fab_token = create_access_token(identity=str(fab.appbuilder.sm.find_user(fab_rest.LOGIN).id), fresh=True)
    fab_body = fab_rest.body(tables, {**given, **ids, "contact": ids["contact"], "caller": ids["contact"]})
    counted = itertools.count(1)
    hand = handwritten.create_app(at.services, tables, GROUPS, at.services.database.begin)
    bare = handwritten.create_app(at.services, tables, GROUPS, at.services.database.reading)
    return {
        "packdesk": Subject(at.app, at.token, LIST, f"{API}/service_request/{REQUEST}", f"{API}/service_request", lambda: packdesk),
        "handwritten": Subject(hand, at.token, "/requests", f"/requests/{REQUEST}", "/requests", lambda: packdesk),
        "without BEGIN": Subject(bare, at.token, "/requests", f"/requests/{REQUEST}", "/requests", lambda: packdesk),
        "fab": Subject(
            fab, fab_token, "/api/v1/requests/", f"/api/v1/requests/{ids['service_request']}", "/api/v1/requests/", lambda: fab_body(_new_id(), next(counted))
        ),
    }


def _new_id() -> str:
    return new_id(SystemClock().now())


def check(of: dict[str, Subject]) -> None:
    """Fail unless all three list the same records with the same references, and read the same one."""
    ours = of["packdesk"].json(of["packdesk"].list_path)["records"]
    hand = of["handwritten"].json(of["handwritten"].list_path)["records"]
    theirs = of["fab"].json(of["fab"].list_path)["result"]
    if not len(ours) == len(hand) == len(theirs) == handwritten.PAGE:
        raise AssertionError("a list is not full")
    for one_of_ours, by_hand, by_fab in zip(ours, hand, theirs, strict=True):
        for name in handwritten.REFERENCES:
            titles = (one_of_ours[name]["title"], by_hand[name]["title"])
            numbers = {one_of_ours[name]["number"], by_hand[name]["number"], by_fab[name]["number"]}
            if len(numbers) != 1 or titles[0] != titles[1]:
                raise AssertionError(f"{name}: {one_of_ours[name]} {by_hand[name]} {by_fab[name]}")
        plain = {name: one_of_ours[name] for name in (*handwritten.COLUMNS, *handwritten.FIELDS) if not name.endswith(("_at", "_date"))}
        if any(by_hand[name] != value for name, value in plain.items()) or by_fab["number"] != one_of_ours["number"]:
            raise AssertionError(f"{one_of_ours} {by_hand} {by_fab}")
    read = [of["packdesk"].json(of["packdesk"].get_path), of["handwritten"].json(of["handwritten"].get_path), of["fab"].json(of["fab"].get_path)["result"]]
    if len({one["number"] for one in read}) != 1 or any(read[0][name]["id"] != read[1][name]["id"] for name in handwritten.REFERENCES):
        raise AssertionError(f"{read}")


@contextlib.contextmanager
def _leaving() -> Iterator[None]:
    """Let each record that is made put a row into the outbox, as an effect does whose operation runs after the commit.

    A creation has no effects of its own, and the endpoint written by hand does write such a row.
    """
    kept = creation.store
    creation.store = lambda draft: kept(draft.with_message("benchmark", {}))
    try:
        yield
    finally:
        creation.store = kept


def rows(of: dict[str, Subject]) -> list[Row]:
    """Return list, get and create beside the comparators."""
    check(of)
    with _leaving():
        return _rows(of)


def _rows(of: dict[str, Subject]) -> list[Row]:
    found: list[Row] = []
    for what, verb, by_hand, by_fab in (
        ("list of 25, 3 references", "list", 1.2, 10),
        ("get by number", "get", 1.2, 10),
        ("create, with history and outbox", "create", 3.0, 3),
    ):
        calls = {name: getattr(subject, verb)() for name, subject in of.items()}
        quick = interleave({name: calls[name] for name in ("packdesk", "handwritten", "without BEGIN")}, _ROUNDS, _CALLS)
        slow = interleave({name: calls[name] for name in ("packdesk", "fab")}, _SLOW_ROUNDS, _SLOW_CALLS)
        found.append(_beside(what, "handwritten", quick["packdesk"], quick["handwritten"], by_hand))
        if verb != "create":
            # As Packdesk reads: harder to beat than what one writes by hand, so it is told and not demanded.
            found.append(_beside(f"{what}: beside reading without BEGIN", "handwritten", quick["packdesk"], quick["without BEGIN"], None))
        ratio = slow["packdesk"].cpu / slow["fab"].cpu
        beside = f"FAB {slow['fab'].cpu:.2f} ms CPU, {slow['fab'].wall:.2f} ms p50"
        found.append(Row(f"{what}: beside FAB", f"1/{1 / ratio:.1f} of its CPU", beside, f"at most 1/{by_fab}", ratio <= 1 / by_fab))
    return found


def _beside(what: str, name: str, ours: Figure, theirs: Figure, most: float | None) -> Row:
    ratio = ours.cpu / theirs.cpu
    figure = f"{ours.cpu:.2f} ms CPU, {ours.wall:.2f} ms p50"
    beside = f"{name} {theirs.cpu:.2f} ms CPU, {theirs.wall:.2f} ms p50: {ratio:.2f} x"
    return Row(what, figure, beside, "none" if most is None else f"at most {most} x", most is None or ratio <= most)


def reading(of: Subject) -> dict[str, Figure]:
    """Return what list and get take now, for comparing sizes of the same database."""
    return interleave({"list": of.list(), "get": of.get()}, _ROUNDS, _CALLS)


def search_rows(at: Installation) -> list[Row]:
    """Return quick search for contacts by fragments of names and by a phone typed in several forms."""
    typed = ("meyer", "eye 23", "ana keller", "+49 30 30000124", "030/30000124", "0049 (0)30 300 001 24", "30000124")
    found: list[Row] = []
    for text in typed:
        path = f"{API}/contact?limit=25&count=false&fields=number,name&q={text.replace('+', '%2B').replace(' ', '%20')}"
        if not orjson.loads(answer(at.app, path, at.token))["records"] and text != "ana keller":
            raise AssertionError(f"nothing was found by '{text}'")
        figure = interleave({"search": caller(at.app, "GET", path, at.token)}, 5, 20)["search"]
        found.append(Row(f"search '{text}'", f"{figure.wall:.2f} ms p50", f"{figure.cpu:.2f} ms CPU", "at most 10 ms p50", figure.wall <= 10))
    return found
