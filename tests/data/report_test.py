"""Tests of seq2seq_keras.data.report."""

import types

import pytest

from seq2seq_keras.data import Pairs, PairStream, SideReport, describe_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import WordTokenizer

TRAIN = Pairs(
    ["a b", "A  b", "a b", "c", "", "a b c d"],
    ["x", "x", "x", "x y z", "x", "y"],
)
TEST = Pairs(["a B", "new c", "c", "c"], ["x", "w w y", "", " "])
# Seven and six tokens with the special ones; d, new and w are unknown.
TOKENIZERS = {
    "source_tokenizer": WordTokenizer(["a", "b", "c"]),
    "target_tokenizer": WordTokenizer(["x", "y"]),
}


@pytest.fixture(params=["memory", "stream"])
def as_given(request):
    if request.param == "memory":
        return lambda pairs: pairs
    return lambda pairs: PairStream(lambda: iter(pairs))


def test_pairs_are_counted(as_given):
    splits = describe_pairs(as_given(TRAIN), test=as_given(TEST), **TOKENIZERS).splits
    assert list(splits) == ["training", "test"]
    training, test = splits["training"], splits["test"]
    # "a b" thrice (case and spacing aside), "c", "" and "a b c d".
    assert (training.pairs, training.distinct_sources) == (6, 4)
    # The third pair repeats the first; the second is another one by its spacing.
    assert (training.duplicates, training.leaked) == (1, 0)
    assert (test.pairs, test.distinct_sources, test.duplicates) == (4, 3, 0)


def test_sources_seen_in_training_are_counted_whatever_their_case(as_given):
    splits = describe_pairs(as_given(TRAIN), as_given(TEST), **TOKENIZERS).splits
    # "a B", "c" and "c"; "new c" is new.
    assert splits["validation"].leaked == 3


def test_a_source_of_validation_is_a_leak_in_the_test_set(as_given):
    validation = Pairs(["n", "c"], ["x", "x"])
    test = Pairs(["n", "m", "A b", "N"], ["x"] * 4)
    described = describe_pairs(*map(as_given, (TRAIN, validation, test)), **TOKENIZERS)
    # "c" stands in training; "n" and "N" in validation, "A b" in training.
    assert [split.leaked for split in described.splits.values()] == [0, 1, 3]
    # The test set is the last to be looked at.
    described = describe_pairs(TRAIN, test=validation, **TOKENIZERS)
    assert described.splits["test"].leaked == 1


def test_lengths_are_measured_in_tokens(as_given):
    side = describe_pairs(as_given(TRAIN), **TOKENIZERS).splits["training"].source
    # The lengths are 2 2 2 1 0 4; sorted, 95 % lie three quarters from 2 to 4.
    assert side.mean_length == pytest.approx(11 / 6)
    assert side.median_length == 2
    assert side.length_95 == pytest.approx(2 + 0.75 * 2)
    assert side.max_length == 4


def test_unknown_tokens_and_empty_sides_are_counted(as_given):
    splits = describe_pairs(as_given(TRAIN), as_given(TEST), **TOKENIZERS).splits
    training, validation = splits["training"], splits["validation"]
    # Capital A and d of eleven tokens.
    assert training.source.unknown_rate == pytest.approx(2 / 11)
    assert (training.source.empty, training.target.empty) == (1, 0)
    # z of eight.
    assert training.target.unknown_rate == pytest.approx(1 / 8)
    # B and new of six; w twice of four.
    assert validation.source.unknown_rate == pytest.approx(2 / 6)
    assert validation.target.unknown_rate == pytest.approx(2 / 4)
    assert (validation.source.empty, validation.target.empty) == (0, 2)


def test_the_vocabulary_covers_a_share_of_the_different_tokens(as_given):
    splits = describe_pairs(as_given(TRAIN), as_given(TEST), **TOKENIZERS).splits
    training, validation = splits["training"], splits["validation"]
    # a b c of a b A c d; x y of x y z.
    assert training.source.coverage == pytest.approx(3 / 5)
    assert training.target.coverage == pytest.approx(2 / 3)
    # a c of a B new c; x y of x w y.
    assert validation.source.coverage == pytest.approx(2 / 4)
    assert validation.target.coverage == pytest.approx(2 / 3)


