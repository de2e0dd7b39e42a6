"""Calendars."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    "layout.calendar": ("Calendar", "Kalender"),
    "calendar.month": ("Month", "Monat"),
    "calendar.week": ("Week", "Woche"),
    "calendar.day": ("Day", "Tag"),
    "calendar.periods": ("Period", "Zeitraum"),
    "calendar.previous": ("Earlier", "Früher"),
    "calendar.next": ("Later", "Später"),
    "calendar.today": ("Today", "Heute"),
    "calendar.this_day": ("today", "heute"),
    "calendar.days": ("Days", "Tage"),
    "calendar.none": ("Nothing in this period", "Nichts in diesem Zeitraum"),
    "calendar.advice": ("By {label}; days in the time zone {zone}.", "Nach {label}; Tage in der Zeitzone {zone}."),
    "calendar.unread": (
        "There is too much in this period: from {day} on, not everything is shown. Narrow the search, or choose a shorter period.",
        "In diesem Zeitraum ist zu viel: Ab {day} wird nicht alles gezeigt. Grenzen Sie die Suche ein oder wählen Sie einen kürzeren Zeitraum.",
    ),
    "calendar.more": ("{count:,} more", "{count:,} weitere"),
    "calendar.more_on": ("{count:,} more on {day}: show the list of this day", "{count:,} weitere am {day}: Liste dieses Tages zeigen"),
    "calendar.continued": ("goes on", "läuft weiter"),
    "calendar.move": ("Change date", "Termin ändern"),
    "calendar.move_of": ("Change date: {name}", "Termin ändern: {name}"),
    "done.dates": ("The date of {name} was changed.", "Der Termin von {name} wurde geändert."),
}
