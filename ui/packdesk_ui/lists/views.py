"""Views of a list as links: the type's named filters and those that people saved; what is done with a saved one."""

from dataclasses import dataclass, replace

from flask import Response, jsonify, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.records import counting, saved_views
from packdesk.records.list_state import ListState
from packdesk.records.saved_views import ListSetup, SavedView
from packdesk.records.search import SearchCommand
from packdesk.runtime.boards import board_view
from packdesk.runtime.entity import EntityRuntime
from packdesk.web import request_context
from packdesk.web.problems import findings_of
from packdesk_ui import answers, counts, people, shell
from packdesk_ui.addresses import of_page
from packdesk_ui.editing import crumbs
from packdesk_ui.lists import asked as asking
from packdesk_ui.lists.asked import BOARD, CALENDAR, SAVED, TABLE, Asked, address
from packdesk_ui.lists.calendar import has_calendar
from packdesk_ui.shell import words
from packdesk_ui.telling import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A view, or a layout, to go to."""

    label: str
    href: str
    current: bool
    #: Open to others too.
    shared: bool = False
    #: Whose it is, where it is somebody else's.
    owner: str = ""
    icon: str = ""
    #: Under this name the script finds how many records the view holds.
    id: str = ""
    #: Leads to the list with a record beside it.
    beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewBar:
    """The views of a list and what can be done with the one that is shown."""

    named: tuple[Link, ...]
    saved: tuple[Link, ...]
    #: Where the state in the form is kept: as a new view, or over the one that is shown.
    save_href: str
    update_href: str = ""
    edit_href: str = ""
    delete_href: str = ""
    version: int = 0
    #: The shown view is not as it was saved any more.
    changed: bool = False
    #: A view that was deleted a moment ago.
    deleted: str = ""
    undo_href: str = ""
    #: Where the script asks how many records each view holds.
    counts_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewForm:
    """The form that names a view."""

    action: str
    back: str
    label: str
    shared: bool
    may_share: bool
    submit: str
    modal: bool
    key: str
    version: int = 0
    fault: str = ""


def bar(entity: EntityRuntime, asked: Asked, language: str) -> ViewBar:
    """Return the views of the list."""
    mine = asked.saved is not None and asked.saved.owner == request_context.actor().login
    saved = asked.saved
    deleted = asked.setup.deleted
    return ViewBar(
        named=tuple(Link(label=label, href=href, current=name == asked.view, id=name) for name, label, href in asking.named_filters(entity, language)),
        saved=tuple(_link(view, asked) for view in asked.setup.views),
        save_href=_href("save_view", entity, asked),
        update_href=_href("update_view", entity, asked, view_id=saved.id) if saved is not None and mine else "",
        edit_href=_href("rename_view", entity, asked, view_id=saved.id) if saved is not None and mine else "",
        delete_href=_href("delete_view", entity, asked, view_id=saved.id) if saved is not None and mine else "",
        version=saved.version if saved is not None else 0,
        changed=asked.changed,
        deleted=deleted.label if deleted is not None else "",
        undo_href=of_page("packdesk_ui.undo_view", entity_type=entity.id),
        counts_href=of_page("packdesk_ui.view_counts", entity_type=entity.id),
    )


def view_counts(entity_type: str) -> Response:
    """Answer how many records each view of the list holds for whoever asks, from the one that is named on; a view that can't be counted is left out."""
    entity, language = request_context.runtime().type(entity_type), shell.language()
    setup = saved_views.setup(answers.context(), entity_type)
    listed = asking.open_list(entity, language)
    states = {each.id: ListState(base=each.id) for each in listed.filters} | {f"{SAVED}{view.id}": asking.kept(entity, view.body) for view in setup.views}
    names, begin = list(states), request.args.get("from", "")
    wanted = names[names.index(begin) :] if begin in states else names
    found = counting.counted(answers.context(), entity_type, {name: _counted(entity, name, states[name], setup) for name in wanted})
    return jsonify({"counts": {name: counts.short(each.count, capped=each.capped) for name, each in found.counts.items()}, "rest": found.rest})


def _counted(entity: EntityRuntime, name: str, state: ListState, setup: ListSetup) -> SearchCommand:
    asked = Asked(view=name, state=state, layout=TABLE, setup=setup)
    return SearchCommand(filter=asking.condition(entity, asked), q=state.search, fields=("number",), expand=False)


def layouts(entity: EntityRuntime, asked: Asked, shown: str, beside: str) -> tuple[Link, ...]:
    """Return the layouts of the list, the one that is ``shown`` marked; ``beside`` is where its first record opens beside it, empty where there is none."""
    view = board_view(entity)
    found = [Link(label=words("layout.table"), href=address(entity.id, asked, layout=TABLE, open=""), current=shown == TABLE, icon="table")]
    if view is not None and view.by not in asking.closed_to_order(entity):
        href = address(entity.id, asked, layout=BOARD, open="")
        found.append(Link(label=words("layout.board"), href=href, current=shown == BOARD, icon="layout-kanban"))
    if has_calendar(entity):
        href = address(entity.id, asked, layout=CALENDAR, open="")
        found.append(Link(label=words("layout.calendar"), href=href, current=shown == CALENDAR, icon="calendar"))
    if beside:
        found.append(Link(label=words("layout.split"), href=beside, current=False, icon="layout-sidebar", beside=True))
    return tuple(found) if len(found) > 1 else ()


