"""What the API says about itself: metadata, schemas, OpenAPI, its page, who asks, health."""

import json
import re

import jsonschema
import pytest
from flask import Flask
from referencing import Registry
from tests.integration.web.installation import Caller

from packdesk.packs.schemas import KINDS, pack_schema, schema
from packdesk.web.api.blueprint import ROUTES


def test_metadata_lists_what_the_person_may_see(rita: Caller) -> None:
    listed = rita.get("/metadata").get_json()

    assert {one["id"]: one["verbs"] for one in listed["entity_types"]} == {"book": ["view"], "shelf": ["view"]}


def test_metadata_describes_a_type_from_fields_to_rules(kim: Caller) -> None:
    book = kim.get("/metadata/book").get_json()

    assert (book["label"], book["number"]["prefix"], book["searchable"]) == ("Book", "B", ["number", "name", "authors.name"])
    assert book["fields"]["name"]["required"] is True
    assert book["fields"]["heavy"]["derived"] == "=record.pages > 500"
    assert [option["id"] for option in book["fields"]["binding"]["options"]] == ["paper", "cloth"]
    late = book["lifecycle"]["rules"]["late"]
    assert (late["from"], late["to"], late["allow"], late["when"]) == (["lent"], "overdue", None, True)
    assert all(rule["label"] and rule["code"] for rule in book["lifecycle"]["rules"].values())
    assert "write_off" in book["actions"]


def test_the_schema_of_a_type_takes_what_the_api_takes(kim: Caller) -> None:
    schema = kim.get("/metadata/book/schema").get_json()
    validator = jsonschema.Draft202012Validator(schema, registry=Registry())

    assert validator.is_valid({"name": "Emma", "pages": 1, "authors": [{"name": "Austen"}], "loan": {"until": None}})
    assert not validator.is_valid({"name": 1})
    assert not validator.is_valid({"title": "no field of a book"})
    assert not validator.is_valid({"version": 3})


def test_the_openapi_document_has_every_type_and_action_and_is_whole(kim: Caller) -> None:
    document = kim.get("/openapi.json").get_json()

    assert document["openapi"] == "3.1.0"
    assert {"/records/book", "/records/book/{ref}/actions/lend", "/records/shelf/{ref}", "/security/login"} <= set(document["paths"])
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    for reference in _references(document):
        assert reference.startswith("#/components/"), reference
        node = document
        for part in reference[2:].split("/"):
            node = node[part]


def test_the_openapi_document_has_every_address_there_is(kim: Caller) -> None:
    """What describes the API is no address to describe; all else is, for the entity type and the action in hand."""
    told = {(method.upper(), path) for path, methods in kim.get("/openapi.json").get_json()["paths"].items() for method in methods}
    routes = set()
    for method, path, _, _ in ROUTES:
        known = path if path.startswith("/metadata/") else path.replace("<entity_type>", "book").replace("<action>", "lend")
        routes.add((method, re.sub(r"<(\w+)>", r"{\1}", known)))

    assert routes - told == {("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/docs.css")}


def test_the_inputs_of_an_action_are_sent_as_the_document_says(kim: Caller) -> None:
    paths = kim.get("/openapi.json").get_json()["paths"]
    body = paths["/records/book/{ref}/actions/lend"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    number = kim.made("book", name="Described", pages=3)["number"]

    offered = next(one for one in kim.get(f"/records/book/{number}/actions").get_json()["actions"] if one["id"] == "lend")

    assert offered["inputs"]
    assert {path.partition(".")[0] for path in offered["inputs"]} <= set(body["properties"])
    assert "inputs" not in body["properties"]


def test_the_schemas_of_documents_are_served_to_editors(app: Flask) -> None:
    """M-3: without a login, because an editor has none, and they tell nothing of this installation."""
    editor = Caller(app)

    served = {kind: editor.get(f"/schemas/{kind}").get_json(force=True) for kind in editor.get("/schemas").get_json()["kinds"]}

    assert served == json.loads(json.dumps({"pack": pack_schema(), **{kind: schema(kind) for kind in KINDS}}))
    assert editor.get("/schemas/unicorns").get_json()["code"] == "unknown_page"


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for item in node for found in _references(item)] if isinstance(node, list) else []


def test_the_openapi_documents_schemas_are_schemas(kim: Caller) -> None:
    for component in kim.get("/openapi.json").get_json()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(component)


def test_the_page_of_the_api_needs_no_script(kim: Caller) -> None:
    page = kim.get("/docs")
    text = page.get_data(as_text=True)

    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "/records/book/{ref}/actions/lend" in text
    assert "<script" not in text
    assert "style=" not in text
    assert kim.get("/docs.css").mimetype == "text/css"


def test_a_token_says_who_it_speaks_for(kim: Caller) -> None:
    me = kim.get("/me").get_json()

    assert (me["login"], me["name"], me["roles"], me["units"]) == ("kim", "Kim Keeper", ["keeper"], ["north_desk"])
    assert me["permissions"] == ["notes.secret", "studio.publish", "users.manage"]


def test_releases_are_listed_with_their_packs(kim: Caller) -> None:
    listed = kim.get("/releases").get_json()

    assert [(row["number"], row["active"], row["note"]) for row in listed["releases"]] == [(1, True, "first start")]
    assert listed["packs"] == [{"id": "library", "version": "1.0.0", "title": "Library"}]


def test_every_leaf_can_be_explained(kim: Caller) -> None:
    """M-6."""
    told = kim.get("/explain?path=entity_types.book.fields.name.maxLength").get_json()
    unknown = kim.get("/explain?path=entity_types.book.fields.nam.maxLength").get_json()

    leaf = told["entity_types.book.fields.name.maxLength"]
    assert (leaf["pack"], leaf["file"], leaf["value"]) == ("library", "entity_types/book.json", 100)
    assert leaf["line"] == 7
    assert unknown["title"].endswith("did you mean 'entity_types.book.fields.name.maxLength'?")


def test_a_node_is_explained_by_its_values(kim: Caller) -> None:
    told = kim.get("/explain?path=entity_types.book.fields.name").get_json()

    assert "entity_types.book.fields.name" not in told
    assert {leaf["value"] for leaf in told.values()} >= {"string", 100}
    assert None not in {leaf["value"] for leaf in told.values()}


@pytest.mark.parametrize("address", ["/explain", "/explain?path="])
def test_an_explanation_without_a_path_says_what_to_name(kim: Caller, address: str) -> None:
    refused = kim.get(address).get_json()

    assert refused["code"] == "bad_parameter"
    assert refused["title"] == "The parameter 'path' is wrong: name what is to be explained, such as entity_types.<id>.fields.<id>.required."


def test_health_tells_release_and_process_to_anybody(app: Flask) -> None:
    health = app.test_client().get("/health")

    body = health.get_json()
    assert (health.status_code, body["status"], body["release"], body["database"], body["pending_migrations"]) == (200, "ok", 1, True, False)
    assert isinstance(body["process"], int)
