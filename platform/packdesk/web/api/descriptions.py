"""An entity type as the API describes it: what the documents say, with labels in one language; expressions as they were written."""

from collections.abc import Mapping

from packdesk.model.entity_types import Field, LineGroup, Relation, Section
from packdesk.model.lifecycles import Lifecycle, Rule
from packdesk.model.model import Model
from packdesk.model.nodes import Allow, Expression, Text
from packdesk.model.subtypes import Subtype
from packdesk.records.json_values import plain
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime


def described(runtime: Runtime, entity: EntityRuntime, language: str) -> dict[str, object]:
    """Return everything about the type that a program may want to know."""
    declared, model = entity.entity, runtime.model
    return {
        "id": entity.id,
        "label": declared.label.in_language(language),
        "plural": declared.plural.in_language(language),
        "description": _text(declared.description, language),
        "icon": declared.icon,
        "access": declared.access.value,
        "key": declared.key,
        "number": {"prefix": declared.number.prefix, "width": declared.number.width},
        "capabilities": list(declared.capabilities),
        "searchable": list(entity.searchable),
        "fields": {path: {**_field(model, field.field, language), "engine": field.engine} for path, field in entity.fields.items()},
        "sections": {name: _section(section, language) for name, section in declared.sections.items()},
        "lines": {name: _lines(model, group, language) for name, group in declared.lines.items()},
        "relations": {name: _relation(relation, language) for name, relation in declared.relations.items()},
        "subtypes": {name: _subtype(subtype, language) for name, subtype in model.subtypes.get(entity.id, {}).items()},
        "lifecycle": None if entity.lifecycle is None else _lifecycle(entity.lifecycle, language),
        "actions": {name: _action(model, action, language) for name, action in entity.actions.items()},
    }


def _text(text: Text | None, language: str) -> str:
    """Return a text in the language, empty where there is none."""
    return "" if text is None else text.in_language(language)


def _shown(value: object) -> object:
    """Return a literal as it is and an expression as it was written."""
    return f"={value.source}" if isinstance(value, Expression) else plain(value)


def _field(model: Model, field: Field, language: str) -> dict[str, object]:
    """Return a field; the members of its list come with it."""
    result: dict[str, object] = {
        "label": field.label.in_language(language),
        "type": field.kind.value,
        "required": _shown(field.required),
        "readonly": _shown(field.readonly),
        "visible": _shown(field.visible),
    }
    optional = {
        "hint": _text(field.hint, language),
        "description": _text(field.description, language),
        "to": field.to,
        "list": field.list,
        "tree": field.tree,
        "permission": field.permission,
        "immutable": field.immutable,
        "unique": field.unique,
        "sensitive": field.sensitive,
        "default": _shown(field.default),
        "derived": _shown(field.derived),
        "constraints": plain(dict(field.constraints)),
    }
    options = _options(model, field, language)
    return result | {name: value for name, value in optional.items() if value} | ({"options": options} if options else {})


def _options(model: Model, field: Field, language: str) -> list[dict[str, object]]:
    """Return the members that are offered for new values."""
    entries = model.value_lists.get(field.list) or model.level_lists.get(field.list) or model.categories.get(field.tree)
    if entries is None:
        return []
    return [
        {
            "id": entry.id,
            "label": entry.label.in_language(language),
            **({"parent": entry.parent} if entry.parent else {}),
            **({"allow": _allow(entry.allow)} if entry.allow is not None else {}),
        }
        for entry in entries.offered()
    ]


def _section(section: Section, language: str) -> dict[str, object]:
    """Return a section."""
    return {
        "label": section.label.in_language(language),
        "present_when": _shown(section.present_when),
        "fields": [f"{section.id}.{name}" for name in section.fields],
    }


def _lines(model: Model, group: LineGroup, language: str) -> dict[str, object]:
    """Return a line group."""
    fields = {name: _field(model, field, language) for name, field in group.fields.items()}
    return {"label": group.label.in_language(language), "fields": fields, "min_items": group.min_items, "max_items": group.max_items}


def _relation(relation: Relation, language: str) -> dict[str, object]:
    """Return a relation."""
    target = {"to": relation.to} if relation.to else {"to_capability": relation.to_capability}
    return {"label": relation.label.in_language(language), **target, "many": relation.many, "fields": list(relation.fields)}


def _allow(allow: Allow | None) -> object:
    """Return who may; None means everybody."""
    return None if allow is None else {"units": list(allow.units), "users": list(allow.users), "roles": list(allow.roles)}


def _rules(rules: Mapping[str, Rule], language: str) -> dict[str, object]:
    """Return the rules of a lifecycle or subtype."""
    return {
        name: {
            "label": rule.label.in_language(language),
            "description": _text(rule.description, language),
            "code": rule.code,
            "from": list(rule.from_statuses),
            "to": rule.to,
            "allow": _allow(rule.allow),
            "when": _shown(rule.when),
        }
        for name, rule in rules.items()
    }


def _subtype(subtype: Subtype, language: str) -> dict[str, object]:
    """Return a type of records."""
    return {
        "label": subtype.label.in_language(language),
        "default": subtype.default,
        "effective": subtype.effective,
        "allow": _allow(subtype.allow),
        "statuses": dict(subtype.statuses),
        "rules": None if subtype.rules is None else _rules(subtype.rules, language),
        "choices": {name: list(members) for name, members in subtype.choices.items()},
    }


def _lifecycle(lifecycle: Lifecycle, language: str) -> dict[str, object]:
    """Return the lifecycle."""
    return {
        "states": {
            name: {"label": state.label.in_language(language), "kind": state.kind.value, "success": state.success} for name, state in lifecycle.states.items()
        },
        "statuses": {
            name: {
                "label": status.label.in_language(language),
                "state": status.state,
                "default": status.default,
                "effective": status.effective,
                "guidance": _text(status.guidance, language),
                "key_fields": list(status.key_fields),
            }
            for name, status in lifecycle.statuses.items()
        },
        "moves": {
            name: {
                "label": move.label.in_language(language),
                "from": list(move.from_states),
                "to": move.to,
                "when": _shown(move.when),
                "allow": _allow(move.allow),
            }
            for name, move in lifecycle.moves.items()
        },
        "rules": _rules(lifecycle.rules, language),
        "derived": _shown(lifecycle.derived),
    }


def _action(model: Model, action: ActionRuntime, language: str) -> dict[str, object]:
    """Return an action with its inputs."""
    declared = action.action
    return {
        "label": declared.label.in_language(language),
        "description": _text(declared.description, language),
        "move": None if action.move is None else action.move.move.id,
        "permission": declared.permission,
        "place": declared.place,
        "confirm": _text(declared.confirm, language),
        "inputs": {path: _field(model, field.field, language) for path, field in action.inputs.items()},
    }
