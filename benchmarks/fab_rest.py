"""What Flask-AppBuilder offers out of the box over the same table: a ModelRestApi with its own login and permissions."""

from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from flask import Flask
from flask_appbuilder import AppBuilder, ModelRestApi
from flask_appbuilder.api import expose, get_item_schema, permission_name, protect, rison, safe
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import declarative_base, relationship

from packdesk.clock import SystemClock
from packdesk.store.tables import Tables

_FIELDS = ("category", "classification", "urgency", "impact", "priority", "description", "expected_date")
_PLAIN = ("number", "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user", "created_at", "updated_at", "version")
LOGIN = "bench-fab"
_SILENT = ("privacy_level", "created_by", "updated_by")


def create_app(url: str, tables: Tables, groups: tuple[str, ...]) -> Flask:
    """Return the application; models are mapped onto the release's own tables, columns under the fields' names."""
    app = Flask("fab")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="benchmark" * 4, FAB_ADD_SECURITY_VIEWS=False, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 2})
    base = declarative_base()
    named = str(tables.column("contact", "name").name)
    own = [str(tables.column("service_request", name).name) for name in _FIELDS]
    keys = {name: str(tables.column("service_request", name).name) for name in ("account", "contact", "caller")}

    def model(entity_type: str, columns: list[str], to: dict[str, Any]) -> Any:
        """Map the columns that are wanted, called as in the database, which is what FAB expects; ``to`` holds the models referred to."""
        table = tables.record(entity_type)
        mapped: dict[str, Any] = {"__tablename__": table.name, "__repr__": lambda self: self.number}
        mapped |= {name: sa.Column(name, table.c[name].type, primary_key=name == "id") for name in ("id", *_PLAIN, *_SILENT, *columns) if name in table.c}
        for name, target in to.items():
            mapped[keys[name]] = sa.Column(keys[name], table.c.id.type, sa.ForeignKey(target.id))
            mapped[name] = relationship(target, foreign_keys=[mapped[keys[name]]])
        return type(entity_type.title().replace("_", ""), (base,), mapped)

    contact, account = model("contact", [named], {}), model("account", [], {})
    request = model("service_request", own, {"account": account, "contact": contact, "caller": contact})
    sa.orm.configure_mappers()  # now, not in the first timed request

    class Requests(ModelRestApi):
        resource_name = "requests"
        datamodel = SQLAInterface(request)
        allow_browser_login = False
        page_size = 25
        base_order = ("created_at", "desc")
        base_filters = [["owner_unit", FilterInFunction, lambda: list(groups)]]  # noqa: RUF012
        list_columns = [*_PLAIN, *own, "account.number", "contact.number", f"contact.{named}", "caller.number", f"caller.{named}"]  # noqa: RUF012
        show_columns = [*_PLAIN, *_SILENT, *own, "account.number", "contact.number", f"contact.{named}", "caller.number", f"caller.{named}"]  # noqa: RUF012
        add_columns = [*_PLAIN, *_SILENT, *own, *keys, "id"]  # noqa: RUF012

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
    sent |= {str(tables.column("service_request", name).name): given[name] for name in _FIELDS if name in given}
    return lambda record_id, place: orjson.dumps({**sent, "id": record_id, "number": f"FA{place:08}"})
