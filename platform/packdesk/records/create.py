"""Creates a record."""

from collections.abc import Mapping

from packdesk.records.context import Context
from packdesk.records.creation import create_in
from packdesk.records.drafts import begin
from packdesk.records.once import change_once
from packdesk.records.outcome import Outcome


def create(context: Context, entity_type: str, data: Mapping[str, object], *, text: bool = False) -> Outcome:
    """Create a record from JSON input (GEN-10); ``text`` when the values are what a form or a file gives: texts."""
    return change_once(context, lambda unit, runtime: create_in(begin(context, unit, runtime), entity_type, data, text=text))
