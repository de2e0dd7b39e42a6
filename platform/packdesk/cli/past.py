"""A made-up past of a pack, played through the use cases as if it had happened then: by its people, one step after the other.

A pack that is a Python package may offer one: a module ``history`` with ``history(customers) -> steps``. A step that the rules
refuse is left out, with what follows from it.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from typing import cast

from packdesk.clock import FixedClock
from packdesk.errors import PackdeskError, counted
from packdesk.model.model import Model
from packdesk.packs.sources import ENTRY_POINTS
from packdesk.records.act import act
from packdesk.records.context import Context
from packdesk.records.create import create
from packdesk.records.demo import demo_actor
from packdesk.records.note import add_note
from packdesk.records.update import update

Step = Mapping[str, object]
_EVERY = 500


@dataclass(slots=True)
class _Story:
    """What was made so far, by the names that later steps use."""

    context: Context
    model: Model
    begun: datetime
    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    told: int = 0
    refused: int = 0


def pasts(packs: Iterable[str], customers: int) -> Iterator[Step]:
    """Yield the steps of every installed pack among these that has a past."""
    packages = {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
    for pack in packs:
        if pack in packages and importlib.util.find_spec(f"{packages[pack]}.history") is not None:
            module = importlib.import_module(f"{packages[pack]}.history")
            yield from cast("Iterable[Step]", module.history(customers))


def play(context: Context, model: Model, steps: Iterable[Step], progress: Callable[[str], None]) -> tuple[int, int]:
    """Play the steps, oldest first; return how many were told and how many the rules refused."""
    story = _Story(context=context, model=model, begun=context.clock.now())
    whole = tuple(steps)
    for step in whole:
        try:
            _tell(story, step)
        except PackdeskError:
            story.refused += 1
        story.told += 1
        if story.told % _EVERY == 0:
            progress(f"{story.told:,} of {counted(len(whole), 'step', 'steps')} of a made-up past")
    return story.told, story.refused


def _tell(story: _Story, step: Step) -> None:
    """Do one step as the person and at the time that it names."""
    clock = FixedClock(story.begun - timedelta(minutes=cast("int", step["age"])))
    context = replace(story.context, actor=demo_actor(story.model, str(step["by"])), clock=clock)
    values = cast("Mapping[str, object]", _named(story, step.get("values", {})))
    if "create" in step:
        subtype = {"subtype": step["subtype"]} if "subtype" in step else {}
        record = create(context, str(step["create"]), {**subtype, **values}).record
        story.made[str(step["name"])] = (record.entity_type, record.number)
        return
    target = str(step.get("edit") or step.get("on"))
    if target not in story.made:
        raise PackdeskError("unknown_record")
    if "edit" in step:
        update(context, *story.made[target], values)
    elif "act" in step:
        act(context, *story.made[target], str(step["act"]), cast("Mapping[str, object]", _named(story, step.get("inputs", {}))))
    else:
        add_note(context, *story.made[target], str(step["note"]))


def _named(story: _Story, value: object) -> object:
    """Return values with the records that they name in place of the names; raises ``unknown_record`` for one that was refused."""
    if isinstance(value, str) and value.startswith("="):
        if value[1:] not in story.made:
            raise PackdeskError("unknown_record")
        return story.made[value[1:]][1]
    if isinstance(value, Mapping):
        return {name: _named(story, inner) for name, inner in value.items()}
    return [_named(story, inner) for inner in value] if isinstance(value, list) else value
