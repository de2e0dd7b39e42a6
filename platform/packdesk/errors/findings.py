"""A finding is a reason why a change to a record was refused."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.errors.echo import WORD, shortened

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason for a refusal, as data: a stable code, what it is about, and which rule of which pack said so."""

    #: Stable word from the catalogue.
    code: str
    #: Path of the field in question (``response.category``, ``phones[0].number``), or empty.
    field: str = ""
    #: Id of the action in question, or empty.
    action: str = ""
    #: Path of the metadata that refused (``transitions.lead.moves.won``), or empty.
    rule: str = ""
    #: ``pack/file:line`` of that metadata, or empty.
    origin: str = ""
    #: Values for the catalogue's sentence and for machines; plain JSON values only.
    facts: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)
    #: Sentence per language when the pack itself words it; replaces the catalogue's.
    texts: Mapping[str, str] = dataclasses.field(default_factory=lambda: _NO_TEXTS)

    def __post_init__(self) -> None:
        """Shorten what was sent: the name of a field or action, and every fact that is a text."""
        # Every grey button has findings, and hardly any has a text that is too long: a look at the lengths has to be enough.
        if len(self.field) > WORD or len(self.action) > WORD:
            object.__setattr__(self, "field", shortened(self.field))
            object.__setattr__(self, "action", shortened(self.action))
        for fact in self.facts.values():
            if isinstance(fact, str) and len(fact) > WORD:
                object.__setattr__(self, "facts", {name: shortened(one) if isinstance(one, str) else one for name, one in self.facts.items()})
                break
