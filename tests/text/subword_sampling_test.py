"""Tests of seq2seq_keras.text.subword_sampling."""

import collections
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest
import sentencepiece

from seq2seq_keras.data import load_corpus
from seq2seq_keras.text import draw_pieces, train_sentencepiece

TEXTS = [
    "der kleine Hund läuft über die Wiese",
    "le petit chien court",
    "학생이 읽어요",
]
every_algorithm = pytest.mark.parametrize("algorithm", ["bpe", "unigram"])


def processor_of(model):
    return sentencepiece.SentencePieceProcessor(model_proto=model)


def scores_of(model):
    processor = processor_of(model)
    ids = range(4, processor.get_piece_size())
    return {processor.id_to_piece(i): processor.get_score(i) for i in ids}


def assert_drawn_as_often(drawn, probabilities):
    """Every way comes as often as it should, within 5 standard deviations."""
    counts = collections.Counter(map(tuple, drawn))
    assert set(counts) <= set(probabilities)
    assert sum(probabilities.values()) == pytest.approx(1)
    for way, probability in probabilities.items():
        deviation = np.sqrt(probability * (1 - probability) / len(drawn))
        share = counts[way] / len(drawn)
        assert abs(share - probability) <= 5 * deviation + 1e-9


def segmentations(word, pieces):
    """Every way to write a word as a tuple of pieces."""
    if not word:
        yield ()
    for end in range(1, len(word) + 1):
        if word[:end] in pieces:
            for rest in segmentations(word[end:], pieces):
                yield (word[:end], *rest)


@pytest.mark.parametrize("alpha", [0.1, 1.0])
def test_unigram_draws_each_segmentation_as_often_as_its_probability_says(alpha):
    """Kudo (2018), section 3.2, by brute force: P(x)^alpha over the sum of all."""
    model = train_sentencepiece(["abab abab ab ba aba"] * 5, algorithm="unigram")
    scores = scores_of(model)
    weights = {
        way: np.exp(alpha * sum(scores[piece] for piece in way))
        for way in segmentations("▁abab", scores)
    }
    assert len(weights) > 3
    total = sum(weights.values())
    drawn = draw_pieces(model, ["abab"] * 10_000, alpha=alpha, seed=0)
    assert_drawn_as_often(drawn, {way: w / total for way, w in weights.items()})


def dropped_out(pieces, scores, dropout):
    """Probabilities of the ends of BPE-dropout, by following every path."""
    merges = sorted(
        (-scores["".join(pair)], position)
        for position, pair in enumerate(itertools.pairwise(pieces))
        if "".join(pair) in scores
    )
    ends = collections.Counter({pieces: dropout ** len(merges)})
    for rank, (_, position) in enumerate(merges):
        merged = "".join(pieces[position : position + 2])
        after = (*pieces[:position], merged, *pieces[position + 2 :])
        # This merge stays and all better ones are left out.
        chance = (1 - dropout) * dropout**rank
        for end, probability in dropped_out(after, scores, dropout).items():
            ends[end] += chance * probability
    return ends


def test_bpe_leaves_out_merges_as_often_as_the_algorithm_says():
    """Provilkov et al. (2020), algorithm 1."""
    model = train_sentencepiece(["abab abab ab ba aba"] * 5, algorithm="bpe")
    probabilities = dropped_out(tuple("▁abab"), scores_of(model), 0.3)
    assert len(probabilities) > 3
    drawn = draw_pieces(model, ["abab"] * 10_000, alpha=0.3, seed=0)
    assert_drawn_as_often(drawn, probabilities)


def test_bpe_leaves_out_no_merge_at_0_and_every_merge_at_1():
    train = load_corpus("phrasebook/english-french").train[:2000]
    model = train_sentencepiece(train.target, algorithm="bpe", max_size=300)
    texts = [*train.target[:500], "", "漢字 un漢 ▁ a_b", *TEXTS]
    plain = processor_of(model).encode(texts, out_type=str)
    assert draw_pieces(model, texts, alpha=0.0, seed=0) == plain
    [drawn] = draw_pieces(model, ["un ami"], alpha=1.0, seed=0)
    assert drawn == list("▁un▁ami")


def test_unigram_draws_the_best_segmentation_where_it_is_certain():
    train = load_corpus("phrasebook/english-french").train[:2000]
    model = train_sentencepiece(train.target, algorithm="unigram", max_size=300)
    texts = [*train.target[:500], "", "漢字 un漢 ▁ a_b", *TEXTS]
    plain = processor_of(model).encode(texts, out_type=str)
    drawn = draw_pieces(model, texts, alpha=1000.0, seed=0)
    same = sum(ours == theirs for ours, theirs in zip(drawn, plain, strict=True))
    assert same >= 0.99 * len(texts)  # but where two are equally good


@every_algorithm
def test_draws_hang_on_the_seed_alone(algorithm):
    model = train_sentencepiece(TEXTS, algorithm=algorithm)
    first, again, other = (
        draw_pieces(model, TEXTS * 20, alpha=0.3, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.slow
@every_algorithm
def test_another_process_draws_the_same(algorithm):
    script = f"""if True:
        import json
        from seq2seq_keras.text import draw_pieces, train_sentencepiece
        model = train_sentencepiece({TEXTS}, algorithm={algorithm!r})
        print(json.dumps(draw_pieces(model, {TEXTS}, alpha=0.3, seed=1)))
    """
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    model = train_sentencepiece(TEXTS, algorithm=algorithm)
    expected = draw_pieces(model, TEXTS, alpha=0.3, seed=1)
    assert json.loads(result.stdout) == expected
