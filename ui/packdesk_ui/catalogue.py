"""What the screens themselves say, in English and German; labels of fields, statuses and actions come from the packs.

In: a key and facts. Out: one sentence or word, from the modules of ``packdesk_ui.words``. The sentences of refusals are in
``packdesk.errors.catalogue``.
"""

from types import MappingProxyType

from packdesk.errors import fill
from packdesk_ui.words import administration, batches, calendar, desk, forms, gallery, keys, lists, record, shell
from packdesk_ui.words.texts import Texts

LANGUAGES = ("en", "de")

_PARTS = (administration, batches, calendar, desk, forms, gallery, keys, lists, record, shell)
#: Key -> (English, German); each key stands in one part.
TEXTS: Texts = MappingProxyType({key: pair for part in _PARTS for key, pair in part.TEXTS.items()})


class _GermanCount(int):
    """A count in a German text: ``{count:,}`` groups its digits as Germans do."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        """Return the count in the form."""
        return grouped(self, "de") if form == "," else super().__format__(form)


class _Label(str):
    """A fact that may be a label: ``{label:inside}`` is how it reads inside an English sentence."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        """Return the label with a small letter first, unless its first word is an abbreviation or a name."""
        if form != "inside":
            return super().__format__(form)
        first = self.partition(" ")[0][1:]
        return f"{self[0].lower()}{self[1:]}" if first and first == first.lower() else str(self)


def grouped(count: int, language: str) -> str:
    """Return a count with its digits in groups of three, as they are written in the language."""
    return format(int(count), ",") if language != "de" else format(int(count), ",").replace(",", ".")


def text(key: str, language: str, **facts: object) -> str:
    """Return the text in the language (English for one that the screens do not speak), with the facts filled in.

    ``{count:record|records}`` is the word that fits the number, as in the sentences of refusals; ``{count:,}`` groups its digits.
    """
    english, german = TEXTS[key]
    chosen = german if language == "de" else english
    return fill(chosen, {name: _fact(fact, language) for name, fact in facts.items()}) if facts else chosen


def _fact(fact: object, language: str) -> object:
    """Return a fact as a text takes it."""
    if type(fact) is str:
        return _Label(fact)
    return _GermanCount(fact) if type(fact) is int and language == "de" else fact
