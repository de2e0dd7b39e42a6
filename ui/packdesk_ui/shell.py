"""The frame of every page: navigation from the release, language, appearance, who is logged in; and the words of the screens."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Flask, current_app, g, request, session

from packdesk.model.entity_types import EntityType
from packdesk.records import policy, preferences
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Actor
from packdesk.web import request_context
from packdesk_ui import assets, avatars, catalogue, components
from packdesk_ui.addresses import of_page

THEMES = ("auto", "light", "dark")
DENSITIES = ("dense", "comfortable")
#: Under these names the session and the person's preferences keep the appearance.
THEME, DENSITY = "theme", "density"
#: What can be chosen for each; the first is the usual.
APPEARANCE: Mapping[str, tuple[str, ...]] = MappingProxyType({THEME: THEMES, DENSITY: DENSITIES})
_LANGUAGE_NAMES = {"en": "English", "de": "Deutsch"}
_DEFAULT_ICON = "file-text"
#: Stands among the pages of users, and is everybody's.
_OWN_PROFILE = "UserDBModelView.userinfo"
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the navigation."""

    label: str
    href: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryGroup:
    """Lines of the navigation under one heading."""

    label: str
    items: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language to switch to."""

    id: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the frame shows."""

    language: str
    theme: str
    density: str
    languages: tuple[Language, ...]
    #: Name of who is logged in; empty: nobody, then only the middle of the page is drawn.
    person: str = ""
    units: str = ""
    groups: tuple[EntryGroup, ...] = ()
    profile: str = ""
    password: str = ""
    logout: str = ""
    release: int = 0
    #: Where who builds pages finds every component; empty for everybody else.
    gallery: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way here; the last has no address."""

    label: str
    href: str = ""


def language() -> str:
    """Return the language of the page: one that the screens speak."""
    kept = g._get_current_object()  # asked for each text of a page: the proxy would be resolved each time
    found = kept.get("ui_language")
    if found is None:
        asked = request_context.language()
        found = kept.ui_language = asked if asked in catalogue.LANGUAGES else "en"
    return str(found)


def words(key: str, **facts: object) -> str:
    """Return one of the screens' own texts in the language of the page."""
    return catalogue.text(key, language(), **facts)


def visible_types(runtime: Runtime, actor: Actor) -> tuple[EntityType, ...]:
    """Return the entity types that the actor's roles let him view, in the order of the packs."""
    return tuple(entity for entity in runtime.model.entity_types.values() if "view" in policy.verbs(runtime, actor, entity.id))


def is_work(runtime: Runtime, entity: EntityType) -> bool:
    """Say whether people are given the type's records to work on; those of the others only stand."""
    return "assigned_user" in runtime.type(entity.id).fields


def icon_of(entity: EntityType) -> str:
    """Return the icon that a type is known by."""
    return entity.icon or _DEFAULT_ICON


def shell_view() -> Shell:
    """Return the frame for the request in hand."""
    who = request_context.actor_or_none()
    here = language()
    common = {
        "language": here,
        **_appearance(who),
        "languages": tuple(Language(id=code, label=name, current=code == here) for code, name in _LANGUAGE_NAMES.items()),
    }
    if who is None:
        return Shell(**common)  # type: ignore[arg-type]
    pinned = request_context.runtime()
    units = pinned.model.organisation.units
    return Shell(
        **common,  # type: ignore[arg-type]
        person=who.name or who.login,
        units=", ".join(units[unit].label.in_language(here) for unit in sorted(who.units) if unit in units),
        groups=_groups(pinned, who, here),
        profile=_address_of(_OWN_PROFILE),
        password=_address_of("ResetMyPasswordView.this_form_get"),
        logout=_address_of("AuthDBView.logout"),
        release=pinned.release,
        gallery=of_page("packdesk_ui.gallery") if _builds_pages(pinned, who) else "",
    )


def _appearance(who: Actor | None) -> dict[str, str]:
    """Return the appearance that the person chose; the session keeps it, so that the database is asked once."""
    if who is not None and any(name not in session for name in APPEARANCE):
        kept = preferences.preferences(request_context.context())
        for name, offered in APPEARANCE.items():
            session.setdefault(name, kept.get(name) if kept.get(name) in offered else offered[0])
    return {name: session[name] if session.get(name) in offered else offered[0] for name, offered in APPEARANCE.items()}


def _builds_pages(pinned: Runtime, who: Actor) -> bool:
    """Say whether the person changes packs or administers people."""
    return any(pinned.model.roles[role].permissions for role in who.roles if role in pinned.model.roles)


def _groups(pinned: Runtime, who: Actor, here: str) -> tuple[EntryGroup, ...]:
    def entry(label: str, href: str, icon: str, view: str = "") -> Entry:
        path, page = request.path, request.endpoint or ""
        current = path == href or (href != "/" and path.startswith(f"{href}/")) or (bool(view) and page.startswith(f"{view}.") and page != _OWN_PROFILE)
        return Entry(label=label, href=href, icon=icon, current=current)

    def records(*, moving: bool) -> tuple[Entry, ...]:
        """Return the types whose records people are given to work on, or those that only stand."""
        chosen = (entity for entity in visible_types(pinned, who) if is_work(pinned, entity) is moving)
        return tuple(entry(entity.plural.in_language(here), of_page("packdesk_ui.records", entity_type=entity.id), icon_of(entity)) for entity in chosen)

    start = EntryGroup(label="", items=(entry(words("start"), of_page("packdesk_ui.start"), "home"),))
    administration = tuple(
        entry(words(key), href, icon, endpoint.partition(".")[0])
        for key, endpoint, icon in (("users", "UserDBModelView.list", "users"), ("roles", "Roles.list", "shield"))
        if (href := _address_of(endpoint)) and _may_administer(who, endpoint.partition(".")[0])
    )
    groups = (
        start,
        EntryGroup(label=words("work"), items=records(moving=True)),
        EntryGroup(label=words("records"), items=records(moving=False)),
        EntryGroup(label=words("administration"), items=administration),
    )
    return tuple(group for group in groups if group.items)


def _may_administer(who: Actor, view: str) -> bool:
    """Ask the shell's own permissions, once per person and security epoch; only pages that it draws are guarded by them.

    A request that is refused before the shell looked at it has nobody to ask about.
    """
    if "user" not in g:
        return False
    known: dict[tuple[str, str, int], bool] = current_app.extensions["packdesk_ui"]
    key = (who.login, view, request_context.pinned().security_epoch)
    if key not in known:
        if len(known) > _REMEMBERED:
            known.clear()
        known[key] = bool(current_app.appbuilder.sm.has_access("can_list", view))  # type: ignore[attr-defined]
    return known[key]


def _address_of(endpoint: str) -> str:
    return of_page(endpoint) if endpoint in current_app.view_functions else ""


def asset(name: str) -> str:
    """Return the address of a built file."""
    return of_page("packdesk_ui.static", filename=assets.file_of(name))


def install(app: Flask) -> None:
    """Give the templates the frame, the words, the assets and the icons."""
    app.extensions["packdesk_ui"] = {}
    additions: Mapping[str, object] = {
        "shell_view": shell_view,
        "t": words,
        "asset": asset,
        "address_of": of_page,
        "icon": components.icon,
        "for_row": components.for_row,
        "initials_of": avatars.initials,
        "hue_of": avatars.hue,
    }
    app.jinja_env.globals.update(additions)
