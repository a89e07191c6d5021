"""What a sentence says, before it is put into a language."""

import dataclasses
from typing import NamedTuple

from seq2seq_keras.data.phrasebook.phrases import Phrase
from seq2seq_keras.data.phrasebook.words import (
    Adjective,
    Place,
    Profession,
    Subject,
    Verb,
)

KINDS = ("profession", "adjective", "going", "having", "action")


@dataclasses.dataclass(frozen=True, eq=False)
class Predicate:
    """What is said of the subject.

    Args:
        kind: One of `KINDS`.
        complement: A `Profession`, `Adjective`, `Place` or `Phrase`, as the kind
            asks for; a `Phrase` for "having" and "action".
        verb: The `Verb` of an "action".
    """

    kind: str
    complement: Profession | Adjective | Place | Phrase
    verb: Verb | None = None


class Clause(NamedTuple):
    """A subject and a predicate, stated, denied or asked."""

    subject: Subject
    predicate: Predicate
    negative: bool = False
    question: bool = False
