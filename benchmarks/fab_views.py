"""Flask-AppBuilder's own screens over the same table: a ModelView with list, show and edit pages, and one with a search, open to everybody.

Nobody logs in there, which spares it the login's work; Packdesk's pages are measured with it.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask_appbuilder import AppBuilder, ModelView
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_sqlalchemy import SQLAlchemy

from benchmarks.fab_models import PLAIN, mapped
from packdesk.store.tables import Tables

LIST = "/requests/list/"
_SEARCHED = "/searched"
#: What FAB calls the filter of texts that asks whether they contain what was typed: its place among those of texts.
_CONTAINS = 2


def searched(tables: Tables, text: str) -> str:
    """Return the address of the list of requests whose description contains a text."""
    return f"{_SEARCHED}/list/?{urlencode({f'_flt_{_CONTAINS}_{described(tables)}': text})}"


def described(tables: Tables) -> str:
    """Return what the description is called in FAB's forms."""
    return str(tables.column("service_request", "description").name)


def create_app(url: str, tables: Tables, groups: tuple[str, ...]) -> Flask:
    """Return the application; its list shows the columns that Packdesk's shows, newest first, 25 of them."""
    app = Flask("fab-views")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="benchmark" * 4, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 2}, AUTH_ROLE_PUBLIC="Admin", WTF_CSRF_ENABLED=False
    )
    models = mapped(tables)
    shown = [*PLAIN, *models.own, "account", "contact", "caller"]

    class Requests(ModelView):
        route_base = "/requests"
        datamodel = SQLAInterface(models.request)
        page_size = 25
        base_order = ("created_at", "desc")
        base_filters = [["owner_unit", FilterInFunction, lambda: list(groups)]]  # noqa: RUF012
        list_columns = shown
        show_columns = shown
        search_columns: list[str] = []  # noqa: RUF012 - its search form would read all contacts
        edit_columns = models.own

        def pk_of(self, item: Any) -> str:
            """Return the key of a row."""
            return str(item.id)

    class Searched(Requests):
        route_base = _SEARCHED
        search_columns = [described(tables)]  # noqa: RUF012

    with app.app_context():
        builder = AppBuilder(app, SQLAlchemy(app).session)
        builder.add_view(Requests, "Requests")
        builder.add_view(Searched, "Searched")
    return app
