"""Puts clauses into French."""

import functools

from tools.phrasebook.phrases import NUMERALS, Clause, Phrase, Predicate
from tools.phrasebook.words import Adjective, Place

_BE = ("suis", "es", "est", "sommes", "êtes", "sont")
_HAVE = ("ai", "as", "a", "avons", "avez", "ont")
_GO = ("vais", "vas", "va", "allons", "allez", "vont")
_VERBS = {"profession": _BE, "adjective": _BE, "going": _GO, "having": _HAVE}
_POSSESSIVES = {
    "my": ("mon", "ma", "mes"),
    "your": ("ton", "ta", "tes"),
    "our": ("notre", "notre", "nos"),
}
_ENDINGS = {
    "er": ("e", "es", "e", "ons", "ez", "ent"),
    "ir": ("is", "is", "it", "issons", "issez", "issent"),
    "re": ("s", "s", "", "ons", "ez", "ent"),
}
_IRREGULAR = {
    "boire": ("bois", "bois", "boit", "buvons", "buvez", "boivent"),
    "lire": ("lis", "lis", "lit", "lisons", "lisez", "lisent"),
    "écrire": ("écris", "écris", "écrit", "écrivons", "écrivez", "écrivent"),
    "ouvrir": ("ouvre", "ouvres", "ouvre", "ouvrons", "ouvrez", "ouvrent"),
}
# Every h of the lexicon is mute (homme, hôpital, hôtel, histoire).
_VOWELS = tuple("aàâeéèêëiîïoôuùûœh")
_ELIDED = {"je", "ne", "de", "le", "la", "que"}
_CONTRACTED = {"à le": "au", "à les": "aux", "de le": "du", "de les": "des"}


def render_french(clause: Clause) -> tuple[str, str]:
    """Puts a clause into French.

    Questions invert the verb and a pronoun (a-t-il) but for je, which has
    est-ce que, as nouns have.

    Args:
        clause: A `Clause`.

    Returns:
        The two parts of the sentence, between which there is a space.
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
    if not inverted:
        verb = elide(subject.french, verb)
        if question:
            verb = f"est-ce {elide('que', verb)}"
    return verb, f"{rest} ?" if question else rest


@functools.cache
def _complement(predicate: Predicate, gender: str, plural: bool, negative: bool) -> str:
    complement = predicate.complement
    if predicate.kind == "profession":
        feminine = complement.french_feminine
        return pluralize(feminine if gender == "f" else complement.french, plural)
    if predicate.kind == "adjective":
        return agree(complement, gender, plural)
    if predicate.kind == "going":
        return destination(complement)
    return phrase_in_french(complement, negative)


def destination(place: Place) -> str:
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


def agree(adjective: Adjective, gender: str, plural: bool) -> str:
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


def pluralize(word: str, plural: bool) -> str:
    """Adds the plural -s of regular words, of which -s and -x need none.

    Args:
        word: A singular.
        plural: Whether the plural is wanted.

    Returns:
        The form.
    """
    return f"{word}s" if plural and word[-1] not in "sx" else word


@functools.cache
def phrase_in_french(phrase: Phrase, negative: bool = False) -> str:
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


def _determine(phrase: Phrase, words: str, negative: bool) -> str:
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


def conjugate(infinitive: str, weak: str = "", nous: str = "") -> tuple[str, ...]:
    """Returns the present tense of a verb of the lexicon.

    Args:
        infinitive: The infinitive.
        weak: The stem before a silent ending where spelling changes it (achèt-).
        nous: The stem before -ons where spelling changes it (mange-, commenç-).

    Returns:
        The forms of je, tu, il, nous, vous and ils.

    Example:
    >>> conjugate("manger", nous="mange")[3], conjugate("vendre")[2]
    ('mangeons', 'vend')
    """
    if infinitive in _IRREGULAR:
        return _IRREGULAR[infinitive]
    stem, ending = infinitive[:-2], infinitive[-2:]
    stems = [weak or stem] * 3 + [nous or stem, stem, weak or stem]
    return tuple(map("".join, zip(stems, _ENDINGS[ending], strict=True)))


def starts_with_vowel(words: str) -> bool:
    """Whether words start with a vowel sound.

    Args:
        words: French words.

    Returns:
        A boolean.
    """
    return words.startswith(_VOWELS)


def elide(word: str, words: str) -> str:
    """Puts a short word before others, with an apostrophe where they ask for it.

    Args:
        word: A word such as "je", "ne" or "la", or one that never elides.
        words: What follows.

    Returns:
        Both together.

    Example:
    >>> elide("je", "ai un livre"), elide("la", "pomme")
    ("j'ai un livre", 'la pomme')
    """
    if word in _ELIDED and starts_with_vowel(words):
        return f"{word[:-1]}'{words}"
    return f"{word} {words}"


def contract(preposition: str, article: str, words: str) -> str:
    """Puts a preposition and a definite article before words.

    Args:
        preposition: "à" or "de".
        article: "le", "la" or "les".
        words: What follows.

    Returns:
        All together.

    Example:
    >>> contract("à", "le", "marché"), contract("à", "la", "école")
    ('au marché', "à l'école")
    """
    if starts_with_vowel(words) and article != "les":
        return f"{preposition} {elide(article, words)}"
    both = f"{preposition} {article}"
    return f"{_CONTRACTED.get(both, both)} {words}"
