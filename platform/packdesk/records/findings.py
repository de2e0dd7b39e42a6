"""Makes findings that say where the rule stands (GEN-27)."""

from packdesk.errors import Finding
from packdesk.model.model import Model


def about(model: Model, code: str, rule: str, *, field: str = "", action: str = "", **facts: object) -> Finding:
    """Return a finding with the origin of the metadata at the rule's path, or of the nearest node around it."""
    origin = model.origin(rule) if rule else None
    return Finding(code=code, rule=rule, origin=str(origin) if origin else "", field=field, action=action, facts=facts)
