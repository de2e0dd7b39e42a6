"""The keyboard's sheet, the network that is gone, the session that ended."""

from packdesk_ui.words.texts import Texts

TEXTS: Texts = {
    # keyboard
    "keys": ("Keyboard", "Tastatur"),
    "keys.page": ("On this page", "Auf dieser Seite"),
    "keys.go": ("Go to: first {letter}, then", "Gehe zu: erst {letter}, dann"),
    "keys.always": ("Always", "Immer"),
    "keys.sheet": ("Show the keys of this page", "Die Tasten dieser Seite zeigen"),
    "keys.submit": ("Send the form", "Das Formular absenden"),
    "keys.go_on": ("Send the form and open the next record", "Formular absenden und nächsten Datensatz öffnen"),
    "keys.close": ("Close what is on top", "Schließen, was obenauf liegt"),
    "keys.on": ("Single characters are shortcuts", "Einzelne Zeichen sind Tastenkürzel"),
    "keys.hint": (
        "They never apply while you type in a field. What counts is the character, wherever it lies on your keyboard.",
        "Sie gelten nie, während Sie in ein Feld schreiben. Es zählt das Zeichen, wo immer es auf Ihrer Tastatur liegt.",
    ),
    "keys.places": ("Go to an entry of the navigation (followed by its letter)", "Zu einem Eintrag der Navigation (danach sein Buchstabe)"),
    "keys.new": ("New record", "Neuer Datensatz"),
    "keys.page.previous": ("Previous page", "Vorige Seite"),
    "keys.page.next": ("Next page", "Nächste Seite"),
    "keys.split": ("List and record side by side", "Liste und Datensatz nebeneinander"),
    "keys.in_row": ("{label} (the row with the focus)", "{label} (die Zeile mit dem Fokus)"),
    "keys.step": ("Next step {number}", "Nächster Schritt {number}"),
    "keys.change": ("Change shortcuts", "Tastenkürzel ändern"),
    "keys.change.said": (
        "One character for each, or none: an empty field switches a shortcut off. They apply to you alone, wherever you log in.",
        "Je ein Zeichen oder keines: Ein leeres Feld schaltet das Kürzel ab. Sie gelten nur für Sie, wo immer Sie sich anmelden.",
    ),
    "keys.usual": ("usually", "sonst"),
    "keys.reset": ("Back to the usual shortcuts", "Zurück zu den üblichen Kürzeln"),
    "keys.saved": ("Your shortcuts are saved.", "Ihre Tastenkürzel sind gespeichert."),
    "keys.reset.done": ("The usual shortcuts apply again.", "Es gelten wieder die üblichen Kürzel."),
    "keys.fault.one": ("“{label}” takes a single character.", "„{label}“ nimmt ein einziges Zeichen."),
    "keys.fault.twice": (
        "“{typed}” can press only one thing: “{label}” has it, and so has “{others}”. Choose another character for one of them.",
        "„{typed}“ kann nur eines auslösen: „{label}“ hat es und auch „{others}“. Wählen Sie für eines davon ein anderes Zeichen.",
    ),
    "keys.none": ("Nothing on this page has a key.", "Auf dieser Seite hat nichts eine Taste."),
    # network
    "offline": (
        "Packdesk can't be reached. What you typed stays here; nothing is lost.",
        "Packdesk ist nicht erreichbar. Was Sie eingegeben haben, bleibt hier stehen; nichts geht verloren.",
    ),
    "online": ("Packdesk can be reached again.", "Packdesk ist wieder erreichbar."),
    "send.again": ("Send again", "Erneut senden"),
    "sending": ("Sending", "Wird gesendet"),
    "failed": ("That did not work; what you typed is still here.", "Das hat nicht geklappt; was Sie eingegeben haben, steht noch hier."),
    "stale": (
        "The file has changed since you chose it. Choose it again; what you typed is still here.",
        "Die Datei wurde geändert, seit Sie sie ausgewählt haben. Wählen Sie sie noch einmal aus; was Sie eingegeben haben, steht noch hier.",
    ),
    # session
    "session.ended": ("Your session has ended", "Ihre Sitzung ist abgelaufen"),
    "session.advice": (
        "Log in again: what you typed is still here and is sent then.",
        "Melden Sie sich erneut an: Was Sie eingegeben haben, steht noch hier und wird dann gesendet.",
    ),
    "session.wrong": ("User name or password is wrong.", "Benutzername oder Kennwort ist falsch."),
    "session.limited": ("Too many tries. Wait a minute and try again.", "Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es erneut."),
    "session.other": (
        "This is another account. What was typed here belongs to {name}; it was not sent and will not be sent in your name.",
        "Das ist ein anderes Konto. Was hier eingegeben wurde, gehört zu {name}; es wurde nicht gesendet und wird nicht in Ihrem Namen gesendet.",
    ),
    "session.reload": ("Leave it and open the page as the other account", "Verwerfen und die Seite mit dem anderen Konto öffnen"),
}
