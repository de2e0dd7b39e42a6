"""Effects on line groups."""

from collections.abc import Mapping

from packdesk.records.drafts import Draft
from packdesk.records.effects.protocol import Performed, Prepared
from packdesk.runtime.values import Line


def add_line(draft: Draft, prepared: Prepared) -> Performed:
    """Add one line with these values."""
    group = str(prepared.arguments["lines"])
    line = Line(draft.work.new_id(), dict(prepared.values))
    return Performed(draft=draft.with_lines(group, (*draft.record.lines.get(group, ()), line)), result=line)


def remove_line(draft: Draft, prepared: Prepared) -> Performed:
    """Remove the lines whose fields have these values."""
    group = str(prepared.arguments["lines"])
    kept = tuple(line for line in draft.record.lines.get(group, ()) if not _has(line, prepared.values))
    return Performed(draft=draft.with_lines(group, kept), result=len(draft.record.lines.get(group, ())) - len(kept))


def _has(line: Line, values: Mapping[str, object]) -> bool:
    return all(line.values.get(name) == value for name, value in values.items())
