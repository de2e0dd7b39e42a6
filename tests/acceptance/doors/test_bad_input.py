"""What no client should send: always an answer of 400 to 499 with a code, and the field where there is one; never a failure, nothing stored."""

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from tests.acceptance.doors.door import Door
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.screen import ScreenDoor, read_page

TYPES = ("contact", "lead", "activity", "product")


@pytest.fixture(autouse=True)
def unchanged(office: Office) -> Iterator[None]:
    """Fail a test after which there is more, or less, than before."""
    before = {entity_type: office.call("admin", "GET", f"/records/{{{entity_type}}}").json["count"] for entity_type in TYPES}
    said = len(office.desk.log)
    yield
    assert {entity_type: office.call("admin", "GET", f"/records/{{{entity_type}}}").json["count"] for entity_type in TYPES} == before
    assert "Traceback" not in office.desk.log[said:]


@pytest.fixture(scope="module")
def request_to_cancel(office: Office) -> Json:
    """A request that nobody cancels."""
    return office.request("lena")


def test_a_body_sent_in_pieces_is_read_like_any_other(office: Office, request_to_cancel: Json) -> None:
    """GEN-27: it comes without a length, and is no empty one."""
    request = request_to_cancel
    path = f"/api/v1/records/{office.word('service_request')}/{request['number']}/actions/{office.word('cancel')}"
    connection = http.client.HTTPConnection("127.0.0.1", office.desk.port, timeout=30)
    headers = {"Authorization": f"Bearer {office.client('lena').token}", "Content-Type": "application/json", "If-Match": '"1"'}

    with contextlib.closing(connection):
        connection.request("POST", path, iter([b'{"nonsense"', b": 1}"]), headers, encode_chunked=True)
        answer = connection.getresponse()
        code = json.loads(answer.read())["code"]

    assert (answer.status, code) == (422, "unknown_field")
    assert office.now("lena", "service_request", request)["version"] == 1


@pytest.fixture(scope="module")
def contact(office: Office) -> Json:
    """A contact to refer to."""
    return office.person("lena")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/records/unicorn", 404, "unknown_entity_type"),
        ("POST", "/records/unicorn", 404, "unknown_entity_type"),
        ("GET", "/records/unicorn/UN1", 404, "unknown_entity_type"),
        ("GET", "/records/unicorn/UN1/history", 404, "unknown_entity_type"),
        ("POST", "/records/unicorn/bulk", 404, "unknown_entity_type"),
        ("GET", "/records/unicorn/export", 404, "unknown_entity_type"),
        ("GET", "/metadata/unicorn", 404, "unknown_entity_type"),
        ("GET", "/metadata/unicorn/schema", 404, "unknown_entity_type"),
        ("GET", "/records/contact'%3B--", 404, "unknown_entity_type"),
        ("GET", "/records/%00", 400, "bad_request"),
        ("GET", "/records/{contact}/%00", 400, "bad_request"),
        ("GET", "/records/{contact}/..%2f..%2fetc", 404, ""),
        ("GET", "/records/{contact}/CO00000001/actions/fly/why", 404, ""),
        ("PUT", "/records/{contact}", 405, "method_not_allowed"),
        ("GET", "/nothing/here", 404, "unknown_page"),
    ],
)
def test_an_address_that_means_nothing(office: Office, method: str, path: str, status: int, code: str) -> None:
    """Unknown entity types, records and pages."""
    body = {"records": ["UN1"], "values": {"name": "x"}} if path.endswith("/bulk") else {} if method != "GET" else None

    answer = office.call("admin", method, path, body)

    assert answer.status == status, answer.body
    assert answer.code == code or not code


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("filter", "record.kind ==", "bad_filter"),
        ("filter", "record.kind = 'person'", "bad_filter"),
        ("filter", "record.nothing == 1", "bad_filter"),
        ("filter", "record.kind == 'dragon'", "bad_filter"),
        ("filter", "record.vip == 'yes'", "bad_filter"),
        ("filter", "__import__('os')", "bad_filter"),
        ("filter", "record.__class__", "bad_filter"),
        ("filter", "1; DROP TABLE contact", "bad_filter"),
        ("filter", "(" * 900, "bad_filter"),
        ("filter", "!" * 900 + "record.vip", "bad_filter"),
        ("filter", "record.name.matches('(a+)+$')" + " || record.vip" * 400, "bad_parameter"),
        ("filter", "record.name == '\x00'", ""),
        ("order", "nothing", "bad_parameter"),
        ("order", "name,number,kind,vip", "bad_parameter"),
        ("limit", "0", "bad_parameter"),
        ("limit", "100000", "bad_parameter"),
        ("limit", "ten", "bad_parameter"),
        ("limit", "٣", "bad_parameter"),
        ("cursor", "nonsense", "bad_cursor"),
        ("cursor", "A" * 5000, "bad_cursor"),
        ("q", "x", "bad_parameter"),
        ("q", "x" * 300, "bad_parameter"),
        ("fields", "nothing", "bad_parameter"),
        ("expand", "everything", "bad_parameter"),
        ("colour", "red", "bad_parameter"),
    ],
)
def test_a_list_that_cannot_be_asked_for(office: Office, name: str, value: str, code: str) -> None:
    """Filters that do not parse, unknown fields, other people's cursors."""
    answer = office.call("admin", "GET", "/records/{contact}", query={name: value})

    if code:
        assert 400 <= answer.status < 500, answer.body
        assert answer.code == code
    else:
        assert answer.status in (200, 400), answer.body


