"""The API's description as one HTML page: the OpenAPI document goes in; no script, nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import cast

import orjson

Json = Mapping[str, object]

STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; color-scheme: light dark; }
nav ul { columns: 3 14rem; list-style: none; padding: 0; }
h2 { border-bottom: 1px solid #8886; margin-top: 2rem; }
details { border: 1px solid #8884; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
summary code { font-weight: 600; }
pre { overflow: auto; background: #8881; padding: .6rem; border-radius: 6px; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
.get { color: #1a7f37; } .post { color: #0969da; } .patch { color: #9a6700; } .delete { color: #cf222e; }
"""


def page(document: Json, language: str) -> str:
    """Return the page."""
    info = cast("Json", document["info"])
    by_tag: dict[str, list[str]] = {}
    for address, method, operation in _operations(document):
        tag = str(cast("list[object]", operation["tags"])[0])
        by_tag.setdefault(tag, []).append(_operation(document, address, method, operation))
    links = "".join(f'<li><a href="#{escape(tag)}">{escape(tag)}</a></li>' for tag in by_tag)
    parts = "".join(
        f'<section aria-labelledby="{escape(tag)}"><h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(rows)}</section>' for tag, rows in by_tag.items()
    )
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(str(info["title"]))} API</title><link rel="stylesheet" href="/api/v1/docs.css"></head><body><main>'
        f'<h1>{escape(str(info["title"]))} API</h1><p>{escape(str(info["description"]))} <a href="/api/v1/openapi.json">openapi.json</a></p>'
        f"<nav><ul>{links}</ul></nav>{parts}</main></body></html>"
    )


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield address, method and operation."""
    for address, methods in cast("Mapping[str, Mapping[str, Json]]", document["paths"]).items():
        for method, operation in methods.items():
            yield address, method, operation


def _operation(document: Json, address: str, method: str, operation: Json) -> str:
    """Return one operation as a part that opens."""
    parameters = cast("list[Json]", operation.get("parameters", []))
    rows = "".join(
        f"<tr><td><code>{escape(str(one['name']))}</code></td><td>{escape(str(one['in']))}</td><td>{escape(str(one.get('description', '')))}</td></tr>"
        for one in parameters
    )
    table = f"<table><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr>{rows}</table>" if rows else ""
    body = cast("Json", operation.get("requestBody", {})).get("content")
    schema = cast("Json", next(iter(cast("Mapping[str, Json]", body).values()))["schema"]) if body else None
    sent = f"<h3>Body</h3><pre>{escape(_pretty(_resolved(document, schema)))}</pre>" if schema is not None else ""
    return (
        f'<details id="{escape(str(operation["operationId"]))}"><summary><code class="{method}">{method.upper()}</code> '
        f"<code>{escape(address)}</code> {escape(str(operation['summary']))}</summary>{table}{sent}</details>"
    )


def _resolved(document: Json, schema: Json) -> Json:
    """Return what a reference into the components points at."""
    target = schema.get("$ref")
    if not isinstance(target, str):
        return schema
    return cast("Mapping[str, Mapping[str, Json]]", document["components"])["schemas"][target.rpartition("/")[2]]


def _pretty(schema: Json) -> str:
    """Return JSON for people."""
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
