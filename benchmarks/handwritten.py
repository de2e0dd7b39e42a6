"""The comparator that is hard to beat: Flask and SQLAlchemy Core by hand for this one table, with nothing generic in it.

Same driver, same tables, same access condition, same three references joined after paging, same login check (the token's
signature, the release row, the person's rights from memory), orjson. It has no guards, no history beyond one row, no metadata.
"""

from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa
from flask import Flask, Response, g, request

from packdesk.clock import SystemClock
from packdesk.ids import new_id
from packdesk.store.platform_tables import active_release, history, outbox
from packdesk.store.tables import Tables
from packdesk.web.services import Services

PAGE = 25
_COLUMNS = ("number", "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user", "created_at", "updated_at", "version")
_FIELDS = ("category", "classification", "urgency", "impact", "priority", "description", "expected_date")
_REFERENCES = ("account", "contact", "caller")


def create_app(services: Services, tables: Tables, groups: tuple[str, ...]) -> Flask:
    """Return the application; ``groups`` are those whose records the one user may see."""
    app = Flask("handwritten")
    requests, contacts, accounts = (tables.record(name) for name in ("service_request", "contact", "account"))
    fields = {name: tables.column("service_request", name) for name in (*_FIELDS, *_REFERENCES)}
    of = {"account": accounts, "contact": contacts, "caller": contacts}
    number_and_name = {"account": accounts.c.number, "contact": tables.column("contact", "name"), "caller": tables.column("contact", "name")}
    columns = [requests.c.id, *(requests.c[name] for name in _COLUMNS), *(column.label(name) for name, column in fields.items())]
    seen = sa.and_(requests.c.deleted_at.is_(None), requests.c.owner_unit.in_(groups))
    # The page first, then its references: the plan that is fastest for a page of a large table.
    page = sa.select(*columns).where(seen).order_by(requests.c.id.desc()).limit(PAGE).subquery()
    joined: Any = page
    names = []
    for name in _REFERENCES:
        target = of[name].alias(f"ref_{name}")
        joined = joined.outerjoin(target, target.c.id == page.c[name])
        names += [target.c.number.label(f"{name}_number"), target.c[number_and_name[name].name].label(f"{name}_name")]
    list_statement = sa.select(page, *names).select_from(joined).order_by(page.c.id.desc())
    get_statement = sa.select(*columns).where(requests.c.number == sa.bindparam("number"), seen)
    release_statement = sa.select(active_release.c.number, active_release.c.security_epoch)
    rights: dict[tuple[str, int], bool] = {}
    clock = SystemClock()

    def checked(view: Callable[..., Response]) -> Callable[..., Response]:
        def guarded(**arguments: str) -> Response:
            login = services.tokens.read(request.headers["Authorization"][7:], clock.now())
            with services.database.begin() as connection:
                g.release, epoch = connection.execute(release_statement).one()
            if not rights.setdefault((login, epoch), True):
                return Response(status=403)
            g.login = login
            return view(**arguments)

        return guarded

    def listed() -> Response:
        with services.database.begin() as connection:
            rows = connection.execute(list_statement).all()
        data = []
        for row in rows:
            one = dict(row._mapping)
            for name in _REFERENCES:
                one[name] = {"id": one[name], "number": one.pop(f"{name}_number"), "title": one.pop(f"{name}_name")}
            data.append(one)
        return Response(orjson.dumps({"records": data}), mimetype="application/json")

    def got(number: str) -> Response:
        with services.database.begin() as connection:
            row = connection.execute(get_statement, {"number": number}).one_or_none()
        if row is None:
            return Response(status=404)
        return Response(orjson.dumps(dict(row._mapping)), mimetype="application/json", headers={"ETag": f'"{row.version}"'})

    sequence = sa.text("SELECT nextval('benchmark_numbers')")
    insert, log, queue = requests.insert(), history.insert(), outbox.insert()

    def created() -> Response:
        given = orjson.loads(request.get_data())
        now = clock.now()
        with services.database.begin(write=True) as connection:
            number = f"HW{connection.execute(sequence).scalar_one():08}"
            record_id = new_id(now)
            values = {fields[name].name: given[name] for name in ("category", "urgency", "impact", "description", "account", "contact", "caller")}
            values |= {"id": record_id, "number": number, "version": 1, "subtype": given["subtype"], "status": "new", "state": "pending"}
            values |= {"owner_unit": "service", "privacy_level": "normal", "created_at": now, "created_by": g.login, "updated_at": now, "updated_by": g.login}
            connection.execute(insert, values)
            connection.execute(
                log,
                {
                    "id": new_id(now),
                    "entity_type": "service_request",
                    "record_id": record_id,
                    "at": now,
                    "by": g.login,
                    "release": g.release,
                    "door": "api",
                    "kind": "created",
                    "action": "",
                    "rules": [],
                    "changes": given,
                },  # fmt: skip
            )
            connection.execute(queue, {"key": record_id, "kind": "benchmark", "payload": {}, "state": "pending", "attempts": 0, "created_at": now})
        return Response(orjson.dumps({"id": record_id, "number": number}), status=201, mimetype="application/json")

    app.add_url_rule("/requests", "listed", checked(listed), methods=["GET"])
    app.add_url_rule("/requests/<number>", "got", checked(got), methods=["GET"])
    app.add_url_rule("/requests", "created", checked(created), methods=["POST"])
    return app
