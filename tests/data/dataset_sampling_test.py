"""Tests of subword sampling in seq2seq_keras.data.dataset."""

import numpy as np
import pytest

from seq2seq_keras.data import Pairs, PairStream, load_corpus, make_dataset
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import SubwordTokenizer, WordTokenizer

PAIRS = load_corpus("phrasebook/english-french").train[:90]
SOURCE = SubwordTokenizer.fit(PAIRS.source, algorithm="unigram")
TARGET = SubwordTokenizer.fit(PAIRS.target, algorithm="bpe")


@pytest.fixture(params=["memory", "stream"])
def pairs(request, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 40)
    return PAIRS if request.param == "memory" else PairStream(lambda: iter(PAIRS))


def epoch_of(dataset):
    """The batches of an epoch, as lists of ids without padding."""
    return [
        [
            [row[row > 0].tolist() for row in ids.numpy()]
            for ids in (inputs["source_token_ids"], inputs["target_token_ids"], labels)
        ]
        for inputs, labels, _ in dataset
    ]


def texts_of(epoch):
    sources = [row for sources, _, _ in epoch for row in sources]
    targets = [row for _, _, labels in epoch for row in labels]
    texts = SOURCE.detokenize(sources), TARGET.detokenize(targets)
    return sorted(zip(*texts, strict=True))


def test_each_epoch_is_the_same_text_in_other_pieces(pairs):
    dataset = make_dataset(pairs, SOURCE, TARGET, subword_sampling=0.1, shuffle=False)
    first, second = epoch_of(dataset), epoch_of(dataset)
    for side in range(3):
        assert [batch[side] for batch in first] != [batch[side] for batch in second]
    assert texts_of(first) == texts_of(second) == sorted(PAIRS)
    for _, given, labels in (*first, *second):
        assert [row[1:] for row in given] == [row[:-1] for row in labels]


def test_the_same_seed_gives_the_same_epochs(pairs):
    datasets = [
        make_dataset(pairs, SOURCE, TARGET, subword_sampling=0.1, seed=seed)
        for seed in (5, 5, 6)
    ]
    first, again, other = ([epoch_of(d), epoch_of(d)] for d in datasets)
    assert first == again
    assert first[0] != first[1]
    assert first != other


def test_another_seed_draws_other_pieces():
    first, other = (
        epoch_of(
            make_dataset(
                PAIRS, SOURCE, TARGET, subword_sampling=0.1, seed=seed, shuffle=False
            )
        )
        for seed in (0, 1)
    )
    assert first != other


def test_chunks_of_the_same_text_are_drawn_apart(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 20)
    pairs = Pairs([*PAIRS.source[:20]] * 2, [*PAIRS.target[:20]] * 2)
    dataset = make_dataset(pairs, SOURCE, TARGET, subword_sampling=0.1, shuffle=False)
    [[sources, _, _]] = epoch_of(dataset)
    assert sources[:20] != sources[20:]


def test_the_order_and_number_of_batches_are_those_without_sampling(pairs):
    plain, sampled = (
        make_dataset(
            pairs, SOURCE, TARGET, shuffle=False, batch_size=16, subword_sampling=alpha
        )
        for alpha in (0.0, 0.3)
    )
    assert int(plain.cardinality()) == int(sampled.cardinality())
    batches = [texts_of([batch]) for batch in epoch_of(plain)]
    for _ in range(2):
        assert [texts_of([batch]) for batch in epoch_of(sampled)] == batches


def test_limits_go_by_the_length_without_sampling():
    longest = max(map(len, SOURCE.tokenize(list(PAIRS.source))))
    dataset = make_dataset(
        PAIRS, SOURCE, TARGET, max_source_length=longest, subword_sampling=0.3
    )
    epoch = epoch_of(dataset)
    assert texts_of(epoch) == sorted(PAIRS)
    assert max(len(row) for sources, _, _ in epoch for row in sources) > longest + 1


def test_words_on_the_other_side_stay_as_they_are():
    words = WordTokenizer.fit(PAIRS.target)
    options = {"shuffle": False, "batch_size": len(PAIRS)}
    [[plain, _, plain_words]], [[sampled, _, sampled_words]] = (
        epoch_of(make_dataset(PAIRS, SOURCE, words, subword_sampling=alpha, **options))
        for alpha in (0.0, 0.3)
    )
    assert sampled_words == plain_words
    assert sampled != plain


def test_copied_ids_are_those_of_the_sampled_pieces():
    dataset = make_dataset(PAIRS, SOURCE, TARGET, copy=True, subword_sampling=0.3)
    size = TARGET.vocabulary_size
    for inputs, labels, _ in dataset:
        source, copied = inputs["source_token_ids"], inputs["source_copy_ids"]
        assert source.shape == copied.shape
        pieces = np.array(SOURCE.vocabulary)[source.numpy()]
        for row, ids in zip(pieces.tolist(), copied.numpy().tolist(), strict=True):
            for piece, copy_id in zip(row, ids, strict=True):
                if copy_id >= size:
                    assert row[copy_id - size] == piece
        known = (labels.numpy()[:, :-1] < size) & (labels.numpy()[:, 1:] > 0)
        given = inputs["target_token_ids"].numpy()[:, 1:]
        assert (given[known] == labels.numpy()[:, :-1][known]).all()


def test_sampling_needs_subwords():
    words = WordTokenizer.fit(PAIRS.source)
    with pytest.raises(InputError, match="needs a `SubwordTokenizer`"):
        make_dataset(PAIRS, words, words, subword_sampling=0.1)


@pytest.mark.parametrize("alpha", [-0.1, 1.5])
def test_sampling_out_of_its_range_is_named(alpha):
    with pytest.raises(InputError, match=f"subword_sampling={alpha}"):
        make_dataset(PAIRS, SOURCE, TARGET, subword_sampling=alpha)
