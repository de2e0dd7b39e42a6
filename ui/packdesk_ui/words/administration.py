"""The pages of users and roles."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    # user administration
    "grants": ("What this role may do", "Was diese Rolle darf"),
    "grants.type": ("Records", "Datensätze"),
    "grants.verbs": ("May", "Darf"),
    "grants.fields": ("Fields with rights of their own", "Felder mit eigenen Rechten"),
    "grants.permissions": ("Permissions", "Berechtigungen"),
    "grants.none": ("The release grants this role nothing.", "Das Release gibt dieser Rolle keine Rechte."),
    "grants.nothing": ("nothing", "nichts"),
    "admin.add": ("Add", "Hinzufügen"),
    "admin.show": ("Show", "Anzeigen"),
    "admin.search": ("Search", "Suchen"),
    "admin.none": ("Nothing found.", "Nichts gefunden."),
    "admin.remove": ("Remove", "Entfernen"),
    "admin.actions": ("Actions", "Aktionen"),
    "admin.of": ("{first} to {last} of {count}", "{first} bis {last} von {count}"),
}
