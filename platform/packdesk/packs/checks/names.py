"""Every name in a document stands for something that exists."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from packdesk.errors import Problem, Severity
from packdesk.packs.index import Index, Names
from packdesk.packs.names import listed, nearest
from packdesk.packs.references import LITERAL, Reference, references
from packdesk.packs.tree import document_path

_TYPE = "entity_type"
#: What is named -> code and noun of the problem.
_KINDS: Mapping[str, tuple[str, str]] = {
    _TYPE: ("unknown_entity_type", "entity type"),
    "list": ("unknown_list", "list"),
    "categories": ("unknown_tree", "category tree"),
    "level_list": ("unknown_level_list", "level list"),
    "key_dates": ("unknown_key_dates", "key dates document"),
    "role": ("unknown_role", "role"),
    "approval": ("unknown_approval", "approval of these records"),
    "unit": ("unknown_unit", "unit"),
    "demo_user": ("unknown_user", "demo user"),
    "field": ("unknown_field", "field"),
    "input": ("unknown_input", "field"),
    "line_field": ("unknown_line_field", "field of the row"),
    "section_field": ("unknown_section_field", "field of the section"),
    "key_field": ("unknown_key_field", "unique field"),
    "slot_field": ("unknown_slot_field", "field or line group"),
    "link": ("unknown_link", "relation or reference field"),
    "state": ("unknown_state", "state"),
    "move": ("unknown_move", "move"),
    "status": ("unknown_status", "status"),
    "section": ("unknown_section", "section"),
    "lines": ("unknown_line_group", "line group"),
    "relation": ("unknown_relation", "relation"),
    "subtype_field": ("unknown_subtype_field", "subtype field"),
    "choices": ("unknown_choices", "field or line group with the choices"),
    "choice": ("unknown_choice", "member of the list"),
    "choice_value": ("unknown_choice_value", "field of the row"),
    "child_subtype": ("unknown_subtype", "subtype"),
    "created_subtype": ("unknown_subtype", "subtype"),
    "own_subtype": ("unknown_subtype", "subtype"),
    "created_field": ("unknown_field", "field"),
    "given_field": ("unknown_field", "field"),
    "form_field": ("unknown_field", "field"),
    "attribute": ("unknown_attribute", "attribute"),
    "node": ("unknown_parent", "category"),
    "level": ("unknown_level", "level"),
    "row_level": ("unknown_level", "level"),
    "column_level": ("unknown_level", "level"),
    "result_level": ("unknown_level", "level"),
    "any_move": ("unknown_move", "move"),
    "type_action": ("unknown_action", "action"),
    "tab": ("unknown_tab", "tab"),
    "tab_action": ("unknown_action", "action"),
    "embed": ("unknown_section", "section or line group"),
    "type_and_field": ("unknown_field", "field"),
    "given": ("unknown_record_name", "record of the scenario"),
    "code": ("unknown_code", "code of a refusal"),
}


def check_names(index: Index) -> Iterator[Problem]:
    """Yield a problem for every name that stands for nothing, and a warning for one that stands for something deprecated by another pack."""
    deprecated = _deprecated(index)
    missing: dict[str, list[Problem]] = {}
    for reference in references(index.tree):
        if reference.ref == f"{LITERAL}subtype_field":
            continue  # checked with the other values of a subtype
        if reference.ref in _KINDS or reference.ref.startswith(LITERAL):
            for names in index.names(reference):
                if reference.text not in names:
                    problem = _problem(index, reference, names)
                    if reference.ref != _TYPE:
                        yield problem
                    elif not index.unread(reference.text) and not index.orphaned(reference.text):
                        missing.setdefault(reference.text, []).append(problem)
                    break
                if (pack := deprecated.get(names[reference.text])) and pack != reference.node.source.pack:
                    message = f"'{names[reference.text]}' is deprecated by the pack '{pack}'."
                    yield reference.node.problem("deprecated", message, "Stop using it before it goes.", at_key=reference.is_key, severity=Severity.WARNING)
                    break
    for problems in missing.values():
        yield _once(problems)


def _once(problems: list[Problem]) -> Problem:
    """Return one problem for a missing entity type, which says where else it is named: what is to be done is done once."""
    first, *others = sorted(problems, key=lambda problem: (problem.pack, problem.file, problem.line, problem.column))
    if not others:
        return first
    places = listed(dict.fromkeys(f"{other.file}:{other.line}" for other in others))
    return replace(first, advice=f"{first.advice} It is also named in {places}.".strip())


def _deprecated(index: Index) -> dict[str, str]:
    """Return path -> pack of everything that is marked deprecated."""
    result: dict[str, str] = {}
    for kind, identifier, document in index.tree.all():
        for path, node in document.walk(document_path(kind, identifier)):
            mark = node.get("deprecated")
            if mark is not None and mark.value is True:
                result[path] = mark.source.pack
    return result


def _problem(index: Index, reference: Reference, names: Names) -> Problem:
    code, noun = _KINDS.get(reference.ref, ("unknown_choice", "member of the list"))
    types = index.types_of(reference.kind, reference.id, reference.document)
    where = ""
    if types and reference.ref in _OF_TYPE:
        missing = [name for name, known in zip(types, index.names(reference), strict=False) if reference.text not in known]
        where = f" of {listed(missing)}" if missing else ""
    near = nearest(reference.text, names)
    advice = f"There are: {listed(names)}." if names and not near else "" if near else f"There is no {noun} at all; declare it or leave this out."
    return reference.node.problem(code, f"There is no {noun} '{reference.text}'{where}.", advice, near, at_key=reference.is_key)


_OF_TYPE = frozenset(
    {
        "field",
        "input",
        "key_field",
        "slot_field",
        "link",
        "state",
        "move",
        "status",
        "section",
        "lines",
        "relation",
        "subtype_field",
        "choices",
        "type_action",
        "tab",
        "embed",
    }
)
