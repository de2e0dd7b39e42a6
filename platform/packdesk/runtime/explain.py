"""Why a guard refused: the sentence, the expression with its values, where it is written, and who could do it (X-6)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from packdesk.errors import Finding, sentence
from packdesk.model.nodes import Allow
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import CheckRuntime, FieldRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled, Dependency
from packdesk.runtime.expressions.explaining import Explanation
from packdesk.runtime.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who could do what was refused; all empty when nobody is named."""

    users: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One refusal, explained."""

    finding: Finding
    sentence: str
    #: ``pack/file:line`` of the rule.
    origin: str
    #: The condition as written, and its parts with the values they had; None where no condition decided.
    source: str
    tree: Explanation | None
    who: Who


def explain(at: Situation, finding: Finding, language: str, closed: Callable[[Dependency], bool] = lambda _: False) -> Reason:
    """Return a refusal with everything a person needs to understand it, but the values of what is closed to him."""
    compiled = condition_at(at.entity, finding.rule)
    origin = at.entity.model.origin(compiled.path if compiled is not None else finding.rule)
    return Reason(
        finding=finding,
        sentence=sentence(finding, language),
        origin=finding.origin or (str(origin) if origin else ""),
        source=compiled.source if compiled is not None else "",
        tree=compiled.explain(at.environment, language, closed) if compiled is not None else None,
        who=whom(at, finding, language),
    )


def whom(at: Situation, finding: Finding, language: str) -> Who:
    """Return whom the rules around a refusal name."""
    allows: list[Allow] = []
    users: list[str] = []
    if finding.code in ("transition_forbidden", "not_assignee"):
        status = at.record.get("status")
        rules = at.entity.rules_for(str(at.record.get("subtype") or ""))
        allows += [
            rule.rule.allow for rule in rules if rule.rule.allow is not None and status in rule.rule.from_statuses and _speaks_of(at, rule.rule.to, finding)
        ]
    if finding.code == "transition_forbidden":
        allows += [move.move.allow for move in at.entity.moves.values() if move.move.allow is not None and finding.rule.startswith(f"{move.move.path}.")]
    if finding.code == "not_assignee":
        users.append(str(at.record.get("assigned_user")))
    if finding.code == "type_not_permitted":
        allows += [
            one.subtype.allow for one in at.entity.subtypes.values() if one.subtype.allow is not None and finding.rule.startswith(f"{one.subtype.path}.")
        ]
    model = at.entity.model
    units = [model.organisation.units[unit].label.in_language(language) for allow in allows for unit in allow.units if unit in model.organisation.units]
    roles = [model.roles[role].label.in_language(language) for allow in allows for role in allow.roles if role in model.roles]
    users += [user for allow in allows for user in allow.users]
    return Who(users=tuple(dict.fromkeys(users)), units=tuple(dict.fromkeys(units)), roles=tuple(dict.fromkeys(roles)))


def condition_at(entity: EntityRuntime, rule: str) -> Compiled | None:
    """Return the compiled condition of a metadata path, or the one directly beneath it."""
    if not rule:
        return None
    conditions = {compiled.path: compiled for compiled in conditions_of(entity)}
    return conditions.get(rule) or next((compiled for path, compiled in conditions.items() if path in (f"{rule}.that", f"{rule}.when")), None)


def conditions_of(entity: EntityRuntime) -> Iterator[Compiled]:
    """Yield every compiled condition of an entity type."""
    for move in entity.moves.values():
        yield from _compiled(move.when)
        yield from _checks(move.checks)
    for action in entity.actions.values():
        yield from _compiled(action.when)
        yield from _checks(action.checks)
        yield from _fields(action.inputs.values())
    for rules in (entity.rules, *(subtype.rules or () for subtype in entity.subtypes.values())):
        for rule in rules:
            yield from _compiled(rule.when)
    for section in entity.sections.values():
        yield from _compiled(section.present_when, section.readonly)
    yield from _fields(entity.fields.values())
    for group in entity.groups.values():
        yield from _fields(group.fields.values())
        yield from _checks(group.checks)
    yield from _checks(entity.checks)


def _compiled(*guards: Guard | None) -> Iterator[Compiled]:
    yield from (guard for guard in guards if isinstance(guard, Compiled))


def _checks(checks: Iterable[CheckRuntime]) -> Iterator[Compiled]:
    yield from (check.that for check in checks if check.that is not None)


def _fields(fields: Iterable[FieldRuntime]) -> Iterator[Compiled]:
    for field in fields:
        yield from _compiled(field.required, field.readonly, field.visible, field.options_when)


def _speaks_of(at: Situation, status: str, finding: Finding) -> bool:
    """Return whether a rule's target is the one that was refused."""
    known = at.entity.lifecycle.statuses.get(status) if at.entity.lifecycle is not None else None
    wanted = finding.facts.get("to_status")
    return known is not None and wanted in (status, known.label.in_language(at.language))
