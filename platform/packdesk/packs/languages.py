"""Languages as packs name them."""

from babel.localedata import exists

LANGUAGE_ADVICE = "Use the two letters of ISO 639-1, such as 'de'."
_LETTERS = 2


def is_language(code: str) -> bool:
    """Say whether there is a language of these two letters, whose dates and numbers can be written."""
    return len(code) == _LETTERS and code.islower() and exists(code)
