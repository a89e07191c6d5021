"""Puts clauses into French."""

import functools

from seq2seq_keras.data.phrasebook.elision import contract, elide, starts_with_vowel
from seq2seq_keras.data.phrasebook.phrases import NUMERALS

_BE = ("suis", "es", "est", "sommes", "êtes", "sont")
_HAVE = ("ai", "as", "a", "avons", "avez", "ont")
_GO = ("vais", "vas", "va", "allons", "allez", "vont")
_VERBS = {"profession": _BE, "adjective": _BE, "going": _GO, "having": _HAVE}
_POSSESSIVES = {
    "my": ("mon", "ma", "mes"),
    "your": ("ton", "ta", "tes"),
    "our": ("notre", "notre", "nos"),
}


def render_french(clause):
    """Puts a clause into French.

    Questions invert the verb and a pronoun (a-t-il) but for je, which has
    est-ce que, as nouns have.

    Args:
        clause: A `Clause`.

    Returns:
        The sentence.
    """
    subject, predicate, negative, question = clause
    forms = predicate.verb.french if predicate.verb else _VERBS[predicate.kind]
    verb = forms[subject.person]
    rest = _complement(predicate, subject.gender, subject.plural, negative)
    inverted = question and subject.pronoun and subject.person > 0
    if inverted:
        # Two vowels do not meet: a-t-il, mange-t-elle.
        link = "-t-" if subject.person == 2 and verb[-1] in "ae" else "-"
        verb = f"{verb}{link}{subject.french}"
    if negative:
        verb = f"{elide('ne', verb)} pas"
    if inverted:
        return f"{verb} {rest} ?"
    words = f"{elide(subject.french, verb)} {rest}"
    if question:
        return f"est-ce {elide('que', words)} ?"
    return words


@functools.cache
def _complement(predicate, gender, plural, negative):
    complement = predicate.complement
    if predicate.kind == "profession":
        feminine = complement.french_feminine
        return pluralize(feminine if gender == "f" else complement.french, plural)
    if predicate.kind == "adjective":
        return agree(complement, gender, plural)
    if predicate.kind == "going":
        return destination(complement)
    return phrase_in_french(complement, negative)


def destination(place):
    """Says where to: au marché, à l'école, en france, à paris.

    Args:
        place: A `Place`.

    Returns:
        The words.
    """
    if place.article == "en":
        return f"en {place.french}"
    if not place.article:
        return f"à {place.french}"
    article = "la" if place.article == "l'" else place.article
    return contract("à", article, place.french)


def agree(adjective, gender, plural):
    """Returns an adjective in a gender and a number.

    Args:
        adjective: An `Adjective`.
        gender: "m" or "f".
        plural: Whether it is plural.

    Returns:
        The form.
    """
    if len(adjective.french) == 1:
        return adjective.french[0]
    return pluralize(adjective.french[gender == "f"], plural)


def pluralize(word, plural):
    """Adds the plural -s of regular words, of which -s and -x need none.

    Args:
        word: A singular.
        plural: Whether the plural is wanted.

    Returns:
        The form.
    """
    return f"{word}s" if plural and word[-1] not in "sx" else word


@functools.cache
def phrase_in_french(phrase, negative=False):
    """Puts a noun phrase into French.

    Args:
        phrase: A `Phrase`.
        negative: Whether its verb is negated, which makes un, du and des de.

    Returns:
        The words.
    """
    noun, adjective = phrase.noun, phrase.adjective
    words = noun.french_plural if phrase.plural else noun.french
    if adjective:
        quality = agree(adjective, noun.gender, phrase.plural)
        words = f"{quality} {words}" if adjective.before else f"{words} {quality}"
    return _determine(phrase, words, negative)


def _determine(phrase, words, negative):
    feminine, plural = phrase.noun.gender == "f", phrase.plural
    determiner = phrase.determiner
    definite = "les" if plural else "la" if feminine else "le"
    if determiner == "none":
        return words
    if determiner in NUMERALS:
        return f"{NUMERALS[determiner][0]} {words}"
    if determiner in ("the", "generic"):
        return elide(definite, words)
    if determiner == "this":
        masculine = "cet" if starts_with_vowel(words) else "ce"
        return f"{'cette' if feminine else masculine} {words}"
    if determiner in _POSSESSIVES:
        # Mon orange: before a vowel the feminine looks like the masculine.
        feminine = feminine and not starts_with_vowel(words)
        return f"{_POSSESSIVES[determiner][2 if plural else feminine]} {words}"
    # An adjective before a plural noun makes des de: de petites maisons.
    before = phrase.adjective is not None and phrase.adjective.before
    if negative or (plural and before):
        return elide("de", words)
    if determiner == "a":
        return f"{'une' if feminine else 'un'} {words}"
    return contract("de", definite, words)
