"""Lists every clause of the phrasebook."""

from seq2seq_keras.data.phrasebook.adjectives import (
    PERSONAL_ADJECTIVES,
    THING_ADJECTIVES,
)
from seq2seq_keras.data.phrasebook.clauses import Clause, Predicate
from seq2seq_keras.data.phrasebook.nouns import NOUNS
from seq2seq_keras.data.phrasebook.phrases import (
    NUMERALS,
    definite_phrases,
    indefinite_phrases,
    object_phrases,
)
from seq2seq_keras.data.phrasebook.places import PLACES
from seq2seq_keras.data.phrasebook.professions import PROFESSIONS
from seq2seq_keras.data.phrasebook.subjects import PERSON_SUBJECTS, subject_of_phrase
from seq2seq_keras.data.phrasebook.verbs import VERBS

_POSSESSIONS = (
    "book dictionary newspaper bicycle computer phone bag key umbrella watch pencil "
    "pen hat coat ticket map gift photo apple dog cat rabbit bird friend brother "
    "sister bread milk water money"
)
_ADULT_POSSESSIONS = "car house garden horse child son daughter"


def generate_clauses():
    """Yields every clause, in a fixed order.

    Returns:
        Iterator of pairs `(clause, combination)`, where the combination names the
        subject and the core of the predicate. Polarity, question, determiner, number
        and adjectives inside a noun phrase make no difference to it.
    """
    yield from _professions()
    yield from _personal_adjectives()
    yield from _thing_adjectives()
    yield from _going()
    yield from _having()
    yield from _actions()


def _moods(subject, predicate, core):
    combination = f"{subject.name} / {core}"
    for question in (False, True):
        for negative in (False, True):
            yield Clause(subject, predicate, negative, question), combination


def _professions():
    for profession in PROFESSIONS:
        predicate = Predicate("profession", profession)
        for subject in PERSON_SUBJECTS:
            if subject.profession and (subject.adult or not profession.adults_only):
                yield from _moods(subject, predicate, f"be {profession.english}")


def _personal_adjectives():
    for adjective in PERSONAL_ADJECTIVES:
        predicate = Predicate("adjective", adjective)
        for subject in PERSON_SUBJECTS:
            if subject.adult or not adjective.adults_only:
                yield from _moods(subject, predicate, f"be {adjective.english}")


def _thing_adjectives():
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


def _going():
    for place in PLACES:
        predicate = Predicate("going", place)
        for subject in PERSON_SUBJECTS:
            yield from _moods(subject, predicate, f"go to {place.english}")


def _having():
    adults_only = _ADULT_POSSESSIONS.split()
    for name in [*_POSSESSIONS.split(), *adults_only]:
        for phrase in indefinite_phrases(NOUNS[name], tuple(NUMERALS)):
            predicate = Predicate("having", phrase)
            for subject in PERSON_SUBJECTS:
                if subject.adult or name not in adults_only:
                    yield from _object_moods(subject, predicate, f"have {name}")


def _actions():
    for verb in VERBS:
        for name in verb.objects.split():
            core = f"{verb.english} {name}"
            for phrase in object_phrases(NOUNS[name], verb.articles):
                predicate = Predicate("action", phrase, verb)
                for subject in PERSON_SUBJECTS:
                    if subject.adult or not verb.adults_only:
                        yield from _object_moods(subject, predicate, core)


def _object_moods(subject, predicate, core):
    """The moods of a clause with an object, without the ones that sound odd."""
    phrase = predicate.complement
    if phrase.noun.english == subject.name:
        return
    # Whose it would be, "you" or "you all", English does not tell.
    if phrase.determiner == "your" and subject.name.startswith("you"):
        return
    for clause, combination in _moods(subject, predicate, core):
        # Long objects are left to pronouns and to statements about one person, to
        # keep the corpus small.
        if not (subject.pronoun or phrase.is_plain) and (
            subject.plural or clause.negative or clause.question
        ):
            continue
        # A negated numeral may deny the number or the thing.
        if clause.negative and phrase.determiner in NUMERALS:
            continue
        yield clause, combination
