"""Puts clauses into Korean."""

import functools

from seq2seq_keras.data.phrasebook.particles import attach
from seq2seq_keras.data.phrasebook.phrases import NUMERALS
from seq2seq_keras.data.phrasebook.words import KoreanVerb

_DETERMINERS = {"this": "이", "my": "제", "your": "당신의", "our": "우리"}
_HAVE = KoreanVerb("", "있어요", "있으세요", "", "없어요", "없으세요")
_GO = KoreanVerb("가", "가요", "가세요")


def render_korean(clause):
    """Puts a clause into Korean, in the polite style (해요체).

    The subject is the topic; parents, grandparents and teachers are honoured (-세요).
    A question differs in its question mark alone.

    Args:
        clause: A `Clause`.

    Returns:
        The sentence.
    """
    subject, predicate, negative, question = clause
    rest = _predicate(predicate, negative, subject.honored)
    end = "?" if question else ""
    return f"{_topic(subject)} {rest}{end}"


@functools.cache
def _topic(subject):
    return attach(subject.korean, "topic")


@functools.cache
def _predicate(predicate, negative, honorific):
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


def _identity(word, negative, honorific):
    if negative:
        return f"{attach(word, 'subject')} {'아니세요' if honorific else '아니에요'}"
    return attach(word, "honorific copula" if honorific else "copula")


def _with_particle(phrase, particle):
    words = attach(phrase_in_korean(phrase), particle)
    if phrase.determiner in NUMERALS:
        return f"{words} {NUMERALS[phrase.determiner][1]} {phrase.noun.counter}"
    return words


@functools.cache
def phrase_in_korean(phrase):
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
