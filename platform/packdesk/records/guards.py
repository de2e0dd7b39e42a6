"""The guard order: every change passes these stages in this order, whatever door it came through.

The first stage that fails refuses the change with all its findings; nothing of a later stage is said, because it may not even make
sense then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from packdesk.errors import Finding, Refused
from packdesk.records import policy
from packdesk.records.attempts import Attempt
from packdesk.records.drafts import Draft
from packdesk.records.findings import about
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.lifecycle import LOCKS, lock
from packdesk.runtime.values import Record
from packdesk.store.history import conflict, migrated_since

_ACTION = frozenset({"wrong_state", "unavailable", "operation_missing", "already_claimed", "status_not_allowed"})
_RULE = frozenset({"transition_forbidden"})
_ASSIGNEE = frozenset({"assignee_missing", "not_assignee"})
#: What an action and a change of status go by.
_STANDING = frozenset({"status", "state"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One guard stage before the inputs are laid over the record."""

    name: str
    judge: Callable[[Attempt], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class LateStage:
    """One guard stage on the record as the inputs would leave it."""

    name: str
    judge: Callable[[Attempt, Draft], Iterable[Finding]]


def guard(attempt: Attempt, draw: Callable[[Attempt], Draft], late: tuple[LateStage, ...]) -> Draft:
    """Run every stage in order; return the record as the inputs leave it, ready to apply. Raises ``Refused``."""
    check_early(attempt)
    draft = draw(attempt)
    for after in late:
        _stop(after.judge(attempt, draft))
    return draft


def check_early(attempt: Attempt) -> None:
    """Run the stages that need no draft; a deletion passes no others. Raises ``Refused``."""
    for stage in STAGES:
        _stop(stage.judge(attempt))


def _stop(findings: Iterable[Finding]) -> None:
    if found := tuple(findings):
        raise Refused(found)


def authenticated(attempt: Attempt) -> Iterable[Finding]:
    """Refuse who did not log in."""
    if not attempt.actor.login:
        yield Finding(code="not_authenticated")


def permitted(attempt: Attempt) -> Iterable[Finding]:
    """Refuse what no role of the actor permits: the verb, the action's own right, the assignment, a field."""
    if attempt.trusted:
        return
    runtime, entity_type = attempt.work.runtime, attempt.entity.id
    if refused := policy.may(runtime, attempt.actor, attempt.verb, entity_type):
        yield refused if attempt.action is None else replace(refused, action=attempt.action.action.id)
        return
    action = attempt.action
    if action is not None and not policy.has_permission(runtime, attempt.actor, action.action.permission):
        yield about(runtime.model, "permission_missing", f"{action.action.path}.permission", action=action.action.id, permission=action.action.permission)
    elif action is not None and (refused := policy.form_refused(runtime, attempt.actor, action.action)) is not None:
        yield replace(refused, action=action.action.id)
    if attempt.verb == "edit" and attempt.reassigns and (refused := policy.may(runtime, attempt.actor, "assign", entity_type)):
        yield replace(refused, field=next(path for path in attempt.paths if path in ASSIGNMENT))
    for path in attempt.paths:
        if refused := policy.field_refused(runtime, attempt.actor, "edit", entity_type, path):
            yield refused


def accessible(attempt: Attempt) -> Iterable[Finding]:
    """Refuse records that are not there for this actor, and subtypes that his unit may not create (GEN-22, NET-1)."""
    runtime = attempt.work.runtime
    if attempt.verb != "create":
        if attempt.old is None:
            yield Finding(code="unknown_record", facts={"entity_type": attempt.entity.id})
        elif (not attempt.trusted and (refused := policy.record_refused(runtime, attempt.actor, attempt.verb, attempt.old, attempt.work.unit))) or (
            not attempt.trusted and (refused := _handed_on(attempt))
        ):
            yield refused
        return
    if attempt.trusted:
        return
    if refused := _handed_on(attempt):
        yield refused
    subtype = attempt.given.values.get("subtype")
    if isinstance(subtype, str) and (refused := policy.subtype_refused(runtime, attempt.actor, attempt.entity.id, subtype)):
        yield refused


def _handed_on(attempt: Attempt) -> Finding | None:
    return policy.ownership_refused(attempt.work.runtime, attempt.actor, attempt.verb, attempt.entity.id, attempt.given.values, old=attempt.old)


def current(attempt: Attempt) -> Iterable[Finding]:
    """Refuse a change that was made looking at an older version; the finding names the fields and who changed them (GEN-26).

    What a publish did to other fields than the change's is no conflict: nobody who looked at the record has to look again.
    """
    if attempt.old is None or attempt.version is None or attempt.version == attempt.old.get("version") or _only_migrated(attempt, attempt.old):
        return
    if attempt.version > int(str(attempt.old.get("version"))):
        yield Finding(code="version_unknown", facts={"named": attempt.version, "version": attempt.old.get("version")})
        return
    clash = conflict(attempt.work.unit.connection, attempt.entity.id, attempt.old.id, attempt.version)
    yield Finding(code=clash.code, facts={**clash.facts, "version": attempt.old.get("version")})


def _only_migrated(attempt: Attempt, old: Record) -> bool:
    """Say whether nothing but publishes changed the record since, and none of them what this change writes or goes by."""
    versions = range((attempt.version or 0) + 1, int(str(old.get("version"))) + 1)
    if attempt.verb not in ("edit", "act") or not versions:
        return False
    migrated = migrated_since(attempt.work.unit.connection, attempt.entity.id, old.id, versions)
    if migrated is None:
        return False
    touched = set(attempt.paths)
    if attempt.verb == "act" or touched & _STANDING:
        touched |= _STANDING
    return not any(path in touched or path.partition(".")[0] in attempt.given.lines for path in migrated)


def unlocked(attempt: Attempt) -> Iterable[Finding]:
    """Refuse to change what a final state or a missing approval locked (T-2, WF-7)."""
    if attempt.old is None or attempt.verb == "create":
        return
    if attempt.verb == "act":
        yield from (finding for finding in attempt.judged.findings if finding.code in LOCKS)
    elif finding := lock(attempt.situation):
        yield finding


def unfixed(attempt: Attempt) -> Iterable[Finding]:
    """Refuse another value for what is fixed once it has one (T-3)."""
    if attempt.old is None:
        return
    for path, value in attempt.given.values.items():
        field = attempt.entity.fields.get(path)
        before = attempt.old.get(path)
        if field is not None and field.field.immutable and before is not None and value != before:
            rule = f"{field.field.path}.immutable"
            yield about(attempt.work.runtime.model, "immutable_field", rule, field=path, label=field.label(attempt.actor.language))


def offered(attempt: Attempt) -> Iterable[Finding]:
    """Refuse an action that is not offered now, and a move that the lifecycle does not have."""
    return (finding for finding in attempt.judged.findings if finding.code in _ACTION)


def ruled(attempt: Attempt) -> Iterable[Finding]:
    """Refuse a change of status that no rule lets this actor make (T-12)."""
    return (finding for finding in attempt.judged.findings if finding.code in _RULE)


def assigned(attempt: Attempt) -> Iterable[Finding]:
    """Refuse progress on what nobody, or somebody else, has taken over (T-5)."""
    return (finding for finding in attempt.judged.findings if finding.code in _ASSIGNEE)


STAGES: tuple[Stage, ...] = (
    Stage("authenticated", authenticated),
    Stage("role permission", permitted),
    Stage("record access", accessible),
    Stage("version conflict", current),
    Stage("lock", unlocked),
    Stage("immutable fields", unfixed),
    Stage("action and move", offered),
    Stage("transition rule", ruled),
    Stage("assignee", assigned),
)
