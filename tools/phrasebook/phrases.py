"""What a sentence says, before it is put into a language: clauses and their parts."""

import dataclasses
import functools
from typing import NamedTuple

from tools.phrasebook.adjectives import THING_ADJECTIVES
from tools.phrasebook.words import Adjective, Noun, Place, Profession, Subject, Verb

KINDS = ("profession", "adjective", "going", "having", "action")
NUMERALS = {
    "two": ("deux", "두"),
    "three": ("trois", "세"),
    "four": ("quatre", "네"),
    "five": ("cinq", "다섯"),
    "six": ("six", "여섯"),
    "seven": ("sept", "일곱"),
    "eight": ("huit", "여덟"),
    "nine": ("neuf", "아홉"),
    "ten": ("dix", "열"),
}

# The definite determiners of a group of nouns, in the singular and the plural.
DETERMINERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "thing": (("the", "this", "my", "your", "our"), ("the", "my")),
    "public": (("the",), ("the",)),
    # 당신 does not go with someone who is honoured.
    "elder": (("the", "my", "our"), ("the",)),
    "kin": (("my", "your"), ("my",)),
    "parent": (("my",), ()),
    "mass": (("the", "this", "my"), ()),
    "unique": (("the",), ()),
    "bare": ((), ()),
}
_INDEFINITE_GROUPS = {"thing", "public", "elder"}


@dataclasses.dataclass(frozen=True, eq=False)
class Phrase:
    """A noun phrase, the same for the three languages.

    Args:
        noun: The noun.
        determiner: "the", "this", "my", "your", "our"; "a"; "some" (English has no
            word, French has des, du, de la); "generic" (French has le, la, les);
            "none" (French has no word either); or a key of `NUMERALS`.
        plural: Whether it is plural.
        adjective: Optional adjective.
    """

    noun: Noun
    determiner: str
    plural: bool = False
    adjective: Adjective | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is nothing but a noun with its shortest determiner."""
        if self.adjective is not None:
            return False
        if self.determiner == "some":
            return not self.plural
        definite = DETERMINERS[self.noun.group][0]
        first = not self.plural and self.determiner in definite[:1]
        return first or self.determiner in ("a", "generic", "none")


@dataclasses.dataclass(frozen=True, eq=False)
class Predicate:
    """What is said of the subject.

    Args:
        kind: One of `KINDS`.
        complement: A `Profession`, `Adjective`, `Place` or `Phrase`, as the kind
            asks for; a `Phrase` for "having" and "action".
        verb: The `Verb` of an "action".
    """

    kind: str
    complement: Profession | Adjective | Place | Phrase
    verb: Verb | None = None


class Clause(NamedTuple):
    """A subject and a predicate, stated, denied or asked."""

    subject: Subject
    predicate: Predicate
    negative: bool = False
    question: bool = False


@functools.cache
def attributes(noun: Noun) -> list[Adjective]:
    """The adjectives that may stand inside a phrase with the noun."""
    return [
        adjective
        for adjective in THING_ADJECTIVES
        if adjective.attribute and noun.english in adjective.nouns.split()
    ]


@functools.cache
def definite_phrases(noun: Noun) -> list[Phrase]:
    """The definite phrases with a noun.

    Args:
        noun: A `Noun`.

    Returns:
        A list of `Phrase`s.
    """
    singular, plural = DETERMINERS[noun.group]
    if noun.person:
        singular = tuple(word for word in singular if word != "this")
    return [
        *(Phrase(noun, word) for word in singular),
        *(Phrase(noun, word, plural=True) for word in plural),
        *(Phrase(noun, "the", adjective=quality) for quality in attributes(noun)),
    ]


@functools.cache
def indefinite_phrases(
    noun: Noun, numerals: tuple[str, ...] = ("two", "three")
) -> list[Phrase]:
    """The indefinite phrases with a noun: a book, books, two books, a red book.

    Args:
        noun: A `Noun`.
        numerals: Keys of `NUMERALS`.

    Returns:
        A list of `Phrase`s.
    """
    if not noun.english_plural:
        qualities = [None, *attributes(noun)]
        return [Phrase(noun, "some", adjective=quality) for quality in qualities]
    phrases = [Phrase(noun, "a"), Phrase(noun, "some", plural=True)]
    for quality in attributes(noun):
        phrases.append(Phrase(noun, "a", adjective=quality))
        phrases.append(Phrase(noun, "some", plural=True, adjective=quality))
    if noun.counter:
        phrases += [Phrase(noun, word, plural=True) for word in numerals]
    return phrases


@functools.cache
def object_phrases(noun: Noun, articles: str) -> list[Phrase]:
    """The phrases a noun makes as the object of a verb.

    Args:
        noun: A `Noun`.
        articles: What `Verb.articles` says.

    Returns:
        A list of `Phrase`s.
    """
    if articles == "none":
        return [Phrase(noun, "none")]
    phrases = list(definite_phrases(noun))
    if articles == "generic":
        phrases.append(Phrase(noun, "generic", plural=bool(noun.english_plural)))
    elif articles == "any" and noun.group in (*_INDEFINITE_GROUPS, "mass"):
        phrases += indefinite_phrases(noun)
    return phrases
