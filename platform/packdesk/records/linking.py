"""What the links of a record must obey: the same party, so many per type, the subtypes that a parent allows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from packdesk.errors import Finding
from packdesk.model.entity_types import Relation
from packdesk.records.drafts import Draft, LinkEnd
from packdesk.records.findings import about
from packdesk.runtime.situation import party_of
from packdesk.runtime.values import Record


def misplaced(draft: Draft) -> Iterator[Finding]:
    """Yield why the links that the change touches cannot be stored."""
    for name, ends in draft.links.items():
        relation = draft.entity.relations[name].relation
        yield from _too_many(draft, relation, ends)
        kept = _before(draft, name)
        yield from _unsaid(draft, name, ends)
        for end in ends:
            other = draft.work.unit.get(end.entity_type, end.id)
            if other is not None and (end.entity_type, end.id) not in kept:
                yield from _unfit(draft, relation, other)


def _unsaid(draft: Draft, name: str, ends: tuple[LinkEnd, ...]) -> Iterator[Finding]:
    """Yield the fields of the links themselves that are required and missing."""
    for place, end in enumerate(ends):
        for field in draft.entity.relations[name].fields.values():
            if field.required is True and end.values.get(field.path) is None:
                label = field.label(draft.work.context.language)
                found = about(draft.work.runtime.model, "required_field", f"{field.field.path}.required", field=f"{name}[{place}].{field.path}")
                yield replace(found, facts={"label": label})


def _before(draft: Draft, relation: str) -> frozenset[tuple[str, str]]:
    if draft.old is None:
        return frozenset()
    return frozenset((other.record.entity_type, other.record.id) for other in draft.work.unit.related(draft.old, relation))


def _too_many(draft: Draft, relation: Relation, ends: tuple[LinkEnd, ...]) -> Iterator[Finding]:
    most = Counter(end.entity_type for end in ends).most_common(1)
    if relation.per_type is not None and most and most[0][1] > relation.per_type:
        yield _finding(draft, "too_many_items", relation, "per_type", limit=relation.per_type)


def _unfit(draft: Draft, relation: Relation, other: Record) -> Iterator[Finding]:
    runtime = draft.work.runtime
    if (other.entity_type, other.id) == (draft.record.entity_type, draft.record.id):
        yield _finding(draft, "not_selectable", relation, "to", value=other.number)
        return
    theirs = party_of(runtime.type(other.entity_type), other, draft.graph)
    if relation.same_party and (theirs is None or draft.party is None or theirs.id != draft.party.id):
        yield _finding(draft, "other_party", relation, "same_party", value=other.number)
    if relation.limits_subtypes:
        yield from _not_a_child(draft, relation, other)


def _not_a_child(draft: Draft, relation: Relation, other: Record) -> Iterator[Finding]:
    """Refuse a subtype that the parent's own subtype does not list for its children; an absent list allows all (T-19)."""
    parent = draft.work.runtime.type(other.entity_type).subtypes.get(str(other.get("subtype") or ""))
    allowed = parent.subtype.children.get(draft.entity.id) if parent is not None else None
    if parent is None or not allowed or draft.record.get("subtype") in allowed:
        return
    rule = f"{parent.subtype.path}.children.{draft.entity.id}"
    label = relation.label.in_language(draft.work.context.language)
    yield about(draft.work.runtime.model, "not_selectable", rule, field="subtype", label=label, value=draft.record.get("subtype"), options=list(allowed))


def _finding(draft: Draft, code: str, relation: Relation, key: str, **facts: object) -> Finding:
    label = relation.label.in_language(draft.work.context.language)
    found = about(draft.work.runtime.model, code, f"{relation.path}.{key}", field=relation.id)
    return replace(found, facts={"label": label, **facts})
