"""Answers a request and dies: a program that tests start, which forks a server per line of input and kills it around a commit.

A line is JSON: ``home``, ``database``, ``moment`` (``before`` or ``after`` the commit that stores history, or ``never``), ``path`` and
``body`` of a POST with the key ``once``. The answer is one line of JSON: whether it died, else the answer's status, headers and body.
"""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from tests.integration.web.installation import PACK, WIDE, caller

from packdesk.settings import Settings
from packdesk.store.database import Database
from packdesk.web.app import create_app

_DIED = 9
#: A new record takes its first event along in one statement where the database can do that.
_WRITES_HISTORY = re.compile(r"\bINSERT INTO history\b")


def main() -> None:
    """Serve lines until the input ends."""
    for line in sys.stdin:
        with tempfile.NamedTemporaryFile("r+", suffix=".json") as answer:
            child = os.fork()
            if child == 0:
                Path(answer.name).write_text(json.dumps(_request(json.loads(line))))
                os._exit(0)
            _child, status = os.waitpid(child, 0)
            text = Path(answer.name).read_text()
        print(json.dumps({"died": os.waitstatus_to_exitcode(status) == _DIED, **(json.loads(text) if text else {})}), flush=True)


def _request(asked: dict[str, str]) -> dict[str, object]:
    settings = Settings(home=Path(asked["home"]), database_url=asked["database"], packs=(str(PACK),))
    app = create_app(settings, prepare=False, limits=WIDE)
    kim = caller(app, "kim")
    if asked["moment"] != "never":
        _die(app.extensions["packdesk"].database, asked["moment"])
    headers = {"Idempotency-Key": "once", "If-Match": '"1"'}
    if asked.get("type"):
        response = kim.request("POST", asked["path"], data=asked["body"], headers=headers, content_type=asked["type"])
    else:
        response = kim.post(asked["path"], json.loads(asked["body"]), headers=headers)
    replayed = response.headers.get("Idempotent-Replayed", "")
    return {"status": response.status_code, "location": response.headers.get("Location", ""), "replayed": replayed, "body": response.get_json()}


def _die(database: Database, moment: str) -> None:
    """Kill this process around the next commit of a transaction that wrote history."""
    wrote = False

    def before(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal wrote
        wrote = wrote or _WRITES_HISTORY.search(statement) is not None

    def commit(connection: Connection) -> None:
        if wrote:
            if moment == "after":
                connection.connection.cursor().execute("COMMIT")
            os._exit(_DIED)

    sa.event.listen(database.engine, "before_cursor_execute", before)
    sa.event.listen(database.engine, "commit", commit)


if __name__ == "__main__":
    main()
