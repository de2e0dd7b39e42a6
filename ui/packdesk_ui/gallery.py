"""The gallery: every component of the screens in each of its states, with made-up values; what tests of looks and of access walk over.

Nothing of it comes from a database or a pack, so that it shows the same in every installation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

from flask import Response, url_for

from packdesk_ui import answers, gallery_samples, shell
from packdesk_ui.components import RowAction
from packdesk_ui.controls import Control, Group, Option, Row
from packdesk_ui.faults import Branch, Fault, Why
from packdesk_ui.finder import Found
from packdesk_ui.showing import Shown

TONES = ("initial", "open", "waiting", "success", "danger", "closed", "blue", "azure", "indigo", "purple", "pink", "red", "orange", "yellow", "green", "teal")
_LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
_ARABIC = "شركة الخليج للاتصالات والخدمات"
_HOSTILE = "<script>alert('1')</script>"
_NAMES = ("Grace Hopper", "Erika Mustermann", "Zoë Ångström", "محمد الأمين", "Wu", _LONG)
#: Control, its value, and what it reads like where it cannot be changed.
_CONTROLS = (
    ("text", "Berliner Straße 5", ""),
    ("textarea", "The invoice came twice.\nPlease call back after six.", ""),
    ("phone", "+49 30 1234567", ""),
    ("email", "grace@example.org", ""),
    ("date", "22 Nov 2026", ""),
    ("datetime", "22 Nov 2026, 14:30", ""),
    ("duration", "1 h 30 min", ""),
    ("money", "1,234.50 EUR", ""),
    ("secret", "", ""),
    ("select", "b", "Medium"),
    ("multiselect", "b", "Medium, Low"),
    ("ticks", "b", "Medium"),
    ("checkbox", "true", "Yes"),
    ("lookup", "CO00000017 · Grace Hopper", "Grace Hopper"),
    ("address", "", "Berliner Straße 5, 10115 Berlin"),
)
_STATES = ("value", "empty", "fault", "readonly")
_PARTS = MappingProxyType({"street": "Berliner Straße", "street_number": "5", "postal_code": "10115", "town": "Berlin", "country": "DE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a path."""

    label: str
    current: bool = False
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field that was changed."""

    label: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An entry of a timeline."""

    who: str
    when: str
    what: str
    text: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneRow:
    """A row of the list beside a record."""

    href: str
    title: str
    line: str = ""
    status: str = ""
    tone: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A place in a list."""

    number: int
    count_text: str
    previous: bool
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The head of a column."""

    id: str
    label: str
    sortable: bool
    right: bool


