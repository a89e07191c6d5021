"""Tests of how the first pairs of a training are shown."""

from seq2seq_keras.data import Pairs, PairStream
from seq2seq_keras.text import CharacterTokenizer, WordTokenizer
from seq2seq_keras.training import preview

PAIRS = Pairs(["Go on.", "b", "c", "d"], ["va", "wx", "y", "z"])
TOKENIZERS = (WordTokenizer(["go", "on"], lowercase=True), CharacterTokenizer(["v"]))


def test_the_first_three_pairs_are_shown_as_they_are_learnt():
    told = preview(["pairs.tsv: a table."], PAIRS, TOKENIZERS)
    assert told.splitlines() == [
        "pairs.tsv: a table.",
        "The first pairs, and the tokens that are learnt:",
        "  source  Go on.  =>  go · on · <unk>",
        "  target  va  =>  v · <unk>",
        "  source  b  =>  <unk>",
        "  target  wx  =>  <unk> · <unk>",
        "  source  c  =>  <unk>",
        "  target  y  =>  <unk>",
    ]


def test_a_stream_is_read_as_far_as_it_is_shown():
    def rows():
        yield from PAIRS[:3]
        raise AssertionError("a fourth pair was read")

    assert "source  c" in preview([], PairStream(rows), TOKENIZERS)


def test_of_many_files_and_tokens_some_are_shown():
    long = Pairs(["a " * 100], ["v"])
    told = preview([f"{n}.tsv: a table." for n in range(9)], long, TOKENIZERS)
    assert "and 5 files more." in told
    assert "· ...\n" in told
