"""Who may do what: one function for verbs, fields and records, and the same answer as a filter for every query.

The system actor is bound by field rules only. A record that the actor may not see does not exist for him; one that he may see
but not change is refused by name of the rule that decides.
"""

from collections.abc import Callable, Iterator, Mapping

from packdesk.errors import Finding
from packdesk.model.actions import Action
from packdesk.model.entity_types import Access, EntityType, Field
from packdesk.model.model import Model
from packdesk.model.nodes import Allow
from packdesk.model.people import Role, UnitLevel
from packdesk.model.subtypes import Subtype
from packdesk.records.findings import about
from packdesk.records.rights_words import no_type_permitted, not_permitted
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Actor, Graph, Record
from packdesk.store.access import AccessFilter

VERBS = ("view", "create", "edit", "act", "delete", "export", "import", "assign", "bulk")
_ALL_VERBS = frozenset(VERBS)
PRIVACY_LEVELS = ("normal", "confidential")

Pairs = frozenset[tuple[str, str]]
_Key = tuple[frozenset[str], frozenset[str], str, str]

_REMEMBERED = 10_000
#: Under these keys a runtime remembers what was worked out; the keys within hold all of the actor that decides.
_CLOSED, _SENSITIVE, _PAIRS, _VERBS = "closed fields", "sensitive fields", "visible pairs", "verbs"


def may(
    runtime: Runtime, actor: Actor, verb: str, entity_type: str, *, field: str = "", record: Record | None = None, graph: Graph | None = None
) -> Finding | None:
    """Return why the actor may not, or None: the verb on the type, then the field, then this record (with the graph that leads to its master)."""
    if actor.system:
        return None
    return (
        _role_refuses(runtime, actor, verb, entity_type)
        or (field_refused(runtime, actor, "view" if verb == "view" else "edit", entity_type, field) if field else None)
        or (record_refused(runtime, actor, verb, record, graph) if record is not None and graph is not None else None)
    )


def verbs(runtime: Runtime, actor: Actor, entity_type: str) -> frozenset[str]:
    """Return the verbs that any of the actor's roles permits on the type."""
    if actor.system:
        return _ALL_VERBS
    known: dict[tuple[frozenset[str], str], frozenset[str]] = runtime.memo.setdefault(_VERBS, {})
    key = (actor.roles, entity_type)
    found = known.get(key)
    if found is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[key] = frozenset(verb for role in _roles(runtime.model, actor) for verb in role.permit.get(entity_type, ()))
    return found


def views(runtime: Runtime, actor: Actor, entity_type: str) -> bool:
    """Say whether any of the actor's roles lets him view records of the type at all; where none does, not even their names are shown."""
    return "view" in verbs(runtime, actor, entity_type)


def field_refused(runtime: Runtime, actor: Actor, verb: str, entity_type: str, path: str) -> Finding | None:
    """Return why the actor may not view or edit a field; a role without an entry for the field leaves it open."""
    return _field_refused(runtime, actor, verb, entity_type, path) if path in closed_fields(runtime, actor, verb, entity_type) else None


def _field_refused(runtime: Runtime, actor: Actor, verb: str, entity_type: str, path: str) -> Finding | None:
    key = f"{entity_type}.{path}"
    holding = [role for role in _roles(runtime.model, actor) if role.permit.get(entity_type)]
    closed = [role for role in holding if key in role.fields and verb not in role.fields[key]]
    if holding and len(closed) == len(holding):
        rule = f"{closed[0].path}.fields.{key}"
        return not_permitted(runtime.model, rule, verb=verb, entity_type=entity_type, field=path)
    declared = field_at(runtime.model.entity_types[entity_type], path)
    if declared is not None and declared.permission and not has_permission(runtime, actor, declared.permission):
        return about(runtime.model, "permission_missing", declared.path, field=path, permission=declared.permission)
    return None


