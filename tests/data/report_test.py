"""Tests of seq2seq_keras.data.report."""

import dataclasses
import types

import pytest

from seq2seq_keras.data import report
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.data.report import SideReport, describe_pairs
from seq2seq_keras.text.word_tokenizer import WordTokenizer

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


def test_a_source_of_validation_is_no_leak_in_the_test_set():
    splits = describe_pairs(
        TRAIN, Pairs(["n"], ["x"]), Pairs(["n"], ["x"]), **TOKENIZERS
    )
    assert [split.leaked for split in splits.splits.values()] == [0, 0, 0]


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


def test_chunks_do_not_change_the_report(monkeypatch):
    whole = describe_pairs(TRAIN, TEST, **TOKENIZERS)
    monkeypatch.setattr(report, "_CHUNK", 2)
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


def test_vocabularies_are_counted_with_their_special_tokens():
    described = describe_pairs(TRAIN, **TOKENIZERS)
    assert described.source_vocabulary_size == 7
    assert described.target_vocabulary_size == 6


def test_a_split_without_pairs_has_zeros(as_given):
    empty = Pairs([], [])
    described = describe_pairs(TRAIN, as_given(empty), **TOKENIZERS)
    split = described.splits["validation"]
    assert split.pairs == split.distinct_sources == split.leaked == 0
    assert split.source == split.target == SideReport(0, 0, 0, 0, 0, 0)
    assert "validation" in str(described)


def test_printed_it_is_a_table_whose_columns_align():
    described = describe_pairs(TRAIN, TEST, TEST, **TOKENIZERS)
    *table, vocabulary, memory = str(described).splitlines()
    header = table[0]
    ends = [header.index(name) + len(name) for name in described.splits]
    assert {len(line) for line in table} == {ends[-1]}
    for line in table[1:]:
        # Each cell ends below its name, and two spaces part it from the next.
        for end in ends:
            assert line[end - 1] != " "
            assert line[end : end + 2].strip() == ""
    label = max(len(line[: ends[0]].rstrip().rsplit("  ", 1)[0]) for line in table)
    assert label < ends[0]
    assert vocabulary == "vocabulary: 7 source tokens, 6 target tokens"
    assert memory.startswith("memory: 0.0 MB of token ids, ")


def test_the_table_shows_what_was_counted():
    rows = {}
    for line in str(describe_pairs(TRAIN, TEST, **TOKENIZERS)).splitlines():
        label, *cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
        rows[label] = cells
    assert rows["pairs"] == ["6", "4"]
    assert rows["distinct sources"] == ["4", "3"]
    assert rows["duplicates"] == ["1", "0"]
    assert rows["source seen in training"] == ["0", "3"]
    assert rows["source length: mean / median / 95 % / max"][0] == "1.8 / 2 / 4 / 4"
    assert rows["source tokens unknown"] == ["18.18%", "33.33%"]
    assert rows["target empty"] == ["0", "2"]


def test_weights_are_shown_only_if_a_model_was_given():
    described = describe_pairs(TRAIN, **TOKENIZERS)
    assert "optimizer" not in str(described)
    with_model = dataclasses.replace(described, weights_megabytes=4.0)
    assert str(with_model) == f"{described}, 4 MB of weights and optimizer"
