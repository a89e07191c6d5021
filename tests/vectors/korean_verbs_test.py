"""Tests that FastText over jamo knows the forms of a Korean verb, on the phrasebook."""

import numpy as np
import pytest

from seq2seq_keras.data import load_corpus
from seq2seq_keras.text import JamoTokenizer, WordTokenizer
from seq2seq_keras.vectors import fasttext, word2vec
from tools.phrasebook.verbs import VERBS


@pytest.fixture(scope="module")
def sentences():
    """Korean sentences without the form 지 before 않아요, so that it is never seen."""
    korean = load_corpus("phrasebook/english-korean").train.target
    return [sentence for sentence in korean if "지 않" not in sentence][:8000]


def rank_of_own_verb(sentences, letters):
    """Where each verb stands when all are sorted by likeness to its unseen form."""
    tokenizer = WordTokenizer.fit(sentences[:1])
    vectors = fasttext(
        sentences,
        tokenizer=tokenizer,
        letters=letters,
        dimensions=50,
        shortest=2,
        longest=4,
        buckets=20_000,
        epochs=30,
    )
    verbs = [verb.korean for verb in VERBS if verb.korean.polite in vectors]
    forms = [verb.polite for verb in verbs]
    ranks = []
    for number, verb in enumerate(verbs):
        unseen = f"{verb.stem}지"
        assert unseen not in vectors
        likeness = [vectors.similarity(unseen, form) for form in forms]
        ranks.append(sum(other > likeness[number] for other in likeness))
    return np.array(ranks)


def test_an_unseen_form_of_a_verb_is_nearest_to_its_seen_form(sentences):
    ranks = rank_of_own_verb(sentences, "jamo")
    assert len(ranks) > 25
    # By chance one in thirty would be, and the mean rank about 15.
    assert (ranks == 0).mean() > 0.6
    assert ranks.mean() < 2
    # 읽어요 and 읽지 share a syllable, 마셔요 and 마시지 half of one.
    assert ranks.mean() < rank_of_own_verb(sentences, "characters").mean()


def test_vectors_can_be_made_of_jamo(sentences):
    tokenizer = JamoTokenizer.fit(sentences[:500])
    vectors = word2vec(
        sentences[:500], tokenizer=tokenizer, dimensions=8, epochs=1, min_frequency=1
    )
    assert set(vectors.words) == set(tokenizer.vocabulary[4:])
    _, coverage = vectors.matrix_for(tokenizer)
    assert coverage.share == 1
