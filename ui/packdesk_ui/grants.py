"""What a role may do by the release in force, for the administration's page of the role: to read, the packs are where it is changed."""

from dataclasses import dataclass

from packdesk.errors import PackdeskError
from packdesk.model.model import Model
from packdesk.records.policy import field_at
from packdesk.records.rights_words import verb_word
from packdesk.web import request_context
from packdesk_ui import shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a role may do with the records of one type."""

    label: str
    verbs: tuple[str, ...]
    #: Fields with rights of their own, in words.
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """Everything that a role may do."""

    rows: tuple[Grant, ...]
    permissions: tuple[str, ...]


def grants_of(name: str) -> Grants | None:
    """Return what the release grants the role; None for one that it does not know."""
    language = shell.language()
    try:
        model = request_context.runtime().model
    except PackdeskError:
        return None
    role = model.roles.get(name)
    if role is None:
        return None
    rows = tuple(
        Grant(
            label=model.entity_types[entity_type].plural.in_language(language) if entity_type in model.entity_types else entity_type,
            verbs=tuple(verb_word(verb, language) for verb in verbs),
            fields=tuple(_field(model, key, rights, language) for key, rights in role.fields.items() if key.startswith(f"{entity_type}.")),
        )
        for entity_type, verbs in role.permit.items()
    )
    return Grants(rows=rows, permissions=role.permissions)


def _field(model: Model, key: str, rights: tuple[str, ...], language: str) -> str:
    entity_type, _, path = key.partition(".")
    declared = field_at(model.entity_types[entity_type], path) if entity_type in model.entity_types else None
    label = declared.label.in_language(language) if declared is not None else path
    return f"{label}: {', '.join(verb_word(right, language) for right in rights) or shell.words('grants.nothing')}"