def test_special_tokens_in_the_text_do_not_count_as_uncovered():
    special = SpecialTokens(pad="p", unknown="u", start="s", end="e")
    tokenizer = WordTokenizer(["a"], special_tokens=special)
    pairs = Pairs(["a p u s e b"], ["a"])
    described = describe_pairs(
        pairs, source_tokenizer=tokenizer, target_tokenizer=tokenizer
    )
    assert described.splits["training"].source.coverage == pytest.approx(1 / 2)


def test_chunks_do_not_change_the_report(monkeypatch):
    whole = describe_pairs(TRAIN, TEST, **TOKENIZERS)
    monkeypatch.setattr("seq2seq_keras.data.counting._CHUNK", 2)
    assert describe_pairs(TRAIN, TEST, **TOKENIZERS) == whole


def test_memory_is_estimated():
    model = types.SimpleNamespace(count_params=lambda: 250_000)
    described = describe_pairs(TRAIN, batch_size=10, model=model, **TOKENIZERS)
    # 11 source tokens with an end each; 8 target tokens twice, with a start and with
    # an end; four bytes for each.
    tokens = (11 + 6) + 2 * (8 + 6)
    assert described.token_megabytes == pytest.approx(tokens * 4 / 1e6)
    # Ten rows of three tokens and the end, six logits each, once more as gradient.
    assert described.batch_megabytes == pytest.approx(10 * 4 * 6 * 4 * 2 / 1e6)
    # Weights, gradients and two moments.
    assert described.weights_megabytes == pytest.approx(4.0)
    assert describe_pairs(TRAIN, **TOKENIZERS).weights_megabytes == 0


def logits_megabytes(**options):
    return describe_pairs(TRAIN, batch_size=10, **options, **TOKENIZERS).batch_megabytes


def test_pairs_that_are_left_out_do_not_count_for_the_longest_batch():
    # Without "x y z" the longest target is one token and the end.
    expected = pytest.approx(10 * 2 * 6 * 4 * 2 / 1e6)
    assert logits_megabytes(max_target_length=2) == expected
    # A limit that is just met keeps the pair.
    expected = pytest.approx(10 * 4 * 6 * 4 * 2 / 1e6)
    assert logits_megabytes(max_target_length=3) == expected
    assert logits_megabytes(max_source_length=1) == expected
    # The source of the longest target is too long, or empty.
    for source in ("a b", ""):
        described = describe_pairs(
            Pairs([source, "a"], ["x y z", "x"]),
            **{"batch_size": 10, "max_source_length": 1},
            **TOKENIZERS,
        )
        assert described.batch_megabytes == pytest.approx(10 * 2 * 6 * 4 * 2 / 1e6)
    assert logits_megabytes(max_source_length=1, max_target_length=2) == 0.00048


def test_a_batch_of_tokens_has_that_many_logits():
    expected = pytest.approx(10 * 6 * 4 * 2 / 1e6)
    assert logits_megabytes(batch_by="tokens") == expected
    # A sentence longer than that is a batch of its own: three tokens and the end.
    described = describe_pairs(TRAIN, batch_size=2, batch_by="tokens", **TOKENIZERS)
    assert described.batch_megabytes == pytest.approx(4 * 6 * 4 * 2 / 1e6)
    with pytest.raises(InputError, match="`batch_by` must be one of"):
        logits_megabytes(batch_by="words")


def test_vocabularies_are_counted_with_their_special_tokens():
    described = describe_pairs(TRAIN, **TOKENIZERS)
    assert described.source_vocabulary_size == 7
    assert described.target_vocabulary_size == 6


def test_a_split_without_pairs_has_zeros(as_given):
    empty = Pairs([], [])
    described = describe_pairs(TRAIN, as_given(empty), **TOKENIZERS)
    split = described.splits["validation"]
    assert split.pairs == split.distinct_sources == split.leaked == 0
    assert split.source == split.target == SideReport(0, 0, 0, 0, 0, 0, 0)
    assert "validation" in str(described)
