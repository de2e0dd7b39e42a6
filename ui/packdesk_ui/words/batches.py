"""Bulk edits and imports."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    # bulk
    "bulk": ("Edit {count} {count:record|records}", "{count} {count:Datensatz|Datensätze} bearbeiten"),
    "bulk.none": ("No record was selected.", "Es wurde kein Datensatz ausgewählt."),
    "bulk.field": ("Field to change", "Zu änderndes Feld"),
    "bulk.choose": ("Choose field", "Feld wählen"),
    "bulk.apply": ("Change all", "Alle ändern"),
    "bulk.preview": ("Preview", "Vorschau"),
    "bulk.result": ("{done} changed, {refused} refused", "{done} geändert, {refused} abgelehnt"),
    "bulk.foreseen": ("{done} would change, {refused} would be refused", "{done} {done:würde|würden} geändert, {refused} abgelehnt"),
    "bulk.back": ("Back to the list", "Zurück zur Liste"),
    "row": ("Row", "Zeile"),
    "record": ("Record", "Datensatz"),
    "result": ("Result", "Ergebnis"),
    "result.created": ("created", "angelegt"),
    "result.updated": ("changed", "geändert"),
    "result.performed": ("performed", "ausgeführt"),
    "result.deleted": ("deleted", "gelöscht"),
    "result.skipped": ("skipped", "übersprungen"),
    "result.refused": ("refused", "abgelehnt"),
    # import
    "import.title": ("Import: {label}", "Import: {label}"),
    "import.file": ("CSV file", "CSV-Datei"),
    "import.hint": (
        "UTF-8, first row names the columns by label or field path.",
        "UTF-8, die erste Zeile nennt die Spalten nach Beschriftung oder Feldpfad.",
    ),
    "import.key": ("Column that recognises existing records", "Spalte, die vorhandene Datensätze erkennt"),
    "import.key.none": ("none: every row becomes a new record", "keine: jede Zeile wird ein neuer Datensatz"),
    "import.update": ("Change records that are there already; otherwise they are skipped", "Vorhandene Datensätze ändern; sonst werden sie übersprungen"),
    "import.all": ("Import all rows or none", "Alle Zeilen oder keine importieren"),
    "import.try": ("Try without saving", "Probe ohne Speichern"),
    "import.run": ("Import", "Importieren"),
    "import.columns": ("Columns that can be used", "Verwendbare Spalten"),
    "import.done": ("{done} {done:row|rows} imported, {refused} refused", "{done} {done:Zeile|Zeilen} importiert, {refused} abgelehnt"),
    "import.tried": (
        "{done} {done:row|rows} would be imported, {refused} refused",
        "{done} {done:Zeile würde|Zeilen würden} importiert, {refused} abgelehnt",
    ),
    "import.unread": ("Looked past, for the system keeps it by itself: {columns}.", "Nicht gelesen, denn das führt das System selbst: {columns}."),
}
