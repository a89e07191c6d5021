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
    lines = str(described).splitlines()
    memory = next(n for n, line in enumerate(lines) if line.startswith("memory"))
    table, (vocabulary, memory) = lines[: memory - 1], lines[memory - 1 : memory + 1]
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
    with_model = str(dataclasses.replace(described, weights_megabytes=4.0))
    assert with_model.replace(", 4 MB of weights and optimizer", "") == str(described)
    assert with_model != str(described)


def printed(*pairs, **splits):
    parts = {name: Pairs(*zip(*part, strict=True)) for name, part in splits.items()}
    train = Pairs(*zip(*pairs, strict=True))
    return str(describe_pairs(train, **parts, **TOKENIZERS))


def test_kinds_of_which_no_split_has_any_are_not_shown():
    text = printed(("a", "x"), ("b", "y"))
    assert text.splitlines()[-1].startswith("memory: ")
    assert len(text.splitlines()) == 15  # names, 4 rows, 4 of each side, 2 below
    text = printed(("a", "x"), ("b", "y"), test=[("a &amp;", "x")])
    row = next(line for line in text.splitlines() if line.startswith("cells"))
    assert row.split() == ["cells", "with", "HTML", "entities", "0", "1"]


def test_examples_stand_below_the_table_with_what_to_do():
    text = printed(("a", "x"), ("a", "y"), ("b", "b"), test=[("c", "Tom &#39;s")])
    *_, several, copy, entity, source, target = text.splitlines()
    assert several == (
        "sources with several targets, e.g. training pair 2: “a” → “x” | “y” "
        "(give all of them as references when you score)"
    )
    assert copy.startswith("target equals source, e.g. training pair 3: b (drop ")
    assert entity.startswith("cells with HTML entities, e.g. test pair 1: Tom &#39;s (")
    # Not that of training, which does no harm.
    assert "e.g. test pair 1: c (U+0063) in “c” (" in source
    assert "e.g. test pair 1: T (U+0054) in “Tom &#39;s” (" in target


def test_an_example_is_one_short_line():
    long = "x" * 100 + "&lt;\n" + "y" * 10 + "\u2028" + "y" * 100
    *_, entity = printed(("a", long), ("b &lt;", "z")).splitlines()
    shown = f"…{'x' * 30}&lt; {'y' * 10} {'y' * 14}…"
    assert f"HTML entities, e.g. training pair 1: {shown} (" in entity


def test_a_character_that_only_training_has_is_counted_and_not_warned_of():
    tokenizer = WordTokenizer(["a", "b"])
    both = {"source_tokenizer": tokenizer, "target_tokenizer": tokenizer}
    told = str(describe_pairs(Pairs(["a z"], ["b"]), Pairs(["a"], ["b"]), **both))
    assert "source characters in one split only" in told
    assert "U+007A" not in told
    told = str(describe_pairs(Pairs(["a b"], ["b"]), Pairs(["a z"], ["b"]), **both))
    assert "U+007A" in told
