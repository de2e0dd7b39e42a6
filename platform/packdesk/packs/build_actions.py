"""Builds actions: per entity type, those by capability and those that moves have without a document included."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from packdesk.model.actions import Action, Effect, Result
from packdesk.model.entity_types import EntityType, Field, Kind
from packdesk.model.lifecycles import Lifecycle, Move
from packdesk.model.nodes import Expression, Text, Value
from packdesk.packs.build_entity_types import build_field, constraints_of
from packdesk.packs.merged import Body
from packdesk.packs.parts import (
    Texts,
    checks_of,
    condition_at,
    expression_at,
    flag_at,
    members,
    names_at,
    number_at,
    text_at,
    value_of,
    values_of,
    when_at,
)
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Map, Variants

_NOT_ARGUMENTS = frozenset({"do", "when", "values", "after", "sealed", "deprecated", "renamed_from"})


def build_actions(
    bodies: Mapping[str, Body], entity_types: Mapping[str, EntityType], lifecycles: Mapping[str, Lifecycle], texts: Texts
) -> tuple[dict[str, dict[str, Action]], dict[str, Action]]:
    """Return the actions of each entity type, and those that belong to none."""
    by_type: dict[str, dict[str, Action]] = {}
    free = {name: _action(name, body, None, None, texts) for name, body in bodies.items() if not body.get("entity_types") and not body.get("capability")}
    for identifier, entity in entity_types.items():
        lifecycle = lifecycles.get(identifier)
        actions = {
            name: _action(name, body, entity, lifecycle, texts)
            for name, body in bodies.items()
            if identifier in names_at(body, "entity_types") or (text_at(body, "capability") and text_at(body, "capability") in entity.capabilities)
        }
        made = {action.move for action in actions.values()}
        for move in lifecycle.moves.values() if lifecycle else ():
            if move.id not in made and move.id not in actions:
                actions[move.id] = _generated(identifier, move)
        by_type[identifier] = dict(sorted(actions.items(), key=lambda item: item[1].order))
    return by_type, free


def _generated(entity_type: str, move: Move) -> Action:
    return Action(
        id=move.id,
        path=move.path,
        label=move.label,
        entity_types=(entity_type,),
        move=move.id,
        inputs={"status": _status_input(move.path)},
        field_inputs=("status",),
        checks={},
        effects={},
        generated=True,
    )


def _status_input(path: str) -> Field:
    return Field(id="status", path=f"{path}.inputs.status", label=Text({}, "Status"), kind=Kind.STATUS, constraints={})


def _action(identifier: str, body: Body, entity: EntityType | None, lifecycle: Lifecycle | None, texts: Texts) -> Action:
    path = f"actions.{identifier}"
    move = text_at(body, "move") or (identifier if lifecycle and identifier in lifecycle.moves else "")
    move = move if lifecycle and move in lifecycle.moves else ""
    label = texts.label(body, path, identifier)
    if lifecycle and move and not label.by_language:
        label = lifecycle.moves[move].label
    section = text_at(body, "section")
    inputs: dict[str, Field] = {}
    own: list[str] = []
    for name, field, is_own in _inputs(body, path, section, entity, texts):
        inputs[name] = field
        if is_own:
            own.append(name)
    if move and "status" not in inputs:
        inputs["status"] = _status_input(path)
        own.append("status")
    return Action(
        id=identifier,
        path=path,
        label=label,
        icon=text_at(body, "icon"),
        description=texts.optional(body, path, "description"),
        entity_types=names_at(body, "entity_types"),
        capability=text_at(body, "capability"),
        move=move,
        section=section,
        inputs=inputs,
        field_inputs=tuple(own),
        when=when_at(body, path),
        checks=checks_of(body, path, texts),
        requires_party=flag_at(body, "requires_party"),
        permission=text_at(body, "permission"),
        place=text_at(body, "place", "menu"),
        style=text_at(body, "style", "normal"),
        confirm=texts.optional(body, path, "confirm"),
        effects={name: build_effect(name, part, f"{path}.effects.{name}", texts) for name, part in members(body, "effects")},
        result=_result(body, path, texts),
        order=number_at(body, "order", 100),
    )


def _inputs(body: Body, path: str, section: str, entity: EntityType | None, texts: Texts) -> Iterator[tuple[str, Field, bool]]:
    """Yield name, field and whether it is a field of the record; the section's come first, those nobody can set left out."""
    given = dict(members(body, "inputs"))
    if entity and section in entity.sections:
        for name, field in entity.sections[section].fields.items():
            if f"{section}.{name}" not in given and field.derived is None and field.stamped_when is None and field.readonly is not True:
                yield f"{section}.{name}", field, True
    for name, part in given.items():
        where = f"{path}.inputs.{name}"
        own = _own_field(name, entity) if entity and not part.get("type") else None
        if own is not None:
            yield name, _with(own, name, part, where, texts), True
        elif name == "status" and not part.get("type"):
            yield name, _with(_status_input(path), name, part, where, texts), True
        else:
            yield name, build_field(name, part, where, texts), False


