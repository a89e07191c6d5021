"""Tests of seq2seq_keras.data.dataset."""

import itertools
import random
import warnings

import numpy as np
import pytest

from seq2seq_keras.data import Pairs, PairStream, make_dataset
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import CharacterTokenizer

LETTERS, DIGITS = "abcdefghij", "0123456789"
TOKENIZERS = CharacterTokenizer([*LETTERS]), CharacterTokenizer([*DIGITS])


@pytest.fixture(scope="module")
def pairs():
    """300 pairs of 1 to 40 letters and digits; the target numbers the pair."""
    generator = random.Random(0)
    return Pairs(
        [
            "".join(generator.choices(LETTERS, k=generator.randint(1, 40)))
            for _ in range(300)
        ],
        [f"{n:03}" + "7" * generator.randint(0, 20) for n in range(300)],
    )


@pytest.fixture(params=["memory", "stream"])
def as_given(request):
    """Hands pairs over as `Pairs` or as a `PairStream`."""
    if request.param == "memory":
        return lambda pairs: pairs
    return lambda pairs: PairStream(lambda: iter(pairs))


def batches_of(dataset):
    """Lists of the four arrays of each batch."""
    return [
        [
            inputs["source_token_ids"].numpy(),
            inputs["target_token_ids"].numpy(),
            labels.numpy(),
            weights.numpy(),
        ]
        for inputs, labels, weights in dataset
    ]


def read_back(dataset):
    """The pairs of a dataset in its order, as text."""
    return [
        tuple(
            "".join(characters[token_id - 4] for token_id in row if token_id > 3)
            for row, characters in ((source, LETTERS), (labels, DIGITS))
        )
        for batch in batches_of(dataset)
        for source, _, labels, _ in zip(*batch, strict=True)
    ]


