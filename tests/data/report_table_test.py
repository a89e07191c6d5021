"""Tests of the table of a report on data."""

import dataclasses

from seq2seq_keras.data import Pairs, describe_pairs
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
    assert rows["source seen in an earlier split"] == ["0", "3"]
    assert rows["source length: mean / median / 95 % / max"][0] == "1.8 / 2 / 4 / 4"
    assert rows["source tokens unknown"] == ["18.18%", "33.33%"]
    assert rows["source words covered"] == ["60.00%", "50.00%"]
    assert rows["target words covered"] == ["66.67%", "66.67%"]
    assert rows["target empty"] == ["0", "2"]


def test_weights_are_shown_only_if_a_model_was_given():
    described = describe_pairs(TRAIN, **TOKENIZERS)
    assert "optimizer" not in str(described)
    with_model = dataclasses.replace(described, weights_megabytes=4.0)
    assert str(with_model) == f"{described}, 4 MB of weights and optimizer"
