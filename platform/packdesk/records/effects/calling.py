"""The effect that calls an operation of a plugin."""

from collections.abc import Mapping
from decimal import Decimal

from packdesk.errors import PackdeskError, Refused
from packdesk.records import policy
from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.records.findings import about
from packdesk.records.json_values import plain


def call_operation(draft: Draft, prepared: Prepared) -> Performed:
    """Call a transactional operation now, and leave any other to the outbox, where it runs after the commit."""
    name = str(prepared.arguments["operation"])
    work = draft.work
    operation = work.context.kit.operations.by_name.get(name)
    if operation is None:
        raise PackdeskError("operation_failed", operation=name, reason="it is not registered")
    if not policy.has_permission(work.runtime, work.context.actor, operation.permission):
        raise Refused([about(work.runtime.model, "permission_missing", prepared.effect.path, permission=operation.permission)])
    data = {key: plain(value) for key, value in prepared.values.items()}
    key = f"{draft.record.id}:{draft.record.get('version')}:{prepared.effect.path}"
    if not operation.transactional:
        return Performed(draft=draft.with_message("operation", {"operation": name, "data": data, "key": key}))
    answer = work.context.kit.operations.call(name, data, key)
    secret = {member: answer.data[member] for member in operation.sensitive if member in answer.data}
    return Performed(draft=draft, result={name: _exact(value) for name, value in answer.data.items()}, reveal=secret)


def _exact(value: object) -> object:
    """Return data as expressions read it: numbers with a fraction are decimals."""
    if isinstance(value, Mapping):
        return {name: _exact(inner) for name, inner in value.items()}
    return Decimal(str(value)) if isinstance(value, float) else value