@pytest.mark.parametrize(
    ("entity_type", "values", "places"),
    [
        ("lead", {"probability": "very likely"}, {("wrong_type", "probability")}),
        ("lead", {"probability": 12.5}, {("wrong_type", "probability")}),
        ("lead", {"probability": True}, {("wrong_type", "probability")}),
        ("lead", {"probability": 10**30}, {("above_maximum", "probability")}),
        ("lead", {"probability": -1}, {("below_minimum", "probability")}),
        ("lead", {"probability": 101}, {("above_maximum", "probability")}),
        ("lead", {"probability": []}, {("wrong_type", "probability")}),
        ("lead", {"target_amount": "a lot"}, {("wrong_type", "target_amount")}),
        ("lead", {"target_amount": {"amount": "NaN", "currency": "EUR"}}, {("wrong_type", "target_amount")}),
        ("lead", {"target_amount": {"amount": "1e400", "currency": "EUR"}}, {("wrong_type", "target_amount")}),
        ("lead", {"target_amount": {"amount": "1", "currency": "GOLD"}}, {("wrong_type", "target_amount")}),
        ("lead", {"contact": "CO99999999"}, {("unknown_reference", "contact")}),
        ("lead", {"contact": {"number": "x"}}, {("wrong_type", "contact")}),
        ("lead", {"contact": 7}, {("wrong_type", "contact")}),
        ("lead", {"start_date": "2026-02-30T10:00:00Z"}, {("wrong_type", "start_date")}),
        ("lead", {"start_date": "yesterday"}, {("wrong_type", "start_date")}),
        ("lead", {"contact_email": "not an address"}, {("wrong_type", "contact_email")}),
        ("lead", {"status": "flying"}, {("not_an_option", "status")}),
        ("lead", {"subtype": "flying"}, {("not_an_option", "subtype")}),
        ("lead", {"subtype": ["new_business"]}, {("wrong_type", "subtype")}),
        ("lead", {"category": "flying"}, {("not_an_option", "category")}),
        ("lead", {"source": "custom1"}, {("retired_value", "source")}),
        ("lead", {"assigned_user": "nobody"}, {("unknown_user", "assigned_user")}),
        ("lead", {"assigned_user": "nobody", "assigned_unit": None}, {("unknown_user", "assigned_user")}),
        ("lead", {"assigned_user": "system", "assigned_unit": None}, {("unknown_user", "assigned_user")}),
        ("lead", {"assigned_user": ["lena"], "assigned_unit": None}, {("wrong_type", "assigned_user")}),
        ("lead", {"assigned_unit": "nowhere"}, {("not_an_option", "assigned_unit")}),
        ("lead", {"products": "all of them"}, {("wrong_type", "products")}),
        ("lead", {"products": [{"product": "none"}]}, {("unknown_reference", "products[0].product")}),
        ("lead", {"products": [7]}, {("wrong_type", "products[0]")}),
        ("lead", {"state": "won"}, {("readonly_field", "state")}),
        ("lead", {"version": 99}, {("readonly_field", "version")}),
        ("lead", {"id": "x"}, {("readonly_field", "id")}),
        ("lead", {"number": "LE1"}, {("readonly_field", "number")}),
        ("lead", {"created_by": "somebody"}, {("readonly_field", "created_by")}),
        ("lead", {"deleted_at": "2026-01-01T00:00:00Z"}, {("readonly_field", "deleted_at")}),
        ("lead", {"wings": 2}, {("unknown_field", "wings")}),
        ("lead", {"description": "a\x00b"}, {("wrong_type", "description")}),
        ("lead", {"description": {"text": "x"}}, {("wrong_type", "description")}),
        ("contact", {"person": "Ada"}, {("wrong_type", "person"), ("required_field", "person.first_name"), ("required_field", "person.last_name")}),
        ("contact", {"person": {"first_name": "A" * 101, "last_name": "B"}}, {("too_long", "person.first_name")}),
        ("contact", {"person": {"first_name": "A", "last_name": "B", "born_on": "1999-13-01"}}, {("wrong_type", "person.born_on")}),
        ("contact", {"phones": [{"type": None, "number": "030 12345"}]}, {("required_field", "phones[0].type")}),
        ("contact", {"phones": [{"type": "mobile", "number": "call me"}]}, {("wrong_type", "phones[0].number")}),
        ("contact", {"phones": [{"type": "mobile", "number": "+49 30 1"}, {"type": "mobile", "number": "+49 30 2"}]}, {("line_not_unique", "phones[1].type")}),
        ("contact", {"emails": [{"type": "private"}]}, {("required_field", "emails[0].address")}),
        ("contact", {"owner_unit": "sales"}, {("group_not_permitted", "owner_unit")}),
        ("contact", {"privacy_level": "secret"}, {("not_an_option", "privacy_level")}),
        ("contact", {"related": [{"record": "CO99999999", "relation": "family"}]}, {("unknown_reference", "related")}),
        (
            "contact",
            {"kind": "company", "company": {"name": "Never"}, "person": {"first_name": "A", "last_name": "B"}},
            {("hidden_field", "person.first_name"), ("hidden_field", "person.last_name")},
        ),
        ("activity", {"parent": {"entity_type": "contact", "record": "x"}}, {("unknown_reference", "parent")}),
        ("activity", {"parent": {"entity_type": "unicorn", "record": "x"}}, {("unknown_reference", "parent")}),
        (
            "activity",
            {"services": [{"product": "on_site_check", "time_spent": "a while"}]},
            {("wrong_type", "services[0].time_spent")},
        ),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else None,
)
def test_values_that_cannot_be_stored(office: Office, contact: Json, entity_type: str, values: Json, places: set[tuple[str, str]]) -> None:
    """Text in a number, impossible dates, references to nothing, users whom nobody knows, columns of the engine, halves of sections."""
    good = {
        "lead": {"subtype": "new_business", "contact": contact["number"], "assigned_unit": "customer_care"},
        "activity": {"subtype": "paperwork", "contact": contact["number"], "assigned_unit": "customer_care"},
        "contact": {"kind": "person", "person": {"first_name": "Never", "last_name": "Stored"}},
    }[entity_type]

    answer = office.call("lena", "POST", f"/records/{{{entity_type}}}", {**good, **values})

    assert 400 <= answer.status < 500, answer.body
    assert {(one["code"], one["field"]) for one in answer.json["findings"]} == places


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "At least 30 minutes must be spent on On-site check."), ("de", "Für On-site check müssen mindestens 30 Minuten aufgewendet werden.")],
)
def test_the_sentence_of_a_pack_names_what_the_line_holds(office: Office, contact: Json, language: str, told: str) -> None:
    """GEN-27: a refusal in the pack's own words says which value of which record."""
    values = {"subtype": "technical_visit", "contact": contact["number"], "assigned_unit": "customer_care"}

    answer = office.call(
        "lena", "POST", "/records/{activity}", {**values, "services": [{"product": "on_site_check", "time_spent": "5 minutes"}]}, language=language
    )

    assert [one["message"] for one in answer.json["findings"] if one["code"] == "check_failed"] == [told]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"", "application/json", 400, "malformed_json"),
        (b"[]", "application/json", 400, "malformed_json"),
        (b'"text"', "application/json", 400, "malformed_json"),
        (b"null", "application/json", 400, "malformed_json"),
        (b'{"kind": NaN}', "application/json", 400, "malformed_json"),
        (b'{"kind": 1e999}', "application/json", 400, "malformed_json"),
        (b'{"kind": "a", "kind": "b"}', "application/json", 400, "malformed_json"),
        (b'{"kind": "\xff\xfe"}', "application/json", 400, "malformed_json"),
        (b'{"kind": "\\ud800"}', "application/json", 400, "malformed_json"),
        (b'{"kind": "\x00"}', "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json", 400, "malformed_json"),
        (b'{"person": ' + b"9" * 5_000 + b"}", "application/json", 400, "malformed_json"),
        (b"kind=person", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"kind": "person"}', "text/plain", 415, "unsupported_media_type"),
        (b"<kind>person</kind>", "application/xml", 415, "unsupported_media_type"),
        (b'{"description": "' + b"x" * 10_000_000 + b'"}', "application/json", 413, "body_too_large"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_that_is_no_record(office: Office, contact: Json, method: str, body: bytes, content_type: str, status: int, code: str) -> None:
    """Broken JSON, wrong content types, NUL characters, deep nesting, 10 MB."""
    path = "/records/{contact}" + (f"/{contact['number']}" if method == "PATCH" else "")

    answer = office.call("lena", method, path, body, Content_Type=content_type, If_Match='"1"')

    assert (answer.status, answer.code) == (status, code), answer.body
    assert office.now("lena", "contact", contact)["version"] == contact["version"]


@pytest.mark.parametrize(
    ("tag", "status", "code"),
    [
        ("", 400, "bad_parameter"),
        ("abc", 400, "bad_parameter"),
        ("1", 400, "bad_parameter"),
        ('"1', 400, "bad_parameter"),
        ('"x"', 400, "bad_parameter"),
        ("-1", 400, "bad_parameter"),
        ('"1", "2"', 400, "bad_parameter"),
        ("9" * 30, 400, "bad_parameter"),
        ('W/"1"', 412, "weak_version"),
        ("*", 428, "version_missing"),
        ('"1\x0b"', 400, ""),
    ],
)
def test_a_version_that_is_none(office: Office, contact: Json, tag: str, status: int, code: str) -> None:
    """GEN-26; tags are written and compared as RFC 9110 says."""
    answer = office.call("lena", "PATCH", f"/records/{{contact}}/{contact['number']}", {"vip": True}, If_Match=tag)

    assert answer.status == status, answer.body
    assert not code or answer.code == code
    assert office.now("lena", "contact", contact)["vip"] is False


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (b"", 422, "bad_columns"),
        (b"\n\n", 422, "bad_columns"),
        (b"kind,wings\nperson,2\n", 422, "bad_columns"),
        (b"kind,kind\nperson,person\n", 422, "bad_columns"),
        (b"number,kind\nCO1,person\n", 422, "bad_columns"),
        (b"id\nx\n", 422, "bad_columns"),
        (b"kind\n\xff\xfe\n", 400, "bad_encoding"),
        (b"kind\nperson,surplus\n", 422, "bad_columns"),
        (b'kind\n"person\n', 422, "bad_columns"),
        (b"kind\n" + b"x" * 200_000 + b"\n", 0, ""),
        (b"\x00\x00\x00", 400, "bad_encoding"),
        (b"kind\nper\x00son\n", 0, ""),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
def test_a_file_that_is_no_table(office: Office, text: bytes, status: int, code: str) -> None:
    """CSV with wrong columns, in a wrong encoding, or of no shape at all; refused rows say why."""
    head, _, rest = text.partition(b"\n")
    renamed = b",".join(office.word(name.decode()).encode() if name.isalpha() else name for name in head.split(b",")) + (b"\n" + rest if rest else b"")

    answer = office.call("lena", "POST", "/records/{contact}/import", renamed or text, Content_Type="text/csv")

    if code:
        assert (answer.status, answer.code) == (status, code), answer.body
    else:
        assert answer.status in (200, 400, 422), answer.body
        assert answer.status != 200 or [row["done"] for row in answer.json["rows"]] == ["refused"]


#: What a server process may grow by while it refuses something huge, in kilobytes: less than the part of a body that it may read.
GROWTH = 60_000
HUNDRED_MEGABYTES = 100_000_000


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/api/v1/records/{contact}/import", "text/csv"),
        ("/api/v1/records/{contact}", "application/json"),
        ("/r/{contact}/import", "multipart/form-data; boundary=b"),
        ("/r/{contact}/new", "application/x-www-form-urlencoded"),
    ],
)
def test_a_hundred_megabytes_are_refused_without_being_kept(office: Office, screen: ScreenDoor, path: str, content_type: str) -> None:
    """A huge file, record or form: 413 or, where it is cut off on the way, the end of the connection; nothing stored, memory bounded."""
    headers = {"Content-Type": content_type, "Sec-Fetch-Site": "same-origin", "Content-Length": str(HUNDRED_MEGABYTES)}
    if path.startswith("/api"):
        headers["Authorization"] = f"Bearer {office.client('lena').token}"
    else:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in screen.browser("lena").cookies.items())
    before = office.desk.memory()

    answer = _pour(office, screen.path(path), headers)

    assert answer is None or (answer[0], b"Traceback" in answer[1]) == (413, False)
    assert answer is None or not path.startswith("/api") or json.loads(answer[1])["code"] == "body_too_large"
    assert office.desk.memory() - before < GROWTH
    assert office.client("lena").get("/health").status == 200


