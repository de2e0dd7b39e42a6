"""The columns that somebody wants to see in the list of a type, kept for himself alone."""

from packdesk.errors import PackdeskError
from packdesk.records.context import Context
from packdesk.records.preferences import prefer

MOST_COLUMNS = 100


def columns_name(entity_type: str) -> str:
    """Return the name of the preference."""
    return f"columns:{entity_type}"


def columns_of(kept: object) -> tuple[str, ...]:
    """Return the chosen columns that a kept value holds; nothing where it holds none."""
    return tuple(path for path in kept if isinstance(path, str))[:MOST_COLUMNS] if isinstance(kept, list | tuple) else ()


def choose_columns(context: Context, entity_type: str, paths: tuple[str, ...]) -> None:
    """Keep the columns of a type's list and their order; none at all is as if nothing had been chosen."""
    known = context.live.current().runtime.type(entity_type).fields
    unknown = [path for path in paths if path not in known]
    if unknown:
        raise PackdeskError("unknown_field", name=unknown[0])
    prefer(context, columns_name(entity_type), tuple(dict.fromkeys(paths))[:MOST_COLUMNS])
