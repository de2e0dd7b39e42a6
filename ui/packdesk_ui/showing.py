"""Values as a person reads them: a field and its value in, words with an address or a badge out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from packdesk.model.entity_types import Field, Kind
from packdesk.model.lifecycles import Lifecycle, StateKind
from packdesk.model.model import Model
from packdesk.records.outcome import Reference
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.kinds_choice import members
from packdesk_ui.addresses import of_record

_NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DURATION})
_WIDE = frozenset({Kind.TEXT, Kind.RICH_TEXT, Kind.JSON, Kind.ADDRESS})
_NAMING = frozenset({Kind.REFERENCE, Kind.REFERENCES})
_ADDRESSES = frozenset({Kind.URL, Kind.EMAIL, Kind.PHONE})
_BADGES = frozenset({Kind.STATUS, Kind.STATE, Kind.LEVEL, Kind.OPTION})
_NEUTRAL = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value as it is read."""

    label: str
    text: str = ""
    href: str = ""
    #: Tone of the badge that carries the text; empty: plain text.
    badge: str = ""
    links: tuple["Shown", ...] = ()
    style: str = ""
    wide: bool = False
    right: bool = False
    #: Path of a value that is shown on purpose only.
    masked: str = ""
    #: Path of the field that holds it, where the page says why it is as it is.
    path: str = ""

    @property
    def plain(self) -> bool:
        """Say whether it is text and nothing else."""
        return bool(self.text) and not (self.badge or self.href or self.links or self.style)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A badge."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What is needed to show any value of one page."""

    model: Model
    language: str
    zone: ZoneInfo
    #: (entity type, id) -> how a named record reads.
    references: Mapping[tuple[str, str], Reference]
    #: Login -> name of a person.
    person: Callable[[str], str]
    #: Room is short: records are named by their title alone, and one that stands alone is no list of one.
    brief: bool = False
    #: The year of now where room is short: moments of it go without their year.
    year: int = 0

    def show(self, declared: Field, value: object, *, label: str = "", targets: tuple[str, ...] = (), badges: bool = True) -> Shown:
        """Return a value of a field."""
        kind, text, href, badge = declared.kind, "", "", ""
        links: tuple[Shown, ...] = ()
        if value is None:
            text = ""
        elif kind in _NAMING:
            ids = value if isinstance(value, tuple) else (value,)
            if self.brief and len(ids) == 1:
                return self.link(targets or (declared.to,), str(ids[0]), label=label or declared.label.in_language(self.language))
            links = tuple(self.link(targets or (declared.to,), str(each)) for each in ids)
            text = ", ".join(link.text for link in links)
        elif kind is Kind.USER:
            text = self.person(str(value))
        elif isinstance(value, datetime):
            text = moment(value, self.language, self.zone, self.year)
        else:
            text = KINDS[kind].show(declared, value, self.language, self.model, self.zone)
            href = _address(kind, text) if kind in _ADDRESSES else ""
            badge = self.tone(declared, str(value)) if badges and kind in _BADGES else ""
        return Shown(
            label=label or declared.label.in_language(self.language),
            text=text,
            href=href,
            badge=badge,
            links=links,
            wide=kind in _WIDE,
            right=kind in _NUMERIC,
        )

    def link(self, targets: tuple[str, ...], record_id: str, *, label: str = "") -> Shown:
        """Return a record that a field names; only its id where the reader may not see it."""
        for target in targets:
            if found := self.references.get((target, record_id)):
                return reference_link(found, brief=self.brief, label=label)
        return Shown(label=label, text="…")

    def tone(self, declared: Field, value: str) -> str:
        """Return the tone of a status, state, level or option: what its document says; a level without a colour is neutral, an option plain text."""
        if declared.kind in (Kind.STATUS, Kind.STATE):
            return tone_of(self.model.lifecycles.get(declared.to), value)
        entry = members(declared, self.model).get(value)
        return str(getattr(entry, "colour", "") or (_NEUTRAL if declared.kind is Kind.LEVEL else ""))


def full_label(entity: EntityRuntime, path: str, language: str) -> str:
    """Return the label of a field where it stands alone: with its section, because several have a description."""
    each = entity.fields[path]
    section = entity.sections.get(each.section)
    label = each.label(language)
    return f"{section.section.label.in_language(language)}: {label}" if section is not None else label


def moment(value: datetime, language: str, zone: ZoneInfo, year: int = 0) -> str:
    """Return day and minute, without the year where it is the one given; seconds say nothing to people."""
    local = value.astimezone(zone)
    day = _day_of_year(local.date(), language) if local.year == year else _day(local.date(), language)
    return f"{day}, {_minute(local.hour, local.minute, language)}"


# A page of moments shows the same days and minutes again and again, and spelling one out takes as long as drawing ten cells.
@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> str:
    return format_date(day, "medium", locale=language)


@lru_cache(maxsize=4096)
def _day_of_year(day: date, language: str) -> str:
    return format_skeleton("MMMd", day, locale=language)


@lru_cache(maxsize=4096)
def _minute(hour: int, minute: int, language: str) -> str:
    return format_time(time(hour, minute), "short", locale=language)


def reference_link(found: Reference, *, brief: bool = False, label: str = "") -> Shown:
    """Return a link to a record, by its title alone where room is ``brief``."""
    text = found.title or found.number if brief else named(found)
    return Shown(label=label, text=text, href=of_record("packdesk_ui.record", found.number, entity_type=found.entity_type))


def named(found: Reference) -> str:
    """Return number and title, the number once."""
    if not found.title or found.title == found.number:
        return found.number
    return found.title if found.number in found.title else f"{found.title} ({found.number})"


def tone_of(lifecycle: Lifecycle | None, value: str) -> str:
    """Return the tone of a status or state: the status's own colour, else what its state means."""
    if lifecycle is None:
        return _NEUTRAL
    status = lifecycle.statuses.get(value)
    if status is not None and status.colour:
        return status.colour
    state = lifecycle.states.get(status.state if status is not None else value)
    if state is None:
        return _NEUTRAL
    if status is not None and status.waiting:
        return "waiting"
    if state.kind is StateKind.FINAL:
        return "closed" if state.success is None else "success" if state.success else "danger"
    return "initial" if state.kind is StateKind.INITIAL else "open"


def _address(kind: Kind, text: str) -> str:
    if kind is Kind.EMAIL:
        return f"mailto:{text}"
    if kind is Kind.PHONE:
        return "tel:" + "".join(sign for sign in text if sign.isdigit() or sign == "+")
    return text if text.startswith(("http://", "https://")) else ""
