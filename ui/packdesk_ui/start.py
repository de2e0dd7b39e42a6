"""The start page (what waits for a person, what he saw last, what he may work with), and what belongs to no record: appearance, the way out."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, Response, request, session, url_for

from packdesk.records import everywhere, policy, preferences
from packdesk.records.drafts import zone_named
from packdesk.runtime.compile import Runtime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.lists import list_view
from packdesk.web import request_context
from packdesk.web.own_address import came_from
from packdesk_ui import answers, approvals, counts, due, finder, lists, shell
from packdesk_ui.addresses import Link
from packdesk_ui.showing import moment

#: The session remembers so many records that were looked at, by type and number.
_SEEN = 8
_SESSION = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The unfinished records of one type that are assigned to the person."""

    label: str
    href: str
    icon: str
    count: str
    #: The condition that finds all of them; empty where the rows are all.
    condition: str
    rows: tuple[finder.Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """An entity type on the start page."""

    label: str
    href: str
    icon: str
    description: str
    views: tuple[Link, ...]
    new: str
    new_label: str
    #: Its records are given to people to work on.
    moving: bool


def start() -> Response:
    """Show what waits for the person and what he may work with."""
    who, runtime, language = request_context.actor(), request_context.runtime(), shell.language()
    title = shell.words("start.title", name=(who.name or who.login).split(" ")[0])
    return answers.page(
        "shell/start.html",
        title=title,
        approvals=approvals.waiting(runtime, language),
        waiting=_waiting(runtime, language),
        seen=_seen(runtime),
        tiles=_tiles(runtime, language),
        crumbs=(shell.Crumb(shell.words("start")),),
    )


def _waiting(runtime: Runtime, language: str) -> tuple[Waiting, ...]:
    types = (runtime.type(name) for name in runtime.model.entity_types)
    moments = {entity.id: everywhere.moment_of(entity, list_view(entity, language).sort) for entity in types}
    return tuple(_of_type(runtime, hits, language) for hits in everywhere.work_of(answers.context(), moments) if hits.count)


def _of_type(runtime: Runtime, hits: everywhere.Hits, language: str) -> Waiting:
    entity = runtime.type(hits.entity_type)
    return Waiting(
        label=entity.entity.plural.in_language(language),
        href=url_for("packdesk_ui.records", entity_type=entity.id),
        icon=shell.icon_of(entity.entity),
        count=counts.short(hits.count, capped=hits.capped),
        condition=everywhere.OWN_WORK if hits.more else "",
        rows=tuple(_row(runtime, hit, hits.due, language) for hit in hits.rows),
    )


def _row(runtime: Runtime, hit: everywhere.Hit, path: str, language: str) -> finder.Found:
    """Return a record with the moment that it is due, and whether that is over."""
    value = hit.record.get(path) if path else None
    zone, now = zone_named(request_context.actor().time_zone), request_context.services().clock.now()
    if isinstance(value, datetime):
        late, text = value < now, moment(value, language, zone)
    elif isinstance(value, date):
        declared = runtime.type(hit.reference.entity_type).fields[path].field
        late, text = value < now.astimezone(zone).date(), KINDS[declared.kind].show(declared, value, language, runtime.model, zone)
    else:
        return finder.found(runtime, hit)
    return finder.found(runtime, hit, due=due.span(value, now, language, late=late), moment=text, late=late)


def _seen(runtime: Runtime) -> tuple[Link, ...]:
    """Return the records that the person looked at last, as far as they are still there and open to him."""
    last = [(str(pair[0]), str(pair[1])) for pair in session.get(_SESSION, ()) if isinstance(pair, list | tuple) and len(pair) == 2]
    found = everywhere.by_number(answers.context(), [pair for pair in last if pair[0] in runtime.model.entity_types])
    return tuple(
        Link(
            label=each.title if each.number in each.title else f"{each.title} ({each.number})",
            href=url_for("packdesk_ui.record", entity_type=each.entity_type, number=each.number),
        )
        for each in found
    )


def _tiles(runtime: Runtime, language: str) -> tuple[Tile, ...]:
    who = request_context.actor()
    return tuple(
        Tile(
            label=entity.plural.in_language(language),
            href=url_for("packdesk_ui.records", entity_type=entity.id),
            icon=shell.icon_of(entity),
            description=entity.description.in_language(language) if entity.description else "",
            views=tuple(Link(label=label, href=href) for _, label, href in lists.named_filters(runtime.type(entity.id), language)),
            new=url_for("packdesk_ui.new", entity_type=entity.id) if policy.creation_refused(runtime, who, entity.id) is None else "",
            new_label=shell.words("new.of", label=entity.label.in_language(language)),
            moving=shell.is_work(runtime, entity),
        )
        for entity in sorted(shell.visible_types(runtime, who), key=lambda entity: not shell.is_work(runtime, entity))
    )


def remember_records(app: Flask) -> None:
    """Let the session remember which record pages were opened, the last first."""

    @app.after_request
    def remember(response: Response) -> Response:
        if request.endpoint == "packdesk_ui.record" and response.status_code == 200:
            here = [str((request.view_args or {})[name]) for name in ("entity_type", "number")]
            before = [pair for pair in session.get(_SESSION, ()) if pair != here]
            session[_SESSION] = [here, *before][:_SEEN]
        return response


def theme() -> Response:
    """Remember light or dark, and go back to the page it was chosen on."""
    return _appearance(shell.THEME)


def density() -> Response:
    """Remember how much stands on a screen, and go back to the page it was chosen on."""
    return _appearance(shell.DENSITY)


def _appearance(name: str) -> Response:
    """Remember a part of the appearance, for the person where there is one."""
    chosen = request.form.get(name, "")
    if chosen in shell.APPEARANCE[name]:
        session[name] = chosen
        if request_context.actor_or_none() is not None:
            preferences.prefer(answers.context(), name, chosen)
    return answers.go(came_from() or url_for("packdesk_ui.start"))


def leave() -> Response:
    """Ask whoever opened the address of the way out; only the form that he sends then logs him out."""
    title = shell.words("logout.ask")
    return answers.page("shell/leave.html", title=title, back=came_from() or url_for("packdesk_ui.start"), crumbs=(shell.Crumb(title),))
