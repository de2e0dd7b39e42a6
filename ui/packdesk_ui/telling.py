"""Refusals as people read them: the program's sentence with names of people and labels of fields in place of logins and paths."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from flask import request

from packdesk import errors
from packdesk.errors import Finding
from packdesk.web import request_context
from packdesk_ui import people

#: Facts that are logins, one or several.
_PEOPLE = ("user", "authors")
#: Facts that are paths of fields.
_FIELDS = ("fields",)


def sentence(finding: Finding, language: str) -> str:
    """Return the sentence of a finding; programs get the facts as they are."""
    facts: Mapping[str, object] = {
        **{name: _each(finding.facts[name], people.told) for name in _PEOPLE if name in finding.facts},
        **{name: _each(finding.facts[name], lambda path: _label(path, language)) for name in _FIELDS if name in finding.facts},
    }
    return errors.sentence(replace(finding, facts={**finding.facts, **facts}) if facts else finding, language)


def _each(fact: object, told: Callable[[str], str]) -> object:
    return tuple(told(str(one)) for one in fact) if isinstance(fact, Iterable) and not isinstance(fact, str) else told(str(fact))


def _label(path: str, language: str) -> str:
    """Return the label of a field, group or relation of the type that the page is about; the path where the page is about none."""
    entity_type = (request.view_args or {}).get("entity_type", "")
    runtime = request_context.runtime()
    if entity_type not in runtime.types:
        return path
    entity = runtime.type(entity_type)
    if path in entity.fields:
        return entity.fields[path].field.label.in_language(language)
    if path in entity.groups:
        return entity.groups[path].group.label.in_language(language)
    return entity.relations[path].relation.label.in_language(language) if path in entity.relations else path
