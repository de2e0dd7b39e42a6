"""Lists and everything around them."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    # list
    "new": ("New", "Neu"),
    "new.of": ("New: {label}", "Neu: {label}"),
    "import": ("Import", "Importieren"),
    "export": ("Export CSV", "CSV exportieren"),
    "views": ("Views", "Ansichten"),
    "search": ("Search", "Suchen"),
    "search.hint": ("Number, name, phone, ...", "Nummer, Name, Telefon, ..."),
    "filter": ("Filter", "Filter"),
    "filter.hint": ("e.g. {example}", "z. B. {example}"),
    "filter.help": ("A condition on a record; it is checked before it runs.", "Eine Bedingung an den Datensatz; sie wird vor der Suche geprüft."),
    "apply": ("Apply", "Anwenden"),
    "reset": ("Reset", "Zurücksetzen"),
    "sort.by": ("Sort by {label}", "Nach {label} sortieren"),
    "sorted.up": ("ascending", "aufsteigend"),
    "sorted.down": ("descending", "absteigend"),
    "pick": ("Select {name}", "{name} auswählen"),
    "pick.all": ("Select all on this page", "Alle auf dieser Seite auswählen"),
    "picked.edit": ("Edit selected", "Ausgewählte bearbeiten"),
    "next": ("Next", "Weiter"),
    "previous": ("Previous", "Zurück"),
    "count.one": ("1 record", "1 Datensatz"),
    "count.many": ("{count} records", "{count} Datensätze"),
    "count.more": ("More than {count} records", "Mehr als {count} Datensätze"),
    "page": ("page {page}", "Seite {page}"),
    "list.empty": ("There is no {label} yet", "Noch kein Eintrag: {label}"),
    "list.empty.advice": ("Create the first one, or import a CSV file.", "Legen Sie den ersten an oder importieren Sie eine CSV-Datei."),
    "list.empty.readonly": ("Records appear here as soon as somebody creates them.", "Hier erscheinen Datensätze, sobald jemand sie anlegt."),
    "list.nomatch": ("Nothing matches", "Keine Treffer"),
    "list.nomatch.advice": (
        "Change or reset the search, or choose another view.",
        "Ändern Sie die Suche, setzen Sie sie zurück oder wählen Sie eine andere Ansicht.",
    ),
    "pager": ("Pages", "Seiten"),
}
