"""CSV in and out: a file that is tried or imported, with the result of each row; a list as a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from flask import Response, request, stream_with_context, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.records import exporting, importing, policy
from packdesk.records.columns import ENGINE_COLUMNS, labels
from packdesk.records.context import Context
from packdesk.records.outcome import BatchReport
from packdesk.records.search import SearchPage
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk.web.bodies import FILE_LIMIT
from packdesk.web.problems import findings_of
from packdesk_ui import answers, lists, shell
from packdesk_ui.bulk import ResultRow, result_rows
from packdesk_ui.controls import Option
from packdesk_ui.editing import crumbs
from packdesk_ui.faults import Fault, faults_of
from packdesk_ui.lists.table import reader_of
from packdesk_ui.shell import words
from packdesk_ui.showing import full_label


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """What the import template draws."""

    action: str
    back: str
    key: str
    keys: tuple[Option, ...]
    update: bool
    all: bool
    #: Label and path of each column that can be given.
    columns: tuple[tuple[str, str], ...]
    #: The same file is likely to be sent again: it was tried only, or refused as a whole. One that was imported is not, for that would store it twice.
    again: bool
    summary: str = ""
    tone: str = "blue"
    rows: tuple[ResultRow, ...] = ()
    faults: tuple[Fault, ...] = ()


@answers.file_once(FILE_LIMIT)
def imports(entity_type: str) -> Response:
    """Show the form, try a file, or import it."""
    context, runtime = answers.context(), request_context.runtime()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "import", entity_type):
        raise Refused((refused,))
    if request.method == "GET":
        return _page(entity, importing.ImportCommand())
    command = importing.ImportCommand(
        key=request.form.get("key", ""),
        dry_run=request.form.get("_run") != "run",
        update_existing="update" in request.form,
        all_or_nothing="all" in request.form,
    )
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        missing = Finding(code="required_field", field="file", facts={"label": words("import.file")})
        return _page(entity, command, findings=(missing,))
    try:
        report = importing.import_file(context, entity_type, cast("BinaryIO", sent.stream), command)
    except PackdeskError as error:
        if error.code == "not_authenticated":
            raise
        return _page(entity, command, findings=findings_of(error))
    return _page(entity, command, report=report)


def _page(entity: EntityRuntime, command: importing.ImportCommand, *, report: BatchReport | None = None, findings: tuple[Finding, ...] = ()) -> Response:
    language = shell.language()
    own = {path: each for path, each in entity.fields.items() if not each.engine and each.derived is None}
    unique = [path for path, each in own.items() if each.field.unique or path == entity.entity.key]
    called = labels(entity.entity, language)
    paths = (
        *(path for path in ENGINE_COLUMNS if path in entity.fields),
        *own,
        *(f"{group}.{name}" for group, fields in entity.lines.items() for name in fields),
    )
    page = ImportPage(
        action=url_for("packdesk_ui.imports", entity_type=entity.id),
        back=url_for("packdesk_ui.records", entity_type=entity.id),
        key=answers.new_key(),
        keys=tuple(Option(id=path, label=entity.fields[path].label(language), selected=path == command.key) for path in dict.fromkeys(("number", *unique))),
        update=command.update_existing,
        all=command.all_or_nothing,
        columns=tuple((called.get(path, ""), path) for path in paths),
        again=report is None or not report.applied,
        faults=faults_of(findings, {"file": "file"}, language),
    )
    if report is not None:
        said = words("import.done" if report.applied else "import.tried", done=report.done, refused=report.refused)
        if report.unread:
            named = ", ".join(entity.fields[path].label(language) for path in report.unread)
            said = f"{said}. {words('import.unread', columns=named)}"
        page = replace(page, summary=said, tone="warning" if report.refused else "success", rows=result_rows(entity.id, report))
    label = entity.entity.plural.in_language(language)
    title = words("import.title", label=label)
    return answers.page("records/import.html", status=422 if findings else 200, title=title, over=label, page=page, crumbs=crumbs(entity, words("import")))


def export(entity_type: str) -> Response:
    """Give out what the list shows, its columns and its order, as a CSV file: as people read it, or so that it can be imported again."""
    context, runtime = answers.context(), request_context.runtime()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "export", entity_type):
        raise Refused((refused,))
    if request.args.get("to") == "import":
        lines = exporting.export_csv(context, entity_type, lists.whole(entity))
    else:
        lines = stream_with_context(_to_read(context, entity))
    response = Response(lines, mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{entity_type}.csv"'
    return response


def _to_read(context: Context, entity: EntityRuntime) -> Iterator[bytes]:
    """Return what the list shows in words, as the spreadsheets of the language expect it: where a comma stands in numbers, it parts no cells."""
    language, runtime = shell.language(), request_context.runtime()

    def showing(page: SearchPage) -> Callable[[Record, str], str]:
        # In a file there is room, and it is read in other years too.
        reader = replace(reader_of(runtime, page, language), brief=False, year=0)
        return lambda record, path: reader.show(entity.fields[path].field, record.get(path), targets=entity.fields[path].targets).text

    sheet = exporting.Sheet(heading=lambda path: full_label(entity, path, language), showing=showing, delimiter=";" if language == "de" else ",")
    return exporting.export_to_read(context, entity.id, lists.whole(entity), sheet)