def _pour(office: Office, path: str, headers: dict[str, str]) -> tuple[int, bytes] | None:
    """Send a hundred megabytes and return status and body of the answer; None where the connection was ended before it came."""
    piece = b"kind,person.first_name,person.last_name\n" * 25_000
    connection = http.client.HTTPConnection("127.0.0.1", office.desk.port, timeout=30)
    connection.putrequest("POST", path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(HUNDRED_MEGABYTES // len(piece)):
                connection.send(piece)
        got = connection.getresponse()
        return got.status, got.read()
    except (ConnectionResetError, http.client.RemoteDisconnected):
        return None
    finally:
        connection.close()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"records": []},
        {"records": "CO1", "values": {"vip": True}},
        {"records": [1], "values": {"vip": True}},
        {"records": ["CO1"], "values": {"vip": True}, "delete": True},
        {"records": ["CO1"], "values": []},
        {"records": ["CO1"], "delete": "yes"},
        {"records": ["CO1"], "values": {"vip": True}, "versions": {"CO1": "1"}},
        {"records": ["CO1"], "values": {"vip": True}, "colour": "red"},
    ],
    ids=lambda value: json.dumps(value)[:50],
)
def test_a_bulk_edit_that_says_nothing(office: Office, body: Json) -> None:
    answer = office.call("lena", "POST", "/records/{contact}/bulk", body)

    assert (answer.status, answer.code) == (400, "bad_parameter"), answer.body


