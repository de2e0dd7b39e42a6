"""Runs the effects of an action: each reads the record as the inputs left it, and the results of those it names."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from packdesk.errors import PackdeskError
from packdesk.records.drafts import Draft
from packdesk.records.effects import TRANSACTIONAL
from packdesk.records.effects.protocol import Prepared
from packdesk.records.evaluation import environment, holds, source_value, values_of
from packdesk.runtime.entity_parts import EffectRuntime, FieldRuntime


def performed(draft: Draft) -> Draft:
    """Return the draft after the effects of its action, with their results by id; a skipped effect's result is None."""
    return after_effects(draft, draft.action.effects if draft.action is not None else ())


def after_effects(draft: Draft, effects: Iterable[EffectRuntime]) -> Draft:
    """Return the draft after effects that stand in an order in which each finds the results that it needs."""
    read = draft
    for effect in effects:
        draft = _run(replace(read, results=draft.results), draft, effect)
    return draft


def written_paths(effect: EffectRuntime, section: str) -> frozenset[str]:
    """Return the record's own fields that an effect may write."""
    if effect.effect.do == "set_field":
        return frozenset(effect.values)
    if effect.effect.do == "set_section":
        own = str(effect.arguments.get("section") or section)
        return frozenset(f"{own}.{name}" for name in effect.values)
    if effect.effect.do == "assign":
        return frozenset(f"assigned_{name}" for name in ("unit", "user") if name in effect.arguments)
    return frozenset({"status", "state"} if effect.effect.do == "set_status" else ())


#: Effects that change the record itself, so that a locked record refuses them.
CHANGING = frozenset({"set_field", "set_section", "set_status", "add_line", "remove_line", "link", "unlink", "assign", "request_approval"})


def _run(read: Draft, draft: Draft, effect: EffectRuntime) -> Draft:
    env = environment(read)
    name = effect.effect.id
    if not holds(effect.when, env):
        return replace(draft, results={**draft.results, name: None})
    handler = TRANSACTIONAL.get(effect.effect.do) or draft.work.context.kit.handlers.get(effect.effect.do)
    if handler is None:
        raise PackdeskError("operation_failed", operation=effect.effect.do, reason="nothing in this program performs it")
    words = read.work.reading
    prepared = Prepared(
        effect=effect.effect,
        values=values_of(read, effect.values, env, _fields(draft, effect)),
        arguments={key: source_value(value, env, None, words) for key, value in effect.arguments.items()},
    )
    done = handler(draft, prepared)
    return replace(
        done.draft,
        results={**draft.results, name: done.result},
        reveal={**draft.reveal, **done.reveal},
        rules=(*done.draft.rules, effect.effect.path),
    )


def _fields(draft: Draft, effect: EffectRuntime) -> Mapping[str, FieldRuntime]:
    do, arguments = effect.effect.do, effect.arguments
    if do == "set_section":
        section = str(arguments.get("section") or (draft.action.action.section if draft.action else ""))
        return {path.partition(".")[2]: field for path, field in draft.entity.fields.items() if field.section == section}
    if do in ("add_line", "remove_line"):
        return draft.entity.lines.get(str(arguments.get("lines")), {})
    if do == "create_record":
        return draft.work.runtime.type(str(arguments["entity_type"])).fields
    if do in ("link", "unlink"):
        relation = draft.entity.relations.get(str(arguments.get("relation")))
        return relation.fields if relation is not None else {}
    return draft.entity.fields if do == "set_field" else {}