def closed_fields(runtime: Runtime, actor: Actor, verb: str, entity_type: str) -> frozenset[str]:
    """Return the paths of the type that the actor may not view (or edit), without asking field by field."""
    if actor.system:
        return frozenset()
    known: dict[tuple[frozenset[str], str, str], frozenset[str]] = runtime.memo.setdefault(_CLOSED, {})
    key = (actor.roles, verb, entity_type)
    found = known.get(key)
    if found is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[key] = _computed_closed(runtime, actor, verb, entity_type)
    return found


def _computed_closed(runtime: Runtime, actor: Actor, verb: str, entity_type: str) -> frozenset[str]:
    entity = runtime.model.entity_types[entity_type]
    named = {key.partition(".")[2] for role in _roles(runtime.model, actor) for key in role.fields if key.startswith(f"{entity_type}.")}
    guarded = {path for path, field in all_fields(entity) if field.permission}
    return frozenset(path for path in named | guarded if _field_refused(runtime, actor, verb, entity_type, path))


def sensitive_fields(runtime: Runtime, entity_type: str) -> frozenset[str]:
    """Return the paths of the type whose values are shown on purpose only."""
    known: dict[str, frozenset[str]] = runtime.memo.setdefault(_SENSITIVE, {})
    if entity_type not in known:
        known[entity_type] = frozenset(path for path, field in all_fields(runtime.model.entity_types[entity_type]) if field.sensitive)
    return known[entity_type]


def has_permission(runtime: Runtime, actor: Actor, permission: str) -> bool:
    """Say whether any of the actor's roles gives the named right."""
    return actor.system or not permission or any(permission in role.permissions for role in _roles(runtime.model, actor))


def named_by(actor: Actor, allow: Allow | None) -> bool:
    """Say whether ``allow`` names the actor by unit, login or role; absent, or with nobody in it, it names everybody."""
    if actor.system or allow is None or not (allow.units or allow.users or allow.roles):
        return True
    return actor.login in allow.users or bool(actor.member_of & set(allow.units)) or bool(actor.roles & set(allow.roles))


def offered_subtypes(runtime: Runtime, actor: Actor, entity_type: str) -> tuple[Subtype, ...]:
    """Return the subtypes that the actor may create records of, the default one first (GEN-22, CARE-2)."""
    offered = [kind for kind in runtime.model.subtypes.get(entity_type, {}).values() if kind.effective and named_by(actor, kind.allow)]
    return tuple(sorted(offered, key=lambda kind: not kind.default))


def creation_refused(runtime: Runtime, actor: Actor, entity_type: str) -> Finding | None:
    """Return why the actor may create no record of the type at all: no role permits it, or every subtype is for others (GEN-22, CARE-2)."""
    if actor.system:
        return None
    if refused := may(runtime, actor, "create", entity_type):
        return refused
    if not runtime.model.entity_types[entity_type].subtyped or offered_subtypes(runtime, actor, entity_type):
        return None
    return no_type_permitted(runtime.model, entity_type)


def form_refused(runtime: Runtime, actor: Actor, action: Action) -> Finding | None:
    """Return why the actor may not create what the action opens a form for; nobody is led to a form that he can't send."""
    form = action.result.form if action.result is not None else ""
    return creation_refused(runtime, actor, form) if form else None


def subtype_refused(runtime: Runtime, actor: Actor, entity_type: str, subtype: str) -> Finding | None:
    """Return why the actor may not create records of this subtype."""
    found = runtime.model.subtypes.get(entity_type, {}).get(subtype)
    if found is None or named_by(actor, found.allow):
        return None
    return about(runtime.model, "type_not_permitted", f"{found.path}.allow", field="subtype", subtype=subtype, entity_type=entity_type)


