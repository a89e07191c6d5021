"""Puts clauses into Korean."""

import functools

from tools.phrasebook.phrases import NUMERALS, Clause, Phrase, Predicate
from tools.phrasebook.words import KoreanVerb, Subject

_DETERMINERS = {"this": "이", "my": "제", "your": "당신의", "our": "우리"}
_HAVE = KoreanVerb("", "있어요", "있으세요", "", "없어요", "없으세요")
_GO = KoreanVerb("가", "가요", "가세요")
# Syllables of Hangul.
_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINAL_COUNT = 0xAC00, 0xD7A3, 28
# The particles, after a consonant and after a vowel.
_PARTICLES = {
    "topic": ("은", "는"),
    "subject": ("이", "가"),
    "object": ("을", "를"),
    "copula": ("이에요", "예요"),
    "honorific copula": ("이세요", "세요"),
}


def render_korean(clause: Clause) -> tuple[str, str]:
    """Puts a clause into Korean, in the polite style (해요체).

    The subject is the topic; parents, grandparents and teachers are honoured (-세요).
    A question differs in its question mark alone.

    Args:
        clause: A `Clause`.

    Returns:
        The two parts of the sentence, between which there is a space.
    """
    subject, predicate, negative, question = clause
    rest = _predicate(predicate, negative, subject.honored)
    end = "?" if question else ""
    return _topic(subject), f"{rest}{end}"


@functools.cache
def _topic(subject: Subject) -> str:
    return attach(subject.korean, "topic")


@functools.cache
def _predicate(predicate: Predicate, negative: bool, honorific: bool) -> str:
    kind, complement = predicate.kind, predicate.complement
    if kind == "profession":
        return _identity(complement.korean, negative, honorific)
    if kind == "adjective":
        return complement.korean.conjugate(negative, honorific)
    if kind == "going":
        return f"{complement.korean}에 {_GO.conjugate(negative, honorific)}"
    if kind == "having":
        words = _with_particle(complement, "subject")
        return f"{words} {_HAVE.conjugate(negative, honorific)}"
    words = _with_particle(complement, "object")
    return f"{words} {predicate.verb.korean.conjugate(negative, honorific)}"


def _identity(word: str, negative: bool, honorific: bool) -> str:
    if negative:
        return f"{attach(word, 'subject')} {'아니세요' if honorific else '아니에요'}"
    return attach(word, "honorific copula" if honorific else "copula")


def _with_particle(phrase: Phrase, particle: str) -> str:
    words = attach(phrase_in_korean(phrase), particle)
    if phrase.determiner in NUMERALS:
        return f"{words} {NUMERALS[phrase.determiner][1]} {phrase.noun.counter}"
    return words


@functools.cache
def phrase_in_korean(phrase: Phrase) -> str:
    """Puts a noun phrase into Korean, without particle and numeral.

    There are no articles. The plural is marked for definite people alone: the
    children are 아이들, but children, two children and the books are unmarked.

    Args:
        phrase: A `Phrase`.

    Returns:
        The words.
    """
    words = phrase.noun.korean
    definite = phrase.determiner == "the" or phrase.determiner in _DETERMINERS
    if phrase.plural and phrase.noun.person and definite:
        words += "들"
    if phrase.adjective:
        words = f"{phrase.adjective.attribute} {words}"
    if phrase.determiner in _DETERMINERS:
        return f"{_DETERMINERS[phrase.determiner]} {words}"
    return words


def has_final_consonant(word: str) -> bool:
    """Whether the last syllable of a word ends in a consonant.

    Syllables are numbered so that the final consonant is the remainder of 28.

    Args:
        word: A word that ends in a Hangul syllable.

    Returns:
        A boolean.

    Raises:
        ValueError: If the word does not end in a Hangul syllable.

    Example:
    >>> has_final_consonant("책"), has_final_consonant("사과")
    (True, False)
    """
    point = ord(word[-1])
    if not _FIRST_SYLLABLE <= point <= _LAST_SYLLABLE:
        raise ValueError(
            f"`word` must end in a Hangul syllable. Received: word={word!r}"
        )
    return (point - _FIRST_SYLLABLE) % _FINAL_COUNT > 0


def attach(word: str, particle: str) -> str:
    """Adds a particle to a word.

    Args:
        word: A word that ends in a Hangul syllable.
        particle: "topic", "subject", "object", "copula" or "honorific copula".

    Returns:
        The word with the particle.

    Example:
    >>> attach("책", "object"), attach("사과", "object")
    ('책을', '사과를')
    """
    after_consonant, after_vowel = _PARTICLES[particle]
    return word + (after_consonant if has_final_consonant(word) else after_vowel)
