"""What a page costs: list, record and form as HTML, beside Flask-AppBuilder's own pages over the same table."""

import gzip
import re

from tests.statements import listening

from benchmarks import fab_views
from benchmarks.data import REQUEST
from benchmarks.installation import GROUPS, Installation
from benchmarks.measure import Call, Row, interleave
from benchmarks.wsgi import answer, caller
from packdesk_ui import assets

_TYPE = "/r/service_request"
#: The named filter that shows everything.
LIST = f"{_TYPE}?view=all"
_ROUNDS, _CALLS = 9, 15
_MOST_STATEMENTS = 6
_KILO = 1000
_SHELL_KB, _PAGE_KB = 250, 40
#: Milliseconds in which 95 of 100 pages are answered, however many records there are.
_LATE = 150
#: Page -> its address here, its address in FAB's screens, and the most milliseconds of CPU that it may take.
_PAGES = (
    ("HTML list of 25", LIST, fab_views.LIST, 8.0),
    ("HTML record page", f"{_TYPE}/{REQUEST}", "/requests/show/{id}", 12.0),
    ("HTML form to edit", f"{_TYPE}/{REQUEST}/edit", "/requests/edit/{id}", 15.0),
)
_CONTROLS = re.compile(rb"<(?:input|select|textarea)\b(?![^>]*type=\"hidden\")")


def rows(at: Installation, record_id: str) -> list[Row]:
    """Return what each page costs, how many statements it sends, and what travels."""
    theirs = fab_views.create_app(at.url, at.services.live.current().tables, GROUPS)
    found: list[Row] = []
    for what, ours, other, most in _PAGES:
        calls: dict[str, Call] = {"packdesk": caller(at.app, "GET", ours, at.cookie), "fab": caller(theirs, "GET", other.format(id=record_id), "")}
        with listening(at.services.database) as sent:
            calls["packdesk"]()
        figures = interleave(calls, _ROUNDS, _CALLS)
        page = answer(at.app, ours, at.cookie)
        cpu = figures["packdesk"].cpu
        told = f"{len(sent)} statements, {len(_CONTROLS.findall(page))} controls, {len(gzip.compress(page, 5)) / _KILO:.1f} kB"
        beside = f"FAB {figures['fab'].cpu:.1f} ms CPU: 1/{figures['fab'].cpu / cpu:.1f}; {told}"
        late = figures["packdesk"].late
        met = cpu <= most and late <= _LATE and (what != _PAGES[0][0] or len(sent) <= _MOST_STATEMENTS)
        limit = f"at most {most:g} ms, {_LATE} ms p95" + (f", {_MOST_STATEMENTS} statements" if what == _PAGES[0][0] else "")
        found.append(Row(what, f"{cpu:.2f} ms CPU, {figures['packdesk'].wall:.2f} ms p50, {late:.2f} ms p95", beside, limit, met))
    return [*found, *_sizes(at)]


def _sizes(at: Installation) -> list[Row]:
    """Return what a browser loads at first, and for each page after that."""
    pages = {address: len(gzip.compress(answer(at.app, address, at.cookie), 5)) for _, address, _, _ in _PAGES}
    shell = sum((assets.STATIC / f"{assets.manifest()[name]}{assets.PACKED}").stat().st_size for name in ("app.css", "app.js"))
    first, later = (shell + max(pages.values())) / _KILO, max(pages.values()) / _KILO
    return [
        Row("first load of the shell", f"{first:.1f} kB", "style, script and the largest page, compressed", f"at most {_SHELL_KB} kB", first <= _SHELL_KB),
        Row("a later page", f"{later:.1f} kB", "the largest of the three, compressed", f"at most {_PAGE_KB} kB", later <= _PAGE_KB),
    ]
