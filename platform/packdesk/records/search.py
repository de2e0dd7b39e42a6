"""Searches records: filter, quick search, order, pages; only what the actor may see is found, counted and shown."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.errors import PackdeskError, Refused
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression
from packdesk.records import policy, quick_finds
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.outcome import Reference
from packdesk.records.rights_words import not_permitted
from packdesk.records.views import computed, named_with, references, screen, title
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.values import Record
from packdesk.store import queries
from packdesk.store.queries import DEFAULT_ORDER, Query
from packdesk.store.quick_search import NO_PARTIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCommand:
    """What somebody looks for."""

    #: A condition over ``record``, as an analyst would write it.
    filter: str = ""
    #: A filter that a view of the type names: ``view id.filter id``.
    named: str = ""
    #: Quick search.
    q: str = ""
    #: Many records hold what is searched for; None: to be found out.
    common: bool | None = None
    #: Quick search finds a record by whose business it is, too.
    by_party: bool = True
    #: Only records with these numbers; None: with any.
    numbers: tuple[str, ...] | None = None
    #: Only records with these ids; None: with any.
    ids: tuple[str, ...] | None = None
    #: Field path -> value that must stand there exactly.
    equals: Mapping[str, object] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    #: (field path, ascending), at most three.
    order: tuple[tuple[str, bool], ...] = DEFAULT_ORDER
    limit: int = 25
    cursor: str = ""
    #: Only these fields; all when empty.
    fields: tuple[str, ...] = ()
    #: Whether the records that fields refer to are named.
    expand: bool = True
    count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of what was found."""

    rows: tuple[Record, ...]
    next_cursor: str = ""
    #: At most 1,000, None when nobody asked; ``capped`` when there are more.
    count: int | None = None
    capped: bool = False
    references: Mapping[tuple[str, str], Reference] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    hidden: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()
    #: Quick search found more parties than it looks for: records are found by their own values alone.
    too_many_parties: bool = False


def search(context: Context, entity_type: str, command: SearchCommand) -> SearchPage:
    """Return a page of records; raises ``bad_filter``, ``bad_parameter`` or ``bad_cursor`` where it cannot be understood."""
    return run(context, lambda unit, runtime: find(begin(context, unit, runtime), entity_type, command, "view"), write=False)


def find(work: Work, entity_type: str, command: SearchCommand, verb: str) -> SearchPage:
    """Return a page of the records on which the verb is open, inside a transaction."""
    return shown(work, looked_up(work, entity_type, command, verb))


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """A page as it is stored, before anything is kept from the actor."""

    command: SearchCommand
    query: Query
    page: queries.Page
    #: The page's records, with the derived fields that the clock moves where they were read whole.
    rows: tuple[Record, ...]


def looked_up(work: Work, entity_type: str, command: SearchCommand, verb: str, *, whole: bool = False, also: tuple[str, ...] = ()) -> LookedUp:
    """Return a page of the records on which the verb is open as they are stored; ``whole`` for rules that read more of them than is shown.

    ``also`` are single fields that are read beside those that are shown.
    """
    entity = work.runtime.type(entity_type)
    if refused := policy.may(work.runtime, work.context.actor, verb, entity_type):
        raise Refused([refused])
    kept = screen(work, entity)
    query = query_of(work, entity, command, verb, kept.hidden | kept.masked, whole=whole)
    if query.fields is not None and also:
        query = dataclasses.replace(query, fields=tuple(dict.fromkeys((*query.fields, *also))))
    page = queries.run(work.unit.connection, work.unit.tables, query)
    rows = page.rows if query.fields is not None else tuple(computed(work, entity, record) for record in page.rows)
    return LookedUp(command=command, query=query, page=page, rows=rows)


