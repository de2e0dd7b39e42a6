"""Recomputes stored derived fields of other records after a change: the index says which fields, SQL says which records.

One query per step of the way from the changed record back to those that read it, whatever their number; then each is recomputed and
written like any change, with history.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.records.drafts import Draft, LinkEnd, Work
from packdesk.records.filling import settled
from packdesk.runtime.derivation import Dependent, Hop
from packdesk.runtime.values import Record

_DEPTH = 5

#: A record by entity type and id.
Key = tuple[str, str]


def refresh(work: Work, old: Record | None, new: Record | None) -> None:
    """Recompute whatever reads this record: ``old`` is None after a creation, ``new`` after a deletion.

    Raises ``derived_unstable`` when one change leads to the next more than five times.
    """
    _refresh(work, old, new, 0)


def changed_paths(old: Record | None, new: Record | None) -> tuple[str, ...]:
    """Return the paths and line groups that differ, and the empty path where the record came or went."""
    if old is None or new is None:
        return ("", *(old or new).values, *(old or new).lines)  # type: ignore[union-attr]
    own = [path for path in new.values if old.values.get(path) != new.values.get(path)]
    return (*own, *(group for group in new.lines if old.lines.get(group, ()) != new.lines.get(group, ())))


def _refresh(work: Work, old: Record | None, new: Record | None, depth: int) -> None:
    record = new or old
    if record is None:
        return
    dependents = _dependents(work, record.entity_type, changed_paths(old, new))
    if not dependents:
        return
    if depth >= _DEPTH:
        raise PackdeskError(
            "derived_unstable", fields=", ".join(sorted(f"{found.entity_type}.{found.path}" for found in dependents)), entity_type=record.entity_type
        )
    versions = tuple(version for version in (old, new) if version is not None)
    for key in sorted(_reading(work, versions, dependents) - {(record.entity_type, record.id)}):
        _recompute(work, key, depth)


def refresh_ends(work: Work, record: Record, links: Mapping[str, Iterable[LinkEnd]]) -> None:
    """Recompute the records at the other end of links that came or went, where one of their derived fields walks that relation."""
    walked = {hop.stored for found in work.runtime.dependents(record.entity_type, "") for hop in found.hops[-1:] if hop.how in ("linked", "symmetric")}
    for key in sorted({(end.entity_type, end.id) for relation, ends in links.items() if relation in walked for end in ends}):
        _recompute(work, key, 0)


def _dependents(work: Work, entity_type: str, paths: Iterable[str]) -> dict[Dependent, None]:
    """Return what reads any of the paths, and what counts this record among those that a changed reference leads to."""
    known = work.runtime.dependents_of(entity_type)
    if not known:
        return {}
    found = {dependent: None for path in paths for dependent in known.get(path, ())}
    moved = {(entity_type, path) for path in paths}
    counted = known.get("", ())
    return found | {dependent: None for dependent in counted if (dependent.hops[-1].holder, dependent.hops[-1].stored) in moved}


def _recompute(work: Work, key: Key, depth: int) -> None:
    if key in work.in_hand:
        return
    # As it is now, and kept so: others may be adding to it at this moment.
    before = work.unit.take(*key)
    if before is None:
        return
    draft = settled(Draft(work=work, entity=work.runtime.type(key[0]), old=before, record=before), everything=True)
    if draft.record != before:
        after = work.unit.update(before, draft.record, {})
        _refresh(work, before, after, depth + 1)


def _reading(work: Work, versions: tuple[Record, ...], dependents: Iterable[Dependent]) -> set[Key]:
    found: set[Key] = set()
    for hops in {dependent.hops for dependent in dependents}:
        found |= _back(work, versions, hops)
    return found


def _back(work: Work, versions: tuple[Record, ...], hops: tuple[Hop, ...]) -> set[Key]:
    """Walk the hops from their end to their beginning."""
    here = {(version.entity_type, version.id) for version in versions}
    for hop in reversed(hops):
        held = {version.get(hop.stored) for version in versions} if hop.how == "field" and hop is hops[-1] else set()
        here = _before(work, here, hop) | {(target, str(value)) for value in held if value for target in _targets(work, hop)}
        if not here:
            return set()
    return here


def _before(work: Work, here: set[Key], hop: Hop) -> set[Key]:
    """Return the records from which this hop leads to any of those here."""
    tables, connection = work.unit.tables, work.unit.connection
    ids = [key[1] for key in here]
    if hop.how == "reference":
        table = tables.record(hop.holder)
        query = sa.select(table.c.id).where(tables.column(hop.holder, hop.stored).in_(ids), table.c.deleted_at.is_(None))
        return {(hop.holder, row.id) for row in connection.execute(query)}
    if hop.how == "field":
        table = tables.record(hop.holder)
        column = tables.column(hop.holder, hop.stored)
        rows = connection.execute(sa.select(column.label("held")).where(table.c.id.in_(ids), column.is_not(None)))
        return {(target, row.held) for row in rows for target in _targets(work, hop)}
    links = tables.links(hop.holder, hop.stored)
    if hop.how == "linked":
        rows = connection.execute(sa.select(links.c.to_type, links.c.to_id).where(links.c.from_id.in_(ids)))
        return {(row.to_type, row.to_id) for row in rows}
    types = {key[0] for key in here}
    found = {(hop.holder, row.from_id) for row in connection.execute(sa.select(links.c.from_id).where(links.c.to_id.in_(ids), links.c.to_type.in_(types)))}
    if hop.how == "symmetric":
        found |= {(row.to_type, row.to_id) for row in connection.execute(sa.select(links.c.to_type, links.c.to_id).where(links.c.from_id.in_(ids)))}
    return found


def _targets(work: Work, hop: Hop) -> tuple[str, ...]:
    field = work.runtime.type(hop.holder).fields.get(hop.stored)
    return field.targets if field is not None else ()
