"""The sentences of the phrasebook in three languages."""

from collections.abc import Iterator
from typing import NamedTuple

from seq2seq_keras.data.phrasebook.english import render_english
from seq2seq_keras.data.phrasebook.french import render_french
from seq2seq_keras.data.phrasebook.grammar import generate_clauses
from seq2seq_keras.data.phrasebook.korean import render_korean


class Sentence(NamedTuple):
    """One sentence in three languages.

    Args:
        english: In English.
        french: In French.
        korean: In Korean.
        combination: The subject and the core of the predicate, e.g.
            "he / sell car", which all forms of the sentence share.
        kind: One of `clauses.KINDS`.
    """

    english: str
    french: str
    korean: str
    combination: str
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
    ('i am a student', 'je suis étudiant', '저는 학생이에요')
    """
    for clause, combination in generate_clauses():
        yield Sentence(
            render_english(clause),
            render_french(clause),
            render_korean(clause),
            combination,
            clause.predicate.kind,
        )
