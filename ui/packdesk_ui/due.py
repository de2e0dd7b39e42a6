"""Deadlines in words: how long there is left, or for how long something is late, with a tone and an icon, never by colour alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_timedelta

from packdesk.runtime.header import Deadline
from packdesk_ui.shell import words
from packdesk_ui.showing import Shown

#: So near a deadline is shown as one that is about to pass.
_SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline: its label, the moment, and how it stands."""

    label: str
    text: str
    said: str
    tone: str
    icon: str


def due_of(deadline: Deadline, shown: Shown, now: datetime, language: str) -> Due:
    """Return a deadline as a person reads it."""
    if deadline.stopped:
        said, tone, icon = ("due.missed", "danger", "alert-circle") if deadline.late else ("due.met", "closed", "check")
        return Due(label=shown.label, text=shown.text, said=words(said), tone=tone, icon=icon)
    said = span(deadline.at, now, language, late=deadline.late)
    if deadline.late:
        return Due(label=shown.label, text=shown.text, said=said, tone="danger", icon="alert-circle")
    tone, icon = ("warning", "clock-exclamation") if _end(deadline.at) - now < _SOON else ("closed", "clock")
    return Due(label=shown.label, text=shown.text, said=said, tone=tone, icon=icon)


def span(at: date, now: datetime, language: str, *, late: bool) -> str:
    """Return how long there is left, or for how long it is late; a day ends at midnight."""
    return words("due.late" if late else "due.left", span=format_timedelta(abs(_end(at) - now), threshold=1, locale=language))


def _end(at: date) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(at, datetime.min.time(), UTC) + timedelta(days=1)