def _row_actions() -> Iterator[RowAction]:
    """Yield what can be done with a row: in a window, at once, by a word alone, and not now."""
    opens = RowAction(label=_said("pick"), icon="check", href=url_for("packdesk_ui.gallery_window"), name=f"{_said('pick')}: SR00000024")
    yield opens
    yield replace(opens, plain=True, key=answers.new_key())
    yield replace(opens, icon="")
    yield replace(opens, reason=_said("refused.reason"), blocked=shell.words("action.blocked"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSample:
    """One control in its states."""

    control: str
    fields: tuple[Control, ...]


def gallery() -> Response:
    """Show every component."""
    title = shell.words("help.gallery")
    return answers.page(
        "gallery/gallery.html",
        title=title,
        crumbs=(shell.Crumb(title),),
        tones=TONES,
        names=_NAMES,
        fields=tuple(
            FieldSample(control=control, fields=tuple(_field(control, state, value, shown) for state in _STATES)) for control, value, shown in _CONTROLS
        ),
        group=_group(),
        faults=_faults(),
        why=_why(),
        columns=_columns(),
        rows=_rows(),
        row_actions=tuple(_row_actions()),
        first=Pages(number=1, count_text="25 / 1,000+", previous=False, next="c"),
        middle=Pages(number=7, count_text="", previous=True, next="c"),
        last=Pages(number=41, count_text="1,017", previous=True, next=""),
        steps=_steps(),
        happenings=_happenings(),
        panes=_panes(),
        found=_found(),
        month=gallery_samples.month(),
        day=gallery_samples.day(),
        desk_facts_shown=gallery_samples.facts(),
        desk_tabs=gallery_samples.tabs(),
        clashes=gallery_samples.clashes(),
        parts=tuple(_Part(id=name, label=_said(name)) for name in ("field", "table", "timeline")),
        long=_LONG,
        hostile=_HOSTILE,
        window_href=url_for("packdesk_ui.gallery_window"),
    )


def window() -> Response:
    """Show the modal window, or its content as a page."""
    title = shell.words("gallery.dialog")
    return answers.page_or_modal(
        "gallery/window.html", "gallery/window_body.html", title=title, field=replace(_field("text", "value", "Berliner Straße 5", ""), name="window")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A tab."""

    id: str
    label: str


def _said(name: str) -> str:
    return shell.words(f"gallery.{name}")


def _field(control: str, state: str, value: str, shown: str) -> Control:
    filled = state in ("value", "fault")
    choices = control in ("select", "multiselect", "ticks")
    options = tuple(Option(id=one, label=_said(f"option.{one}"), depth=int(one == "c"), selected=filled and one == value) for one in ("a", "b", "c"))
    return Control(
        path=control,
        name=f"{control}_{state}",
        label=f"{_said(f'control.{control}')}, {_said(f'state.{state}')}",
        control=control,
        hint=_said("hint") if state == "value" else "",
        required=state == "empty",
        readonly=state == "readonly",
        multiple=control in ("multiselect", "ticks"),
        value=value if filled and not choices else "",
        parts=_PARTS if filled else MappingProxyType({}),
        options=options if choices else None,
        shown=shown or value,
        search=url_for("packdesk_ui.gallery"),
        faults=(_said("fault"),) if state == "fault" else (),
    )


def _group() -> Group:
    def row(number: int) -> Row:
        fields = tuple(
            Control(path=name, name=f"lines[{number}].{name}", label=_said(f"control.{name}"), control=name, value=value, inside_line=True)
            for name, value in (("text", "Office"), ("phone", "+49 30 1234567"))
        )
        return Row(index=number, number=number + 1, id="", sent=number, fields=fields)

    return Group(name="lines", label=_said("control.phone"), rows=(row(0), row(1)), blank=row(9), next=2)


def _why() -> Why:
    inner = Branch(text="a.state in ['completed', 'cancelled']", value="false", said="item 2 of 3")
    tree = Branch(text="record.activities.all(a, a.state in ['completed', 'cancelled'])", value="false", children=(inner,))
    return Why(rule="transitions.order.moves.complete.checks.closed", origin="care/transitions/order.json:41", tree=tree, who="Lena Brandt")


def _faults() -> tuple[Fault, ...]:
    return (
        Fault(sentence=_said("fault"), anchor="f-text_fault", code="required", field="text", why=_why()),
        Fault(sentence=_said("fault.form"), code="check_failed"),
    )


def _columns() -> tuple[Column, ...]:
    given = (("number", True, False), ("name", True, False), ("status", False, False), ("amount", True, True), ("due", True, False))
    return tuple(Column(id=name, label=_said(f"column.{name}"), sortable=sortable, right=right) for name, sortable, right in given)


def _rows() -> tuple[tuple[Shown, ...], ...]:
    samples = (
        ("SR00000024", "Grace Hopper", ("Answered", "open"), "12.50", ("15 Nov 2026, 09:00", "late")),
        ("SR00000025", _LONG, ("Waiting for the customer", "waiting"), "1,234,567.00", ("", "")),
        ("SR00000026", _ARABIC, ("Solved", "success"), "", ("16 Nov 2026, 17:30", "")),
        ("SR00000027", _HOSTILE, ("", ""), "-3.00", ("17 Nov 2026, 08:15", "")),
    )
    labels = tuple(column.label for column in _columns())
    return tuple(
        (
            Shown(label=labels[0], text=number, href="#table"),
            Shown(label=labels[1], text=name, href="#table"),
            Shown(label=labels[2], text=status, badge=tone),
            Shown(label=labels[3], text=amount, right=True),
            Shown(label=labels[4], text=due, style=style),
        )
        for number, name, (status, tone), amount, (due, style) in samples
    )


def _steps() -> tuple[Step, ...]:
    labels = tuple(_said(f"step.{number}") for number in range(1, 6))
    return tuple(Step(label=label, past=place < 2, current=place == 2) for place, label in enumerate(labels))


def _happenings() -> tuple[Happening, ...]:
    changed = (Change(label="Priority", old="5", new="1"), Change(label="Description", new=_LONG), Change(label="Caller", old=_ARABIC))
    return (
        Happening(who="Tom Falk", when="22 Nov 2026, 14:32", what=_said("happened.changed"), changes=changed),
        Happening(who="Anna Berg", when="22 Nov 2026, 14:30", what=_said("happened.noted"), text="Called back.\nNobody there."),
    )


def _panes() -> tuple[PaneRow, ...]:
    return (
        PaneRow(href="#split", title="Grace Hopper", line="SR00000024", status="Answered", tone="open", current=True),
        PaneRow(href="#split", title=_LONG, line="SR00000025", status="Waiting", tone="waiting"),
        PaneRow(href="#split", title=_ARABIC, line="SR00000026"),
    )


def _found() -> tuple[Found, ...]:
    return (
        Found(
            number="SR00000024",
            title="Grace Hopper",
            href="#found",
            status="Answered",
            tone="open",
            due="late by 1 week",
            moment="15 Nov 2026, 09:00",
            late=True,
        ),
        Found(number="SR00000025", title=_LONG, href="#found", status="Waiting", tone="waiting", due="3 days left", moment="25 Nov 2026, 09:00"),
        Found(number="SR00000026", title="", href="#found"),
    )
