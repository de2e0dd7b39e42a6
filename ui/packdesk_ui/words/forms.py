"""Forms, their refusals and conflicts."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    # forms
    "save": ("Save", "Speichern"),
    "create": ("Create", "Anlegen"),
    "cancel": ("Cancel", "Abbrechen"),
    "edit": ("Edit", "Bearbeiten"),
    "required": ("required", "erforderlich"),
    "choose": ("Choose ...", "Bitte wählen ..."),
    "none": ("None", "Keine Angabe"),
    "yes": ("Yes", "Ja"),
    "no": ("No", "Nein"),
    "line.add": ("Add: {label}", "Hinzufügen: {label}"),
    "line.remove": ("Remove", "Entfernen"),
    "line.number": ("{label} {number}", "{label} {number}"),
    "lines.none": ("None yet.", "Noch keine."),
    "subtype.choose": ("Which type?", "Welcher Typ?"),
    "subtype.none": ("No type is open to you", "Kein Typ steht Ihnen offen"),
    "subtype.none.advice": ("Your unit may not create records here.", "Ihre Einheit darf hier keine Datensätze anlegen."),
    "form.sent_before": (
        "You sent this form before, with something else in it. What stands here now is not stored yet: send it again if you want it too.",
        "Sie haben dieses Formular schon einmal mit anderem Inhalt gesendet. Was jetzt hier steht, ist noch nicht gespeichert: "
        "Senden Sie es noch einmal, wenn Sie auch das wollen.",
    ),
    "form.refused": ("Not saved. Please check:", "Nicht gespeichert. Bitte prüfen Sie:"),
    "action.refused": ("Not done. Please check:", "Nicht ausgeführt. Bitte prüfen Sie:"),
    "search.records": ("Type a number or a name", "Nummer oder Namen eingeben"),
    "choice.create": ("New: {label}", "Neu: {label}"),
    "choice.more": ("There are more: type more of it.", "Es gibt mehr: Tippen Sie mehr davon."),
    "choice.none": ("Nothing found.", "Nichts gefunden."),
    "several": ("Separate several by commas", "Mehrere durch Komma trennen"),
    "example.date": ("22 Nov, tomorrow, +3d", "22.11., morgen, +3d"),
    "example.datetime": ("22 Nov 14:30, tomorrow 9 am, +2h", "22.11. 14:30, morgen 9 Uhr, +2h"),
    "example.duration": ("90 min, 1h 30m, 5 days", "90 Min., 1h 30m, 5 Tage"),
    "example.money": ("1,234.50 EUR", "1.234,50 €"),
    "address.street": ("Street", "Straße"),
    "address.street_number": ("No.", "Nr."),
    "address.postal_code": ("Postal code", "PLZ"),
    "address.town": ("Town", "Ort"),
    "address.region": ("Region", "Region"),
    "address.country": ("Country", "Land"),
    # conflict
    "conflict": ("Somebody was faster", "Jemand war schneller"),
    "conflict.advice": (
        "{authors} changed this record while you were editing it. Choose for each field what shall stay.",
        "{authors} hat diesen Datensatz geändert, während Sie ihn bearbeitet haben. Wählen Sie für jedes Feld, was bleiben soll.",
    ),
    "conflict.field": ("Field", "Feld"),
    "conflict.theirs": ("Keep theirs", "Fremden Wert behalten"),
    "conflict.mine": ("Use mine", "Meinen Wert verwenden"),
    "conflict.save": ("Save the choice", "Auswahl speichern"),
    "conflict.somebody": ("Somebody else", "Jemand anders"),
}
