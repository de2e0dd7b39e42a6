"""Says what somebody's roles or units do not permit, in words: the verb and the type as people call them, in each language of the catalogue."""

from collections.abc import Callable
from dataclasses import replace

from packdesk.errors import CATALOGUE, Finding
from packdesk.model.model import Model
from packdesk.records.findings import about

_VERBS = {
    "view": ("view", "ansehen"),
    "create": ("create", "anlegen"),
    "edit": ("edit", "bearbeiten"),
    "act": ("act", "handeln"),
    "delete": ("delete", "löschen"),
    "export": ("export", "exportieren"),
    "import": ("import", "importieren"),
    "assign": ("assign", "zuweisen"),
    "bulk": ("edit many at once", "viele zugleich bearbeiten"),
}

#: Who may see records and do nothing with them is told that in plain words, for he finds it on every page of theirs.
_ONLY_READ = {
    "en": "You may read {entity_type}, but not work on them.",
    "de": "Sie dürfen {entity_type} ansehen, aber nicht daran arbeiten.",
}
_ONLY_READ_OF = {
    "en": "You may read {entity_type} of {group}, but not work on them.",
    "de": "Sie dürfen {entity_type} von {group} ansehen, aber nicht daran arbeiten.",
}


def verb_word(verb: str, language: str) -> str:
    """Return how people call a verb."""
    english, german = _VERBS.get(verb, (verb, verb))
    return german if language == "de" else english


def not_permitted(model: Model, rule: str, *, verb: str, entity_type: str, field: str = "", group: str = "") -> Finding:
    """Return the finding that no role permits the verb on the type, or on one of its fields; or not on what belongs to the ``group``."""
    path = f"{entity_type}.{field}" if field else entity_type
    found = about(model, "not_permitted", rule, field=field, verb=verb, entity_type=path)
    if verb == "act" and not field:
        owner = model.organisation.units.get(group)
        told = _ONLY_READ if owner is None else _ONLY_READ_OF
        return _worded(
            found, told, lambda language: {"entity_type": _inside(model, entity_type, language), "group": owner.label.in_language(language) if owner else ""}
        )
    return _worded(
        found, _of("not_permitted"), lambda language: {"verb": verb_word(verb, language), "entity_type": _label(model, entity_type, field, language)}
    )


def no_type_permitted(model: Model, entity_type: str) -> Finding:
    """Return the finding that every subtype of the type is for others, so that no record of it can be created."""
    code = "no_type_permitted"
    found = about(model, code, model.entity_types[entity_type].path, entity_type=entity_type)
    return _worded(found, _of(code), lambda language: {"entity_type": _inside(model, entity_type, language)})


def _of(code: str) -> dict[str, str]:
    return {"en": CATALOGUE[code].en, "de": CATALOGUE[code].de}


def _worded(found: Finding, said: dict[str, str], facts: Callable[[str], dict[str, str]]) -> Finding:
    """Return the finding with its sentence in each language; a program still gets the facts as they are."""
    return replace(found, texts={language: text.format(**facts(language)) for language, text in said.items()})


def _inside(model: Model, entity_type: str, language: str) -> str:
    """Return what the type's records are called inside a sentence: small letters in English, but for what is an abbreviation."""
    label = model.entity_types[entity_type].plural.in_language(language)
    return f"{label[0].lower()}{label[1:]}" if language == "en" and label[1:2].islower() else label


def _label(model: Model, entity_type: str, path: str, language: str) -> str:
    entity = model.entity_types[entity_type]
    label = entity.plural.in_language(language)
    head, _, tail = path.partition(".")
    fields = (
        entity.fields if not tail else entity.sections[head].fields if head in entity.sections else entity.lines[head].fields if head in entity.lines else {}
    )
    declared = fields.get(tail or head)
    return f"{label}: {declared.label.in_language(language)}" if declared is not None else label
