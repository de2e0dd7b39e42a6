"""Builds lifecycles and subtypes."""

from collections.abc import Mapping

from packdesk.model.lifecycles import Flag, Lifecycle, Move, Rule, State, StateKind, Status
from packdesk.model.subtypes import Choice, Subtype
from packdesk.packs.build_lists import Codes
from packdesk.packs.merged import Body
from packdesk.packs.parts import Texts, allow_of, checks_of, expression_at, flag_at, frozen, members, names, names_at, text_at, values_at, values_of, when_at
from packdesk.packs.schemas.shapes import MERGE_KEYS

_CHOICE_KEYS = frozenset({"default", "automatic", *MERGE_KEYS})


def build_lifecycle(identifier: str, body: Body, texts: Texts) -> Lifecycle:
    """Return a lifecycle; without statuses each state has one of its own id and label."""
    path = f"transitions.{identifier}"
    states = {name: _state(name, part, f"{path}.states.{name}", texts) for name, part in members(body, "states")}
    codes = Codes(part for _, part in members(body, "statuses"))
    move_codes = Codes(part for _, part in members(body, "moves"))
    statuses = {name: _status(name, part, f"{path}.statuses.{name}", codes, texts) for name, part in members(body, "statuses")}
    if not statuses:
        statuses = {
            state.id: Status(id=state.id, path=state.path, label=state.label, state=state.id, default=True, code=codes.code({}, texts.spoken(state.label)))
            for state in states.values()
        }
    return Lifecycle(
        id=identifier,
        path=path,
        states=states,
        statuses=statuses,
        moves={name: _move(name, part, f"{path}.moves.{name}", move_codes, texts) for name, part in members(body, "moves")},
        rules=_rules(body, path, texts),
        derived=expression_at(body, "derived", path),
    )


def _state(identifier: str, body: Body, path: str, texts: Texts) -> State:
    success = body.get("success")
    return State(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        kind=StateKind(text_at(body, "kind", StateKind.OPEN)),
        success=success if isinstance(success, bool) else None,
        fields={field: tuple(Flag(flag) for flag in names(flags)) for field, flags in values_at(body, "fields").items()},
    )


def _status(identifier: str, body: Body, path: str, codes: Codes, texts: Texts) -> Status:
    label = texts.label(body, path, identifier)
    return Status(
        id=identifier,
        path=path,
        label=label,
        state=text_at(body, "state"),
        default=flag_at(body, "default"),
        waiting=flag_at(body, "waiting"),
        description=texts.optional(body, path, "description"),
        guidance=texts.optional(body, path, "guidance"),
        key_fields=tuple(values_at(body, "key_fields")),
        code=codes.code(body, texts.spoken(label)),
        colour=text_at(body, "colour"),
        effective=flag_at(body, "effective", default=True),
        renamed_from=text_at(body, "renamed_from"),
    )


def _move(identifier: str, body: Body, path: str, codes: Codes, texts: Texts) -> Move:
    label = texts.label(body, path, identifier)
    return Move(
        id=identifier,
        path=path,
        label=label,
        from_states=names_at(body, "from"),
        to=text_at(body, "to"),
        when=when_at(body, path),
        checks=checks_of(body, path, texts),
        needs_assignee=flag_at(body, "needs_assignee"),
        allow=allow_of(body),
        description=texts.optional(body, path, "description"),
        code=codes.code(body, texts.spoken(label)),
    )


def _rules(body: Body, path: str, texts: Texts) -> dict[str, Rule]:
    codes = Codes(part for _, part in members(body, "rules"))
    return {name: _rule(name, part, f"{path}.rules.{name}", codes, texts) for name, part in members(body, "rules")}


def _rule(identifier: str, body: Body, path: str, codes: Codes, texts: Texts) -> Rule:
    label = texts.label(body, path, identifier)
    return Rule(
        id=identifier,
        path=path,
        label=label,
        from_statuses=names_at(body, "from"),
        to=text_at(body, "to"),
        allow=allow_of(body),
        when=when_at(body, path),
        description=texts.optional(body, path, "description"),
        code=codes.code(body, texts.spoken(label)),
    )


def build_subtypes(bodies: Mapping[str, Body], texts: Texts) -> dict[str, dict[str, Subtype]]:
    """Return the subtypes per entity type; their codes are unique among the subtypes of one type."""
    result: dict[str, dict[str, Subtype]] = {}
    codes: dict[str, Codes] = {}
    for entity_type in dict.fromkeys(identifier.partition(".")[0] for identifier in bodies):
        codes[entity_type] = Codes(body for identifier, body in bodies.items() if identifier.startswith(f"{entity_type}."))
    for full_id, body in bodies.items():
        entity_type, _, identifier = full_id.partition(".")
        result.setdefault(entity_type, {})[identifier] = _subtype(entity_type, identifier, body, codes[entity_type], texts)
    return result


def _subtype(entity_type: str, identifier: str, body: Body, codes: Codes, texts: Texts) -> Subtype:
    path = f"subtypes.{entity_type}.{identifier}"
    label = texts.label(body, path, identifier)
    return Subtype(
        id=identifier,
        path=path,
        entity_type=entity_type,
        label=label,
        description=texts.optional(body, path, "description"),
        code=codes.code(body, texts.spoken(label)),
        default=flag_at(body, "default"),
        effective=flag_at(body, "effective", default=True),
        allow=allow_of(body),
        values=values_of(body, "values", path),
        statuses={name: flag_at(part, "default") for name, part in members(body, "statuses")},
        rules=_rules(body, path, texts) if body.get("rules") is not None else None,
        choices={name: _choices(part, f"{path}.choices.{name}") for name, part in members(body, "choices")},
        children={name: names(found) for name, found in values_at(body, "children").items()},
        renamed_from=text_at(body, "renamed_from"),
    )


def _choices(body: Body, path: str) -> dict[str, Choice]:
    result: dict[str, Choice] = {}
    for identifier, found in body.items():
        member = found if isinstance(found, Mapping) else {}
        result[identifier] = Choice(
            id=identifier,
            path=f"{path}.{identifier}",
            default=flag_at(member, "default"),
            automatic=flag_at(member, "automatic"),
            values={key: frozen(value) for key, value in member.items() if key not in _CHOICE_KEYS},
        )
    return result
