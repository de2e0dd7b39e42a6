"""How far a publish has come, as sentences for people; the steps have short names that only the engine uses."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from packdesk.cli.output import Output
from packdesk.errors import counted
from packdesk.store.migrate_values import STOPPED

#: Steps of a publish as a whole.
_WHOLE: Mapping[str, str] = MappingProxyType({"fill": "filling new columns", "flip": "switching to the new release"})
#: Steps that go through the records of one thing, which the name of the step is followed by.
_RECORDS: Mapping[str, str] = MappingProxyType(
    {
        "map_values": "mapping values of",
        "move_state": "moving records to their new state:",
        "fill": "filling",
        "convert": "converting",
        "revert": "giving back values from before",
        "reindex": "making words searchable:",
    }
)


def progress_of(output: Output) -> Callable[[str, int], None]:
    """Return what tells a person each step of a publish."""
    return lambda what, count: output.progress(step_in_words(what, count))


def step_in_words(what: str, count: int) -> str:
    """Return a step of a publish, with how much of it is done."""
    if what == "expand":
        return f"preparing the database: {counted(count, 'statement', 'statements')} done"
    if what.startswith(f"{STOPPED} "):
        return what.removeprefix(f"{STOPPED} ")
    if what in _WHOLE:
        return _WHOLE[what]
    kind, _, about = what.partition(" ")
    return f"{_RECORDS.get(kind, kind)} {about}: {counted(count, 'record', 'records')} done"
