"""The page of a record for the desk."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    "desk": ("Desk view", "Arbeitsplatz"),
    "desk.record": ("Whole record", "Ganzer Datensatz"),
    "desk.summary": ("Main values", "Wichtigste Angaben"),
    "desk.tabs": ("What belongs to it", "Was dazugehört"),
    "desk.empty": ("Records appear here as soon as they belong to this one.", "Hier erscheinen Datensätze, sobald sie zu diesem gehören."),
    "action.blocked": ("not possible now: why?", "jetzt nicht möglich: warum?"),
    "desk.no_tabs": ("Nothing here is open to you", "Hier ist nichts für Sie offen"),
    "desk.no_tabs.advice": ("Your roles show none of the records that belong here.", "Ihre Rollen zeigen keinen der Datensätze, die hierher gehören."),
}
