"""What an effect handler is: a function from a draft to a draft, inside the record's transaction."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from packdesk.model.actions import Effect

if TYPE_CHECKING:
    from packdesk.records.drafts import Draft

_NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """What an effect did: the draft after it, and what ``effect.<id>`` means to the effects that name it."""

    draft: "Draft"
    result: object = None
    #: Shown to the person once and not stored.
    reveal: Mapping[str, object] = dataclasses.field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An effect whose values and arguments are evaluated already."""

    effect: Effect
    #: Field path -> Python value.
    values: Mapping[str, object]
    arguments: Mapping[str, object]


class EffectHandler(Protocol):
    """Performs one word of the closed list of effects."""

    def __call__(self, draft: "Draft", prepared: Prepared) -> Performed:
        """Return the draft as the effect leaves it; raises ``Refused`` to undo the whole change."""
        ...
