"""The start page and what belongs to no record: appearance."""

from dataclasses import dataclass

from flask import Response, request, session, url_for

from packdesk.records import policy
from packdesk.web import request_context
from packdesk_ui import answers, lists, shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A word with an address."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """An entity type on the start page."""

    label: str
    href: str
    icon: str
    description: str
    views: tuple[Link, ...]
    new: str


def start() -> Response:
    """Show what the person may work with."""
    who, runtime, language = request_context.actor(), request_context.runtime(), shell.language()
    tiles = tuple(
        Tile(
            label=entity.plural.in_language(language),
            href=url_for("packdesk_ui.records", entity_type=entity.id),
            icon=shell.icon_of(entity),
            description=entity.description.in_language(language) if entity.description else "",
            views=tuple(Link(label=label, href=href) for _, label, href in lists.named_filters(runtime.type(entity.id), language)),
            new=url_for("packdesk_ui.new", entity_type=entity.id) if "create" in policy.verbs(runtime, who, entity.id) else "",
        )
        for entity in shell.visible_types(runtime, who)
    )
    title = shell.words("start.title", name=(who.name or who.login).split(" ")[0])
    return answers.page("shell/start.html", title=title, tiles=tiles, crumbs=(shell.Crumb(shell.words("start")),))


def theme() -> Response:
    """Remember the appearance and go back to the page it was chosen on."""
    chosen = request.form.get("theme", "")
    if chosen in shell.THEMES:
        session["theme"] = chosen
    return answers.go(back() or url_for("packdesk_ui.start"))


def back() -> str:
    """Return the path of the page that the request came from, if it was one of ours."""
    came_from = request.referrer or ""
    home = request.host_url
    return "/" + came_from.removeprefix(home) if came_from.startswith(home) else ""
