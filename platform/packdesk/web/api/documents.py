"""``/openapi.json`` and ``/docs``: the description of the API, made once per release and process; ``/schemas``: that of packs."""

from collections import OrderedDict
from functools import cache
from threading import Lock

import orjson
from flask import Response

from packdesk.errors import PackdeskError
from packdesk.packs.schemas import KINDS, pack_schema, schema
from packdesk.runtime.compile import Runtime
from packdesk.web.api.openapi import document
from packdesk.web.api.pages import STYLE, page
from packdesk.web.api.schemas import Schemas
from packdesk.web.bodies import answer
from packdesk.web.policies import LOGGED_IN, PUBLIC, policy
from packdesk.web.request_context import language, runtime

_REMEMBERED = 8


class Documents:
    """Remembers the documents of the last releases."""

    def __init__(self) -> None:
        """Start with none."""
        self._schemas = Schemas()
        self._known: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, pinned: Runtime, spoken: str) -> bytes:
        """Return the OpenAPI document of the release as JSON text."""
        key = (pinned.hash, pinned.release, spoken)
        found = self._known.get(key)
        if found is None:
            found = orjson.dumps(document(pinned, self._schemas, spoken), default=dict)
            with self._lock:
                self._known[key] = found
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return found


_DOCUMENTS = Documents()


@policy(LOGGED_IN)
def openapi() -> Response:
    """Answer the OpenAPI document of the release in force."""
    return Response(_DOCUMENTS.of(runtime(), language()), mimetype="application/json")


@policy(LOGGED_IN)
def docs() -> Response:
    """Answer the document as a page that needs no script."""
    return Response(page(orjson.loads(_DOCUMENTS.of(runtime(), language())), language()), mimetype="text/html")


@policy(PUBLIC)
def style() -> Response:
    """Answer the page's style sheet."""
    return Response(STYLE, mimetype="text/css")


@policy(PUBLIC)
def kinds() -> Response:
    """Answer the kinds of documents whose schemas an editor may fetch; they are the platform's, not this installation's."""
    return answer({"kinds": ["pack", *KINDS]})


@policy(PUBLIC)
def kind(kind: str) -> Response:
    """Answer the JSON Schema of the files of a kind, or of ``pack.json``."""
    if kind != "pack" and kind not in KINDS:
        raise PackdeskError("unknown_page")
    return Response(_schema(kind), mimetype="application/schema+json")


@cache
def _schema(kind: str) -> bytes:
    """Return a schema as JSON text."""
    return orjson.dumps(pack_schema() if kind == "pack" else schema(kind))
