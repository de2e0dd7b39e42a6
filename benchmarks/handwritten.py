"""The comparator that is hard to beat: Flask and SQLAlchemy Core by hand for this one table, with nothing generic in it.

Same driver, same tables, same access condition, same three references joined after paging, same login check (the token's
signature, the release row, the person's rights from memory), orjson, and the same answer: a list names the same columns, one record
is read whole, with its lines and links. It has no guards, no history beyond one row, no metadata and computes nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
import sqlalchemy as sa
from flask import Flask, Response, g, request
from sqlalchemy.engine import Connection

from packdesk.clock import SystemClock
from packdesk.ids import new_id
from packdesk.store.platform_tables import active_release, history, outbox
from packdesk.store.tables import Tables
from packdesk.web.services import Services

PAGE = 25
#: A transaction for statements that only read.
Reading = Callable[[], AbstractContextManager[Connection]]
#: What a list shows; the comparators and Packdesk are asked for the same.
COLUMNS = ("number", "subtype", "status", "state", "owner_unit", "assigned_unit", "assigned_user", "created_at", "updated_at", "version")
FIELDS = ("category", "classification", "urgency", "impact", "priority", "description", "expected_date")
_WHOLE = ("privacy_level", "created_by", "updated_by")
_LEVELS = ("normal", "confidential")
REFERENCES = ("account", "contact", "caller")


def create_app(services: Services, tables: Tables, groups: tuple[str, ...], reading: Reading) -> Flask:  # noqa: PLR0915 - one page, as one writes it by hand
    """Return the application; ``groups`` are those whose records the one user may see, ``reading`` begins what only reads."""
    app = Flask("handwritten")
    requests, contacts, accounts = (tables.record(name) for name in ("service_request", "contact", "account"))
    whole = {path: stored.columns[0] for path, stored in tables.stored("service_request").items()}
    fields = {name: whole[name] for name in (*FIELDS, *REFERENCES)}
    of = {"account": accounts, "contact": contacts, "caller": contacts}
    number_and_name = {"account": accounts.c.number, "contact": tables.column("contact", "name"), "caller": tables.column("contact", "name")}
    seen = sa.and_(requests.c.deleted_at.is_(None), requests.c.owner_unit.in_(groups), requests.c.privacy_level.in_(_LEVELS))

    def with_references(page: Any) -> tuple[Any, list[Any]]:
        """Join the three references to a page that was found before: the plan that is fastest for a page of a large table."""
        joined, names = page, []
        for name in REFERENCES:
            target = of[name].alias(f"ref_{name}")
            joined = joined.outerjoin(target, target.c.id == page.c[name])
            names += [target.c.number.label(f"{name}_number"), target.c[number_and_name[name].name].label(f"{name}_name")]
        return joined, names

    listed_columns = [requests.c.id, *(requests.c[name] for name in COLUMNS), *(column.label(name) for name, column in fields.items())]
    page = sa.select(*listed_columns).where(seen).order_by(requests.c.created_at.desc(), requests.c.id.desc()).limit(PAGE + 1).subquery()
    joined, names = with_references(page)
    list_statement = sa.select(page, *names).select_from(joined).order_by(page.c.created_at.desc(), page.c.id.desc())
    whole_columns = [requests.c.id, *(requests.c[name] for name in (*COLUMNS, *_WHOLE)), *(column.label(name) for name, column in whole.items())]
    one = sa.select(*whole_columns).where(requests.c.number == sa.bindparam("number"), seen).subquery()
    joined, names = with_references(one)
    get_statement = sa.select(one, *names).select_from(joined)
    lines, links = tables.lines("service_request", "products"), tables.links("service_request", "related_work")
    lines_statement = sa.select(lines).where(lines.c.record_id == sa.bindparam("id")).order_by(lines.c.position)
    links_statement = sa.select(links).where(sa.or_(links.c.from_id == sa.bindparam("id"), links.c.to_id == sa.bindparam("id")))
    list_keys = tuple(str(column.name) for column in list_statement.selected_columns)
    get_keys = tuple(str(column.name) for column in get_statement.selected_columns)

    def nested(row: dict[str, Any]) -> dict[str, Any]:
        for name in REFERENCES:
            row[name] = {"id": row[name], "number": row.pop(f"{name}_number"), "title": row.pop(f"{name}_name")}
        return row

    release_statement = sa.select(active_release.c.number, active_release.c.security_epoch)
    rights: dict[tuple[str, int], bool] = {}
    clock = SystemClock()

    def checked(view: Callable[..., Response]) -> Callable[..., Response]:
        def guarded(**arguments: str) -> Response:
            proof = services.tokens.proof(request.headers["Authorization"][7:], clock.now())
            with reading() as connection:
                g.release, epoch = connection.execute(release_statement).one()
            if proof is None or not rights.setdefault((proof.login, epoch), True):
                return Response(status=401)
            g.login = proof.login
            return view(**arguments)

        return guarded

    def listed() -> Response:
        with reading() as connection:
            rows = connection.execute(list_statement).all()
        data = [nested(dict(zip(list_keys, row, strict=True))) for row in rows[:PAGE]]
        return Response(orjson.dumps({"records": data, "more": len(rows) > PAGE}), mimetype="application/json")

    def got(number: str) -> Response:
        with reading() as connection:
            row = connection.execute(get_statement, {"number": number}).one_or_none()
            if row is None:
                return Response(status=404)
            found = nested(dict(zip(get_keys, row, strict=True)))
            found["products"] = [dict(line) for line in connection.execute(lines_statement, {"id": found["id"]}).mappings()]
            found["related_work"] = [dict(link) for link in connection.execute(links_statement, {"id": found["id"]}).mappings()]
        return Response(orjson.dumps(found, default=str), mimetype="application/json", headers={"ETag": f'"{row.version}"'})

    sequence = sa.text("SELECT nextval('benchmark_numbers')")
    insert, log, queue = requests.insert(), history.insert(), outbox.insert()

    def created() -> Response:
        given = orjson.loads(request.get_data())
        now = clock.now()
        with services.database.begin(write=True) as connection:
            number = f"HW{connection.execute(sequence).scalar_one():08}"
            record_id = new_id(now)
            values = {fields[name].name: given[name] for name in ("category", "urgency", "impact", "description", "account", "caller")}
            values |= {"id": record_id, "number": number, "version": 1, "subtype": given["subtype"], "status": "new", "state": "pending"}
            values |= {
                "assigned_unit": given["assigned_unit"],
                "owner_unit": "service",
                "privacy_level": "normal",
                "created_at": now,
                "created_by": g.login,
                "updated_at": now,
                "updated_by": g.login,
            }
            connection.execute(insert, values)
            about = {"entity_type": "service_request", "record_id": record_id, "at": now, "by": g.login, "release": g.release, "door": "api"}
            connection.execute(log, {**about, "kind": "created", "action": "", "rules": [], "changes": given})
            connection.execute(
                queue, {"id": new_id(now), "key": record_id, "kind": "benchmark", "payload": {}, "state": "pending", "attempts": 0, "created_at": now}
            )
        return Response(orjson.dumps({"id": record_id, "number": number}), status=201, mimetype="application/json")

    app.add_url_rule("/requests", "listed", checked(listed), methods=["GET"])
    app.add_url_rule("/requests/<number>", "got", checked(got), methods=["GET"])
    app.add_url_rule("/requests", "created", checked(created), methods=["POST"])
    return app
