"""How many there are, as screens say it: in the page's language, and capped where nobody counts on."""

from packdesk_ui import catalogue, shell


def short(count: int, *, capped: bool) -> str:
    """Return the number alone: ``1,000+`` where there are more."""
    return f"{catalogue.grouped(count, shell.language())}{'+' if capped else ''}"


def of_records(count: int | None, *, capped: bool) -> str:
    """Return the number of records; empty where nobody counted."""
    if count is None:
        return ""
    if capped:
        return shell.words("count.more", count=count)
    return shell.words("count.one") if count == 1 else shell.words("count.many", count=count)
