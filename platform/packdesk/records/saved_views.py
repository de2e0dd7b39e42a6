"""Saved views: a list as somebody wants to see it again. Private ones of others do not exist; a deleted one can be had back for a while."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.model.characters import unseen
from packdesk.model.nodes import Json
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.list_columns import columns_name, columns_of
from packdesk.records.list_state import ListState
from packdesk.store import preferences, request_keys, saved_views
from packdesk.store.saved_views import SavedView
from packdesk.store.unit_of_work import UnitOfWork

#: The right to let others open a view.
SHARE = "share_views"
LABEL_LIMIT = 80
MOST_OWN = 100
#: Searches that are kept per person and type.
MOST_ASKED = 20
#: Pages that a list is walked through with the way back kept; kept apart from the searches, so that walking never pushes out what was searched for.
MOST_PAGES = 100
#: A whole way through the table, and one beside an opened record.
_MOST_KEPT_PAGES = 2 * MOST_PAGES
UNDO_SECONDS = 30
_UNDO = "deleted_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSetup:
    """What somebody set up around the list of a type."""

    views: tuple[SavedView, ...]
    columns: tuple[str, ...]
    #: Name -> what a list was asked for lately, so that going back finds it again.
    asked: Mapping[str, Json]
    #: Name -> a page of a list, and the name of the one before it.
    pages: Mapping[str, Json]
    #: The view that can still be had back.
    deleted: SavedView | None


def setup(context: Context, entity_type: str) -> ListSetup:
    """Return views, columns and what can be undone; one statement."""
    names = (columns_name(entity_type), _asked_name(entity_type), _pages_name(entity_type), _UNDO)

    def work(unit: UnitOfWork) -> ListSetup:
        views, kept = saved_views.with_preferences(unit.connection, entity_type, context.actor.login, names)
        deleted = _deleted(kept.get(_UNDO), context.clock.now())
        return ListSetup(
            views=views,
            columns=columns_of(kept.get(names[0])),
            asked=dict(_pairs(kept.get(names[1]))),
            pages=dict(_pairs(kept.get(names[2]))),
            deleted=deleted if deleted is not None and deleted.entity_type == entity_type else None,
        )

    return run(context, lambda unit, _runtime: work(unit), write=False)


def remember(context: Context, entity_type: str, known: ListSetup, *, asked: Mapping[str, Json], pages: Mapping[str, Json]) -> None:
    """Keep what a list was asked for, and its page, under names that say nothing, the latest of each per type; what is known already costs nothing.

    They are added to what is kept by then, which another window may have changed since this request read it.
    """
    kinds = ((_asked_name(entity_type), asked, known.asked, MOST_ASKED), (_pages_name(entity_type), pages, known.pages, _MOST_KEPT_PAGES))
    new = [(name, given, most) for name, given, kept, most in kinds if not given.keys() <= kept.keys()]

    def keep() -> None:
        with context.database.begin(write=True) as connection:
            for name, given, most in new:
                others = [pair for pair in _pairs(preferences.claim(connection, context.actor.login, name, ())) if pair[0] not in given]
                preferences.write(connection, context.actor.login, name, (*others, *given.items())[-most:])

    if new:
        context.database.retrying(keep)


def may_share(context: Context) -> bool:
    """Say whether the actor may let others open a view of his."""
    return policy.has_permission(context.live.current().runtime, context.actor, SHARE)


def save_as(context: Context, entity_type: str, label: str, state: ListState, *, shared: bool) -> SavedView:
    """Store a new view and return it; the same request sent twice stores one."""
    _check_type(context, entity_type)
    view = SavedView(
        id=context.ids(context.clock.now()),
        entity_type=entity_type,
        owner=context.actor.login,
        label=_label(label),
        shared=_shared(context, wanted=shared),
        body=state.written(),
        version=1,
    )
    key = context.request_key
    with context.database.begin(write=True) as connection:
        left = request_keys.claim(connection, key.value, view.owner, key.digest, context.clock.now()) if key is not None else None
        if left is not None:
            return _own(context, saved_views.load(connection, str(left["id"])), entity_type)
        if saved_views.count(connection, entity_type, view.owner) >= MOST_OWN:
            raise Refused([Finding(code="too_many_items", field="label", facts={"label": "views", "limit": MOST_OWN})])
        saved_views.add(connection, view, context.clock.now())
        if key is not None:
            request_keys.keep(connection, key.value, view.owner, {"id": view.id})
    if key is not None:
        key.notes.kept = True
    return view


def change(
    context: Context, entity_type: str, view_id: str, version: int, *, label: str | None = None, shared: bool | None = None, state: ListState | None = None
) -> SavedView:
    """Rename a view of one's own, share it or not, or give it another content; raises ``view_changed`` when it is no longer that version."""
    with context.database.begin(write=True) as connection:
        found = _own(context, saved_views.load(connection, view_id), entity_type)
        wanted = replace(
            found,
            version=version,
            label=_label(label) if label is not None else found.label,
            shared=_shared(context, wanted=shared) if shared is not None and shared != found.shared else found.shared,
            body=state.written() if state is not None else found.body,
        )
        if not saved_views.change(connection, wanted, context.clock.now()):
            raise PackdeskError("view_changed")
    return replace(wanted, version=version + 1)


