"""What Flask-AppBuilder offers out of the box over the same table: a ModelRestApi with its own login and permissions."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask
from flask_appbuilder import AppBuilder, ModelRestApi
from flask_appbuilder.api import expose, get_item_schema, permission_name, protect, rison, safe
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_sqlalchemy import SQLAlchemy

from benchmarks.fab_models import FIELDS, PLAIN, SILENT, mapped
from packdesk.clock import SystemClock
from packdesk.store.tables import Tables

LOGIN = "bench-fab"


def create_app(url: str, tables: Tables, groups: tuple[str, ...]) -> Flask:
    """Return the application; models are mapped onto the release's own tables, columns under the fields' names."""
    app = Flask("fab")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="benchmark" * 4, FAB_ADD_SECURITY_VIEWS=False, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 2})
    models = mapped(tables)
    own, keys, named = models.own, models.keys, models.named

    class Requests(ModelRestApi):
        resource_name = "requests"
        datamodel = SQLAInterface(models.request)
        allow_browser_login = False
        page_size = 25
        base_order = ("created_at", "desc")
        base_filters = [["owner_unit", FilterInFunction, lambda: list(groups)]]  # noqa: RUF012
        list_columns = [*PLAIN, *own, "account.number", "contact.number", f"contact.{named}", "caller.number", f"caller.{named}"]  # noqa: RUF012
        show_columns = [*PLAIN, *SILENT, *own, "account.number", "contact.number", f"contact.{named}", "caller.number", f"caller.{named}"]  # noqa: RUF012
        add_columns = [*PLAIN, *SILENT, *own, *keys, "id"]  # noqa: RUF012

        @expose("/<pk>", methods=["GET"])
        @protect()
        @safe
        @permission_name("get")
        @rison(get_item_schema)
        def get(self, pk: str, **arguments: Any) -> Any:
            """Do what FAB does for a number, for ids that are texts."""
            return self.get_headless(pk, **arguments)

    with app.app_context():
        builder = AppBuilder(app, SQLAlchemy(app).session)
        builder.add_api(Requests)
        role = builder.sm.find_role("Admin")
        if builder.sm.find_user(LOGIN) is None:
            builder.sm.add_user(LOGIN, "Bench", "Mark", "bench-fab@benchmark.example", role, "benchmark")
    return app


def body(tables: Tables, given: dict[str, str]) -> Callable[[str, int], bytes]:
    """Return what writes the body of a creation; FAB makes no ids, numbers and stamps, so the client sends them."""
    now = SystemClock().now().isoformat()
    sent: dict[str, object] = {"status": "new", "state": "pending", "owner_unit": "service", "version": 1, "privacy_level": "normal"}
    sent |= {"created_at": now, "updated_at": now, "created_by": LOGIN, "updated_by": LOGIN, "subtype": given["subtype"]}
    sent |= {"assigned_unit": given["assigned_unit"], **{name: given[name] for name in ("account", "contact", "caller")}}
    sent |= {str(tables.column("service_request", name).name): given[name] for name in FIELDS if name in given}
    return lambda record_id, place: orjson.dumps({**sent, "id": record_id, "number": f"FA{place:08}"})
