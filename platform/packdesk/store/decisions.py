"""What only a person can decide about a plan: the questions it asks and the document that answers them.

A document is JSON: ``{"map_status": {"visit.planned": "open"}, "map_value": {"visit.room.old": "new"}, "default": {"visit.floor": 1},
"convert": {"visit.size": "convert"}}``. A missing or a wrong answer stops the publish before anything is touched.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.store.steps import LEAVE_EMPTY

#: The words of a decisions document.
SECTIONS = ("map_status", "map_value", "default", "convert")
CONVERT, CLEAR = "convert", "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A question of a plan. Without ``optional`` a document must answer it."""

    #: ``section.key``: ``map_status.visit.planned``.
    id: str
    question: str
    #: The answers that are possible; empty: any value of the field.
    options: tuple[str, ...] = ()
    #: Records that the answer touches.
    count: int = 0
    #: What happens without an answer, for optional ones; a proposal for others.
    suggestion: Json = None
    optional: bool = False

    @property
    def section(self) -> str:
        """Return the word of the document that holds the answer."""
        return self.id.partition(".")[0]

    @property
    def key(self) -> str:
        """Return the key under that word."""
        return self.id.partition(".")[2]

    def to_json(self) -> dict[str, Json]:
        """Return the question as JSON."""
        return {
            "id": self.id,
            "question": self.question,
            "options": self.options,
            "count": self.count,
            "suggestion": self.suggestion,
            "optional": self.optional,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> "Need":
        """Read a question back from JSON."""
        options = data["options"]
        return cls(
            id=str(data["id"]),
            question=str(data["question"]),
            options=tuple(str(option) for option in options) if isinstance(options, list | tuple) else (),
            count=int(str(data["count"])),
            suggestion=data["suggestion"],
            optional=bool(data["optional"]),
        )


#: Says what is wrong with a value for a field (by its name ``type.path``), or returns None.
ValueCheck = Callable[[str, Json], str | None]


def parse(document: Mapping[str, object] | None, needed: Sequence[Need], check_value: ValueCheck, decided: Collection[str] = ()) -> Mapping[str, Json]:
    """Return id of the question -> answer, suggestions filled in; raises ``bad_decision`` or ``decisions_missing``.

    What earlier releases asked (``decided``) and this one does not is left out: an analyst keeps one document.
    """
    given = _flat(document or {})
    asked = {need.id: need for need in needed}
    given = {decision: answer for decision, answer in given.items() if decision in asked or decision not in decided}
    for decision, answer in given.items():
        need = asked.get(decision)
        if need is None:
            near = get_close_matches(decision, (*asked, *decided), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise PackdeskError("bad_decision", decision=decision, reason=f"the plan does not ask for it{hint}")
        if reason := _wrong(need, answer, check_value):
            raise PackdeskError("bad_decision", decision=decision, reason=reason)
    missing = [need.id for need in needed if not need.optional and need.id not in given]
    if missing:
        raise PackdeskError("decisions_missing", count=len(missing), needed=", ".join(missing))
    suggested = {need.id: need.suggestion for need in needed if need.optional and need.suggestion is not None}
    return MappingProxyType({**suggested, **given})


def unasked(document: Mapping[str, object] | None, needed: Sequence[Need]) -> tuple[str, ...]:
    """Return the decisions of a document that the plan does not ask for."""
    asked = {need.id for need in needed}
    return tuple(decision for decision in _flat(document or {}) if decision not in asked)


def leaves_empty(answer: Json) -> bool:
    """Return whether the answer acknowledges that records stay without a value."""
    return isinstance(answer, Mapping) and dict(answer) == dict(LEAVE_EMPTY)


def _flat(document: Mapping[str, object]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for section, answers in document.items():
        if section not in SECTIONS:
            raise PackdeskError("bad_decision", decision=section, reason=f"it must be one of {', '.join(SECTIONS)}")
        if not isinstance(answers, Mapping):
            raise PackdeskError("bad_decision", decision=section, reason="it must be an object")
        found |= {f"{section}.{key}": answer for key, answer in answers.items()}
    return found


def _wrong(need: Need, answer: Json, check_value: ValueCheck) -> str | None:
    if need.section == "default" and leaves_empty(answer):
        return None
    if need.options and answer not in need.options:
        return f"{answer!r} is not one of {', '.join(need.options)}"
    if need.section == "default" and not need.options:
        return "null is no default; say leave_empty" if answer is None else check_value(need.key, answer)
    return None
