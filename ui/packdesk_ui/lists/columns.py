"""The columns of a list: which are shown and in which order, chosen without a mouse as well as with one, for oneself alone."""

from dataclasses import dataclass, replace

from flask import Response, request

from packdesk.errors import Refused
from packdesk.records import policy, saved_views
from packdesk.records.list_columns import choose_columns
from packdesk.records.screening import screen_of
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lists import showable
from packdesk.web import request_context
from packdesk_ui import answers, shell
from packdesk_ui.editing import crumbs
from packdesk_ui.lists import asked as asking
from packdesk_ui.lists.asked import address
from packdesk_ui.shell import words
from packdesk_ui.showing import full_label

_NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A field that can be a column."""

    path: str
    label: str
    shown: bool
    #: Always shown and first: by it a row is opened.
    fixed: bool
    first: bool
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsForm:
    """What the template of the chooser draws."""

    action: str
    back: str
    choices: tuple[Choice, ...]
    modal: bool
    #: The field whose place was changed last: its button has the focus again.
    moved: str = ""


def columns(entity_type: str) -> Response:
    """Show the chooser, move a column in it, or keep what was chosen."""
    runtime, language = request_context.runtime(), shell.language()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, request_context.actor(), "view", entity_type):
        raise Refused((refused,))
    context = answers.context()
    setup = saved_views.setup(context, entity_type)
    asked = asking.known(entity, setup)
    offered = _offered(entity)
    shown = [column.path for column in asking.shown_list(entity, asked, language).columns]
    order = _ordered(offered, shown)
    moved = ""
    if request.method == "POST":
        order = _ordered(offered, request.form.getlist("_order"))
        shown = [path for path in order if path in request.form.getlist("_shown") or path == _NUMBER]
        if "_reset" in request.form or "_save" in request.form:
            chosen = () if "_reset" in request.form else tuple(shown)
            if asked.saved is not None or asked.state.columns:
                asked = replace(asked, state=replace(asked.state, columns=chosen))
                asked.remember(entity_type)
            else:
                choose_columns(context, entity_type, chosen)
            return answers.go(address(entity_type, asked))
        order, moved = _moved(order, request.form.get("_move", ""))
    form = ColumnsForm(
        action=request.full_path,
        back=address(entity_type, asked),
        choices=tuple(_choice(entity, path, order, shown, language) for path in order),
        modal=answers.in_modal(),
        moved=moved,
    )
    title = words("columns")
    return answers.page_or_modal("lists/columns.html", "lists/columns_body.html", title=title, form=form, crumbs=crumbs(entity, title))


def _offered(entity: EntityRuntime) -> tuple[str, ...]:
    hidden = screen_of(request_context.runtime(), request_context.actor(), entity.id).hidden
    return tuple(path for path in showable(entity) if path not in hidden)


def _ordered(offered: tuple[str, ...], wanted: list[str]) -> list[str]:
    """Return all that is offered: the number, then what is wanted in its order, then the rest."""
    known = [path for path in dict.fromkeys(wanted) if path in offered and path != _NUMBER]
    return [_NUMBER, *known, *(path for path in offered if path not in known and path != _NUMBER)]


def _moved(order: list[str], move: str) -> tuple[list[str], str]:
    way, _, path = move.partition(":")
    if path not in order or path == _NUMBER:
        return order, ""
    rest = [one for one in order if one != path]
    place = max(1, min(len(rest), order.index(path) + (-1 if way == "up" else 1)))
    return [*rest[:place], path, *rest[place:]], move


def _choice(entity: EntityRuntime, path: str, order: list[str], shown: list[str], language: str) -> Choice:
    return Choice(
        path=path,
        label=full_label(entity, path, language),
        shown=path in shown,
        fixed=path == _NUMBER,
        first=order.index(path) <= 1,
        last=path == order[-1],
    )