def visible_pairs(runtime: Runtime, actor: Actor, entity_type: str, verb: str) -> Pairs | None:
    """Return the (owner group, privacy level) pairs open to the actor for the verb; None where nothing is filtered.

    An actor's groups are those above his units and those under a unit of his; each opens every privacy level. Collaboration adds
    other groups' levels for the verbs that it permits. A pack without organisation has no groups, hence no filter.
    """
    if actor.system:
        return None
    known: dict[_Key, tuple[Pairs | None]] = runtime.memo.setdefault(_PAIRS, {})
    key = (actor.member_of, actor.units, entity_type, verb)
    found = known.get(key)
    if found is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[key] = (_computed_pairs(runtime.model, actor, entity_type, verb),)
    return found[0]


def _computed_pairs(model: Model, actor: Actor, entity_type: str, verb: str) -> Pairs | None:
    guard = guarding_type(model, entity_type)
    if guard is None or not model.organisation.units:
        return None
    own = _groups(model, actor)
    opened = {(group, level) for group in own for level in PRIVACY_LEVELS}
    for profile in model.organisation.collaboration.values():
        if profile.group in own and guard.id in profile.entity_types and verb in profile.permit:
            opened |= {(group, level) for group in _only_groups(model, model.organisation.below(profile.with_group)) for level in profile.privacy}
    return frozenset(opened)


def access_filter(runtime: Runtime, actor: Actor, entity_type: str, verb: str = "view") -> AccessFilter | None:
    """Return the condition that every query about the type carries for this actor; None: everything is open."""
    pairs = visible_pairs(runtime, actor, entity_type, verb)
    return None if pairs is None else AccessFilter(pairs)


def record_refused(runtime: Runtime, actor: Actor, verb: str, record: Record, graph: Graph) -> Finding | None:
    """Return why the actor may not do this to this record: it does not exist for him, or he may only look at it."""
    if is_open(runtime, actor, verb, record, graph):
        return None
    if not is_open(runtime, actor, "view", record, graph):
        return Finding(code="unknown_record", facts={"entity_type": record.entity_type})
    group = str(record.get("owner_unit") or "")
    return not_permitted(runtime.model, "organisation.collaboration", verb=verb, entity_type=record.entity_type, group=group)


def is_open(runtime: Runtime, actor: Actor, verb: str, record: Record, graph: Graph) -> bool:
    """Say whether owner and privacy of the record, or of the one that it follows, open it to the actor for the verb."""
    entity = runtime.model.entity_types[record.entity_type]
    pairs = visible_pairs(runtime, actor, record.entity_type, verb)
    if pairs is None:
        return True
    if entity.access is Access.EXPLICIT:
        return (record.get("owner_unit"), record.get("privacy_level")) in pairs
    return any(is_open(runtime, actor, verb, master, graph) for master in _masters(entity, record, graph))


def opens(runtime: Runtime, actor: Actor, verb: str, entity_type: str, graph: Graph) -> Callable[[Record], bool]:
    """Return ``is_open`` for many records of one type."""
    pairs = visible_pairs(runtime, actor, entity_type, verb)
    if pairs is None:
        return lambda _record: True
    if runtime.model.entity_types[entity_type].access is Access.EXPLICIT:
        return lambda record: (record.values.get("owner_unit"), record.values.get("privacy_level")) in pairs
    return lambda record: is_open(runtime, actor, verb, record, graph)


def guarding_fields(entity: EntityType) -> tuple[str, ...]:
    """Return the fields of a record that say to whom it is open: its owner and privacy, or which record it follows."""
    return ("owner_unit", "privacy_level") if entity.access is Access.EXPLICIT else (entity.master,) if entity.access is Access.IMPLICIT else ()


def followed(runtime: Runtime, actor: Actor, record: Record) -> tuple[str, str] | None:
    """Return entity type and id of the record whose owner and privacy decide about this one; None where that is itself, or nothing is asked."""
    entity = runtime.model.entity_types[record.entity_type]
    value = record.values.get(entity.master)
    if entity.access is not Access.IMPLICIT or not isinstance(value, str) or visible_pairs(runtime, actor, entity.id, "view") is None:
        return None
    return master_type(entity), value


