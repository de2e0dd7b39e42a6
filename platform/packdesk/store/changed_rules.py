"""Two models in, out the transition rules that say something else than before, with the records that each decides about: pure.

A subtype may have rules of its own, which replace the lifecycle's; so may it get them, or lose them, with a release.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from packdesk.model.lifecycles import Rule
from packdesk.model.model import Model
from packdesk.model.subtypes import Subtype
from packdesk.store.comparison import TypePair, renames


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """A transition rule that came, went, or says something else than before."""

    #: Dotted name within the entity type.
    name: str
    added: bool
    removed: bool
    #: Statuses from which it leads or led, as the old model calls them.
    from_statuses: tuple[str, ...]
    #: The subtype, as the old model calls it, whose records alone it decides about; empty for a rule of the lifecycle.
    subtype: str = ""
    #: Subtypes, as the old model calls them, whose records it says nothing about, because they have rules of their own.
    other_than: tuple[str, ...] = ()


def rule_changes(old: Model, new: Model, pair: TypePair) -> tuple[RuleChange, ...]:
    """Return the transition rules of an entity type that are not what they were; those that say the same of renamed statuses are."""
    if pair.old is None or pair.new is None:
        return ()
    before, after = old.lifecycles.get(pair.old.id), new.lifecycles.get(pair.new.id)
    if before is None or after is None:
        return ()
    former = renames(before.statuses, after.statuses)
    kinds = tuple(_apart(old.subtypes.get(pair.old.id, {}), new.subtypes.get(pair.new.id, {})))
    apart = tuple(was.id for was, _ in kinds)
    found = [replace(change, name=f"rules.{change.name}", other_than=apart) for change in _differing(before.rules, after.rules, former)]
    for was, kind in kinds:
        differing = _differing(before.rules if was.rules is None else was.rules, after.rules if kind.rules is None else kind.rules, former)
        found += [replace(change, name=f"subtypes.{kind.id}.rules.{change.name}", subtype=was.id) for change in differing]
    return tuple(found)


def _apart(before: Mapping[str, Subtype], after: Mapping[str, Subtype]) -> Iterator[tuple[Subtype, Subtype]]:
    """Yield, as they were and as they are, the subtypes that have or had rules of their own."""
    former = renames(before, after)
    for key, kind in after.items():
        was = before.get(former.get(key, key))
        if was is not None and (was.rules is not None or kind.rules is not None):
            yield was, kind


def _differing(before: Mapping[str, Rule], after: Mapping[str, Rule], former: Mapping[str, str]) -> Iterator[RuleChange]:
    """Yield what differs between two sets of rules, named by the rule; ``former`` says what a renamed status was called."""
    for rule in after.values():
        was = before.get(rule.id)
        sources = tuple(former.get(status, status) for status in rule.from_statuses)
        if was is None:
            yield RuleChange(name=rule.id, added=True, removed=False, from_statuses=sources)
        elif (sources, former.get(rule.to, rule.to), _condition(rule), rule.allow) != (was.from_statuses, was.to, _condition(was), was.allow):
            yield RuleChange(name=rule.id, added=False, removed=False, from_statuses=tuple(dict.fromkeys((*was.from_statuses, *sources))))
    for rule in before.values():
        if rule.id not in after:
            yield RuleChange(name=rule.id, added=False, removed=True, from_statuses=rule.from_statuses)


def _condition(rule: Rule) -> bool | str:
    return rule.when if isinstance(rule.when, bool) else rule.when.source
