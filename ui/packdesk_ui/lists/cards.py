"""What a card says of a record, on a board and in a calendar: its title without the number, and the facts that its view names."""

from dataclasses import replace

from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk_ui.lists import asked as asking
from packdesk_ui.showing import Reader, Shown


def title_of(record: Record, title: str) -> str:
    """Return how a record is called without its number, which stands beside it."""
    return title.replace(record.number, "", 1).strip(" :·-") if record.number in title else title


def facts_of(entity: EntityRuntime, record: Record, reader: Reader, card: tuple[tuple[str, str], ...], title: str) -> tuple[Shown, ...]:
    """Return what the card shows and the person may see, without what is empty or the title already says."""
    closed = asking.closed_to_order(entity)
    facts = (_fact(entity, record, reader, path, show) for path, show in card if path not in closed)
    return tuple(fact for fact in facts if fact.text and fact.text != title)


def _fact(entity: EntityRuntime, record: Record, reader: Reader, path: str, show: str) -> Shown:
    each = entity.fields[path]
    fact = reader.show(each.field, record.get(path), targets=each.targets)
    return replace(fact, badge=fact.badge or ("blue" if show == "badge" and fact.text else ""))
