"""Builds views."""

from collections.abc import Mapping

from packdesk.model.views import Column, Filter, Layout, Tab, View, ViewSection
from packdesk.packs.merged import Body
from packdesk.packs.parts import Texts, expression_at, flag_at, members, number_at, text_at, values_at


def build_views(bodies: Mapping[str, Body], texts: Texts) -> dict[str, View]:
    """Return the views by id."""
    return {identifier: _view(identifier, body, f"views.{identifier}", texts) for identifier, body in bodies.items()}


def _view(identifier: str, body: Body, path: str, texts: Texts) -> View:
    return View(
        id=identifier,
        path=path,
        entity_type=text_at(body, "entity_type"),
        layout=Layout(text_at(body, "layout")),
        label=texts.label(body, path, identifier),
        columns={field: _column(field, part, f"{path}.columns.{field}", texts) for field, part in members(body, "columns")},
        sort=_sort(body),
        filters={name: _filter(name, part, f"{path}.filters.{name}", texts) for name, part in members(body, "filters")},
        row_actions=tuple(name for name, _ in members(body, "row_actions")),
        sections={name: _section(name, part, f"{path}.sections.{name}", texts) for name, part in members(body, "sections")},
        tabs={name: _tab(name, part, f"{path}.tabs.{name}", texts) for name, part in members(body, "tabs")},
        by=text_at(body, "by"),
        card=_shown(body, "card"),
        date=text_at(body, "date"),
        until=text_at(body, "until"),
        summary=_shown(_part(body, "summary"), "fields"),
    )


def _part(body: Body, key: str) -> Body:
    found = body.get(key)
    return found if isinstance(found, Mapping) else {}


def _shown(body: Body, key: str) -> dict[str, str]:
    """Return field path -> how it is shown."""
    return {field: text_at(part, "show") for field, part in members(body, key)}


def _tab(identifier: str, body: Body, path: str, texts: Texts) -> Tab:
    more = _part(body, "more")
    return Tab(
        id=identifier,
        path=path,
        label=texts.optional(body, path, "label"),
        records=text_at(body, "records"),
        form=text_at(body, "form"),
        more=texts.optional(more, f"{path}.more", "label"),
        row_actions=tuple(name for name, _ in members(body, "row_actions")),
    )


def _column(field: str, body: Body, path: str, texts: Texts) -> Column:
    return Column(
        field=field,
        label=texts.optional(body, path, "label"),
        show=text_at(body, "show"),
        style=text_at(body, "style"),
        when=expression_at(body, "when", path),
    )


def _filter(identifier: str, body: Body, path: str, texts: Texts) -> Filter:
    return Filter(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        when=expression_at(body, "when", path),
        sort=_sort(body),
        default=flag_at(body, "default"),
    )


def _sort(body: Body) -> dict[str, bool]:
    """Return field path -> ascending."""
    return {field: direction != "descending" for field, direction in values_at(body, "sort").items()}


def _section(identifier: str, body: Body, path: str, texts: Texts) -> ViewSection:
    return ViewSection(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        fields={field: number_at(part, "span", 1) for field, part in members(body, "fields")},
        embed=text_at(body, "embed"),
        side=flag_at(body, "side"),
        columns=number_at(body, "columns", 2),
    )
