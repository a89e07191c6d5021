"""The sentences of the phrasebook, generated once for all tests."""

from typing import NamedTuple

import pytest

from tools.phrasebook.corpus import Sentence, generate_sentences


class Text(NamedTuple):
    """A sentence whose two parts are joined."""

    english: str
    french: str
    korean: str
    combination: str
    kind: str


def joined(sentence: Sentence) -> Text:
    english, french, korean, subject, predicate, kind = sentence
    texts = map(" ".join, (english, french, korean))
    return Text(*texts, f"{subject} / {predicate}", kind)


@pytest.fixture(scope="session")
def generated():
    return list(generate_sentences())


@pytest.fixture(scope="session")
def sentences(generated):
    return tuple(map(joined, generated))
