"""``/openapi.json`` and ``/docs``: the description of the API, made once per release and process."""

from collections import OrderedDict
from threading import Lock

import orjson
from flask import Response

from packdesk.runtime.compile import Runtime
from packdesk.web.api.openapi import document
from packdesk.web.api.pages import STYLE, page
from packdesk.web.api.schemas import Schemas
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
