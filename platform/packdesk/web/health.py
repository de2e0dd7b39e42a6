"""``/health``: whether this process can serve, and of which release it is."""

import os

from flask import Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from packdesk.errors import PackdeskError
from packdesk.store import migrations
from packdesk.web.bodies import answer
from packdesk.web.policies import PUBLIC, policy
from packdesk.web.request_context import services


@policy(PUBLIC)
def health() -> Response:
    """Answer 200 when the database answers and its tables are up to date, else 503; releases are numbers, so nothing is told."""
    found = services()
    try:
        with found.database.begin(write=False) as connection:
            connection.execute(text("SELECT 1"))
        pending = migrations.pending(found.database)
        release: int | None = found.live.current().release
    except SQLAlchemyError:
        return answer({"status": "unavailable", "database": False}, 503)
    except PackdeskError as error:
        return answer({"status": "unavailable", "database": True, "reason": error.code}, 503)
    body = {"status": "migrations_pending" if pending else "ok", "database": True, "release": release, "pending_migrations": pending, "process": os.getpid()}
    return answer(body, 503 if pending else 200)
