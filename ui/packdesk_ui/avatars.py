"""Initials of people, in a hue that a name always gets."""

HUES = 12


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


def hue(name: str) -> int:
    """Return which of the hues belongs to a name, the same in every process."""
    return sum(place * ord(letter) for place, letter in enumerate(name, 1)) % HUES