def _own_field(path: str, entity: EntityType) -> Field | None:
    section, _, name = path.rpartition(".")
    if not section:
        return entity.fields.get(path)
    return entity.sections[section].fields.get(name) if section in entity.sections else None


def _with(field: Field, name: str, body: Body, path: str, texts: Texts) -> Field:
    """Return the record's field with what the action's document says on top."""
    label = texts.label(body, path, name)
    return replace(
        field,
        id=name,
        path=path,
        label=Text({**field.label.by_language, **label.by_language}, field.label.fallback),
        hint=texts.optional(body, path, "hint") or field.hint,
        description=texts.optional(body, path, "description") or field.description,
        required=condition_at(body, "required", path, default=False) if body.get("required") is not None else field.required,
        readonly=condition_at(body, "readonly", path, default=False) if body.get("readonly") is not None else field.readonly,
        visible=condition_at(body, "visible", path, default=True) if body.get("visible") is not None else field.visible,
        default=value_of(body.get("default"), f"{path}.default") if body.get("default") is not None else field.default,
        options_when=expression_at(body, "options_when", path) or field.options_when,
        suggest=expression_at(body, "suggest", path) or field.suggest,
        choices=text_at(body, "choices") or field.choices,
        constraints={**field.constraints, **constraints_of(body)},
    )


def build_effect(identifier: str, body: Body, path: str, texts: Texts) -> Effect:
    """Return one effect of an action or of a rule."""
    arguments: dict[str, Value] = {key: value_of(found, f"{path}.{key}") for key in _argument_keys() if (found := body.get(key)) is not None}
    if message := texts.optional(body, path, "message"):
        arguments["message"] = message.fallback
        arguments["texts"] = dict(message.by_language)
    return Effect(id=identifier, path=path, do=text_at(body, "do"), when=when_at(body, path), values=values_of(body, "values", path), arguments=arguments)


def _argument_keys() -> tuple[str, ...]:
    effects = KINDS["actions"].keys["effects"]
    shape = effects.member if isinstance(effects, Map) else None
    return tuple(key for key in shape.merged.keys if key not in _NOT_ARGUMENTS) if isinstance(shape, Variants) else ()


def _result(body: Body, path: str, texts: Texts) -> Result | None:
    found = body.get("result")
    if not isinstance(found, Mapping):
        return None
    where = f"{path}.result"
    return Result(
        form=text_at(found, "form"),
        record=_expression(found, "record", where),
        message=texts.optional(found, where, "message"),
        reveal=_expression(found, "reveal", where),
        values=values_of(found, "values", where),
        readonly=names_at(found, "readonly"),
        then=text_at(found, "then"),
    )


def _expression(body: Body, key: str, path: str) -> Expression | None:
    value = value_of(body.get(key), f"{path}.{key}")
    return value if isinstance(value, Expression) else None
