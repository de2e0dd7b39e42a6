"""Made-up days of a calendar, values and tabs of a desk, and conflicts, for the gallery; each as the pages themselves would hold it."""

from packdesk_ui.conflicts import Choice, Clash, RowNote
from packdesk_ui.desk import Fact, Tab
from packdesk_ui.lists.calendar import Calendar, Day, Entry
from packdesk_ui.shell import words
from packdesk_ui.showing import Shown

_LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
_TODAY = 18


def month() -> Calendar:
    """Return two weeks of a month: days without records, with one, with more than are shown, today, and of the month after."""
    entries = {
        17: (_entry("AC00000024", "Grace Hopper", "09:30", "open"),),
        _TODAY: (_entry("AC00000025", _LONG, "", "waiting"), _entry("AC00000026", "", "14:00", "success")),
        20: (_entry("AC00000027", "شركة الخليج للاتصالات والخدمات", "", "danger", continued=True),),
    }
    days = tuple(_day(number, entries.get(number, ()), more=number == _TODAY) for number in range(16, 30))
    return _calendar("month", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), days)


def day() -> Calendar:
    """Return a single day."""
    return _calendar("day", (), (_day(19, (_entry("AC00000028", "Grace Hopper", "11:15", "open"),)),))


def _calendar(period: str, weekdays: tuple[str, ...], days: tuple[Day, ...]) -> Calendar:
    return Calendar(title="", period=period, weekdays=weekdays, days=days, switches=(), previous="", next="", today="", count_text="", advice="", notice="")


def _day(number: int, entries: tuple[Entry, ...], *, more: bool = False) -> Day:
    date = f"2026-11-{number:02d}"
    return Day(
        id=date,
        number=str(number),
        label=date,
        line=date,
        href="#calendar",
        today=number == _TODAY,
        outside=number > 28,
        entries=entries,
        more=words("gallery.more") if more else "",
        more_name=f"{words('gallery.more')}: {date}",
    )


def _entry(number: str, title: str, time: str, tone: str, *, continued: bool = False) -> Entry:
    facts = (Shown(label=words("gallery.column.status"), text=words("gallery.step.3"), badge=tone), Shown(label=words("gallery.person"), text="Anna Berg"))
    return Entry(
        number=number, title=title, href="#calendar", time=time, continued=continued, facts=facts, move_href="", name=f"{words('gallery.open')}: {number}"
    )


def facts() -> tuple[Fact, ...]:
    """Return main values of a desk: text, badge, a phone that calls, a long text, none."""
    call = Shown(label="", text="+49 30 1234567", href="tel:+49301234567")
    return (
        Fact(shown=Shown(label=words("gallery.column.number"), text="K100016")),
        Fact(shown=Shown(label=words("gallery.column.status"), text="VIP", badge="purple")),
        Fact(shown=Shown(label=words("gallery.control.phone"), text=call.text), calls=(call,)),
        Fact(shown=Shown(label=words("gallery.control.text"), text=_LONG)),
        Fact(shown=Shown(label=words("gallery.control.email"))),
    )


def tabs() -> tuple[Tab, ...]:
    """Return tabs of a desk: one of values, the open one, one without records, one with more than are counted."""
    given = (("field", ""), ("table", "12"), ("timeline", "0"), ("alert", "100+"))
    return tuple(Tab(id=f"gallery-{name}", label=words(f"gallery.{name}"), count=count, href="#desk", current=name == "table", key="") for name, count in given)


def clashes() -> tuple[Clash, ...]:
    """Return conflicts: over a value, over rows, and one that nothing was chosen for."""
    label, phones = words("gallery.column.name"), words("gallery.control.phone")
    said = words("conflict.set", label=label, value=_LONG, when=words("conflict.now"), author="Tom Falk")
    value = (
        Choice(id="theirs", label=words("conflict.theirs"), value=_LONG),
        Choice(id="mine", label=words("conflict.mine"), value="Grace Hopper", chosen=True),
    )
    changed = RowNote(did=words("conflict.row.changed"), old="Office · +49 30 1", new="Office · +49 30 2")
    removed, added = RowNote(did=words("conflict.row.removed"), old="Home · +49 30 3"), RowNote(did=words("conflict.row.added"), new="Mobile · +49 151 4")
    rows = (
        Choice(id="theirs", label=words("conflict.theirs"), notes=(changed, removed), hint=words("conflict.theirs.hint")),
        Choice(id="mine", label=words("conflict.mine"), notes=(added,), hint=words("conflict.mine.hint", author="Tom Falk")),
        Choice(id="both", label=words("conflict.both"), notes=(RowNote(new=changed.new), RowNote(new=added.new)), hint=words("conflict.both.hint")),
    )
    return (
        Clash(path="gallery_name", label=label, said=said, choices=value),
        Clash(path="gallery_phones", label=phones, said=words("conflict.rows", when=words("conflict.now"), author="Tom Falk"), choices=rows, undecided=True),
    )