def assert_equal_batches(batches, others):
    assert len(batches) == len(others)
    for batch, other in zip(batches, others, strict=True):
        for array, expected in zip(batch, other, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_a_batch_is_what_a_loop_makes_of_it(as_given):
    pairs = Pairs(["ab", "cde", "f"], ["12", "3", "4567"])
    [batch] = batches_of(make_dataset(as_given(pairs), *TOKENIZERS, shuffle=False))
    letters = {letter: n for n, letter in enumerate(LETTERS, start=4)}
    digits = {digit: n for n, digit in enumerate(DIGITS, start=4)}
    expected = np.zeros((3, 4)), np.zeros((3, 5)), np.zeros((3, 5)), np.zeros((3, 5))
    for row, (source, target) in enumerate(pairs):
        for t, letter in enumerate(source):
            expected[0][row, t] = letters[letter]
        expected[0][row, len(source)] = 3
        expected[1][row, 0] = 2
        for t, digit in enumerate(target):
            expected[1][row, t + 1] = digits[digit]
            expected[2][row, t] = digits[digit]
        expected[2][row, len(target)] = 3
        expected[3][row, : len(target) + 1] = 1
    for array, wanted in zip(batch, expected, strict=True):
        np.testing.assert_array_equal(array, wanted)
    assert [array.dtype for array in batch] == ["int32", "int32", "int32", "float32"]


def test_the_decoder_predicts_its_next_input(pairs):
    for _, given, labels, weights in batches_of(make_dataset(pairs, *TOKENIZERS)):
        for row in range(len(labels)):
            length = int(weights[row].sum())
            assert given[row, 0] == 2
            for t in range(length - 1):
                assert labels[row, t] == given[row, t + 1]
            assert labels[row, length - 1] == 3


def test_rows_are_padded_on_the_right_and_end_with_eos(pairs):
    for batch in batches_of(make_dataset(pairs, *TOKENIZERS)):
        source, given, labels, weights = batch
        for array in (source, given, labels):
            real = array != 0
            # Once padding begins nothing follows, and some row has none.
            assert (real[:, 1:] <= real[:, :-1]).all()
            assert real.all(axis=1).any()
        for array in (source, labels):
            last = (array != 0).sum(axis=1) - 1
            assert (array[np.arange(len(array)), last] == 3).all()
            assert ((array == 3).sum(axis=1) == 1).all()
        assert (given[:, 0] == 2).all()
        np.testing.assert_array_equal(weights, (labels != 0).astype("float32"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": False, "batch_size": 7},
        {"batch_by": "tokens", "batch_size": 30},
    ],
)
def test_every_pair_comes_once_in_each_epoch(options, pairs, as_given):
    pairs = pairs[:100]
    dataset = make_dataset(as_given(pairs), *TOKENIZERS, **options)
    for _ in range(2):
        assert sorted(read_back(dataset)) == sorted(pairs)


def test_only_one_batch_is_not_full(pairs, as_given):
    dataset = make_dataset(as_given(pairs), *TOKENIZERS, batch_size=8)
    sizes = sorted(len(batch[0]) for batch in batches_of(dataset))
    assert sizes == [4] + [8] * 37


@pytest.mark.parametrize("batch_size", [25, 64, 300, 1000])
def test_batches_by_tokens_keep_within_their_size(batch_size, pairs, as_given):
    long = Pairs(
        [*pairs.source[:99], "a" * 150, "b" * 80, "c" * 70],
        [*pairs.target[:99], "1", "2" * 130, "3" * 500],
    )
    dataset = make_dataset(
        as_given(long), *TOKENIZERS, batch_by="tokens", batch_size=batch_size
    )
    for source, given, _, _ in batches_of(dataset):
        longest = max(source.shape[1], given.shape[1])
        assert longest * len(source) <= batch_size or len(source) == 1


def test_batches_by_tokens_are_larger_for_short_sentences():
    pairs = Pairs(["a"] * 100 + ["a" * 30] * 100, ["1"] * 200)
    dataset = make_dataset(pairs, *TOKENIZERS, batch_by="tokens", batch_size=310)
    sizes = sorted((b[0].shape[1], len(b[0])) for b in batches_of(dataset))
    # All 100 short ones are 2 tokens long, and 310 // 31 is 10.
    assert sizes == [(2, 100)] + [(31, 10)] * 10


@pytest.mark.parametrize("batch_by", ["sentences", "tokens"])
@pytest.mark.parametrize("batch_size", [7, 64])
def test_the_dataset_knows_its_number_of_batches(batch_by, batch_size, pairs):
    dataset = make_dataset(
        pairs[:120], *TOKENIZERS, batch_by=batch_by, batch_size=batch_size
    )
    # An assertion in the dataset fails if it were another number.
    assert int(dataset.cardinality()) == sum(1 for _ in dataset)


def test_the_same_seed_gives_the_same_epochs(pairs):
    first, again = (make_dataset(pairs, *TOKENIZERS, seed=5) for _ in range(2))
    for _ in range(2):
        assert_equal_batches(batches_of(first), batches_of(again))


def test_another_seed_gives_another_order(pairs):
    first, other = (read_back(make_dataset(pairs, *TOKENIZERS, seed=s)) for s in (0, 1))
    assert first != other


def test_each_epoch_comes_in_another_order(pairs, as_given):
    dataset = make_dataset(as_given(pairs), *TOKENIZERS)
    assert read_back(dataset) != read_back(dataset)


def test_batches_are_not_made_of_neighbours_in_the_data():
    pairs = Pairs(["a"] * 300, [f"{n:03}" for n in range(300)])
    dataset = make_dataset(pairs, *TOKENIZERS, batch_size=30)
    first = [int(target) for _, target in read_back(dataset)[:30]]
    assert max(first) - min(first) > 150


def test_without_shuffling_short_batches_come_first(pairs, as_given):
    dataset = make_dataset(as_given(pairs), *TOKENIZERS, shuffle=False, batch_size=8)
    assert_equal_batches(batches_of(dataset), batches_of(dataset))
    longer = [
        np.maximum((source != 0).sum(axis=1), (given != 0).sum(axis=1))
        for source, given, *_ in batches_of(dataset)
    ]
    for batch, following in itertools.pairwise(longer):
        assert batch.max() <= following.min()


def test_without_shuffling_pairs_keep_their_order_in_a_batch(pairs, as_given):
    dataset = make_dataset(as_given(pairs), *TOKENIZERS, shuffle=False, batch_size=300)
    assert read_back(dataset) == list(pairs)


@pytest.mark.parametrize(
    "options", [{}, {"batch_by": "tokens", "batch_size": 64}, {"max_source_length": 20}]
)
def test_streams_give_the_batches_of_pairs_in_memory(options, pairs, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 17)
    pairs = pairs[:90]
    stream = PairStream(lambda: iter(pairs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of the pairs left out
        in_memory, streamed = (
            batches_of(make_dataset(given, *TOKENIZERS, shuffle=False, **options))
            for given in (pairs, stream)
        )
    assert_equal_batches(streamed, in_memory)


def test_a_stream_is_gone_through_once():
    begun = []

    def rows():
        begun.append(True)
        return iter([("ab", "1")])

    dataset = make_dataset(PairStream(rows), *TOKENIZERS)
    for _ in range(2):
        assert read_back(dataset) == [("ab", "1")]
    assert len(begun) == 1


@pytest.mark.parametrize(
    ("source_limit", "target_limit"),
    [(None, None), (40, None), (None, 9), (12, None), (2, 9)],
)
def test_pairs_over_a_limit_are_left_out(
    source_limit, target_limit, pairs, monkeypatch
):
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 101)
    expected = [
        (source, target)
        for source, target in pairs
        if len(source) <= (source_limit or 99) and len(target) <= (target_limit or 99)
    ]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = make_dataset(
            pairs,
            *TOKENIZERS,
            max_source_length=source_limit,
            max_target_length=target_limit,
        )
    assert sorted(read_back(dataset)) == sorted(expected)
    if len(expected) == len(pairs):
        assert caught == []
        return
    [warning] = caught
    message = str(warning.message)
    assert f"{len(pairs) - len(expected)} of 300 pairs are left out" in message
    for side, limit in (("source", source_limit), ("target", target_limit)):
        assert (f"more than {limit} {side} tokens" in message) == (limit is not None)
    assert warning.filename == __file__


def test_pairs_with_an_empty_side_are_left_out():
    pairs = Pairs(["ab", "", "c", " \t", "de"], ["1", "2", "", "", "3"])
    with pytest.warns(UserWarning, match="^3 of 5 pairs are left out: an empty side.$"):
        dataset = make_dataset(pairs, *TOKENIZERS)
    assert sorted(read_back(dataset)) == [("ab", "1"), ("de", "3")]
    assert int(dataset.cardinality()) == 1


def test_a_stream_says_once_what_it_left_out():
    stream = PairStream(lambda: iter([("ab", "1"), ("", "2")]))
    with pytest.warns(UserWarning, match="1 of 2 pairs are left out"):
        dataset = make_dataset(stream, *TOKENIZERS)
    assert int(dataset.cardinality()) == 1
    for _ in range(2):
        assert read_back(dataset) == [("ab", "1")]


def test_a_limit_that_is_just_met_keeps_the_pair():
    limits = {"max_source_length": 2, "max_target_length": 3}
    dataset = make_dataset(Pairs(["ab"], ["123"]), *TOKENIZERS, **limits)
    assert read_back(dataset) == [("ab", "123")]


@pytest.mark.parametrize(
    "pairs", [Pairs([], []), Pairs(["", "abc"], ["1", "1"]), Pairs(["a"], [" "])]
)
def test_an_error_says_that_no_pair_is_left(pairs, as_given):
    message = f"^No pair is left. {len(pairs)} of {len(pairs)} pairs"
    with pytest.raises(InputError, match=message):
        make_dataset(as_given(pairs), *TOKENIZERS, max_source_length=2)


def test_a_stream_may_begin_with_pairs_that_are_left_out(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 2)
    stream = PairStream(lambda: iter([*[("", "")] * 5, ("a", "1")]))
    with pytest.warns(UserWarning, match="5 of 6 pairs are left out"):
        dataset = make_dataset(stream, *TOKENIZERS)
    assert read_back(dataset) == [("a", "1")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_by": "words"}, r"'sentences', 'tokens'.*Received: batch_by='words'"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"batch_size": -4, "batch_by": "tokens"}, "batch_size=-4"),
        ({"max_source_length": 0}, "max_source_length=0"),
        ({"max_target_length": -1}, "max_target_length=-1"),
    ],
)
def test_an_option_out_of_its_range_is_named(options, message, pairs):
    with pytest.raises(InputError, match=message):
        make_dataset(pairs, *TOKENIZERS, **options)


def test_a_text_that_is_no_string_is_named_by_its_place(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.data.encoding._CHUNK", 2)
    pairs = Pairs(["a", "b", None], ["1", "2", "3"])
    with pytest.raises(InputError, match=r"Text 3 is None \(NoneType\)"):
        make_dataset(pairs, *TOKENIZERS)
