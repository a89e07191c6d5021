"""Translators that were exported, and what compares two translators."""

import numpy as np
import pytest

from seq2seq_keras.runtime import Translator
from seq2seq_keras.translation import Translator as Saved

TEXTS = [
    "i am a student",
    "is she tired?",
    "",
    "my friends are going to the market with your sister",
    "xylophones aren't words it knows",
    "no",
    "\tThe café, isn't it?\u2028no! ",
]


@pytest.fixture(scope="session")
def saved_translator(folder_to_export):
    """The folder of the translator that is exported."""
    return folder_to_export


@pytest.fixture(scope="session")
def translator(saved_translator):
    """The translator in that folder."""
    return Saved.load(saved_translator)


@pytest.fixture(scope="session")
def exported_folder(onnx_folder):
    """The folder for ONNX Runtime; tests that change it work on a copy."""
    return onnx_folder


@pytest.fixture(scope="session")
def exported(exported_folder):
    """The translator in it, on one thread."""
    return Translator.load(exported_folder, threads=1)


@pytest.fixture(scope="session")
def litert_folder(translator, made_once):
    """The same for LiteRT."""
    return made_once(
        "litert", lambda folder: translator.export(folder, format="litert")
    )


@pytest.fixture(scope="session")
def litert(litert_folder):
    """The translator in it, on one thread."""
    return Translator.load(litert_folder, threads=1)


@pytest.fixture(scope="session")
def assert_alike():
    """A function that compares all that two translators find.

    Texts, tokens and their order are equal, numbers up to the order of sums.
    """

    def compare(first, second, texts=TEXTS, **search):
        pairs = zip(
            first.decode(texts, **search), second.decode(texts, **search), strict=True
        )
        for one, other in pairs:
            assert other.source == one.source
            assert other.source_tokens == one.source_tokens
            assert [h.text for h in other.hypotheses] == [
                h.text for h in one.hypotheses
            ]
            for mine, theirs in zip(one.hypotheses, other.hypotheses, strict=True):
                compare_hypotheses(mine, theirs)

    def compare_hypotheses(one, other):
        assert (other.tokens, other.ended) == (one.tokens, one.ended)
        np.testing.assert_allclose(other.score, one.score, atol=1e-4)
        np.testing.assert_allclose(
            other.token_probabilities, one.token_probabilities, atol=1e-4
        )
        assert (other.attention is None) == (one.attention is None)
        if one.attention is not None:
            np.testing.assert_allclose(other.attention, one.attention, atol=1e-4)

    return compare
