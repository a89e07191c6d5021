"""Puts clauses into English."""

import functools

from seq2seq_keras.data.phrasebook.phrases import NUMERALS

_BE = ("am", "are", "is", "are", "are", "are")
_VOWELS = tuple("aeiou")
_CONSONANT_SOUNDS = ("uni", "eu", "one")
_DETERMINERS = {"the", "this", "my", "your", "our", *NUMERALS}


def render_english(clause):
    """Puts a clause into English.

    Negations and questions of be turn on the verb itself, all others on do. Nothing
    is contracted.

    Args:
        clause: A `Clause`.

    Returns:
        The sentence.
    """
    subject, predicate, negative, question = clause
    if predicate.kind in ("having", "action"):
        return _render_with_do(subject, predicate, negative, question)
    verb = _BE[subject.person]
    rest = complement_in_english(predicate, subject.plural)
    if negative:
        rest = f"not {rest}"
    if question:
        return f"{verb} {subject.english} {rest}?"
    return f"{subject.english} {verb} {rest}"


def _render_with_do(subject, predicate, negative, question):
    third = subject.person == 2
    infinitive, inflected = ("have", "has")
    if predicate.verb:
        infinitive, inflected = predicate.verb.english, predicate.verb.third
    rest = phrase_in_english(predicate.complement)
    auxiliary = "does" if third else "do"
    if question:
        denial = "not " if negative else ""
        return f"{auxiliary} {subject.english} {denial}{infinitive} {rest}?"
    if negative:
        return f"{subject.english} {auxiliary} not {infinitive} {rest}"
    return f"{subject.english} {inflected if third else infinitive} {rest}"


@functools.cache
def complement_in_english(predicate, plural):
    """What follows be: a student, students, tired, going to the market."""
    complement = predicate.complement
    if predicate.kind == "going":
        return f"going to {complement.english}"
    if predicate.kind == "adjective":
        return complement.english
    return complement.english_plural if plural else with_article(complement.english)


@functools.cache
def phrase_in_english(phrase):
    """Puts a noun phrase into English.

    Args:
        phrase: A `Phrase`.

    Returns:
        The words.
    """
    noun = phrase.noun
    words = noun.english_plural if phrase.plural else noun.english
    if phrase.adjective:
        words = f"{phrase.adjective.english} {words}"
    if phrase.determiner == "a":
        return with_article(words)
    if phrase.determiner in _DETERMINERS:
        return f"{phrase.determiner} {words}"
    return words


def with_article(words):
    """Puts "a" or "an" before words, by the sound they start with.

    Args:
        words: The words.

    Returns:
        The words with the article.

    Example:
    >>> with_article("old car"), with_article("university")
    ('an old car', 'a university')
    """
    vowel = words.startswith(_VOWELS) and not words.startswith(_CONSONANT_SOUNDS)
    return f"an {words}" if vowel else f"a {words}"