def test_huge_headers_and_broken_requests_do_not_stop_the_server(office: Office) -> None:
    """A header of a megabyte, a request that is none, a length that lies."""
    port = office.desk.port
    status = 400
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/api/v1/records/x", headers={"X-Big": "x" * 1_000_000})
        status = connection.getresponse().status
        connection.close()
    except OSError:
        status = 431
    for rubbish in (b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /api/v1/records/x HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(rubbish)
            raw.settimeout(2)
            try:
                assert b" 500 " not in raw.recv(1000)
            except OSError:
                continue

    assert 400 <= status < 500
    assert office.client("lena").get("/health").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/r/unicorn",
        "/r/{contact}/CO99999999",
        "/r/{contact}/%00",
        "/r/{contact}/new?subtype=%00",
        "/r/{lead}/new?subtype=none",
        "/r/{contact}/CO1/edit",
        "/nothing",
    ],
)
def test_a_page_that_is_not_there(screen: ScreenDoor, path: str) -> None:
    """The screens answer with pages that have a title, never with a failure."""
    page = screen.open("lena", path)

    assert page.status in (200, 400, 404)
    assert page.status != 200 or "subtype" in path
    assert page.headers["content-type"].startswith("text/html")
    assert read_page(page).titles == 1


@pytest.mark.parametrize(
    "form",
    [
        "kind=dragon",
        "person.first_name=" + "A" * 5000 + "&person.last_name=B",
        "person.first_name=A%00B&person.last_name=C",
        "phones%5B0%5D.number=zero&phones%5B0%5D.type=mobile&_group=phones",
        "phones%5B99999999999999999999%5D.number=zero&_group=phones",
        "_base=%7Bnonsense&_version=abc",
        "_line=remove:phones:x",
        "_line=add:nothing",
        "person.born_on=2026-02-30&person.first_name=A&person.last_name=B",
        "%ff=%fe",
        quote("owner_unit") + "=sales",
    ],
    ids=lambda value: value[:30],
)
def test_a_form_that_no_page_made(screen: ScreenDoor, form: str) -> None:
    """What a screen gets by hand is refused or ignored, with a page."""
    page = screen.browser("lena").ask("POST", screen.path("/r/{contact}/new"), form.encode())

    assert page.status in (200, 400, 403, 422), page.body[:500]
    assert page.headers["content-type"].startswith("text/html")


def test_a_form_of_ten_megabytes(screen: ScreenDoor) -> None:
    page = screen.browser("lena").ask("POST", screen.path("/r/{contact}/new"), b"person.first_name=" + b"A" * 10_000_000)

    assert page.status == 413


def test_every_refusal_of_the_import_names_row_and_field(doors: dict[str, Door], office: Office, contact: Json) -> None:
    """GEN-27, T-34."""
    values = {"subtype": "new_business", "contact": contact["number"], "assigned_unit": "customer_care", "probability": "very likely"}

    outcome = doors["import"].create("lena", "lead", values)

    assert outcome.places == {("wrong_type", "probability")}
    assert outcome.rules == {"entity_types.lead.fields.probability"}
