"""What quick search may find for an actor: by no value that is closed to him, and by whose business a record is, as far as that is open to him too."""

from collections.abc import Callable, Mapping

from packdesk.records import policy
from packdesk.records.drafts import Work
from packdesk.records.screening import screen_of
from packdesk.records.views import screen
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Actor, Record
from packdesk.store import queries, quick_search, search_text
from packdesk.store.queries import Query
from packdesk.store.quick_search import NO_PARTIES, Parties

#: Of more parties than these nobody means one; a list is then searched by its own values alone.
MOST_PARTIES = 500


def party_type(runtime: Runtime, actor: Actor, entity: EntityRuntime) -> str:
    """Return the type of those whose business the records of a type are; empty where there is no such type, or the actor may not see whose they are."""
    path = entity.entity.party
    field, kept = entity.fields.get(path), screen_of(runtime, actor, entity.id)
    if field is None or len(field.targets) != 1 or path in kept.hidden | kept.masked:
        return ""
    return field.targets[0] if policy.views(runtime, actor, field.targets[0]) else ""


def parties(work: Work, entity: EntityRuntime, typed: str, held: Mapping[str, bool] | None = None) -> Parties:
    """Return whose records quick search finds as well: those that it finds among the parties themselves, each open to the actor.

    ``held`` is what ``quick_search.hits`` told of the type of the parties, where somebody has asked. ``too_many`` counts what the actor may
    see alone: how many hold what was typed besides is not his to know. Raises ``bad_parameter`` when too little was typed.
    """
    target = party_type(work.runtime, work.context.actor, entity) if typed else ""
    if not target:
        return NO_PARTIES
    known = work.parties.get((target, typed))
    if known is None:
        known = work.parties[target, typed] = _found(work, work.runtime.type(target), typed, held)
    ids, too_many = known
    return Parties(entity.entity.party, ids, too_many)


def _found(work: Work, party: EntityRuntime, typed: str, held: Mapping[str, bool] | None) -> tuple[tuple[str, ...], bool]:
    """Return the parties that quick search finds, and whether they are too many to look for."""
    connection, tables = work.unit.connection, work.unit.tables
    held = quick_search.hits(connection, tables, (party.id,), typed) if held is None else held
    if party.id not in held:
        return (), False
    query = Query(
        entity_type=party.id,
        access=policy.access_filter(work.runtime, work.context.actor, party.id, "view"),
        search=typed,
        common=held[party.id],
        keep=keep(work, party, typed),
        fields=("number",),
        limit=MOST_PARTIES,
    )
    page = queries.run(connection, tables, query)
    return ((), True) if page.next_cursor else (tuple(record.id for record in page.rows), False)


def keep(work: Work, entity: EntityRuntime, typed: str, theirs: Parties = NO_PARTIES) -> Callable[[Record], bool] | None:
    """Return what keeps quick search from finding a record by a value that is closed to the actor; None where all that it reads is open."""
    kept, model = screen(work, entity), work.runtime.model
    closed = kept.hidden | kept.masked
    read = search_text.read_paths(model, entity.id) if typed and closed else frozenset()
    if not any(path in closed or path.partition(".")[0] in closed for path in read):
        return None
    ids = frozenset(theirs.ids)
    return lambda record: record.get(theirs.path) in ids or search_text.is_found(model, kept.over(record), typed)
