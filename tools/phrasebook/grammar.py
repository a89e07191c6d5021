"""Lists every clause of the phrasebook."""

from collections.abc import Iterator

from tools.phrasebook.adjectives import (
    PERSONAL_ADJECTIVES,
    THING_ADJECTIVES,
)
from tools.phrasebook.nouns import NOUNS, PLACES, PROFESSIONS
from tools.phrasebook.phrases import (
    NUMERALS,
    Clause,
    Predicate,
    definite_phrases,
    indefinite_phrases,
    object_phrases,
)
from tools.phrasebook.subjects import PERSON_SUBJECTS, subject_of_phrase
from tools.phrasebook.verbs import VERBS
from tools.phrasebook.words import Subject

_POSSESSIONS = (
    "book dictionary newspaper bicycle computer phone bag key umbrella watch pencil "
    "pen hat coat ticket map gift photo apple dog cat rabbit bird friend brother "
    "sister bread milk water money"
)
_ADULT_POSSESSIONS = "car house garden horse child son daughter"


def generate_clauses() -> Iterator[tuple[Clause, str]]:
    """Yields every clause, in a fixed order.

    Returns:
        Iterator of pairs `(clause, core)`, where the core of the predicate is, e.g.,
        "sell car". Polarity, question, determiner, number and adjectives inside a noun
        phrase make no difference to it.
    """
    yield from _professions()
    yield from _personal_adjectives()
    yield from _thing_adjectives()
    yield from _going()
    yield from _having()
    yield from _actions()


def _moods(
    subject: Subject, predicate: Predicate, core: str
) -> Iterator[tuple[Clause, str]]:
    for question in (False, True):
        for negative in (False, True):
            yield Clause(subject, predicate, negative, question), core


def _professions() -> Iterator[tuple[Clause, str]]:
    for profession in PROFESSIONS:
        predicate = Predicate("profession", profession)
        for subject in PERSON_SUBJECTS:
            if subject.profession and (subject.adult or not profession.adults_only):
                yield from _moods(subject, predicate, f"be {profession.english}")


def _personal_adjectives() -> Iterator[tuple[Clause, str]]:
    for adjective in PERSONAL_ADJECTIVES:
        predicate = Predicate("adjective", adjective)
        for subject in PERSON_SUBJECTS:
            if subject.adult or not adjective.adults_only:
                yield from _moods(subject, predicate, f"be {adjective.english}")


def _thing_adjectives() -> Iterator[tuple[Clause, str]]:
    subjects = {
        name: [
            subject_of_phrase(phrase)
            for phrase in definite_phrases(noun)
            if phrase.adjective is None
        ]
        for name, noun in NOUNS.items()
    }
    for adjective in THING_ADJECTIVES:
        predicate = Predicate("adjective", adjective)
        for name in adjective.nouns.split():
            for subject in subjects[name]:
                yield from _moods(subject, predicate, f"be {adjective.english}")


def _going() -> Iterator[tuple[Clause, str]]:
    for place in PLACES:
        predicate = Predicate("going", place)
        for subject in PERSON_SUBJECTS:
            yield from _moods(subject, predicate, f"go to {place.english}")


def _having() -> Iterator[tuple[Clause, str]]:
    adults_only = _ADULT_POSSESSIONS.split()
    for name in [*_POSSESSIONS.split(), *adults_only]:
        for phrase in indefinite_phrases(NOUNS[name], tuple(NUMERALS)):
            predicate = Predicate("having", phrase)
            for subject in PERSON_SUBJECTS:
                if subject.adult or name not in adults_only:
                    yield from _object_moods(subject, predicate, f"have {name}")


def _actions() -> Iterator[tuple[Clause, str]]:
    for verb in VERBS:
        for name in verb.objects.split():
            core = f"{verb.english} {name}"
            for phrase in object_phrases(NOUNS[name], verb.articles):
                predicate = Predicate("action", phrase, verb)
                for subject in PERSON_SUBJECTS:
                    if subject.adult or not verb.adults_only:
                        yield from _object_moods(subject, predicate, core)


def _object_moods(
    subject: Subject, predicate: Predicate, core: str
) -> Iterator[tuple[Clause, str]]:
    """The moods of a clause with an object, without the ones that sound odd."""
    phrase = predicate.complement
    if phrase.noun.english == subject.name:
        return
    # Whose it would be, "you" or "you all", English does not tell.
    if phrase.determiner == "your" and subject.name.startswith("you"):
        return
    for clause, _ in _moods(subject, predicate, core):
        # Long objects are left to pronouns and to statements about one person, to
        # keep the corpus small.
        if not (subject.pronoun or phrase.is_plain) and (
            subject.plural or clause.negative or clause.question
        ):
            continue
        # A negated numeral may deny the number or the thing.
        if clause.negative and phrase.determiner in NUMERALS:
            continue
        yield clause, core
