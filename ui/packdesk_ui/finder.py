"""The search over everything: what a person may see of all types by number, name or phone, the first of each and a way to the rest.

What is searched for travels in the body of the form, never in the address.
"""

from dataclasses import dataclass

from flask import Response, request, url_for

from packdesk.errors import PackdeskError
from packdesk.records import everywhere
from packdesk.runtime.compile import Runtime
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, shell
from packdesk_ui.showing import tone_of
from packdesk_ui.telling import sentence

EACH = 5
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record as a line that leads to it."""

    number: str
    title: str
    href: str
    #: Label and tone of its status; empty where it has none.
    status: str = ""
    tone: str = ""
    #: How long there is left, or for how long it is late, and the moment itself; empty where nothing is due.
    due: str = ""
    moment: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGroup:
    """What was found of one type."""

    id: str
    label: str
    icon: str
    rows: tuple[Found, ...]
    #: There are more than these, at ``href``.
    more: bool
    href: str


def find() -> Response:
    """Show what was found; without a search, or when it cannot be understood, the field to type in and what it takes."""
    typed = request.form.get("q", "").strip()[:_LONGEST]
    groups: tuple[FoundGroup, ...] = ()
    fault = ""
    if typed:
        try:
            groups = tuple(_group(request_context.runtime(), hits) for hits in everywhere.search_everywhere(answers.context(), typed, EACH))
        except PackdeskError as error:
            if error.code != "bad_parameter":
                raise
            fault = " ".join(sentence(finding, shell.language()) for finding in findings_of(error))
    title = shell.words("find")
    return answers.page("shell/found.html", status=400 if fault else 200, title=title, typed=typed, groups=groups, fault=fault, crumbs=(shell.Crumb(title),))


def found(runtime: Runtime, hit: everywhere.Hit, *, due: str = "", moment: str = "", late: bool = False) -> Found:
    """Return a record as a line."""
    entity, reference, language = runtime.type(hit.reference.entity_type), hit.reference, shell.language()
    status = hit.record.get("status") if entity.lifecycle is not None else None
    known = entity.lifecycle.statuses.get(str(status)) if entity.lifecycle is not None and status else None
    return Found(
        number=reference.number,
        title=reference.title if reference.title != reference.number else "",
        href=url_for("packdesk_ui.record", entity_type=reference.entity_type, number=reference.number),
        status=known.label.in_language(language) if known is not None else "",
        tone=tone_of(entity.lifecycle, str(status)) if known is not None else "",
        due=due,
        moment=moment,
        late=late,
    )


def _group(runtime: Runtime, hits: everywhere.Hits) -> FoundGroup:
    entity = runtime.type(hits.entity_type).entity
    return FoundGroup(
        id=entity.id,
        label=entity.plural.in_language(shell.language()),
        icon=shell.icon_of(entity),
        rows=tuple(found(runtime, hit) for hit in hits.rows),
        more=hits.more,
        href=url_for("packdesk_ui.records", entity_type=entity.id),
    )