def shown(work: Work, found: LookedUp) -> SearchPage:
    """Return the page as the actor may see it, with no more of its records than was asked for."""
    query, page, command = found.query, found.page, found.command
    entity = work.runtime.type(query.entity_type)
    kept = screen(work, entity)
    rows = found.rows
    if command.fields and query.fields != command.fields:
        rows = tuple(queries.only(record, command.fields) for record in rows)
    rows = kept.over_all(rows)
    return SearchPage(
        rows=rows,
        next_cursor=page.next_cursor,
        count=page.count,
        capped=page.capped,
        references=references(work, entity, rows, page.named, [one.path for one in query.named]) if command.expand else MappingProxyType({}),
        hidden=kept.hidden,
        masked=kept.masked,
        too_many_parties=query.parties.too_many,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The first records for each value of a field."""

    rows: Mapping[str, tuple[Record, ...]]
    #: How many there are for each value, at most 1,000; ``capped`` are the values that have more.
    counts: Mapping[str, int]
    capped: frozenset[str]
    #: Id of a record -> how it is called.
    titles: Mapping[str, str]
    references: Mapping[tuple[str, str], Reference]
    #: As on a ``SearchPage``.
    too_many_parties: bool = False


def first_of_each(context: Context, entity_type: str, command: SearchCommand, by: str, most: Mapping[str, int]) -> Groups:
    """Return the first records for each value of a field, empty text for none; what a quick search may not show is neither there nor counted."""

    def work(at: Work) -> Groups:
        entity = at.runtime.type(entity_type)
        if refused := policy.may(at.runtime, context.actor, "view", entity_type):
            raise Refused([refused])
        kept = screen(at, entity)
        if by in kept.hidden | kept.masked:
            raise Refused([not_permitted(at.runtime.model, "", verb="view", entity_type=entity_type, field=by)])
        query = dataclasses.replace(query_of(at, entity, command, "view", kept.hidden | kept.masked), fields=None)
        if not query.named:
            query = dataclasses.replace(query, named=named_with(at, entity, entity.fields.keys() - kept.hidden - kept.masked))
        page, counts = queries.first_of_each(at.unit.connection, at.unit.tables, query, by, most)
        shown = {record.id: kept.over(record) for record in page.rows}
        rows = {value: tuple(shown[record.id] for record in page.rows if str(record.get(by) or "") == value) for value in most}
        read_ahead(at, entity, page.rows, query, page.named)
        titles = {record.id: title(at, record, page.named) for record in page.rows}
        references_ = references(at, entity, tuple(shown.values()), page.named, [one.path for one in query.named])
        return Groups(
            rows=rows,
            counts={value: min(count, queries.COUNT_LIMIT) for value, count in counts.items()},
            capped=frozenset(value for value, count in counts.items() if count > queries.COUNT_LIMIT),
            titles=titles,
            references=references_,
            too_many_parties=query.parties.too_many,
        )

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def read_ahead(work: Work, entity: EntityRuntime, records: Sequence[Record], query: Query, named: Mapping[tuple[str, str], Record]) -> None:
    """Read at once what naming the records looks at in others; one statement per type instead of one per record.

    Titles read them; and whether another record may be named at all stands in the one that it follows. ``named`` were read with the records.
    """
    read = {one.path for one in entity.title_of.dependencies if one.entity_type == entity.id} if entity.title_of is not None else set()
    wanted: dict[str, set[str]] = {}
    for path, field in entity.naming:
        if path in read - {one.path for one in query.named} and field.field.kind is Kind.REFERENCE:
            wanted.setdefault(field.targets[0], set()).update(str(record.get(path)) for record in records if record.get(path))
    others = list(named.values())
    for target, ids in wanted.items():
        others += work.unit.prefetch(target, ids).values()
    masters: dict[str, set[str]] = {}
    for other in others:
        followed = policy.followed(work.runtime, work.context.actor, other)
        if followed is not None:
            masters.setdefault(followed[0], set()).add(followed[1])
    for target, ids in masters.items():
        work.unit.prefetch(target, ids)


def compile_filter(work: Work, entity_type: str, source: str) -> Compiled:
    """Return a typed-in condition in compiled form; raises ``bad_filter`` with what is wrong and where."""
    scope = work.runtime.catalogue.scope(Place.FILTER, entity_type)
    compiled = compile_expression(Expression(source, "filter"), scope, types.BOOLEAN)
    if isinstance(compiled, Compiled):
        return compiled
    fault = compiled[0]
    near = f" Did you mean '{fault.did_you_mean}'?" if fault.did_you_mean else ""
    raise PackdeskError("bad_filter", reason=f"{fault.message}{near}".rstrip("."), line=fault.line, column=fault.column)


def query_of(work: Work, entity: EntityRuntime, command: SearchCommand, verb: str, closed: frozenset[str], *, whole: bool = False) -> Query:
    """Return what the database is asked; raises a refusal where the command reads what is ``closed`` to the actor."""
    condition = compile_filter(work, entity.id, command.filter) if command.filter else _named(entity, command.named)
    asked = {path for path, _ in command.order} | set(command.equals)
    if condition is not None:
        asked |= {dependency.path for dependency in condition.dependencies if dependency.entity_type == entity.id}
    for path in sorted(asked & closed):
        declared = policy.field_at(entity.entity, path)
        raise Refused([not_permitted(work.runtime.model, declared.path if declared is not None else "", verb="view", entity_type=entity.id, field=path)])
    if condition is not None and command.filter:
        _check_way(work, entity, condition)
    whole = whole or not command.fields or any(path in entity.computed_on_read for path in command.fields)
    theirs = quick_finds.parties(work, entity, command.q) if command.by_party else NO_PARTIES
    return Query(
        entity_type=entity.id,
        filter=condition,
        actor=work.context.actor,
        now=work.now,
        zone=work.zone,
        access=policy.access_filter(work.runtime, work.context.actor, entity.id, verb),
        seen=(lambda target: policy.access_filter(work.runtime, work.context.actor, target)) if command.filter else None,
        equals=command.equals,
        search=command.q,
        common=command.common,
        parties=theirs,
        numbers=command.numbers,
        ids=command.ids,
        keep=quick_finds.keep(work, entity, command.q, theirs),
        order=command.order,
        limit=command.limit,
        cursor=command.cursor,
        fields=None if whole else command.fields,
        lazy=bool(command.fields),
        named=named_with(work, entity, frozenset(command.fields) - closed) if command.expand else (),
        count=command.count,
    )


def _check_way(work: Work, entity: EntityRuntime, condition: Compiled) -> None:
    """Raise ``not_permitted`` where a typed-in condition asks what other types, or closed fields of theirs, keep from the actor."""
    others = {dependency.entity_type for dependency in condition.dependencies if dependency.entity_type in work.runtime.types} - {entity.id}
    for other in sorted(others):
        if refused := policy.may(work.runtime, work.context.actor, "view", other):
            raise Refused([refused])
        kept = screen(work, work.runtime.type(other))
        asked = {dependency.path for dependency in condition.dependencies if dependency.entity_type == other}
        for path in sorted(asked & (kept.hidden | kept.masked)):
            raise Refused([not_permitted(work.runtime.model, "", verb="view", entity_type=other, field=path)])


def _named(entity: EntityRuntime, name: str) -> Compiled | None:
    if not name:
        return None
    view, _, filter_ = name.partition(".")
    if view not in entity.views or filter_ not in entity.views[view].filters:
        raise PackdeskError("bad_parameter", name="named", reason=f"there is no filter '{name}'")
    return entity.views[view].filters[filter_]
