"""From two models and counts of live records to the steps of a publish, the questions it asks, and what it means for people.

Nothing here changes anything; ``planning`` puts the result into a plan, ``publishing`` carries the steps out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from packdesk.errors import Problem, fill
from packdesk.model.entity_types import EntityType, Field
from packdesk.model.lifecycles import StateKind
from packdesk.model.model import Model
from packdesk.model.nodes import Expression, Json
from packdesk.store.broken_rules import RuleCounter, changed_checks
from packdesk.store.changed_rules import rule_changes
from packdesk.store.comparison import SlotPair, TypePair, ValueChange, moved_statuses, owning_units, renames, slots, uniques, unit_columns, value_changes
from packdesk.store.decisions import CLEAR, CONVERT, Need
from packdesk.store.impacts import Counter, Impact
from packdesk.store.physical import line_key, link_key, record_key, stored_as_links
from packdesk.store.steps import LEAVE_EMPTY, Slot, Step, StepKind
from packdesk.store.storage_map import Evolution, kind_word

#: What people call the columns that every record of a type has to have.
_COLUMN_WORDS: Mapping[str, str] = MappingProxyType({"status": "status", "subtype": "type", "owner_unit": "owning unit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What a publish does and asks; filled while the pairs are walked through."""

    steps: list[Step] = field(default_factory=list)
    needed: list[Need] = field(default_factory=list)
    impacts: list[Impact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def touch(self, about: str, sentence: str, count: int) -> None:
        """Note an impact when any record is touched."""
        if count:
            self.impacts.append(Impact(about=about, sentence=fill(sentence, {"count": count}), count=count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything the walk reads."""

    old: Model | None
    new: Model
    pairs: tuple[TypePair, ...]
    evolution: Evolution
    counter: Counter
    #: Counts by the rules of the packs; None before the first release.
    rules: RuleCounter | None = None


def consequences(comparison: Comparison) -> Consequences:
    """Return the consequences of going from the old model to the new one."""
    found = Consequences()
    if comparison.old is not None:
        units = renames(comparison.old.organisation.units, comparison.new.organisation.units)
        found.steps.extend(Step(kind=StepKind.RENAME_UNIT, about=new, old=old, new=new) for new, old in units.items())
    for pair in comparison.pairs:
        if pair.new is None and pair.old is not None:
            found.steps.append(Step(kind=StepKind.RETIRE_TYPE, about=pair.old.id))
            found.touch(pair.old.id, "{count} {count:record|records} of a retired entity type, no longer within reach", comparison.counter.live(pair.old.id))
        elif pair.new is not None and pair.old is None:
            restored = record_key(pair.new.id) in comparison.evolution.restored
            found.steps.append(Step(kind=StepKind.RESTORE_TYPE if restored else StepKind.ADD_TYPE, about=pair.new.id))
        elif pair.new is not None and pair.old is not None and pair.old != pair.new:
            _changed_type(comparison, pair, pair.old, pair.new, found)
        if pair.old is not None and pair.new is not None and comparison.old is not None:
            _values(comparison, comparison.old, pair, found)
            _engine_columns(comparison, comparison.old, pair.old, pair.new, found)
            _transition_rules(comparison, comparison.old, pair, pair.old, found)
    return found


def _changed_type(comparison: Comparison, pair: TypePair, old: EntityType, new: EntityType, found: Consequences) -> None:
    if old.id != new.id:
        found.steps.append(Step(kind=StepKind.RENAME_TYPE, about=new.id, old=old.id, new=new.id))
    if old.number != new.number:
        shapes = [f"{numbering.prefix}{numbering.start:0{numbering.width}d}" for numbering in (old.number, new.number)]
        found.steps.append(Step(kind=StepKind.CHANGE_NUMBERING, about=new.id, old=shapes[0], new=shapes[1]))
    _groups(comparison, old, new, found)
    for slot in pair.slots:
        _slot(comparison, old, slot, found)
    _uniques(comparison, pair, old, new, found)
    _rules(comparison.rules, pair, old, new, found)
    if comparison.old is not None and _searched(comparison.old, old) != _searched(comparison.new, new):
        found.steps.append(Step(kind=StepKind.REINDEX, about=new.id))


def _rules(rules: RuleCounter | None, pair: TypePair, old: EntityType, new: EntityType, found: Consequences) -> None:
    """Count who breaks what the new release demands; nobody is stopped by it before he edits that record."""
    if rules is None:
        return
    for path, that in changed_checks(old, new):
        found.touch(path, "{count} {count:record|records} breaking a new check", rules.failing_check(old.id, that) or 0)
    for slot in pair.slots:
        if slot.new is None or slot.field is None or slot.new.group:
            continue
        if slot.former is None or slot.former.required != slot.field.required:
            path = slot.new.path if slot.old is None else slot.old.path
            found.touch(
                slot.name, "{count} {count:record|records} without a value where one is now required", rules.lacking(old.id, path, slot.field.required) or 0
            )


def _searched(model: Model, entity: EntityType) -> frozenset[tuple[str, str, str]]:
    return frozenset((slot.group, slot.path, one.kind.value) for slot, one in slots(model, entity).items() if one.searchable and not one.sensitive)


def _groups(comparison: Comparison, old: EntityType, new: EntityType, found: Consequences) -> None:
    before = {line_key(new.id, group): StepKind.RETIRE_LINES for group in old.lines}
    after = {line_key(new.id, group): (StepKind.ADD_LINES, StepKind.RESTORE_LINES) for group in new.lines}
    if comparison.old is not None:
        before |= {link_key(new.id, key): StepKind.RETIRE_RELATION for key in old.relations if stored_as_links(comparison.old, old.id, key)}
    after |= {
        link_key(new.id, key): (StepKind.ADD_RELATION, StepKind.RESTORE_RELATION) for key in new.relations if stored_as_links(comparison.new, new.id, key)
    }
    for key, kind in before.items():
        if key not in after:
            found.steps.append(Step(kind=kind, about=_dotted(key)))
    for key, kinds in after.items():
        if key not in before:
            found.steps.append(Step(kind=kinds[key in comparison.evolution.restored], about=_dotted(key)))
    for key, relation in new.relations.items():
        former = old.relations.get(key)
        narrower = former is not None and former.many and not relation.many and link_key(new.id, key) in comparison.evolution.after.physical
        if narrower and (count := comparison.counter.several_links(old.id, key)):
            found.problems.append(_problem(f"{new.id}.{key}", "{count} {count:record has|records have} more than one link.", count))


def _slot(comparison: Comparison, old: EntityType, pair: SlotPair, found: Consequences) -> None:
    if pair.new is None and pair.old is not None:
        if _group_stays(comparison, pair.old):
            found.steps.append(Step(kind=StepKind.RETIRE_FIELD, about=pair.name, slot=pair.old))
        found.touch(pair.name, "{count} {count:record|records} with a value that is no longer shown", comparison.counter.filled(pair.old))
    elif pair.new is not None and pair.field is not None and (pair.old is None or pair.former is None):
        _added_field(comparison, old, pair.new, pair.field, found)
    elif pair.new is not None and pair.field is not None and pair.old is not None and pair.former is not None:
        if pair.new.path != pair.old.path:
            found.steps.append(Step(kind=StepKind.RENAME_FIELD, about=pair.name, slot=pair.new, old=pair.old.name, new=pair.new.name))
        _kept_field(comparison, (pair.new, pair.field), (pair.old, pair.former), found)


def _added_field(comparison: Comparison, old: EntityType, slot: Slot, new_field: Field, found: Consequences) -> None:
    fresh_group = bool(slot.group) and slot.group not in (old.relations if slot.link else old.lines)
    if fresh_group:
        return
    restored = slot.key in comparison.evolution.restored
    found.steps.append(Step(kind=StepKind.RESTORE_FIELD if restored else StepKind.ADD_FIELD, about=slot.name, slot=slot))
    if new_field.required is not True or restored or new_field.derived is not None:
        return
    count = comparison.counter.live(old.id) if not slot.group else comparison.counter.group_rows(old.id, slot)
    if count:
        literal = None if isinstance(new_field.default, Expression) else new_field.default
        suggestion: Json = LEAVE_EMPTY if new_field.unique else literal
        found.touch(slot.name, "{count} {count:record|records} without a value for a new required field", count)
        found.needed.append(
            Need(
                id=f"default.{slot.name}",
                question=_question("Which value {count:does|do} the {count} existing {count:record|records} get for {name}?", count, slot.name),
                count=count,
                suggestion=suggestion,
                optional=suggestion is not None,
            )
        )


def _kept_field(comparison: Comparison, after: tuple[Slot, Field], before: tuple[Slot, Field], found: Consequences) -> None:
    counter = comparison.counter
    (slot, new_field), (old_slot, former) = after, before
    if slot.key in comparison.evolution.anew or slot.key in comparison.evolution.restored:
        found.steps.append(Step(kind=StepKind.CHANGE_KIND, about=slot.name, slot=slot, old=kind_word(former), new=kind_word(new_field)))
        _convert(comparison, slot, new_field, old_slot, found)
    elif former.constraints != new_field.constraints:
        found.touch(
            slot.name, "{count} {count:record|records} with a value that the new rules would refuse", counter.unfit(old_slot, new_field, comparison.new)
        )
    if new_field.required is True and former.required is not True and (count := counter.empty(old_slot)):
        found.touch(slot.name, "{count} {count:record|records} without a value for a field that becomes required", count)
        question = _question("Which value {count:does|do} the {count} {count:record|records} without one get for {name}?", count, slot.name)
        found.needed.append(Need(id=f"default.{slot.name}", question=question, count=count, optional=True))


def _convert(comparison: Comparison, slot: Slot, new_field: Field, old_slot: Slot, found: Consequences) -> None:
    filled = comparison.counter.filled(old_slot)
    if not filled:
        return
    unfit = comparison.counter.unfit(old_slot, new_field, comparison.new)
    found.touch(slot.name, "{count} {count:record|records} with a value of the former kind", filled)
    found.touch(slot.name, "{count} {count:record|records} with a value that cannot be taken over", unfit)
    asked = "{count} {count:value stands|values stand} in {name}; {fit} can be taken over. Take over what can be, or begin empty?"
    found.needed.append(
        Need(
            id=f"convert.{slot.name}",
            question=_question(asked, filled, slot.name, fit=filled - unfit),
            options=(CONVERT, CLEAR),
            count=filled,
            suggestion=CONVERT,
            optional=slot.key in comparison.evolution.restored,
        )
    )


def _uniques(comparison: Comparison, pair: TypePair, old: EntityType, new: EntityType, found: Consequences) -> None:
    before, after = uniques(old), uniques(new)
    former = {slot.new.path: slot.old.path for slot in pair.slots if slot.new is not None and slot.old is not None and not slot.new.group}
    renamed = {tuple(former.get(path, path) for path in paths) for paths in after.values()}
    for name, paths in after.items():
        known = tuple(former.get(path, path) for path in paths)
        if known in before.values():
            continue
        found.steps.append(Step(kind=StepKind.ADD_UNIQUE, about=f"{new.id}.{name}"))
        stored = {slot.path for slot in (slots(comparison.old, old) if comparison.old else {}) if not slot.group}
        if all(path in stored for path in known) and (count := comparison.counter.duplicates(old.id, known)):
            found.problems.append(_problem(f"{new.id}.{name}", "{count} {count:value stands|values stand} in more than one record.", count))
    for name, paths in before.items():
        if paths not in renamed:
            found.steps.append(Step(kind=StepKind.DROP_UNIQUE, about=f"{new.id}.{name}"))


def _values(comparison: Comparison, old: Model, pair: TypePair, found: Consequences) -> None:
    moved = dict(moved_statuses(old, comparison.new, pair))
    if pair.new is not None and pair.old is not None and moved:
        former = renames(old.lifecycles[pair.old.id].statuses, comparison.new.lifecycles[pair.new.id].statuses)
        stay = {status: state for status, state in moved.items() if status not in former}
        slot = Slot(pair.new.id, "status")
        counts = comparison.counter.standing(Slot(pair.old.id, "status"), [former.get(status, status) for status in moved])
        found.touch(slot.name, "{count} {count:record|records} in a status that moves to another state", sum(counts.values()))
        if stay:
            found.steps.append(Step(kind=StepKind.MOVE_STATE, about=slot.name, slot=slot, mapping=stay, decision="moved"))
    former_slots = {slot.new: slot.old for slot in pair.slots if slot.new is not None and slot.old is not None}
    for change in value_changes(old, comparison.new, pair):
        if pair.old is not None:
            _value_change(comparison, change, former_slots.get(change.slot) or Slot(pair.old.id, change.slot.path), _final_states(old, pair.old.id), found)


def _final_states(model: Model, entity_type: str) -> tuple[str, ...]:
    lifecycle = model.lifecycles.get(entity_type)
    return () if lifecycle is None else tuple(state.id for state in lifecycle.states.values() if state.kind is StateKind.FINAL)


def _value_change(comparison: Comparison, change: ValueChange, old_slot: Slot, final: tuple[str, ...], found: Consequences) -> None:
    name = change.slot.name
    if change.renamed:
        found.steps.append(Step(kind=StepKind.MAP_VALUES, about=name, slot=change.slot, mapping=change.renamed, decision="renamed"))
        counts = comparison.counter.standing(old_slot, tuple(change.renamed))
        for value, new_value in change.renamed.items():
            found.touch(f"{name}.{value}", f"{{count}} {{count:record|records}} now in {new_value}", counts[value])
    counts = comparison.counter.standing(old_slot, change.gone)
    # What the organisation removes stays readable; a configuration item must not go while a record that is not final uses it (GEN-19).
    in_use = comparison.counter.standing(old_slot, change.gone, final) if change.configured else {}
    for value in change.gone:
        kept_by = () if change.status else final if change.configured else None
        found.steps.append(Step(kind=StepKind.RETIRE_VALUES, about=f"{name}.{value}", slot=change.slot, old=value, value=kept_by))
        count = counts[value]
        if change.status:
            found.touch(f"{name}.{value}", "{count} {count:record|records} in a removed status", count)
            if count:
                question = _question(
                    "{count} {count:record stands|records stand} in {name}, which is removed. Which status {count:does it|do they} get?", count, value
                )
                options = change.options
                found.needed.append(Need(id=f"map_status.{change.slot.entity_type}.{value}", question=question, options=options, count=count))
        elif count:
            optional = not in_use.get(value)
            found.touch(f"{name}.{value}", f"{{count}} {{count:record|records}} with a removed value{', which stays readable' if optional else ''}", count)
            asked = "{count} {count:record holds|records hold} {name}, which is removed. Which value {count:does it|do they} get instead?"
            question = _question(asked, count, value)
            found.needed.append(Need(id=f"map_value.{name}.{value}", question=question, options=change.options, count=count, optional=optional))


def _transition_rules(comparison: Comparison, old_model: Model, pair: TypePair, old: EntityType, found: Consequences) -> None:
    """Count the records that another rule than before decides about: their next steps change, they themselves do not."""
    for change in rule_changes(old_model, comparison.new, pair):
        what = "new rule leads" if change.added else "removed rule led" if change.removed else "changed rule leads"
        sentence = f"{{count}} {{count:record|records}} in a status that the {what} on from"
        found.touch(f"{old.id}.{change.name}", sentence, comparison.counter.decided_by(change, old.id))


def _engine_columns(comparison: Comparison, old_model: Model, old: EntityType, new: EntityType, found: Consequences) -> None:
    """Ask for what every record needs once its type gets a lifecycle, subtypes or guarded access."""
    gained = tuple(_gained(old_model, comparison.new, old, new))
    count = comparison.counter.live(old.id) if gained else 0
    for column, options, suggestion in gained if count else ():
        asked = "Which {column} {count:does|do} the {count} existing {count:record|records} of {name} get?"
        question = _question(asked, count, new.id, column=_COLUMN_WORDS[column])
        need = Need(id=f"default.{new.id}.{column}", question=question, options=options, count=count, suggestion=suggestion, optional=suggestion is not None)
        found.needed.append(need)


def _gained(old_model: Model, model: Model, old: EntityType, new: EntityType) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    lifecycle = model.lifecycles.get(new.id)
    if lifecycle is not None and old.id not in old_model.lifecycles:
        yield "status", tuple(lifecycle.statuses), lifecycle.default_status(lifecycle.initial.id)
    if new.subtyped and not old.subtyped:
        subtypes = model.subtypes.get(new.id, {})
        yield "subtype", tuple(subtypes), next((key for key, subtype in subtypes.items() if subtype.default), None)
    if "owner_unit" in unit_columns(new) and "owner_unit" not in unit_columns(old):
        yield "owner_unit", owning_units(model), None


def decided_steps(steps: tuple[Step, ...], answers: Mapping[str, Json], model: Model) -> tuple[Step, ...]:
    """Return the steps of a plan together with those that its decisions add, renamed values first."""
    mapped: dict[Slot, dict[str, str]] = {}
    for step in steps:
        if step.kind is StepKind.RETIRE_VALUES and step.slot is not None:
            section = "map_status" if step.slot.path == "status" and not step.slot.group else "map_value"
            name = step.slot.entity_type if section == "map_status" else step.slot.name
            answer = answers.get(f"{section}.{name}.{step.old}")
            if isinstance(answer, str):
                mapped.setdefault(step.slot, {})[step.old] = answer
    decided = [
        Step(kind=StepKind.MAP_VALUES, about=slot.name, slot=slot, mapping=mapping, decision="map_status" if slot.path == "status" else "map_value")
        for slot, mapping in mapped.items()
    ]
    for decision, answer in answers.items():
        section, _, name = decision.partition(".")
        if section == "default" and not (isinstance(answer, Mapping) and "leave_empty" in answer):
            decided.append(Step(kind=StepKind.FILL, about=name, slot=_slot_named(model, name), value=answer, decision=decision))
        elif section == "convert":
            change = next(step for step in steps if step.kind is StepKind.CHANGE_KIND and step.about == name)
            decided.append(Step(kind=StepKind.CONVERT, about=name, slot=change.slot, old=change.old, new=change.new, value=answer, decision=decision))
    return (*steps, *decided)


def _slot_named(model: Model, name: str) -> Slot:
    """Return the slot that a decision names; one that no field declares is a column of the engine."""
    entity_type, _, path = name.partition(".")
    declared = slots(model, model.entity_types[entity_type]) if entity_type in model.entity_types else ()
    return next((slot for slot in declared if slot.name == name), Slot(entity_type, path))


def _group_stays(comparison: Comparison, slot: Slot) -> bool:
    return not slot.group or slot.table_key in comparison.evolution.after.physical


def _dotted(key: str) -> str:
    return key.replace("#", ".").replace("@", ".")


def _question(asked: str, count: int, name: str, **facts: object) -> str:
    """Return a question about so many records, or values, of something."""
    return fill(asked, {"count": count, "name": name, **facts})


def _problem(about: str, message: str, count: int) -> Problem:
    return Problem(code="not_unique", message=f"{about}: {fill(message, {'count': count})}", advice="Make them differ, then plan again.")
