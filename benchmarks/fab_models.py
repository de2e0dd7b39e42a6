"""The release's own tables as SQLAlchemy models, which Flask-AppBuilder works with; columns are called as in the database."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base, relationship

from packdesk.store.tables import Tables

FIELDS = ("category", "classification", "urgency", "impact", "priority", "description", "expected_date")
PLAIN = ("number", "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user", "created_at", "updated_at", "version")
SILENT = ("privacy_level", "created_by", "updated_by")


@dataclass(frozen=True, slots=True)
class Models:
    """What the comparators need: the model of a request, and what its columns are called."""

    request: Any
    #: Column names of the request's own fields.
    own: list[str]
    #: Reference -> column name.
    keys: dict[str, str]
    #: Column name of a contact's name.
    named: str


def mapped(tables: Tables) -> Models:
    """Return models of requests with the contacts and accounts that they refer to."""
    base = declarative_base()
    named = str(tables.column("contact", "name").name)
    own = [str(tables.column("service_request", name).name) for name in FIELDS]
    keys = {name: str(tables.column("service_request", name).name) for name in ("account", "contact", "caller")}

    def model(entity_type: str, columns: list[str], to: dict[str, Any]) -> Any:
        """Map the columns that are wanted; ``to`` holds the models referred to."""
        table = tables.record(entity_type)
        attributes: dict[str, Any] = {"__tablename__": table.name, "__repr__": lambda self: self.number}
        attributes |= {name: sa.Column(name, table.c[name].type, primary_key=name == "id") for name in ("id", *PLAIN, *SILENT, *columns) if name in table.c}
        for name, target in to.items():
            attributes[keys[name]] = sa.Column(keys[name], table.c.id.type, sa.ForeignKey(target.id))
            attributes[name] = relationship(target, foreign_keys=[attributes[keys[name]]])
        return type(entity_type.title().replace("_", ""), (base,), attributes)

    contact, account = model("contact", [named], {}), model("account", [], {})
    request = model("service_request", own, {"account": account, "contact": contact, "caller": contact})
    sa.orm.configure_mappers()  # now, not in the first timed request
    return Models(request, own, keys, named)
