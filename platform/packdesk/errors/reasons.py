"""Why something could not be read, as stable words with a wording per language; a finding names one as its fact ``reason``.

The words of parsers of other people stay out of our sentences: they change with versions, speak one language, and advise nothing.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType

from packdesk.errors.wording import fill

#: Reason -> (English, German); ``{name}`` is another fact of the same finding.
REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # JSON
        "json_empty": ("there is nothing in it; send an object such as {{}}", "er ist leer; senden Sie ein Objekt wie {{}}"),
        "json_not_utf8": ("it is not UTF-8; save it in that encoding", "er ist nicht in UTF-8; speichern Sie ihn in dieser Kodierung"),
        "json_not_object": ("an object in braces is expected", "ein Objekt in geschweiften Klammern wird erwartet"),
        "json_too_deep": ("it is nested too deeply", "er ist zu tief verschachtelt"),
        "json_half_character": ("a text holds half of a character", "ein Text enthält ein halbes Zeichen"),
        "json_key_twice": ("the key '{key}' comes twice; leave one out", "der Schlüssel '{key}' kommt zweimal vor; lassen Sie einen weg"),
        "json_constant": ("{word} is not JSON; use a number or null", "{word} ist kein JSON; verwenden Sie eine Zahl oder null"),
        "json_number_too_large": ("{word} is too large", "{word} ist zu groß"),
        "json_number_too_long": ("a number is too long", "eine Zahl ist zu lang"),
        "json_value": ("a value is missing in line {line}, column {column}", "in Zeile {line}, Spalte {column} fehlt ein Wert"),
        "json_name": (
            "a name in double quotes is expected in line {line}, column {column}",
            "in Zeile {line}, Spalte {column} wird ein Name in doppelten Anführungszeichen erwartet",
        ),
        "json_colon": (
            "a colon is missing after the name in line {line}, column {column}",
            "in Zeile {line}, Spalte {column} fehlt nach dem Namen ein Doppelpunkt",
        ),
        "json_comma": (
            "a comma or a closing bracket is missing in line {line}, column {column}",
            "in Zeile {line}, Spalte {column} fehlt ein Komma oder eine schließende Klammer",
        ),
        "json_trailing_comma": (
            "there is a comma too many in line {line}, column {column}",
            "in Zeile {line}, Spalte {column} steht ein Komma zu viel",
        ),
        "json_open_text": (
            "the text that begins in line {line}, column {column} is never closed; add the quotation mark",
            "der Text, der in Zeile {line}, Spalte {column} beginnt, wird nie geschlossen; ergänzen Sie das Anführungszeichen",
        ),
        "json_control": (
            "a text holds a line break or another control character in line {line}, column {column}; write it as \\n or \\u000a",
            "ein Text enthält in Zeile {line}, Spalte {column} einen Zeilenumbruch oder ein anderes Steuerzeichen; schreiben Sie es als \\n oder \\u000a",
        ),
        "json_escape": (
            "there is a backslash that JSON does not know in line {line}, column {column}; write it twice",
            "in Zeile {line}, Spalte {column} steht ein Rückstrich, den JSON nicht kennt; schreiben Sie ihn doppelt",
        ),
        "json_more": (
            "something follows after its end in line {line}, column {column}; send one value",
            "nach seinem Ende folgt in Zeile {line}, Spalte {column} noch etwas; senden Sie einen einzigen Wert",
        ),
        "json_broken": ("it cannot be read from line {line}, column {column} on", "er ist ab Zeile {line}, Spalte {column} nicht lesbar"),
        # files with columns
        "csv_no_header": ("the file has no header; its first line names the fields", "die Datei hat keine Kopfzeile; die erste Zeile nennt die Felder"),
        "csv_long_cell": (
            "in row {row} (the header is row 0) a cell has more than {limit:,} characters; look for a quotation mark that is never closed",
            "in Zeile {row} (die Kopfzeile ist Zeile 0) hat eine Zelle mehr als {limit:,} Zeichen; suchen Sie ein Anführungszeichen, das nie geschlossen wird",
        ),
        "csv_open_quote": (
            "the file ends inside a cell in quotation marks; close the one that was opened last",
            "die Datei endet in einer Zelle in Anführungszeichen; schließen Sie das zuletzt geöffnete",
        ),
        "csv_quote": (
            "in row {row} (the header is row 0) something follows a closing quotation mark; write a quotation mark inside a cell twice",
            "in Zeile {row} (die Kopfzeile ist Zeile 0) folgt etwas auf ein schließendes Anführungszeichen; schreiben Sie ein Anführungszeichen in einer Zelle doppelt",
        ),
        "csv_line": (
            "row {row} (the header is row 0) cannot be read; save the file as CSV again",
            "Zeile {row} (die Kopfzeile ist Zeile 0) ist nicht lesbar; speichern Sie die Datei erneut als CSV",
        ),
        "csv_wide_row": (
            "row {row} (the header is row 0) has {cells} {cells:cell|cells}, the header {width}",
            "Zeile {row} (die Kopfzeile ist Zeile 0) hat {cells} {cells:Zelle|Zellen}, die Kopfzeile {width}",
        ),
        "column_unknown": ("there is no column '{column}'", "es gibt keine Spalte '{column}'"),
        "column_unknown_near": ("there is no column '{column}' (did you mean '{near}'?)", "es gibt keine Spalte '{column}' (meinten Sie '{near}'?)"),
        "column_twice": ("'{column}' is there twice", "'{column}' ist doppelt vorhanden"),
        "column_number": (
            "nobody gives records their number: choose '{column}' as the key column (key=number), so that it recognises records that are there, "
            "or leave the column out",
            "Nummern vergibt niemand von Hand: Wählen Sie '{column}' als Schlüsselspalte (key=number), damit sie vorhandene Datensätze erkennt, "
            "oder lassen Sie die Spalte weg",
        ),
        "key_missing": ("the key column '{column}' is missing", "die Schlüsselspalte '{column}' fehlt"),
        "key_unusable": (
            "'{column}' cannot be a key: it is not unique or not open to you",
            "'{column}' kann kein Schlüssel sein: das Feld ist nicht eindeutig oder Ihnen nicht zugänglich",
        ),
        # where a value of the packs comes from
        "path_missing": (
            "name what is to be explained, such as entity_types.<id>.fields.<id>.required",
            "nennen Sie, was erklärt werden soll, etwa entity_types.<id>.fields.<id>.required",
        ),
        "path_unknown": ("nothing says '{path}'", "nichts sagt '{path}'"),
        "path_unknown_near": ("nothing says '{path}', did you mean '{near}'?", "nichts sagt '{path}', meinten Sie '{near}'?"),
        "path_wide": ("it holds more than {limit} values; name a longer path", "darunter stehen mehr als {limit} Werte; nennen Sie einen längeren Pfad"),
        # archives and requests
        "zip_unreadable": (
            "it is not a zip file that can be read; make it again with 'packdesk pack zip'",
            "es ist keine lesbare Zip-Datei; erzeugen Sie sie neu mit 'packdesk pack zip'",
        ),
        "request_form": ("it does not have the form of a request", "sie hat nicht die Form einer Anfrage"),
    }
)
#: How the reader of JSON begins its own words -> our reason.
_JSON = (
    ("Expecting value", "json_value"),
    ("Expecting property name", "json_name"),
    ("Expecting ':'", "json_colon"),
    ("Expecting ','", "json_comma"),
    ("Illegal trailing comma", "json_trailing_comma"),
    ("Unterminated string", "json_open_text"),
    ("Invalid control character", "json_control"),
    ("Invalid \\", "json_escape"),
    ("Extra data", "json_more"),
)


def of_json(error: json.JSONDecodeError) -> dict[str, object]:
    """Return why a text is no JSON, as facts of a finding."""
    if not error.doc.strip():
        return {"reason": "json_empty"}
    reason = next((ours for theirs, ours in _JSON if error.msg.startswith(theirs)), "json_broken")
    return {"reason": reason, "line": error.lineno, "column": error.colno}


def in_words(facts: Mapping[str, object], language: str) -> Mapping[str, object]:
    """Return facts whose reason is a sentence: a known one in the language, several with semicolons between, any other as it is."""
    reason = facts.get("reason")
    if isinstance(reason, str):
        return {**facts, "reason": _worded(reason, facts, language)} if reason in REASONS else facts
    if isinstance(reason, list | tuple):
        return {**facts, "reason": "; ".join(_worded(str(one["reason"]), one, language) for one in reason)}
    return facts


def _worded(reason: str, facts: Mapping[str, object], language: str) -> str:
    """Return one reason in the language."""
    english, german = REASONS[reason]
    return fill(german if language == "de" else english, facts, language)
