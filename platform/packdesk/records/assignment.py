"""Who is responsible: the unit is filled from the user, and unit and user must fit together."""

from collections.abc import Iterator

from packdesk.errors import Finding
from packdesk.model.people import Organisation
from packdesk.records.drafts import Draft
from packdesk.records.findings import about
from packdesk.runtime.engine_columns import ASSIGNMENT
from packdesk.runtime.values import Graph
from packdesk.store.people import load_profile


def with_unit(draft: Draft) -> Draft:
    """Return the draft with the unit filled from the user where only he is set (CARE-15)."""
    unit, user = draft.record.get("assigned_unit"), draft.record.get("assigned_user")
    if not is_assignable(draft) or user is None or (unit is not None and "assigned_unit" in draft.given) or _untouched(draft):
        return draft
    if unit is not None and belongs(draft.work.runtime.model.organisation, draft.work.unit, str(user), str(unit)):
        return draft
    home = home_unit(draft, str(user))
    return draft.writing({"assigned_unit": home}) if home and (unit is None or "assigned_user" in draft.given) else draft


def home_unit(draft: Draft, login: str) -> str:
    """Return the unit that a user's records belong to: his default unit, else the first of his units."""
    actor = draft.work.context.actor
    if login == actor.login and actor.default_unit:
        return actor.default_unit
    return load_profile(draft.work.unit.connection, login).default_unit or min(draft.work.unit.user_units(login), default="")


def belongs(organisation: Organisation, graph: Graph, login: str, unit: str) -> bool:
    """Say whether a user is in the unit or in one under it."""
    return any(unit in organisation.ancestors(own) for own in graph.user_units(login))


def misfits(draft: Draft) -> Iterator[Finding]:
    """Yield why the assignment cannot be stored: nobody is responsible, or the user does not belong to the unit (CARE-14, CARE-15).

    An assignment that nobody touched is left alone, so that a person who changed units does not block an edit of something else.
    """
    if not is_assignable(draft) or _untouched(draft):
        return
    model = draft.work.runtime.model
    unit, user = draft.record.get("assigned_unit"), draft.record.get("assigned_user")
    rule = f"{draft.entity.entity.path}.capabilities"
    if unit is None and user is None:
        yield about(model, "assignment_missing", rule, field="assigned_unit")
        return
    if user is None or unit is None:
        return
    if not belongs(model.organisation, draft.work.unit, str(user), str(unit)):
        label = model.organisation.units[str(unit)].label.in_language(draft.work.context.language) if str(unit) in model.organisation.units else unit
        yield about(model, "user_not_in_unit", rule, field="assigned_user", user=user, unit=label)


def _untouched(draft: Draft) -> bool:
    return draft.old is not None and all(draft.old.get(name) == draft.record.get(name) for name in ASSIGNMENT)


def is_assignable(draft: Draft) -> bool:
    """Say whether records of the type are given to units and people."""
    return "assignment" in draft.entity.entity.capabilities
