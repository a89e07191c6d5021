"""Tests of weights of pairs, from seq2seq_keras.data to a step of training."""

import math
import random

import keras
import numpy as np
import pandas as pd
import pytest

from seq2seq_keras.data import Batches, Pairs, PairStream, make_dataset, split_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer
from seq2seq_keras.training import compile_model

LETTERS, DIGITS = "abcdefghij", "0123456789"
TOKENIZERS = CharacterTokenizer([*LETTERS]), CharacterTokenizer([*DIGITS])


@pytest.fixture
def pairs():
    """60 pairs of 1 to 9 letters and digits; the weight is the target's number."""
    generator = random.Random(0)
    return Pairs(
        ["".join(generator.choices(LETTERS, k=1 + n % 9)) for n in range(60)],
        [f"{n:02}" for n in range(60)],
        [n / 4 for n in range(60)],
    )


@pytest.fixture(params=["memory", "stream"])
def as_given(request):
    if request.param == "memory":
        return lambda pairs: pairs
    return lambda pairs: PairStream(pairs.rows)


def test_rows_have_weights_of_one_where_there_are_none():
    assert list(Pairs(["a"], ["x"]).rows()) == [("a", "x", 1.0)]
    assert list(Pairs(["a"], ["x"], [2]).rows()) == [("a", "x", 2.0)]
    assert list(Pairs([], [], []).rows()) == []
    mixed = PairStream(lambda: iter([("a", "x"), ("b", "y", 3)]))
    assert list(mixed.rows()) == [("a", "x", 1.0), ("b", "y", 3.0)]
    assert list(mixed) == [("a", "x"), ("b", "y")]
    assert (list(mixed.source), list(mixed.target)) == (["a", "b"], ["x", "y"])


def test_pairs_are_pairs_whatever_they_weigh(pairs):
    assert list(pairs) == list(zip(pairs.source, pairs.target, strict=True))
    assert pairs[3] == (pairs.source[3], "03")


def test_parts_keep_their_weights(pairs):
    assert pairs[5:9].weights == [5 / 4, 6 / 4, 7 / 4, 8 / 4]
    assert pairs.evenly_spaced(3).weights == [0.0, 5.0, 10.0]
    assert pairs.take([7, 2]) == Pairs(
        [pairs.source[7], pairs.source[2]], ["07", "02"], [1.75, 0.5]
    )
    assert Pairs(["a"], ["x"]).take([0]).weights is None
    assert Pairs(["a"], ["x"], [2]) != Pairs(["a"], ["x"])


def test_a_split_keeps_weights(pairs, as_given):
    parts = split_pairs(as_given(pairs), validation=0.3, test=0.3)
    rows = [row for part in parts for row in part.rows()]
    assert sorted(rows, key=lambda row: row[1]) == list(pairs.rows())
    plain = Pairs(pairs.source, pairs.target)
    for part in split_pairs(plain, validation=0.3, test=0.3):
        assert part.weights is None


def test_a_stream_is_read_with_its_weights(pairs):
    assert PairStream(pairs.rows).read() == pairs
    plain = Pairs(pairs.source, pairs.target)
    assert PairStream(lambda: iter(plain)).read() == plain
    assert PairStream(plain.rows).read() == plain


@pytest.mark.parametrize("kind", [np.array, pd.Series, tuple, iter])
def test_weights_may_come_as_arrays(kind):
    pairs = Pairs(["a", "b"], ["x", "y"], kind([1, 0.5]))
    assert pairs.weights == [1.0, 0.5]
    assert all(type(weight) is float for weight in pairs.weights)
    assert repr(pairs).endswith("target=['x', 'y'], weights=[1.0, 0.5])")


@pytest.mark.parametrize(
    "weight", [-0.1, math.nan, math.inf, "1", None, True, 1e10, np.float32(-1)]
)
def test_what_is_no_weight_is_named_by_its_place(weight):
    with pytest.raises(InputError, match=r"^`weights\[1\]` must be .* Received"):
        Pairs(["a", "b"], ["x", "y"], [1, weight])
    stream = PairStream(lambda: iter([("a", "x"), ("b", "y", weight)]))
    with pytest.raises(InputError, match=r"^`weights\[1\]` must be .* Received"):
        list(stream.rows())


def test_every_pair_needs_one_weight():
    with pytest.raises(InputError, match="2 pairs and 1 weights"):
        Pairs(["a", "b"], ["x", "y"], [1])


def weights_in_loops(labels, weight_of):
    """The weight of each label, by the number that its digits spell."""
    expected = np.zeros(labels.shape)
    for row, column in np.ndindex(*labels.shape):
        if labels[row, column] != 0:
            digits = [DIGITS[x - 4] for x in labels[row] if x > 3]
            expected[row, column] = weight_of[int("".join(digits))]
    return expected


