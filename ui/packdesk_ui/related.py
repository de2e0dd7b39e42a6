"""What belongs to a record, as tabs of its page: how many, the newest few of one relation, the way to all of them and to a new one."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from packdesk.records import policy
from packdesk.records import related as belonging
from packdesk.records.looking import Look
from packdesk.records.related import RelatedTab
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions.catalogue import Connection
from packdesk.runtime.values import Record
from packdesk_ui import counts, shell
from packdesk_ui.formstate import FIXED
from packdesk_ui.shell import words
from packdesk_ui.showing import Status, named, reference_link, tone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A relation as a link that opens it."""

    id: str
    label: str
    #: ``12``, or ``100+``.
    count: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A linked record."""

    text: str
    href: str
    icon: str
    status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """The way to a new record of a type that belongs to this one."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The tabs, and what stands in the open one."""

    tabs: tuple[Tab, ...]
    label: str
    entries: tuple[Item, ...]
    #: The list of all of them: where it is sent and the condition that goes with it; empty: all are here, or no list can tell.
    all_href: str
    all_filter: str
    all_words: str
    new: tuple[New, ...]


def related_of(look: Look, entity: EntityRuntime, record: Record, wanted: str) -> Related | None:
    """Return the tabs of a record with the wanted one open, else the first that holds something; None for a type that nothing belongs to."""
    found = belonging.tabs(look.work, record)
    if not found:
        return None
    opened = next((tab for tab in found if tab.relation == wanted), None) or next((tab for tab in found if tab.count), found[0])
    entries = belonging.newest(look.work, record, opened) if opened.count else ()
    asked = condition(look, entity, record, opened) if opened.count else ""
    return Related(
        tabs=tuple(_tab(look, entity, record, tab, current=tab is opened) for tab in found),
        label=_label(look, entity, opened),
        entries=tuple(
            Item(
                text=named(each.reference),
                href=reference_link(each.reference).href,
                icon=shell.icon_of(look.runtime.model.entity_types[each.reference.entity_type]),
                status=_status(look, each.reference.entity_type, each.status),
            )
            for each in entries
        ),
        all_href=url_for("packdesk_ui.records", entity_type=opened.types[0], view="") if asked else "",
        all_filter=asked,
        all_words=words("related.all", count=count_text(opened)),
        new=tuple(news(look, record, opened)),
    )


def _tab(look: Look, entity: EntityRuntime, record: Record, tab: RelatedTab, *, current: bool) -> Tab:
    href = url_for("packdesk_ui.record", entity_type=entity.id, number=record.number, tab=tab.relation)
    return Tab(id=tab.relation, label=_label(look, entity, tab), count=count_text(tab), href=href, current=current)


def count_text(tab: RelatedTab) -> str:
    """Return how many records a tab leads to, counted so far."""
    return counts.short(tab.count - tab.capped, capped=tab.capped)


def _label(look: Look, entity: EntityRuntime, tab: RelatedTab) -> str:
    known = entity.relations.get(tab.relation)
    label = known.relation.label if known is not None else look.runtime.model.entity_types[tab.way.holder].plural
    return label.in_language(look.language)


def _status(look: Look, entity_type: str, status: str) -> Status | None:
    lifecycle = look.runtime.type(entity_type).lifecycle
    if lifecycle is None or status not in lifecycle.statuses:
        return None
    return Status(label=lifecycle.statuses[status].label.in_language(look.language), tone=tone_of(lifecycle, status))


def condition(look: Look, entity: EntityRuntime, record: Record, tab: RelatedTab) -> str:
    """Return the condition under which the list of the other type shows these records; empty where one list can't show them."""
    if len(tab.types) != 1:
        return ""
    connection = tab.way
    if connection.how == "field":
        return f"record.{connection.stored}.number == '{record.number}'"
    back = _back(look, entity, connection, tab)
    return f"record.{back}.exists(one, one.number == '{record.number}')" if back else ""


def _back(look: Look, entity: EntityRuntime, connection: Connection, tab: RelatedTab) -> str:
    """Return the name that the other type has for the same links."""
    if connection.how in ("linked", "symmetric"):
        return connection.stored
    others = look.runtime.type(tab.types[0]).connections.items()
    return next((name for name, one in others if one.how == "linked" and (one.holder, one.stored) == (entity.id, connection.stored)), "")


def news(look: Look, record: Record, tab: RelatedTab) -> Iterator[New]:
    """Yield the way to a new record whose reference to this one is filled in and stays."""
    connection = tab.way
    if connection.how != "field" or policy.creation_refused(look.runtime, look.context.actor, connection.holder) is not None:
        return
    other = look.runtime.type(connection.holder)
    field = other.fields.get(connection.stored)
    if field is None or field.section or field.derived is not None or field.readonly is True:
        return
    given = urlencode([(connection.stored, record.number), (FIXED, connection.stored)])
    yield New(
        label=words("related.new", label=other.entity.label.in_language(look.language)), href=f"{url_for('packdesk_ui.new', entity_type=other.id)}?{given}"
    )
