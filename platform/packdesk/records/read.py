"""Reads one record, and what is linked to it."""

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.context import Context, run
from packdesk.records.drafts import Work, begin
from packdesk.records.finding_records import existing, existing_with_names, visible
from packdesk.records.findings import about
from packdesk.records.outcome import LinkView, RecordView
from packdesk.records.views import computed, named_with, reference, references, screen, title
from packdesk.runtime.values import Record
from packdesk.store.reading import whole

_HELD = frozenset({"links", "symmetric"})


def read(context: Context, entity_type: str, ref: str) -> RecordView:
    """Return a record as the actor may see it (GEN-9); raises ``unknown_record`` when it does not exist for him."""
    return run(context, lambda unit, runtime: view(begin(context, unit, runtime), entity_type, ref), write=False)


def is_visible(context: Context, entity_type: str, ref: str) -> bool:
    """Say whether there is such a record for the actor."""

    def work(unit: Work) -> bool:
        known = entity_type in unit.runtime.model.entity_types and not policy.may(unit.runtime, context.actor, "view", entity_type)
        return known and visible(unit, entity_type, ref) is not None

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def view(work: Work, entity_type: str, ref: str, *, links: bool = True) -> RecordView:
    """Return a record inside a transaction; ``links`` that nobody is going to show need not be read."""
    entity = work.runtime.type(entity_type)
    kept = screen(work, entity)
    named = named_with(work, entity, entity.fields.keys() - kept.hidden - kept.masked)
    known, others = existing_with_names(work, entity_type, ref, named)
    record = whole(known)
    seen = kept.over(computed(work, entity, record))
    found = references(work, entity, (seen,), others, [one.path for one in named] if others else ())
    return RecordView(
        record=seen,
        title=title(work, record, others),
        links={name: _links(work, record, name) for name, relation in entity.relations.items() if links and relation.connection.how in _HELD},
        references=found,
        hidden=kept.hidden,
        masked=kept.masked,
        verbs=_verbs(work, record),
    )


def linked(context: Context, entity_type: str, ref: str, relation: str) -> tuple[LinkView, ...]:
    """Return the records at the other end of any relation that the actor may see (T-31), oldest first."""

    def work(unit: Work) -> tuple[LinkView, ...]:
        record = existing(unit, entity_type, ref)
        if relation not in unit.runtime.type(entity_type).connections:
            raise PackdeskError("unknown_field", name=relation)
        return _links(unit, record, relation)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)), write=False)


def reveal(context: Context, entity_type: str, ref: str, path: str) -> object:
    """Return one sensitive value, shown on purpose; that it was shown stands in the record's history."""

    def work(unit: Work) -> object:
        record = existing(unit, entity_type, ref)
        refused = policy.field_refused(unit.runtime, context.actor, "view", entity_type, path)
        if refused is not None:
            raise Refused([refused])
        declared = policy.field_at(unit.runtime.model.entity_types[entity_type], path)
        if declared is None:
            raise Refused([about(unit.runtime.model, "unknown_field", "", field=path, name=path)])
        unit.unit.record_event(record, "revealed", rules=(declared.path,))
        return record.get(path)

    return run(context, lambda unit, runtime: work(begin(context, unit, runtime)))


def _links(work: Work, record: Record, relation: str) -> tuple[LinkView, ...]:
    actor = work.context.actor
    found = work.unit.related(record, relation)
    return tuple(
        LinkView(reference(work, other.record), other.link)
        for other in found
        if not policy.may(work.runtime, actor, "view", other.record.entity_type, record=other.record, graph=work.unit)
    )


def _verbs(work: Work, record: Record) -> frozenset[str]:
    actor, runtime = work.context.actor, work.runtime
    held = policy.verbs(runtime, actor, record.entity_type)
    return frozenset(verb for verb in held if policy.is_open(runtime, actor, verb, record, work.unit))
