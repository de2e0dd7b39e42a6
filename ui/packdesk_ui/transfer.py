"""CSV in and out: a file that is tried or imported, with the result of each row; a list as a file."""

from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from flask import Response, request, url_for

from packdesk.errors import Finding, PackdeskError, Refused
from packdesk.records import exporting, importing, policy
from packdesk.records.columns import ENGINE_COLUMNS
from packdesk.records.outcome import BatchReport
from packdesk.runtime.entity import EntityRuntime
from packdesk.web import request_context
from packdesk.web.bodies import FILE_LIMIT
from packdesk.web.problems import findings_of
from packdesk_ui import answers, lists, shell
from packdesk_ui.bulk import ResultRow, result_rows
from packdesk_ui.controls import Option
from packdesk_ui.editing import crumbs
from packdesk_ui.faults import Fault, faults_of
from packdesk_ui.shell import words


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """What the import template draws."""

    action: str
    back: str
    key: str
    keys: tuple[Option, ...]
    update: bool
    all: bool
    columns: tuple[str, ...]
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
    page = ImportPage(
        action=url_for("packdesk_ui.imports", entity_type=entity.id),
        back=url_for("packdesk_ui.records", entity_type=entity.id),
        key=answers.new_key(),
        keys=tuple(Option(id=path, label=entity.fields[path].label(language), selected=path == command.key) for path in dict.fromkeys(("number", *unique))),
        update=command.update_existing,
        all=command.all_or_nothing,
        columns=(
            *(path for path in ENGINE_COLUMNS if path in entity.fields),
            *own,
            *(f"{group}.{name}" for group, fields in entity.lines.items() for name in fields),
        ),
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
    """Give out what the list shows, its columns and its order, as a CSV file."""
    context, runtime = answers.context(), request_context.runtime()
    entity = runtime.type(entity_type)
    if refused := policy.may(runtime, context.actor, "export", entity_type):
        raise Refused((refused,))
    lines = exporting.export_csv(context, entity_type, lists.whole(entity))
    response = Response(lines, mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{entity_type}.csv"'
    return response
