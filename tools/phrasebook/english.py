"""Puts clauses into English."""

import functools

from tools.phrasebook.phrases import NUMERALS, Clause, Phrase, Predicate

_BE = ("am", "are", "is", "are", "are", "are")
_VOWELS = tuple("aeiou")
_CONSONANT_SOUNDS = ("uni", "eu", "one")
_DETERMINERS = {"the", "this", "my", "your", "our", *NUMERALS}


def render_english(clause: Clause) -> tuple[str, str]:
    """Puts a clause into English.

    Negations and questions of be turn on the verb itself, all others on do. Nothing
    is contracted.

    Args:
        clause: A `Clause`.

    Returns:
        The two parts of the sentence, between which there is a space.
    """
    subject, predicate, negative, question = clause
    end = "?" if question else ""
    if predicate.kind in ("having", "action"):
        return _start_with_do(clause), phrase_in_english(predicate.complement) + end
    verb = _BE[subject.person]
    words = [verb, subject.english] if question else [subject.english, verb]
    if negative:
        words.append("not")
    return " ".join(words), complement_in_english(predicate, subject.plural) + end


def _start_with_do(clause: Clause) -> str:
    """Subject and verb: he sells, he does not sell, does he not sell."""
    subject, predicate, negative, question = clause
    third = subject.person == 2
    infinitive, inflected = ("have", "has")
    if predicate.verb:
        infinitive, inflected = predicate.verb.english, predicate.verb.third
    auxiliary = "does" if third else "do"
    if question:
        denial = "not " if negative else ""
        return f"{auxiliary} {subject.english} {denial}{infinitive}"
    if negative:
        return f"{subject.english} {auxiliary} not {infinitive}"
    return f"{subject.english} {inflected if third else infinitive}"


@functools.cache
def complement_in_english(predicate: Predicate, plural: bool) -> str:
    """What follows be: a student, students, tired, going to the market."""
    complement = predicate.complement
    if predicate.kind == "going":
        return f"going to {complement.english}"
    if predicate.kind == "adjective":
        return complement.english
    return complement.english_plural if plural else with_article(complement.english)


@functools.cache
def phrase_in_english(phrase: Phrase) -> str:
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


def with_article(words: str) -> str:
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