@pytest.mark.parametrize("copy", [False, True])
def test_the_tokens_of_a_target_weigh_what_their_pair_does(pairs, as_given, copy):
    dataset = make_dataset(as_given(pairs), *TOKENIZERS, batch_size=8, copy=copy)
    for _ in range(2):
        seen = 0
        for inputs, labels, weights in dataset:
            assert ("source_copy_ids" in inputs) == copy
            expected = weights_in_loops(labels.numpy(), pairs.weights)
            np.testing.assert_array_equal(weights, expected.astype("float32"))
            seen += len(labels)
        assert seen == len(pairs)


def test_pairs_that_are_left_out_take_their_weights_along(pairs, as_given):
    with pytest.warns(UserWarning, match="are left out"):
        dataset = make_dataset(as_given(pairs), *TOKENIZERS, max_source_length=4)
    for _, labels, weights in dataset:
        expected = weights_in_loops(labels.numpy(), pairs.weights)
        np.testing.assert_array_equal(weights, expected.astype("float32"))


def test_weights_of_one_change_nothing(pairs, as_given):
    plain = Pairs(pairs.source, pairs.target)
    ones = Pairs(pairs.source, pairs.target, [1] * len(pairs))
    without, with_ones = (
        make_dataset(as_given(given), *TOKENIZERS) for given in (plain, ones)
    )
    for (_, labels, weights), (_, others, same) in zip(without, with_ones, strict=True):
        np.testing.assert_array_equal(labels, others)
        np.testing.assert_array_equal(weights, same)
        np.testing.assert_array_equal(weights, labels.numpy() != 0)


def test_a_weight_that_is_not_one_counts_wherever_it_stands():
    for weights in ([1, 1, 0.5], [2, 1, 1], [1, 0, 1]):
        [(_, _, found)] = make_dataset(
            Pairs(["a"] * 3, ["1"] * 3, weights), *TOKENIZERS, shuffle=False
        )
        np.testing.assert_array_equal(found[:, 0], weights)


def test_pairs_that_all_weigh_nothing_are_refused(as_given):
    nothing = as_given(Pairs(["a", "b"], ["1", "2"], [0, 0]))
    with pytest.raises(InputError, match="whose weights are all 0"):
        make_dataset(nothing, *TOKENIZERS)


def test_an_observer_is_told_the_weights(pairs):
    seen = []
    Batches(pairs, *TOKENIZERS, observe=lambda rows, tokens: seen.extend(rows))
    assert seen == list(pairs.rows())


def step_of(pairs):
    """Loss, metrics and weights of a model after one step on one batch of pairs."""
    keras.utils.set_random_seed(0)
    sizes = [tokenizer.vocabulary_size for tokenizer in TOKENIZERS]
    model = compile_model(build_model(*sizes, units=4, embedding_dim=3, dropout=0.0))
    [(inputs, labels, weights)] = make_dataset(pairs, *TOKENIZERS, shuffle=False)
    logits = np.asarray(model(inputs), "float64")
    values = model.train_on_batch(inputs, labels, weights, return_dict=True)
    return values, model.get_weights(), logits, labels.numpy()


SOURCES, TARGETS = ["abc", "d", "ef"], ["12", "3456", "7"]


def test_a_doubled_weight_is_the_pair_twice_in_its_batch(eager):
    doubled = Pairs(SOURCES, TARGETS, [1, 2, 1])
    repeated = Pairs([*SOURCES, SOURCES[1]], [*TARGETS, TARGETS[1]])
    values, trained, *_ = step_of(doubled)
    others, expected, *_ = step_of(repeated)
    assert values == pytest.approx(others, rel=1e-5)
    for array, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(array, other, atol=1e-5)
    # It is not what the weights of one would do.
    plain, *_ = step_of(Pairs(SOURCES, TARGETS))
    assert values != pytest.approx(plain, rel=1e-3)


def test_nothing_is_learnt_from_a_pair_of_weight_zero(eager):
    values, trained, *_ = step_of(Pairs(SOURCES, TARGETS, [1, 0, 1]))
    others, expected, *_ = step_of(Pairs(SOURCES[::2], TARGETS[::2]))
    assert values == pytest.approx(others, rel=1e-5)
    for array, other in zip(trained, expected, strict=True):
        np.testing.assert_allclose(array, other, atol=1e-5)


def test_loss_and_metrics_are_weighted_means_over_tokens(eager):
    """The sum of weight times value over the sum of weights, in a NumPy loop."""
    pair_weights = [0.25, 3.0, 1.5]
    values, _, logits, labels = step_of(Pairs(SOURCES, TARGETS, pair_weights))
    losses = right = total = 0.0
    for row, column in np.ndindex(*labels.shape):
        if labels[row, column] != 0:
            scores, weight = logits[row, column], pair_weights[row]
            log_sum = math.log(sum(math.exp(x) for x in scores))
            losses += weight * (log_sum - scores[labels[row, column]])
            right += weight * (scores.argmax() == labels[row, column])
            total += weight
    assert values["loss"] == pytest.approx(losses / total, rel=1e-5)
    assert values["perplexity"] == pytest.approx(math.exp(losses / total), rel=1e-5)
    assert values["token_accuracy"] == pytest.approx(right / total, rel=1e-5)