def delete(context: Context, entity_type: str, view_id: str, version: int) -> SavedView:
    """Delete a view of one's own; it can be had back for half a minute."""
    now = context.clock.now()
    with context.database.begin(write=True) as connection:
        found = _own(context, saved_views.load(connection, view_id), entity_type)
        if not saved_views.remove(connection, view_id, version):
            raise PackdeskError("view_changed")
        row: dict[str, Json] = {"id": found.id, "entity_type": found.entity_type, "label": found.label, "shared": found.shared, "body": found.body}
        until = (now + timedelta(seconds=UNDO_SECONDS)).isoformat()
        preferences.write(connection, context.actor.login, _UNDO, {**row, "version": found.version, "until": until})
    return found


def undo_delete(context: Context, entity_type: str) -> SavedView:
    """Put back the view that was deleted last, by the rights of now; raises ``unknown_saved_view`` when it is too late."""
    _check_type(context, entity_type)
    now = context.clock.now()
    with context.database.begin(write=True) as connection:
        kept = preferences.read(connection, context.actor.login).get(_UNDO)
        found = _deleted(kept, now)
        if found is None or found.entity_type != entity_type:
            raise PackdeskError("unknown_saved_view")
        shared = _shared(context, wanted=found.shared)
        again = replace(found, owner=context.actor.login, shared=shared, version=found.version + 1)
        saved_views.add(connection, again, now)
        preferences.write(connection, context.actor.login, _UNDO, {})
    return again


def _own(context: Context, found: SavedView | None, entity_type: str) -> SavedView:
    """Return the view if it is the actor's; of a shared one of somebody else he knows, a private one does not exist."""
    _check_type(context, entity_type)
    if found is None or found.entity_type != entity_type or (found.owner != context.actor.login and not found.shared):
        raise PackdeskError("unknown_saved_view")
    if found.owner != context.actor.login:
        raise PackdeskError("view_not_yours")
    return found


def _check_type(context: Context, entity_type: str) -> None:
    runtime = context.live.current().runtime
    if refused := policy.may(runtime, context.actor, "view", runtime.type(entity_type).id):
        raise Refused([refused])


def _shared(context: Context, *, wanted: bool) -> bool:
    if wanted and not may_share(context):
        raise PackdeskError("permission_missing", permission=SHARE)
    return wanted


def _label(label: str) -> str:
    kept = " ".join(label.split())
    if not kept:
        raise Refused([Finding(code="required_field", field="label", facts={"label": "label"})])
    if len(kept) > LABEL_LIMIT:
        raise Refused([Finding(code="too_long", field="label", facts={"label": "label", "limit": LABEL_LIMIT, "length": len(kept)})])
    if character := unseen(kept, lines=False):
        raise Refused([Finding(code="forbidden_character", field="label", facts={"label": "label", "character": character})])
    return kept


def _asked_name(entity_type: str) -> str:
    return f"asked:{entity_type}"


def _pages_name(entity_type: str) -> str:
    return f"pages:{entity_type}"


def _pairs(kept: object) -> list[tuple[str, Json]]:
    pairs = kept if isinstance(kept, list | tuple) else ()
    return [(str(pair[0]), pair[1]) for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2]


def _deleted(kept: object, now: datetime) -> SavedView | None:
    if not isinstance(kept, Mapping) or not kept or datetime.fromisoformat(str(kept["until"])) < now:
        return None
    return SavedView(
        id=str(kept["id"]),
        entity_type=str(kept["entity_type"]),
        owner="",
        label=str(kept["label"]),
        shared=bool(kept["shared"]),
        body=kept["body"],
        version=int(kept["version"]),
    )
