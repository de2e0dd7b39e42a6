"""The catalogue of codes: HTTP status and a sentence per language for each; the docs page is generated from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.errors.findings import Finding
from packdesk.errors.reasons import in_words
from packdesk.errors.wording import fill


@dataclass(frozen=True, slots=True)
class Entry:
    """What the engine says and answers for one code; ``{name}`` in a sentence is a fact of the finding."""

    status: int
    en: str
    de: str


CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        # who is asking
        "not_authenticated": Entry(401, "Log in first.", "Bitte melden Sie sich an."),
        "bad_credentials": Entry(401, "User name or password is wrong.", "Benutzername oder Kennwort ist falsch."),
        "cross_site": Entry(403, "The request came from another site and was refused.", "Die Anfrage kam von einer fremden Seite und wurde abgelehnt."),
        "rate_limited": Entry(
            429,
            "Too many requests. Try again in {seconds} {seconds:second|seconds}.",
            "Zu viele Anfragen. Versuchen Sie es in {seconds} {seconds:Sekunde|Sekunden} erneut.",
        ),
        "not_permitted": Entry(403, "Your roles do not permit '{verb}' on {entity_type}.", "Ihre Rollen erlauben '{verb}' für {entity_type} nicht."),
        "permission_missing": Entry(403, "This needs the permission '{permission}'.", "Dafür ist die Berechtigung '{permission}' nötig."),
        "page_not_permitted": Entry(403, "Your roles do not open this page.", "Ihre Rollen öffnen diese Seite nicht."),
        # what is asked for
        "unknown_page": Entry(404, "There is nothing at this address.", "Unter dieser Adresse gibt es nichts."),
        "unknown_entity_type": Entry(404, "There is no entity type '{entity_type}'.", "Es gibt keinen Datensatztyp '{entity_type}'."),
        "unknown_record": Entry(404, "There is no such record.", "Diesen Datensatz gibt es nicht."),
        "unknown_action": Entry(404, "There is no action '{action}' on {entity_type}.", "Es gibt keine Aktion '{action}' für {entity_type}."),
        "unknown_attachment": Entry(404, "There is no such attachment.", "Diesen Anhang gibt es nicht."),
        "method_not_allowed": Entry(405, "This address does not offer that method.", "Diese Adresse bietet diese Methode nicht an."),
        # version
        "version_missing": Entry(
            428,
            "It is not said which version of the record you are changing: open it again and repeat your change. A program sends If-Match.",
            "Es fehlt, welche Version des Datensatzes Sie ändern: Öffnen Sie ihn erneut und wiederholen Sie die Änderung. Ein Programm sendet If-Match.",
        ),
        "weak_version": Entry(
            412,
            "A weak tag (W/) fits no version: send If-Match: {version}, as the ETag of the record says.",
            "Ein schwacher Tag (W/) passt zu keiner Version: Senden Sie If-Match: {version}, wie das ETag des Datensatzes es sagt.",
        ),
        "version_conflict": Entry(
            412, "The record was changed meanwhile by {authors}: {fields}.", "Der Datensatz wurde inzwischen von {authors} geändert: {fields}."
        ),
        "version_unknown": Entry(
            412,
            "The record has no version {named}; it has version {version}.",
            "Der Datensatz hat keine Version {named}; er hat die Version {version}.",
        ),
        # lock and immutability
        "locked_final": Entry(409, "The record is {state} and can no longer be changed.", "Der Datensatz ist {state} und kann nicht mehr geändert werden."),
        "immutable_field": Entry(422, "{label} cannot be changed after it was set.", "{label} kann nach dem Setzen nicht mehr geändert werden."),
        "readonly_field": Entry(422, "{label} cannot be edited here.", "{label} kann hier nicht bearbeitet werden."),
        "derived_field": Entry(422, "{label} is computed and cannot be set.", "{label} wird berechnet und kann nicht gesetzt werden."),
        "hidden_field": Entry(422, "{label} is not available here.", "{label} ist hier nicht verfügbar."),
        "unknown_field": Entry(422, "There is no field '{name}' here.", "Es gibt hier kein Feld '{name}'."),
        "field_gone": Entry(
            422,
            "The field '{name}' was taken away while this form was open. What it held is not stored: {typed}",
            "Das Feld '{name}' wurde entfernt, während dieses Formular offen war. Sein Inhalt wird nicht gespeichert: {typed}",
        ),
        # action and lifecycle
        "wrong_state": Entry(409, "The record is {is_state}; this needs {needs_state}.", "Der Datensatz ist {is_state}; dafür muss er {needs_state} sein."),
        "unavailable": Entry(409, "{label} is not available now.", "{label} ist jetzt nicht verfügbar."),
        "operation_missing": Entry(
            409,
            "{label} needs the operation {operation}, which no installed plugin brings as it is needed.",
            "{label} braucht die Operation {operation}, die kein installiertes Plugin so mitbringt, wie sie gebraucht wird.",
        ),
        "approval_pending": Entry(
            409, "Somebody must approve this record before it can be changed.", "Der Datensatz kann erst geändert werden, wenn ihn jemand genehmigt hat."
        ),
        "approval_rejected": Entry(
            409,
            "This record was not approved: submit it again before it can be changed.",
            "Der Datensatz wurde nicht genehmigt: Legen Sie ihn erneut vor, bevor er geändert werden kann.",
        ),
        "approval_without_approvers": Entry(
            409,
            "'{label}' needs {needed} {needed:person|people} besides you, and there {able:is|are} {able} who may approve it.",
            "'{label}' braucht {needed} {needed:Person|Personen} außer Ihnen, und es gibt {able}, die genehmigen {able:darf|dürfen}.",
        ),
        "approval_ended": Entry(409, "This was decided already: {state}.", "Darüber wurde schon entschieden: {state}."),
        "not_approver": Entry(403, "Only {others} may decide about '{label}'.", "Über '{label}' darf nur {others} entscheiden."),
        "own_request": Entry(403, "Whoever asks for an approval does not give it.", "Wer um eine Genehmigung bittet, erteilt sie nicht."),
        "already_decided": Entry(409, "You have said what you think of it already.", "Sie haben sich dazu schon geäußert."),
        "unknown_approval_request": Entry(404, "There is no such request for approval.", "Diese Bitte um Genehmigung gibt es nicht."),
        "status_not_allowed": Entry(422, "The status '{status}' cannot be chosen here.", "Der Status '{status}' kann hier nicht gewählt werden."),
        "transition_forbidden": Entry(
            403,
            "The rules do not let you change {from_status} to {to_status}.",
            "Die Regeln erlauben Ihnen den Wechsel von {from_status} zu {to_status} nicht.",
        ),
        "already_claimed": Entry(409, "{user} has already taken this record over.", "{user} hat diesen Datensatz bereits übernommen."),
        "assignee_missing": Entry(409, "Somebody must take the record over first.", "Der Datensatz muss zuerst von jemandem übernommen werden."),
        "not_assignee": Entry(403, "Only {user}{others} may do this.", "Das darf nur {user}{others}."),
        "check_failed": Entry(409, "A condition is not met.", "Eine Bedingung ist nicht erfüllt."),
        "has_dependents": Entry(
            409, "It cannot be deleted, for it is used: {relation} ({count}).", "Er kann nicht gelöscht werden, denn er wird verwendet: {relation} ({count})."
        ),
        "group_not_permitted": Entry(
            403,
            "Only members of {group}, or of a group that works with it, may hand it a record.",
            "Nur Mitglieder von {group} oder einer Gruppe, die mit ihr zusammenarbeitet, dürfen ihr einen Datensatz übergeben.",
        ),
        "type_not_permitted": Entry(
            403, "Your unit may not create records of type {subtype}.", "Ihre Einheit darf keine Datensätze vom Typ {subtype} anlegen."
        ),
        "no_type_permitted": Entry(
            403,
            "You may not create {entity_type}: none of their types is open to your unit.",
            "Sie dürfen keine {entity_type} anlegen: Ihrer Einheit steht keiner der Typen offen.",
        ),
        # values
        "required_field": Entry(422, "{label} is required.", "{label} ist erforderlich."),
        "wrong_type": Entry(422, "{label} must be {expected}.", "{label} muss {expected} sein."),
        "ambiguous_date": Entry(
            422,
            "{label} could be {one} or {other}. Write the month as a word, such as {example}, or {iso}.",
            "{label} kann {one} oder {other} heißen. Schreiben Sie den Monat als Wort, etwa {example}, oder {iso}.",
        ),
        "too_long": Entry(
            422,
            "{label} may have at most {limit:,} {limit:character|characters}{length:+; there are #}.",
            "{label} darf höchstens {limit:,} Zeichen haben{length:+; es sind #}.",
        ),
        "too_short": Entry(422, "{label} needs at least {limit} {limit:character|characters}.", "{label} braucht mindestens {limit} Zeichen."),
        "below_minimum": Entry(422, "{label} must be at least {limit}.", "{label} muss mindestens {limit} sein."),
        "above_maximum": Entry(422, "{label} may be at most {limit}.", "{label} darf höchstens {limit} sein."),
        "date_after_today": Entry(422, "{label} cannot be after today.", "{label} darf nicht nach heute liegen."),
        "forbidden_character": Entry(
            422, "{label} contains a character that cannot be seen: {character}.", "{label} enthält ein Zeichen, das man nicht sieht: {character}."
        ),
        "pattern_mismatch": Entry(422, "{label} does not have the expected form.", "{label} hat nicht die erwartete Form."),
        "not_an_option": Entry(422, "'{value}' is not an option of {label}.", "'{value}' ist keine Auswahl von {label}."),
        "not_selectable": Entry(422, "'{value}' cannot be selected for {label} here.", "'{value}' kann hier für {label} nicht gewählt werden."),
        "retired_value": Entry(
            422, "'{value}' is retired and no longer offered for {label}.", "'{value}' ist stillgelegt und steht für {label} nicht mehr zur Wahl."
        ),
        "unknown_reference": Entry(422, "{label} names a record that does not exist.", "{label} nennt einen Datensatz, den es nicht gibt."),
        "unknown_user": Entry(422, "{label} names '{value}', and there is no such user.", "{label} nennt '{value}', und diesen Benutzer gibt es nicht."),
        "inactive_user": Entry(422, "{label}: the account of {value} is switched off.", "{label}: Das Konto von {value} ist abgeschaltet."),
        "not_unique": Entry(409, "Another record has the same {label}.", "Ein anderer Datensatz hat denselben Wert für {label}."),
        "line_not_unique": Entry(422, "Two lines of {lines} have the same {label}.", "Zwei Zeilen von {lines} haben denselben Wert für {label}."),
        "other_party": Entry(422, "{label}: {value} belongs to somebody else.", "{label}: {value} gehört zu jemand anderem."),
        "too_few_items": Entry(422, "{label} needs at least {limit} {limit:entry|entries}.", "{label} braucht mindestens {limit} {limit:Eintrag|Einträge}."),
        "too_many_items": Entry(
            422, "{label} may have at most {limit} {limit:entry|entries}.", "{label} darf höchstens {limit} {limit:Eintrag|Einträge} haben."
        ),
        "assignment_missing": Entry(422, "Assign a unit or a user.", "Weisen Sie eine Einheit oder einen Benutzer zu."),
        "user_not_in_unit": Entry(422, "{user} does not belong to {unit}.", "{user} gehört nicht zu {unit}."),
        "derived_unstable": Entry(422, "The computed fields {fields} do not come to rest.", "Die berechneten Felder {fields} kommen nicht zur Ruhe."),
        "rules_too_deep": Entry(
            422,
            "The rules {rules} lead to one another more than {limit} times; nothing was changed.",
            "Die Regeln {rules} lösen einander öfter als {limit}-mal aus; nichts wurde geändert.",
        ),
        # the request itself
        "malformed_json": Entry(400, "The body is not valid JSON: {reason}.", "Der Inhalt ist kein gültiges JSON: {reason}."),
        "bad_request": Entry(400, "The request cannot be read: {reason}.", "Die Anfrage kann nicht gelesen werden: {reason}."),
        "unsupported_media_type": Entry(415, "Send {expected}.", "Senden Sie {expected}."),
        "body_too_large": Entry(413, "What was sent is larger than {limit:size}.", "Das Gesendete ist größer als {limit:size}."),
        "bad_parameter": Entry(400, "The parameter '{name}' is wrong: {reason}.", "Der Parameter '{name}' ist falsch: {reason}."),
        "bad_filter": Entry(400, "The filter cannot be read: {reason}.", "Der Filter kann nicht gelesen werden: {reason}."),
        "filter_field_gone": Entry(400, "There is no field '{name}' to filter by.", "Es gibt kein Feld '{name}', nach dem gefiltert werden kann."),
        "filter_operator_unfit": Entry(400, "{label} cannot be filtered by '{operator}'.", "{label} lässt sich nicht mit '{operator}' filtern."),
        "filter_value_missing": Entry(400, "Say what {label} is to be filtered by.", "Geben Sie an, wonach {label} gefiltert werden soll."),
        "unknown_list_search": Entry(
            404,
            "What was searched for here is no longer known; nothing was done. Open the list and search again.",
            "Was hier gesucht wurde, ist nicht mehr bekannt; es wurde nichts getan. Öffnen Sie die Liste und suchen Sie noch einmal.",
        ),
        "unknown_saved_view": Entry(404, "There is no such view.", "Diese Ansicht gibt es nicht."),
        "view_not_yours": Entry(403, "Only its owner may change this view.", "Nur wem diese Ansicht gehört, kann sie ändern."),
        "view_changed": Entry(412, "The view was changed meanwhile. Open it again.", "Die Ansicht wurde inzwischen geändert. Öffnen Sie sie neu."),
        "bad_cursor": Entry(
            400, "The cursor is not one of ours or belongs to another query.", "Der Cursor stammt nicht von hier oder gehört zu einer anderen Abfrage."
        ),
        "bad_columns": Entry(422, "The columns of the file do not fit: {reason}.", "Die Spalten der Datei passen nicht: {reason}."),
        "bad_encoding": Entry(
            400,
            "The file is not UTF-8 text. Save it as “CSV UTF-8” and try again.",
            "Die Datei ist kein UTF-8-Text. Speichern Sie sie als „CSV UTF-8“ und versuchen Sie es noch einmal.",
        ),
        "idempotency_reused": Entry(422, "This Idempotency-Key was used for another request.", "Dieser Idempotency-Key gehört zu einer anderen Anfrage."),
        # the system
        "release_changed": Entry(
            409, "Another release was published meanwhile; plan again.", "Inzwischen wurde ein anderes Release veröffentlicht; planen Sie neu."
        ),
        "decisions_missing": Entry(
            422, "The plan needs {count} {count:decision|decisions}: {needed}.", "Der Plan braucht {count} {count:Entscheidung|Entscheidungen}: {needed}."
        ),
        "bad_decision": Entry(422, "The decision '{decision}' cannot be used: {reason}.", "Die Entscheidung '{decision}' ist nicht brauchbar: {reason}."),
        "publish_running": Entry(
            409, "Somebody else is publishing. Try again when that is done.", "Es wird gerade veröffentlicht. Versuchen Sie es danach erneut."
        ),
        "plan_refused": Entry(409, "The plan cannot be applied: {reasons}", "Der Plan ist nicht anwendbar: {reasons}"),
        "publish_unfinished": Entry(
            409,
            "The last publish is not finished, and nothing can be published before it is, save for going back: {reasons}",
            "Das letzte Veröffentlichen ist nicht abgeschlossen; bis dahin kann nichts veröffentlicht werden, nur zurückgegangen: {reasons}",
        ),
        "first_release": Entry(
            409,
            "Release {number} is the first; there is none before it to go back to.",
            "Release {number} ist das erste; davor gibt es keines.",
        ),
        "not_retired": Entry(
            404,
            "'{name}' is not retired, so that it cannot be purged. What can be purged: {retired}.",
            "'{name}' ist nicht stillgelegt und kann deshalb nicht gelöscht werden. Gelöscht werden kann: {retired}.",
        ),
        "unknown_release": Entry(404, "There is no release {number}.", "Es gibt kein Release {number}."),
        "pack_refused": Entry(422, "The packs have {count} {count:problem|problems}.", "Die Pakete haben {count} {count:Problem|Probleme}."),
        "unknown_pack": Entry(404, "There is no pack '{name}'; installed are: {installed}.", "Es gibt kein Paket '{name}'; installiert sind: {installed}."),
        "bad_folder": Entry(
            422,
            "The folder {folder} holds more than {limit} files and folders, which is no pack. Name the folder of the pack itself.",
            "Der Ordner {folder} enthält mehr als {limit} Dateien und Ordner; das ist kein Paket. Nennen Sie den Ordner des Pakets selbst.",
        ),
        "bad_archive": Entry(422, "The archive is refused: {reason}.", "Das Archiv wird abgelehnt: {reason}."),
        # work on many records
        "unknown_job": Entry(404, "You have no such job.", "Einen solchen Auftrag haben Sie nicht."),
        "too_many_records": Entry(
            422,
            "At most {limit} records can be changed at once, and more were chosen. Narrow the list.",
            "Höchstens {limit} Datensätze können auf einmal geändert werden, und es wurden mehr gewählt. Grenzen Sie die Liste ein.",
        ),
        "secret_in_job": Entry(
            422, "The secret field '{name}' cannot be changed for many records.", "Das geheime Feld '{name}' kann nicht für viele Datensätze geändert werden."
        ),
        "job_running": Entry(409, "The job is not over yet.", "Der Auftrag läuft noch."),
        "undo_impossible": Entry(
            409,
            "This cannot be taken back: only changes of fields can.",
            "Das lässt sich nicht rückgängig machen: Das geht nur bei geänderten Feldern.",
        ),
        "undo_done": Entry(409, "This was taken back already.", "Das wurde bereits rückgängig gemacht."),
        "undo_too_late": Entry(
            409, "This can be taken back for {minutes} minutes, which are over.", "Das lässt sich {minutes} Minuten lang rückgängig machen; die sind um."
        ),
        "stored_text_too_long": Entry(
            409,
            "{fields}: {count} {count:stored text is|stored texts are} longer than 'maxLength' will allow, and the index {index} can't hold {count:it|them}. "
            "Shorten {count:it|them}, or leave 'maxLength' as it is, and publish again.",
            "{fields}: {count} {count:gespeicherter Text ist|gespeicherte Texte sind} länger, als 'maxLength' es künftig erlaubt, und der Index {index} "
            "fasst {count:ihn|sie} nicht. Kürzen Sie {count:ihn|sie}, oder lassen Sie 'maxLength', wie es ist, und veröffentlichen Sie erneut.",
        ),
        "busy": Entry(503, "The system is busy. Try again in a moment.", "Das System ist ausgelastet. Versuchen Sie es gleich noch einmal."),
        "no_release": Entry(503, "Nothing is published yet.", "Es ist noch nichts veröffentlicht."),
        "no_installation": Entry(
            503,
            "Nothing was published here yet (home {home}, database {database}): set PACKDESK_HOME to the folder of your installation, "
            "or begin one with 'packdesk serve' or 'packdesk publish PACK'.",
            "Hier wurde noch nichts veröffentlicht (Ordner {home}, Datenbank {database}): Setzen Sie PACKDESK_HOME auf den Ordner Ihrer Installation "
            "oder beginnen Sie eine mit 'packdesk serve' oder 'packdesk publish PAKET'.",
        ),
        "no_home": Entry(
            503,
            "The folder {home} does not exist, though there is an installation in the database {database}: set PACKDESK_HOME to its folder.",
            "Den Ordner {home} gibt es nicht, wohl aber eine Installation in der Datenbank {database}: Setzen Sie PACKDESK_HOME auf ihren Ordner.",
        ),
        "assets_missing": Entry(
            500,
            "The screens are not built for this version: {names} missing in {folder}. Build them with 'make assets' and start the server again.",
            "Die Oberfläche ist nicht für diese Version gebaut: {names} fehlt in {folder}. Bauen Sie sie mit „make assets“ und starten Sie den Server neu.",
        ),
        "operation_failed": Entry(502, "{operation} failed.", "{operation} ist fehlgeschlagen."),
        "bad_setting": Entry(500, "The setting {name} is wrong: {reason}.", "Die Einstellung {name} ist falsch: {reason}."),
        "internal_error": Entry(500, "Something went wrong on our side. Quote {request_id}.", "Bei uns ist etwas schiefgegangen. Nennen Sie {request_id}."),
    }
)


def sentence(finding: Finding, language: str) -> str:
    """Return the finding as one sentence in the language: the pack's own words first, else the catalogue's."""
    template = finding.texts.get(language) or finding.texts.get("en") or next(iter(finding.texts.values()), "")
    if not template:
        entry = CATALOGUE[finding.code]
        template = entry.de if language == "de" else entry.en
    return fill(template, in_words(finding.facts, language), language) if "{" in template and not finding.texts else template
