"""The sentences of the phrasebook in three languages."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.phrasebook.english import render_english
from tools.phrasebook.french import render_french
from tools.phrasebook.grammar import generate_clauses
from tools.phrasebook.korean import render_korean


class Sentence(NamedTuple):
    """One sentence in three languages, each in two parts with a space between them.

    Parts recur in many sentences, so that a file of them is small.

    Args:
        english: In English, e.g. `("he does not sell", "the car")`.
        french: In French.
        korean: In Korean.
        subject: The noun or pronoun that the sentence is about, e.g. "he".
        predicate: The core of what it says, e.g. "sell car". All forms of a sentence
            share subject and predicate.
        kind: One of `phrases.KINDS`.
    """

    english: tuple[str, str]
    french: tuple[str, str]
    korean: tuple[str, str]
    subject: str
    predicate: str
    kind: str


def generate_sentences() -> Iterator[Sentence]:
    """Yields all sentences, in a fixed order, each English one once.

    An English sentence has exactly one translation, by these rules:

    - "you" is tu and 당신, "you all" is vous and 여러분; "they" is ils.
    - Where English does not tell the gender, French has the masculine.
    - Questions invert verb and pronoun (es-tu étudiant ?); je and nouns have
      est-ce que.
    - The Korean is polite (해요체); parents, grandparents and teachers are honoured
      (-세요). "My brother" and "my sister" are the younger ones (남동생, 여동생).
    - The Korean plural is marked for definite people (the children, 아이들) alone.

    Returns:
        Iterator of `Sentence`s.

    Example:
    >>> next(generate_sentences())[:3]
    (('i am', 'a student'), ('je suis', 'étudiant'), ('저는', '학생이에요'))
    """
    for clause, core in generate_clauses():
        yield Sentence(
            render_english(clause),
            render_french(clause),
            render_korean(clause),
            clause.subject.name,
            core,
            clause.predicate.kind,
        )
