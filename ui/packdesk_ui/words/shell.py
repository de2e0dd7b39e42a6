"""The frame of every page: navigation, menus, messages, the start page, what went wrong."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    # shell
    "brand": ("Packdesk", "Packdesk"),
    "skip": ("Skip to content", "Zum Inhalt springen"),
    "navigation": ("Navigation", "Navigation"),
    "records": ("Records", "Datensätze"),
    "administration": ("Administration", "Verwaltung"),
    "users": ("Users", "Benutzer"),
    "roles": ("Roles", "Rollen"),
    "start": ("Start", "Start"),
    "where": ("You are here", "Sie sind hier"),
    "language": ("Language", "Sprache"),
    "theme": ("Appearance", "Darstellung"),
    "theme.auto": ("As the system", "Wie das System"),
    "theme.light": ("Light", "Hell"),
    "theme.dark": ("Dark", "Dunkel"),
    "user_menu": ("Your account", "Ihr Konto"),
    "profile": ("Profile", "Profil"),
    "password": ("Change password", "Kennwort ändern"),
    "logout": ("Log out", "Abmelden"),
    "login": ("Log in", "Anmelden"),
    "login.name": ("User name", "Benutzername"),
    "login.password": ("Password", "Kennwort"),
    "release": ("Release {release}", "Release {release}"),
    "close": ("Close", "Schließen"),
    "menu": ("Menu", "Menü"),
    # start page
    "start.title": ("Good to see you, {name}", "Willkommen, {name}"),
    "start.nothing": ("Nothing to work on yet", "Noch nichts zu bearbeiten"),
    "start.nothing.advice": (
        "Your roles open no entity type. Ask an administrator for a role.",
        "Ihre Rollen öffnen keinen Datensatztyp. Bitten Sie die Verwaltung um eine Rolle.",
    ),
    "start.browse": ("Show all", "Alle anzeigen"),
    # what happened
    "done.created": ("{name} was created.", "{name} wurde angelegt."),
    "done.saved": ("Saved.", "Gespeichert."),
    "done.nothing": ("Nothing was changed.", "Es wurde nichts geändert."),
    "done.action": ("Done: {label}.", "Ausgeführt: {label}."),
    "done.deleted": ("{name} was deleted.", "{name} wurde gelöscht."),
    "done.note": ("The note was added.", "Die Notiz wurde hinzugefügt."),
    "done.attached": ("The file was attached.", "Die Datei wurde angehängt."),
    "done.assigned": ("The assignment was changed.", "Die Zuweisung wurde geändert."),
    "done.merged": (
        "Saved. {authors} changed other fields meanwhile; both changes were kept.",
        "Gespeichert. {authors} hat inzwischen andere Felder geändert; beide Änderungen wurden übernommen.",
    ),
    "done.twice": ("This form was already sent; here is its result.", "Dieses Formular wurde bereits gesendet; hier ist das Ergebnis."),
    # errors
    "error": ("That did not work", "Das hat nicht geklappt"),
    "error.number": ("Quote {request_id} when you ask for help.", "Nennen Sie {request_id}, wenn Sie um Hilfe bitten."),
    "error.back": ("Go to the start page", "Zur Startseite"),
    "error.list": ("The list could not be read", "Die Liste konnte nicht gelesen werden"),
}