def _masters(entity: EntityType, record: Record, graph: Graph) -> tuple[Record, ...]:
    if entity.master in entity.relations:
        return tuple(related.record for related in graph.related(record, entity.master))
    value = record.get(entity.master)
    found = graph.get(master_type(entity), value) if isinstance(value, str) else None
    return (found,) if found is not None else ()


def ownership_refused(
    runtime: Runtime, actor: Actor, verb: str, entity_type: str, values: Mapping[str, object], *, old: Record | None = None
) -> Finding | None:
    """Return why the actor may not hand a record to the group that he names: it would be out of his reach."""
    owner = values.get("owner_unit")
    pairs = visible_pairs(runtime, actor, entity_type, verb)
    if owner is None or pairs is None or (old is not None and owner == old.get("owner_unit")) or any(owner == group for group, _ in pairs):
        return None
    group = runtime.model.organisation.units.get(str(owner))
    label = group.label.in_language(actor.language) if group is not None else str(owner)
    return about(runtime.model, "group_not_permitted", f"{runtime.model.entity_types[entity_type].path}.access", field="owner_unit", group=label)


def owner_group(model: Model, actor: Actor) -> str | None:
    """Return the group that owns what the actor creates: his own; for the system the top of the organisation, to which everybody belongs."""
    return actor.group or next((unit.id for unit in model.organisation.units.values() if not unit.parent), None)


def guarding_type(model: Model, entity_type: str) -> EntityType | None:
    """Return the type whose owner and privacy decide: itself, its master, or None for public types."""
    entity = model.entity_types[entity_type]
    if entity.access is Access.EXPLICIT:
        return entity
    if entity.access is Access.IMPLICIT:
        target = master_type(entity)
        return guarding_type(model, target) if target and target != entity_type else None
    return None


def master_type(entity: EntityType) -> str:
    """Return the entity type at the other end of ``master``."""
    if entity.master in entity.relations:
        return entity.relations[entity.master].to
    field = field_at(entity, entity.master)
    return field.to if field is not None else ""


def field_at(entity: EntityType, path: str) -> Field | None:
    """Return the declared field at a path: its own, of a section, or of a line group."""
    head, _, tail = path.partition(".")
    if not tail:
        return entity.fields.get(head)
    if head in entity.sections:
        return entity.sections[head].fields.get(tail)
    return entity.lines[head].fields.get(tail) if head in entity.lines else None


def all_fields(entity: EntityType) -> Iterator[tuple[str, Field]]:
    """Yield every declared field with its path, sections and lines included."""
    yield from entity.fields.items()
    for owner, fields in [(section.id, section.fields) for section in entity.sections.values()] + [(group.id, group.fields) for group in entity.lines.values()]:
        yield from ((f"{owner}.{name}", field) for name, field in fields.items())


def _role_refuses(runtime: Runtime, actor: Actor, verb: str, entity_type: str) -> Finding | None:
    if verb in verbs(runtime, actor, entity_type):
        return None
    held = next(_roles(runtime.model, actor), None)
    rule = f"{held.path}.permit.{entity_type}" if held else ""
    return not_permitted(runtime.model, rule, verb=verb, entity_type=entity_type)


def _roles(model: Model, actor: Actor) -> Iterator[Role]:
    return (model.roles[role] for role in sorted(actor.roles) if role in model.roles)


def _groups(model: Model, actor: Actor) -> frozenset[str]:
    below = (node for unit in actor.units for node in model.organisation.below(unit))
    return _only_groups(model, frozenset((*actor.member_of, *below)))


def _only_groups(model: Model, nodes: frozenset[str]) -> frozenset[str]:
    units = model.organisation.units
    return frozenset(node for node in nodes if node in units and units[node].level is not UnitLevel.UNIT)
