"""Compiles fields, sections, line groups and relations of an entity type."""

import dataclasses
from collections.abc import Mapping

from packdesk.errors import Finding, sentence
from packdesk.model.entity_types import EntityType, Field, Kind, LineGroup, Relation
from packdesk.model.nodes import Expression
from packdesk.runtime.derivation import own_reads
from packdesk.runtime.entity_parts import FieldRuntime, LineRuntime, RelationRuntime, SectionRuntime
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place, Scope
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.field_kind import Reading, pattern_is_sound
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.workshop import Workshop

_KEYS = (Kind.REFERENCE, Kind.OPTION, Kind.CATEGORY, Kind.LEVEL)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a field stands: in a record, a section of it, a line, or among an action's inputs."""

    entity_type: str
    section: str = ""
    line: str = ""
    #: The other inputs, when the field is a free input.
    inputs: Mapping[str, Field] | None = None


def literal(workshop: Workshop, field: Field, value: object) -> object:
    """Return a literal of a document as the Python value; one that does not fit is a problem."""
    read = KINDS[field.kind].read(field, value, Reading(model=workshop.model))
    if not isinstance(read, Finding):
        return read
    workshop.note(f"{field.path}.default", "bad_default", f"The default {value!r} does not fit: {sentence(read, 'en')}")
    return None


def compile_field(workshop: Workshop, field: Field, path: str, spot: Spot, *, engine: bool = False) -> FieldRuntime:
    """Compile everything that a field says with expressions."""
    catalogue, owner = workshop.catalogue, spot.entity_type
    type_ = catalogue.field_type(field, owner)
    if spot.inputs is None:
        scope = workshop.scope(Place.FIELD, owner, section=spot.section, line=spot.line)
    else:
        scope = catalogue.scope(Place.INPUT, owner, section=spot.section, inputs=spot.inputs)
    pattern = field.constraints.get("pattern")
    if isinstance(pattern, str) and not pattern_is_sound(pattern):
        workshop.note(
            f"{field.path}.pattern",
            "bad_pattern",
            f"The pattern '{pattern}' cannot be matched in linear time.",
            advice="Leave out look-around and back-references.",
        )
    default = field.default
    options = workshop.expression(field.options_when, _options_scope(workshop, field, spot), types.BOOLEAN) if field.options_when else None
    return FieldRuntime(
        path=path,
        field=field,
        kind=KINDS[field.kind],
        type=type_,
        section=spot.section,
        engine=engine,
        required=workshop.guard(field.required, scope),
        readonly=workshop.guard(field.readonly, scope),
        visible=workshop.guard(field.visible, scope),
        default=workshop.expression(default, scope, type_) if isinstance(default, Expression) else literal(workshop, field, default),
        derived=_derived(workshop, field, spot, type_),
        stamped_when=workshop.expression(field.stamped_when, scope, types.BOOLEAN),
        options_when=options,
        options_read=own_reads(options) if options is not None else frozenset(),
        suggest=workshop.expression(field.suggest, scope),
        targets=type_.entity_types or (type_.item.entity_types if type_.item is not None else ()),
    )


def _derived(workshop: Workshop, field: Field, spot: Spot, type_: types.Type) -> Compiled | None:
    if field.derived is None:
        return None
    return workshop.expression(field.derived, workshop.scope(Place.DERIVED, spot.entity_type, section=spot.section, line=spot.line), type_)


def _options_scope(workshop: Workshop, field: Field, spot: Spot) -> Scope:
    return workshop.catalogue.scope(
        Place.OPTIONS,
        spot.entity_type,
        section=spot.section,
        line=spot.line,
        candidate_type=workshop.candidates(field, spot.entity_type),
        inputs=spot.inputs,
    )


def compile_fields(workshop: Workshop, entity: EntityType, engine: Mapping[str, Field]) -> dict[str, FieldRuntime]:
    """Compile engine columns, own fields and fields of sections, by path."""
    spot = Spot(entity_type=entity.id)
    found = {name: compile_field(workshop, field, name, spot, engine=True) for name, field in engine.items()}
    found |= {name: compile_field(workshop, field, name, spot) for name, field in entity.fields.items()}
    for section in entity.sections.values():
        inside = Spot(entity_type=entity.id, section=section.id)
        found |= {f"{section.id}.{name}": compile_field(workshop, field, f"{section.id}.{name}", inside) for name, field in section.fields.items()}
    return found


def compile_sections(workshop: Workshop, entity: EntityType) -> dict[str, SectionRuntime]:
    """Compile when each section is present and read-only."""
    found = {}
    for section in entity.sections.values():
        scope = workshop.scope(Place.FIELD, entity.id, section=section.id)
        found[section.id] = SectionRuntime(
            section=section,
            present_when=True if section.present_when is None else workshop.guard(section.present_when, scope),
            readonly=workshop.guard(section.readonly, scope),
            fields=tuple(f"{section.id}.{name}" for name in section.fields),
        )
    return found


def compile_group(workshop: Workshop, entity: EntityType, group: LineGroup) -> LineRuntime:
    """Compile the fields and checks of repeating rows."""
    spot = Spot(entity_type=entity.id, line=group.id)
    return LineRuntime(
        group=group,
        fields={name: compile_field(workshop, field, name, spot) for name, field in group.fields.items()},
        checks=workshop.checks(group.checks, workshop.scope(Place.CHECK, entity.id, line=group.id), group.id),
        keyed_by=next((name for name, field in group.fields.items() if field.kind in _KEYS), ""),
    )


def compile_relation(workshop: Workshop, entity: EntityType, relation: Relation) -> RelationRuntime:
    """Compile what a record inherits through a relation, and the link's own fields."""
    connection = workshop.catalogue.connections(entity.id)[relation.id]
    end = connection.type.item if connection.type.item is not None else connection.type
    scope = workshop.catalogue.scope(Place.CARRY_OVER, entity.id, names={relation.id: end})
    fields = workshop.catalogue.fields(entity.id)
    carried = {}
    for path, expression in relation.carry_over.items():
        expected = workshop.catalogue.field_type(fields[path], entity.id) if path in fields else None
        compiled = workshop.expression(expression, scope, expected)
        if compiled is not None:
            carried[path] = compiled
    spot = Spot(entity_type=entity.id)
    own = {name: compile_field(workshop, field, name, spot) for name, field in relation.fields.items()}
    return RelationRuntime(relation=relation, connection=connection, carry_over=carried, fields=own)
