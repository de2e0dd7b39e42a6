"""What Flask-AppBuilder offers out of the box over the same table: a ModelRestApi with its own login and permissions."""

from typing import Any

from flask import Flask
from flask_appbuilder import SQLA, AppBuilder, ModelRestApi
from flask_appbuilder.models.sqla.filters import FilterInFunction
from flask_appbuilder.models.sqla.interface import SQLAInterface

from sqlalchemy.orm import declarative_base, relationship

from packdesk.store.tables import Tables

_FIELDS = ("category", "classification", "urgency", "impact", "priority", "description", "expected_date")
_PLAIN = ("number", "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user", "created_at", "updated_at", "version")


def create_app(url: str, tables: Tables, groups: tuple[str, ...]) -> Flask:
    """Return the application; models are mapped onto the release's own tables, columns under the fields' names."""
    app = Flask("fab")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SECRET_KEY="benchmark" * 4, FAB_ADD_SECURITY_VIEWS=False, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 2})  # noqa: S106
    base = declarative_base(metadata=tables.metadata)

    def model(entity_type: str, fields: tuple[str, ...], **more: Any) -> Any:
        table = tables.record(entity_type)
        members = {"__table__": table, "__mapper_args__": {"include_properties": [], "properties": {}}, **more}
        mapped = {name: table.c[name] for name in ("id", *_PLAIN) if name in table.c} | {name: tables.column(entity_type, name) for name in fields}
        members["__mapper_args__"] = {"include_properties": [column.name for column in mapped.values()]}
        members |= mapped
        members["__repr__"] = lambda self: self.number
        return type(entity_type.title().replace("_", ""), (base,), members)

    contact = model("contact", ("name",))
    account = model("account", ())
    foreign = {name: tables.column("service_request", name) for name in ("account", "contact", "caller")}
    targets = {"account": account, "contact": contact, "caller": contact}
    relations: dict[str, Any] = {}
    for name, target in targets.items():
        relations[f"{name}_id"] = foreign[name]
        relations[name] = relationship(target, foreign_keys=[foreign[name]], primaryjoin=foreign[name] == target.__table__.c.id)
    request = model("service_request", _FIELDS, **relations)
    request.__mapper__  # noqa: B018 - configure now, not in the first timed request

    class Requests(ModelRestApi):
        resource_name = "requests"
        datamodel = SQLAInterface(request)
        allow_browser_login = False
        page_size = 25
        base_order = ("id", "desc")
        base_filters = [["owner_unit", FilterInFunction, lambda: list(groups)]]  # noqa: RUF012
        list_columns = [*_PLAIN, *_FIELDS, "account.number", "contact.number", "contact.name", "caller.number", "caller.name"]  # noqa: RUF012
        show_columns = [*_PLAIN, *_FIELDS, "account_id", "contact_id", "caller_id"]  # noqa: RUF012
        add_columns = [*_PLAIN, *_FIELDS, "account_id", "contact_id", "caller_id", "id"]  # noqa: RUF012

    with app.app_context():
        builder = AppBuilder(app, SQLA(app).session)
        builder.add_api(Requests)
        role = builder.sm.find_role("Admin")
        if builder.sm.find_user("bench-fab") is None:
            builder.sm.add_user("bench-fab", "Bench", "Mark", "bench-fab@benchmark.example", role, "benchmark")
    return app
