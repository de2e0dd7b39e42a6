"""What comes back of a conflict: what was asked, what was chosen, and what travelled with it; out comes what shall be stored."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.nodes import Json
from packdesk_ui import controls
from packdesk_ui.controls import Raw
from packdesk_ui.editing import json_map
from packdesk_ui.formstate import Form

#: Carries what a form changes through the choice of a conflict.
MINE = "_mine"
#: Begins the name under which it is said what stays of a field.
KEEP = "_keep:"
CHOICES = THEIRS, OWN, BOTH = "theirs", "mine", "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What came back of a conflict: what was asked, what was chosen, and everything that travelled with it."""

    mine: Mapping[str, Json]
    typed: Mapping[str, Json]
    asked: tuple[str, ...]
    chosen: Mapping[str, str]
    opened: Mapping[str, Json]
    now: Mapping[str, Json]
    joined: Mapping[str, Json]

    @property
    def undecided(self) -> tuple[str, ...]:
        """Return the fields that nothing was chosen for."""
        return tuple(path for path in self.asked if path not in self.chosen)

    @property
    def kept(self) -> tuple[str, ...]:
        """Return the fields of which something of mine shall be stored."""
        return tuple(path for path in self.mine if path not in self.asked or self.chosen.get(path) in (OWN, BOTH))

    def texts_of_mine(self) -> dict[str, list[str]]:
        """Return what I typed, by the names of the form's inputs."""
        return {name: _texts(texts) for name, texts in self.typed.items()}

    def texts(self) -> dict[str, list[str]]:
        """Return what the form would hold of what was chosen, by the names of its inputs."""
        found = self.texts_of_mine()
        for path in self.asked:
            joined = self.joined.get(path)
            if self.chosen.get(path) == BOTH and isinstance(joined, Mapping):
                found = {name: texts for name, texts in found.items() if controls.place_of(name)[0] != path}
                found |= {name: _texts(texts) for name, texts in joined.items()}
        return found

    def patch(self, form: Form) -> dict[str, Json]:
        """Return what shall be stored."""
        said = form.data(self.texts())
        return {path: said.get(path) if self.chosen.get(path) == BOTH else self.mine[path] for path in self.kept}


def decision_of(sent: Raw) -> Decision:
    """Return what was chosen in a conflict, from its form."""

    def carried(name: str) -> dict[str, Json]:
        return json_map((sent.get(name) or ["{}"])[-1])

    mine = carried(MINE)
    asked = tuple(path for path in carried("_asked") if path in mine)
    chosen = {path: texts[-1] for path in asked if (texts := sent.get(f"{KEEP}{path}")) and texts[-1] in CHOICES}
    return Decision(mine=mine, typed=carried("_typed"), asked=asked, chosen=chosen, opened=carried("_opened"), now=carried("_now"), joined=carried("_both"))


def _texts(texts: object) -> list[str]:
    return [str(text) for text in texts] if isinstance(texts, list) else []
