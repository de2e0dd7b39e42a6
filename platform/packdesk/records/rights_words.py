"""Says what somebody's roles do not permit, in words: the verb and the type as people call them, in each language of the catalogue."""

from dataclasses import replace

from packdesk.errors import CATALOGUE, Finding
from packdesk.model.model import Model
from packdesk.records.findings import about

_CODE = "not_permitted"
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


def verb_word(verb: str, language: str) -> str:
    """Return how people call a verb."""
    english, german = _VERBS.get(verb, (verb, verb))
    return german if language == "de" else english


def not_permitted(model: Model, rule: str, *, verb: str, entity_type: str, field: str = "") -> Finding:
    """Return the finding that no role permits the verb on the type, or on one of its fields."""
    path = f"{entity_type}.{field}" if field else entity_type
    found = about(model, _CODE, rule, field=field, verb=verb, entity_type=path)
    said = {"en": CATALOGUE[_CODE].en, "de": CATALOGUE[_CODE].de}
    texts = {language: text.format(verb=verb_word(verb, language), entity_type=_label(model, entity_type, field, language)) for language, text in said.items()}
    return replace(found, texts=texts)


def _label(model: Model, entity_type: str, path: str, language: str) -> str:
    entity = model.entity_types[entity_type]
    label = entity.plural.in_language(language)
    head, _, tail = path.partition(".")
    fields = (
        entity.fields if not tail else entity.sections[head].fields if head in entity.sections else entity.lines[head].fields if head in entity.lines else {}
    )
    declared = fields.get(tail or head)
    return f"{label}: {declared.label.in_language(language)}" if declared is not None else label
