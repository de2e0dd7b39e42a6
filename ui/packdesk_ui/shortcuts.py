"""The characters that press links and buttons: what each is for, which one a person chose instead, and the page where he chooses (WCAG 2.1.4).

A template names the usual character in ``data-key``; the person's own stands in the page once, and the script presses by that.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Response, request, session, url_for

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.records.preferences import prefer, preferences
from packdesk.web import request_context
from packdesk_ui import answers
from packdesk_ui.faults import Fault
from packdesk_ui.shell import Crumb, words

#: Name a person's choices, and where his session remembers them.
SHORTCUTS, KEYS = "shortcuts", "keys"
ON, OFF = "on", "off"
#: The usual character -> the words for what it presses; digits press the next steps of a record.
USUAL: Mapping[str, str] = MappingProxyType(
    {
        "?": "keys.sheet",
        "/": "find.everything",
        "g": "keys.places",
        "a": "assign",
        "c": "claim",
        "e": "edit",
        "m": "note.new",
        "v": "desk",
        "w": "explain.on",
        "j": "split.next",
        "k": "split.previous",
        "u": "split.close",
        "n": "keys.new",
        "f": "filter.add",
        "h": "keys.page.previous",
        "l": "keys.page.next",
        "b": "keys.split",
        "t": "calendar.today",
        **{str(number): "keys.step" for number in range(1, 10)},
    }
)
_FIELD = "key:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whether characters are shortcuts for a person, and which he chose instead of the usual ones; empty: none for that."""

    on: bool
    keys: Mapping[str, str]

    def key(self, usual: str) -> str:
        """Return the person's character for what usually has this one; empty: it has none."""
        return self.keys.get(usual, usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the page: what is pressed, the usual character and the person's."""

    id: str
    name: str
    label: str
    usual: str
    value: str
    fault: str = ""


def chosen() -> Chosen:
    """Return the person's choices; asked once for each session, so that they cost no page a statement."""
    login = request_context.actor().login
    known = session.get(SHORTCUTS)
    if not isinstance(known, list) or len(known) != 3 or known[0] != login:
        stored = preferences(answers.context())
        own = stored.get(KEYS)
        known = [login, str(stored.get(SHORTCUTS, ON)), _readable(own)]
        session[SHORTCUTS] = known
    return Chosen(on=known[1] != OFF, keys=_readable(known[2]))


def _readable(found: object) -> dict[str, str]:
    """Return what is a choice among what was stored; a later version may know other shortcuts."""
    pairs = found.items() if isinstance(found, dict) else ()
    return {usual: key for usual, key in pairs if usual in USUAL and isinstance(key, str)}


def switch() -> Response:
    """Switch shortcuts of one character on or off for a person."""
    wanted = request.form.get(SHORTCUTS, OFF)
    if wanted not in (ON, OFF):
        raise PackdeskError("bad_parameter", name=SHORTCUTS, reason="it is neither 'on' nor 'off'")
    prefer(answers.context(), SHORTCUTS, wanted)
    session.pop(SHORTCUTS, None)
    return Response(status=204)


def keys() -> Response:
    """Show which character presses what, and take other choices; two of one character are refused with a sentence."""
    if request.method == "GET":
        return _page({usual: chosen().key(usual) for usual in USUAL}, {})
    if "_reset" in request.form:
        return _stored({}, "keys.reset.done")
    wanted = {usual: unicodedata.normalize("NFC", request.form.get(f"{_FIELD}{usual}", usual)).strip() for usual in USUAL}
    if faults := dict(_faults(wanted)):
        return _page(wanted, faults)
    return _stored({usual: key for usual, key in wanted.items() if key != usual}, "keys.saved")


def _stored(own: dict[str, Json], said: str) -> Response:
    prefer(answers.context(), KEYS, own)
    session.pop(SHORTCUTS, None)
    return answers.go(url_for("packdesk_ui.keys"), words(said))


def _faults(wanted: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a choice, by its usual character."""
    for usual, key in wanted.items():
        if not key:
            continue
        if len(key) > 1 or not key.isprintable():
            yield usual, words("keys.fault.one", label=_label(usual))
            continue
        others = [_label(other) for other, taken in wanted.items() if taken == key and other != usual]
        if others:
            yield usual, words("keys.fault.twice", typed=key, label=_label(usual), others=", ".join(others))


def _label(usual: str) -> str:
    return words(USUAL[usual], number=usual) if usual.isdigit() else words(USUAL[usual])


def _page(wanted: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    rows = tuple(
        Row(id=f"key-{place}", name=f"{_FIELD}{usual}", label=_label(usual), usual=usual, value=wanted[usual], fault=faults.get(usual, ""))
        for place, usual in enumerate(USUAL)
    )
    summary = tuple(Fault(sentence=row.fault, anchor=row.id) for row in rows if row.fault)
    title = words("keys.change")
    return answers.page("shell/keys.html", status=422 if faults else 200, title=title, rows=rows, faults=summary, crumbs=(Crumb(title),))