def _link(view: SavedView, asked: Asked) -> Link:
    mine = view.owner == request_context.actor().login
    return Link(
        label=view.label,
        href=url_for("packdesk_ui.records", entity_type=view.entity_type, view=f"{SAVED}{view.id}"),
        current=asked.view == f"{SAVED}{view.id}",
        shared=view.shared,
        owner="" if mine else people.name_of(view.owner),
        id=f"{SAVED}{view.id}",
    )


def _href(endpoint: str, entity: EntityRuntime, asked: Asked, **more: str) -> str:
    parts = {"view": asked.view, "asked": asked.token, "layout": asked.layout if asked.layout != TABLE else "", "order": asked.state.order, **more}
    return url_for(f"packdesk_ui.{endpoint}", entity_type=entity.id, **{name: value for name, value in parts.items() if value})


# what is done with them ----------------------------------------------------------------------------------------------------------


def _asked(entity_type: str) -> tuple[EntityRuntime, Asked]:
    entity = request_context.runtime().type(entity_type)
    return entity, asking.known(entity, saved_views.setup(answers.context(), entity_type))


@answers.form_once
def save_view(entity_type: str) -> Response:
    """Show the form of a new view, or save what the list was asked for."""
    entity, asked = _asked(entity_type)
    context = answers.context()
    fault = ""
    if request.method == "POST":
        try:
            made = saved_views.save_as(context, entity_type, request.form.get("label", ""), _state(asked), shared="shared" in request.form)
            return answers.go(_view_address(made), words("view.saved", name=made.label))
        except Refused as error:
            fault = _fault(error)
    return _form(entity, asked, words("view.save_as"), words("save"), fault=fault)


def rename_view(entity_type: str, view_id: str) -> Response:
    """Show the form with the view's name and whether it is shared, or keep them."""
    entity, asked = _asked(entity_type)
    saved = asked.saved
    if saved is None or saved.id != view_id:
        raise PackdeskError("unknown_saved_view")
    fault = ""
    if request.method == "POST":
        try:
            label, shared = request.form.get("label", ""), "shared" in request.form
            done = saved_views.change(answers.context(), entity_type, view_id, _version(), label=label, shared=shared)
            return answers.go(_view_address(done), words("view.saved", name=done.label))
        except PackdeskError as error:
            if error.code not in ("view_changed", "required_field", "too_long", "forbidden_character"):
                raise
            fault = _fault(error)
    return _form(entity, asked, words("view.edit"), words("save"), saved=saved, fault=fault)


def update_view(entity_type: str, view_id: str) -> Response:
    """Keep what the list is asked for now as the content of the view."""
    _, asked = _asked(entity_type)
    done = saved_views.change(answers.context(), entity_type, view_id, _version(), state=_state(asked))
    return answers.go(_view_address(done), words("view.saved", name=done.label))


def delete_view(entity_type: str, view_id: str) -> Response:
    """Delete the view; the list offers to take it back for a while."""
    gone = saved_views.delete(answers.context(), entity_type, view_id, _version())
    return answers.go(url_for("packdesk_ui.records", entity_type=gone.entity_type))


def undo_view(entity_type: str) -> Response:
    """Take back the deletion."""
    again = saved_views.undo_delete(answers.context(), entity_type)
    return answers.go(_view_address(again), words("view.back", name=again.label))


def _state(asked: Asked) -> ListState:
    return replace(asked.state, layout=asked.layout if asked.layout != TABLE else "", columns=asked.state.columns or asked.setup.columns)


def _view_address(view: SavedView) -> str:
    return url_for("packdesk_ui.records", entity_type=view.entity_type, view=f"{SAVED}{view.id}")


def _version() -> int:
    text = request.form.get("_version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _fault(error: PackdeskError) -> str:
    language = shell.language()
    named = [finding if finding.field != "label" else _named(finding) for finding in findings_of(error)]
    return " ".join(sentence(finding, language) for finding in named)


def _named(finding: Finding) -> Finding:
    """Return the finding with what it is about in the language of the page."""
    return replace(finding, facts={**finding.facts, "label": words("views.saved" if finding.code == "too_many_items" else "view.label")})


def _form(entity: EntityRuntime, asked: Asked, title: str, submit: str, *, saved: SavedView | None = None, fault: str = "") -> Response:
    typed = request.method == "POST"
    form = ViewForm(
        action=request.full_path,
        back=address(entity.id, asked),
        label=request.form.get("label", "") if typed else saved.label if saved is not None else "",
        shared="shared" in request.form if typed else saved is not None and saved.shared,
        may_share=saved_views.may_share(answers.context()),
        submit=submit,
        modal=answers.in_modal(),
        key=answers.new_key(),
        version=saved.version if saved is not None else 0,
        fault=fault,
    )
    status = 422 if fault else 200
    way = crumbs(entity, title)
    return answers.page_or_modal("lists/view_form.html", "lists/view_form_body.html", status=status, title=title, form=form, crumbs=way)
