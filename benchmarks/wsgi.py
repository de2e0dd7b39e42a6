"""Calls a WSGI application in this process, with as little between as possible; the same for every subject."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.test import EnvironBuilder

#: A WSGI application.
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Any]


def _shown(token: str) -> dict[str, str]:
    """Return the header by which a caller is known: a program's token, or the cookie of a browser's session; none for nobody."""
    if not token:
        return {}
    return {"Cookie": token} if "=" in token else {"Authorization": f"Bearer {token}"}


def caller(
    app: WSGI, method: str, path: str, token: str, *, body: Callable[[], bytes] | None = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[], None]:
    """Return a function that sends the request and raises when the status is another."""
    path, _, query = path.partition("?")
    sent = {**_shown(token), **(headers or {})}
    if body is not None:
        sent.setdefault("Content-Type", "application/json")
    prepared = EnvironBuilder(path=path, method=method, query_string=query, headers=sent).get_environ()

    def call() -> None:
        environ = dict(prepared)
        if body is not None:
            data = body()
            environ["wsgi.input"] = io.BytesIO(data)
            environ["CONTENT_LENGTH"] = str(len(data))
        answered: list[str] = []
        chunks = app(environ, lambda line, _headers, _info=None: answered.append(line))
        text = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        if not answered[0].startswith(str(status)):
            raise AssertionError(f"{method} {path}: {answered[0]} {text[:500]!r}")

    return call


def answer(app: WSGI, path: str, token: str) -> bytes:
    """Return the body of the answer to a GET."""
    path, _, query = path.partition("?")
    environ = EnvironBuilder(path=path, query_string=query, headers=_shown(token)).get_environ()
    answered: list[str] = []
    text = b"".join(app(environ, lambda line, _headers, _info=None: answered.append(line)))
    if not answered[0].startswith("200"):
        raise AssertionError(f"{path}: {answered[0]} {text[:500]!r}")
    return text
