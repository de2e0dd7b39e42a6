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
    "grants.foreign": (
        "This role comes with the system and not from a pack: it opens no records, at most pages of the administration.",
        "Diese Rolle kommt vom System und nicht aus einem Paket: Sie öffnet keine Datensätze, höchstens Seiten der Verwaltung.",
    ),
    "grants.nothing": ("nothing", "nichts"),
    "admin.none": ("Nothing found.", "Nichts gefunden."),
    "admin.remove": ("Remove", "Entfernen"),
    "admin.actions": ("Actions", "Aktionen"),
    "admin.of": ("{first} to {last} of {count}", "{first} bis {last} von {count}"),
    "admin.user": ("User", "Benutzer"),
    "admin.user.add": ("New user", "Neuer Benutzer"),
    "admin.user.edit": ("Edit user", "Benutzer bearbeiten"),
    "admin.role": ("Role", "Rolle"),
    "admin.profile.edit": ("Edit profile", "Profil bearbeiten"),
    "admin.password.reset": ("Set a new password", "Neues Kennwort setzen"),
    "admin.field.name": ("Name", "Name"),
    "admin.field.first_name": ("First name", "Vorname"),
    "admin.field.last_name": ("Last name", "Nachname"),
    "admin.field.username": ("User name", "Benutzername"),
    "admin.field.email": ("E-mail", "E-Mail"),
    "admin.field.active": ("May log in", "Darf sich anmelden"),
    "admin.field.roles": ("Roles", "Rollen"),
    "admin.field.login_count": ("Logins", "Anmeldungen"),
    "admin.field.fail_login_count": ("Failed logins in a row", "Fehlgeschlagene Anmeldungen in Folge"),
    "admin.field.last_login": ("Last login", "Letzte Anmeldung"),
    "admin.field.created_on": ("Created", "Angelegt"),
    "admin.field.created_by": ("Created by", "Angelegt von"),
    "admin.field.changed_on": ("Changed", "Geändert"),
    "admin.field.changed_by": ("Changed by", "Geändert von"),
    "admin.field.password": ("New password", "Neues Kennwort"),
    "admin.field.conf_password": ("New password again", "Neues Kennwort wiederholen"),
    "admin.hint.active": (
        "Who leaves keeps the history: switch the login off instead of removing it.",
        "Wer geht, bleibt im Verlauf: die Anmeldung abschalten statt entfernen.",
    ),
    "admin.hint.roles": ("What each role may do stands on its page.", "Was jede Rolle darf, steht auf ihrer Seite."),
    "admin.users.words": (
        "Who may log in, and what each may do by the roles. Open a person to set a new password.",
        "Wer sich anmelden darf und was jeder durch seine Rollen darf. Öffnen Sie eine Person, um ein neues Kennwort zu setzen.",
    ),
    "admin.roles.words": (
        "Roles come from the packs of the release: they are changed there and read here.",
        "Rollen kommen aus den Paketen des Release: Dort werden sie geändert, hier gelesen.",
    ),
}
