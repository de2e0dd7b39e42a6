"""Deadlines in words: how long there is left, or for how long something is late, with a tone and an icon, never by colour alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
    at = deadline.at if isinstance(deadline.at, datetime) else datetime.combine(deadline.at, datetime.min.time(), UTC) + timedelta(days=1)
    left = at - now
    span = format_timedelta(abs(left), threshold=1, locale=language)
    if deadline.late:
        return Due(label=shown.label, text=shown.text, said=words("due.late", span=span), tone="danger", icon="alert-circle")
    tone, icon = ("warning", "clock-exclamation") if left < _SOON else ("closed", "clock")
    return Due(label=shown.label, text=shown.text, said=words("due.left", span=span), tone=tone, icon=icon)
