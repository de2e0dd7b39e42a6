"""Who still needs a record: it is not deleted while something live points to it (CARE-7, T-4)."""

from collections.abc import Iterator

import sqlalchemy as sa

from packdesk.errors import Finding
from packdesk.model.entity_types import EntityType, Field, Kind
from packdesk.model.model import Model
from packdesk.records.drafts import Work
from packdesk.records.findings import about
from packdesk.runtime.values import Record

_NAMING = (Kind.REFERENCE, Kind.REFERENCES)


def needed_by(work: Work, record: Record) -> Iterator[Finding]:
    """Yield one finding per field, line group or relation through which live records point to this one."""
    for entity in work.runtime.model.entity_types.values():
        yield from _by_fields(work, entity, record)
        yield from _by_lines(work, entity, record)
        yield from _by_links(work, entity, record)


def _by_fields(work: Work, entity: EntityType, record: Record) -> Iterator[Finding]:
    tables = work.unit.tables
    table = tables.record(entity.id)
    for path, field in _naming_fields(entity, record.entity_type):
        if field.derived is not None:
            continue
        condition = _names(tables.column(entity.id, path), field, record)
        count = work.unit.connection.execute(sa.select(sa.func.count()).select_from(table).where(condition, table.c.deleted_at.is_(None))).scalar_one()
        if count:
            yield _finding(work, entity, f"{field.path}", path, count)


def _by_lines(work: Work, entity: EntityType, record: Record) -> Iterator[Finding]:
    tables = work.unit.tables
    owner = tables.record(entity.id)
    for group in entity.lines.values():
        for name, field in group.fields.items():
            if field.kind not in _NAMING or field.to != record.entity_type:
                continue
            table = tables.lines(entity.id, group.id)
            joined = table.join(owner, owner.c.id == table.c.record_id)
            condition = _names(tables.line_column(entity.id, group.id, name), field, record)
            query = sa.select(sa.func.count(sa.distinct(owner.c.id))).select_from(joined).where(condition, owner.c.deleted_at.is_(None))
            count = work.unit.connection.execute(query).scalar_one()
            if count:
                yield _finding(work, entity, field.path, f"{group.id}.{name}", count)


def _by_links(work: Work, entity: EntityType, record: Record) -> Iterator[Finding]:
    """Count the records that hold a link to this one; a type's own links block only where the relation says so."""
    tables = work.unit.tables
    for connection in tables.connections(entity.id).values():
        if connection.holder != entity.id or connection.how not in ("links", "symmetric"):
            continue
        relation = entity.relations[connection.stored]
        links, owner = tables.links(entity.id, relation.id), tables.record(entity.id)
        joined = links.join(owner, owner.c.id == links.c.from_id)
        condition = sa.and_(links.c.to_id == record.id, links.c.to_type == record.entity_type)
        query = sa.select(sa.func.count()).select_from(joined).where(condition, owner.c.deleted_at.is_(None))
        count = work.unit.connection.execute(query).scalar_one()
        if count and not (relation.symmetric and not relation.blocks_delete):
            yield _finding(work, entity, f"{relation.path}.blocks_delete", relation.id, count)


def _naming_fields(entity: EntityType, target: str) -> Iterator[tuple[str, Field]]:
    own = list(entity.fields.items())
    inner = [(f"{section.id}.{name}", field) for section in entity.sections.values() for name, field in section.fields.items()]
    return ((path, field) for path, field in own + inner if field.kind in _NAMING and field.to == target)


def _names(column: sa.Column[object], field: Field, record: Record) -> sa.ColumnElement[bool]:
    return column == record.id if field.kind is Kind.REFERENCE else column.contains(record.id)


def _finding(work: Work, entity: EntityType, rule: str, path: str, count: int) -> Finding:
    model: Model = work.runtime.model
    plural = entity.plural.in_language(work.context.language)
    return about(model, "has_dependents", rule, field=path, count=count, relation=plural, entity_type=entity.id)
