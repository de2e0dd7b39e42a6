"""The history of a record, as far as the actor may see what it is about (GEN-8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from packdesk.errors import PackdeskError
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing
from packdesk.records.views import screen
from packdesk.runtime.values import Record
from packdesk.store import history as stored
from packdesk.store.history import Event

__all__ = ["CHOICES", "Event", "HistoryPage", "history", "page"]

_MOST = 200
_MASK = "***"
#: What somebody wants to see of a history -> the kinds of events that it is made of.
CHOICES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "changes": frozenset({"created", "updated", "deleted", "undone", "migrated"}),
        "notes": frozenset({"note"}),
        "files": frozenset({"attachment"}),
        "steps": frozenset({"action"}),
    }
)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some events, newest first, and where to go on."""

    events: tuple[Event, ...]
    next_cursor: str = ""


def history(context: Context, entity_type: str, ref: str, limit: int = 50, cursor: str = "") -> HistoryPage:
    """Return what happened to a record, newest first; changes of hidden fields are left out, of sensitive ones masked."""

    def work(unit: Work) -> HistoryPage:
        return page(unit, existing(unit, entity_type, ref), limit, cursor)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def page(work: Work, record: Record, limit: int = 50, cursor: str = "", only: str = "") -> HistoryPage:
    """Return what happened to a record inside a transaction; ``only`` names one of ``CHOICES``."""
    size = max(1, min(limit, _MOST))
    found = stored.read(work.unit.connection, record.entity_type, record.id, limit=size + 1, before=_place(cursor), kinds=CHOICES.get(only, frozenset()))
    kept = screen(work, work.runtime.type(record.entity_type))
    events = tuple(_seen(event, kept.hidden, kept.masked) for event in found[:size])
    return HistoryPage(events, str(events[-1].id) if len(found) > size else "")


def _place(cursor: str) -> int:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise PackdeskError("bad_cursor")
    return int(cursor or 0)


def _seen(event: Event, hidden: frozenset[str], masked: frozenset[str]) -> Event:
    closed = hidden | masked
    groups = {path.partition(".")[0] for path in closed if "." in path}
    if not any(path in closed or path in groups for path in event.changes):
        return event
    open_ = {path: (_MASK, _MASK) if path in masked or path in groups else pair for path, pair in event.changes.items() if path not in hidden}
    return replace(event, changes=open_)
