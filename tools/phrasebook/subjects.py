"""The subjects of the phrasebook."""

from collections.abc import Iterator

from tools.phrasebook.english import phrase_in_english
from tools.phrasebook.french import phrase_in_french
from tools.phrasebook.korean import phrase_in_korean
from tools.phrasebook.nouns import NOUNS
from tools.phrasebook.phrases import Phrase
from tools.phrasebook.words import Subject

# Where English does not tell the gender, French has the masculine.
PRONOUNS = [
    Subject("i", "i", "je", "저", 0, "m", False, pronoun=True),
    Subject("you", "you", "tu", "당신", 1, "m", False, pronoun=True),
    Subject("he", "he", "il", "그", 2, "m", False, pronoun=True),
    Subject("she", "she", "elle", "그녀", 2, "f", False, pronoun=True),
    Subject("we", "we", "nous", "우리", 3, "m", True, pronoun=True),
    Subject("you all", "you all", "vous", "여러분", 4, "m", True, pronoun=True),
    Subject("they", "they", "ils", "그들", 5, "m", True, pronoun=True),
]

_CHILDREN = {"boy", "girl", "child"}
_WITH_PROFESSION = {"man", "woman", "neighbor", "friend", *_CHILDREN}
_WITH_PROFESSION |= {"brother", "sister", "son", "daughter", "mother", "father"}

_PERSONS = [
    *((name, "the") for name in ("man", "woman", "boy", "girl", "child")),
    *((name, "the") for name in ("student", "doctor", "singer", "neighbor", "teacher")),
    *(("friend", word) for word in ("my", "your", "our")),
    *((name, word) for name in ("brother", "sister") for word in ("my", "your")),
    *((name, "my") for name in ("son", "daughter")),
    *((name, "my") for name in ("mother", "father", "grandmother", "grandfather")),
]


def subject_of_phrase(phrase: Phrase) -> Subject:
    """Makes a noun phrase a subject.

    Args:
        phrase: A definite `Phrase`.

    Returns:
        A `Subject`.
    """
    noun = phrase.noun
    return Subject(
        noun.english,
        phrase_in_english(phrase),
        phrase_in_french(phrase),
        phrase_in_korean(phrase),
        5 if phrase.plural else 2,
        noun.gender,
        phrase.plural,
        honored=noun.honored,
        adult=noun.english not in _CHILDREN,
        profession=noun.english in _WITH_PROFESSION,
    )


def _persons() -> Iterator[Subject]:
    for name, determiner in _PERSONS:
        noun = NOUNS[name]
        yield subject_of_phrase(Phrase(noun, determiner))
        if noun.english_plural:
            yield subject_of_phrase(Phrase(noun, determiner, plural=True))


NOUN_SUBJECTS = [
    *_persons(),
    Subject(
        "parents",
        "my parents",
        "mes parents",
        "제 부모님",
        5,
        "m",
        True,
        honored=True,
    ),
]

PERSON_SUBJECTS = [*PRONOUNS, *NOUN_SUBJECTS]
