"""The language of a session, as the menu leaves it there; what a person chose for himself is kept elsewhere and stays what it is."""

from flask.testing import FlaskClient


def speak(client: FlaskClient, language: str) -> None:
    """Let a browser's session speak the language from now on."""
    with client.session_transaction() as session:
        session["locale"] = language
