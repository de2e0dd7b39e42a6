"""What people wait for at a screen: a list that is searched, the search over everything, the counts of views, a form that is saved.

In: the filled installation. Out: a row each, with the time in which 95 of 100 are answered, beside Flask-AppBuilder's pages over the same
table where it has such. Each search is another one, so that what the server remembers of it is written as it is when somebody works.
"""

import itertools
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from flask import Flask
from tests.acceptance.doors.screen import Form, read_page
from tests.acceptance.running import Answer
from tests.statements import listening

from benchmarks import fab_views
from benchmarks.data import LAST, REQUEST
from benchmarks.installation import GROUPS, Installation
from benchmarks.measure import Call, Row, interleave
from benchmarks.requests import API
from benchmarks.wsgi import answer, caller

_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
_ROUNDS, _CALLS = 9, 15
#: Milliseconds in which 95 of 100 are answered.
_SEARCHED, _SAVED = 300, 200
#: More than the server remembers of one person.
_TEXTS = 24
#: All of these stand in every request.
_EVERYWHERE = ("question", "about", "the", "invoice")


@dataclass(frozen=True, slots=True)
class _Typed:
    """What is searched for in the list of a type, in so many different texts of one kind."""

    what: str
    entity_type: str
    texts: tuple[str, ...]


_SEARCHES = (
    _Typed("words of few", "service_request", tuple(f"question {1000 + 37 * place}" for place in range(_TEXTS))),
    _Typed("words of all", "service_request", tuple(" ".join(words) for words in itertools.permutations(_EVERYWHERE))),
    _Typed("a customer's name", "service_request", tuple(f"{LAST[place % len(LAST)]}{place * 40}".lower() for place in range(_TEXTS))),
    _Typed("a customer's phone", "service_request", tuple(f"030 {30000100 + place}" for place in range(_TEXTS))),
    _Typed("a name", "contact", tuple(f"{LAST[place % len(LAST)]}{place * 40}".lower() for place in range(_TEXTS))),
    _Typed("a phone", "contact", tuple(f"030 {30000100 + place}" for place in range(_TEXTS))),
)


def rows(at: Installation, record_id: str) -> list[Row]:
    """Return what people wait for when they search and save."""
    theirs = fab_views.create_app(at.url, at.services.live.current().tables, GROUPS)
    return [*_listed(at, theirs), *_over_everything(at), _counted(at), _saved(at, theirs, record_id)]


def _listed(at: Installation, theirs: Flask) -> Iterator[Row]:
    tables = at.services.live.current().tables
    for typed in _SEARCHES:
        calls = {"packdesk": _searching(at, f"/r/{typed.entity_type}?view=all", "_q", typed)}
        if typed.entity_type == "service_request" and "customer" not in typed.what:
            calls["fab"] = caller(theirs, "GET", fab_views.searched(tables, typed.texts[0]), "")
        yield _row(at, f"HTML list searched for {typed.what}", calls, _SEARCHED)


def _over_everything(at: Installation) -> Iterator[Row]:
    for typed in (one for one in _SEARCHES if "customer" not in one.what):
        yield _row(at, f"HTML search of all types for {typed.what}", {"packdesk": _searching(at, "/search", "q", typed)}, _SEARCHED)


def _searching(at: Installation, address: str, name: str, typed: _Typed) -> Call:
    """Return what searches for one text after the other."""
    texts = itertools.cycle(typed.texts)
    return caller(at.app, "POST", address, at.cookie, body=lambda: urlencode({name: next(texts)}).encode(), headers=_HEADERS)


def _counted(at: Installation) -> Row:
    """Return what it takes to say how many records each view of a list holds, which a page asks for once it is there."""
    return _row(at, "HTML counts of the views", {"packdesk": caller(at.app, "GET", "/r/service_request/counts", at.cookie)}, _SEARCHED)


def _saved(at: Installation, theirs: Flask, record_id: str) -> Row:
    """Return what it takes to save a form; each application has a record of its own, which the other does not change meanwhile."""
    ours = f"/r/service_request/{_unanswered(at)}/edit"
    other = f"/requests/edit/{record_id}"
    described = fab_views.described(at.services.live.current().tables)
    calls = {
        "packdesk": caller(at.app, "POST", ours, at.cookie, body=_edits(_form(at.app, ours, at.cookie)), status=303, headers=_HEADERS),
        "fab": caller(theirs, "POST", other, "", body=_edits_of_fab(_form(theirs, other, ""), described), status=302, headers=_HEADERS),
    }
    return _row(at, "HTML form saved", calls, _SAVED)


def _unanswered(at: Installation) -> str:
    """Return the number of a request that asks for nothing yet before it is saved, and is not the one that is read in other lines."""
    condition = urlencode({"filter": f"record.status == 'new' && record.number != '{REQUEST}'"})
    return str(orjson.loads(answer(at.app, f"{API}/service_request?limit=1&count=false&fields=number&{condition}", at.token))["records"][0]["number"])


def _form(app: Flask, address: str, token: str) -> Form:
    """Return the form of a page with the values that a browser would send."""
    page = read_page(Answer(200, {}, answer(app, address, token)))
    return max(page.forms, key=lambda form: len(form.values))


def _edits(form: Form) -> Callable[[], bytes]:
    """Return what writes the form of the version that the last save made, with another description."""
    base = json.loads(form.values["_base"][0])
    counted = itertools.count(int(form.values["_version"][0]))

    def body() -> bytes:
        version = next(counted)
        changed = {"_key": secrets.token_urlsafe(18), "_version": str(version), "_base": json.dumps(base), "description": f"About the invoice, edit {version}"}
        base["description"] = changed["description"]
        return urlencode({**form.values, **changed}, doseq=True).encode()

    return body


def _edits_of_fab(form: Form, described: str) -> Callable[[], bytes]:
    """Return what writes FAB's form with another description, and without the moments that it shows but does not read."""
    counted = itertools.count(1)
    given = {name: "" if name.endswith("_date") else values[0].strip() for name, values in form.values.items()}
    return lambda: urlencode({**given, described: f"About the invoice, edit {next(counted)}"}).encode()


def _row(at: Installation, what: str, calls: Mapping[str, Call], most: float) -> Row:
    calls["packdesk"]()
    with listening(at.services.database) as sent:
        calls["packdesk"]()
    figures = interleave(calls, _ROUNDS, _CALLS)
    ours = figures["packdesk"]
    fab = f"FAB {figures['fab'].cpu:.1f} ms CPU, {figures['fab'].wall:.1f} ms p50; " if "fab" in figures else ""
    figure = f"{ours.cpu:.2f} ms CPU, {ours.wall:.2f} ms p50, {ours.late:.2f} ms p95"
    return Row(what, figure, f"{fab}{len(sent)} statements", f"at most {most:g} ms p95", ours.late <= most)
