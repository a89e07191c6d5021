"""Tests of seq2seq_keras.vectors: sentences."""

import pytest

from seq2seq_keras.data import PairStream
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.vectors import Sentences, count_words


class Stream:
    """Texts that begin anew in each pass and count the passes."""

    def __init__(self, texts):
        self.texts = texts
        self.passes = 0

    def __iter__(self):
        self.passes += 1
        return iter(self.texts)


def test_texts_are_cut_at_white_space_in_one_unicode_form():
    sentences = Sentences(["a  b\tc", "각", ""])
    assert list(sentences) == [["a", "b", "c"], ["각"], []]


def test_a_tokenizer_cuts_as_it_does_for_its_model():
    tokenizer = WordTokenizer.fit(["x"], lowercase=True)
    assert list(Sentences(["It's me."], tokenizer)) == [["it", "￭'s", "me", "￭."]]


def test_generators_can_be_read_again_and_streams_are_not_kept():
    once = Sentences(text for text in ["a b", "c"])
    assert list(once) == list(once) == [["a", "b"], ["c"]]
    stream = Stream(["a b"] * 5000)
    again = Sentences(stream)
    assert sum(1 for _ in again) == sum(1 for _ in again) == 5000
    assert stream.passes >= 2
    assert again.kept is None


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_side_of_a_stream_of_pairs_is_not_kept(side):
    stream = PairStream(lambda: iter([("a b", "c d")]))
    sentences = Sentences(getattr(stream, side))
    expected = [["a", "b"] if side == "source" else ["c", "d"]]
    assert list(sentences) == list(sentences) == expected
    assert sentences.kept is None


def test_words_are_counted_most_frequent_first_then_by_their_characters():
    sentences = [["b", "c"], ["b", "a", "c", "d"]]
    assert list(count_words(sentences).items()) == [
        ("b", 2),
        ("c", 2),
        ("a", 1),
        ("d", 1),
    ]
    assert count_words(sentences, max_words=3) == {"b": 2, "c": 2, "a": 1}
    assert count_words(sentences, min_frequency=2) == {"b": 2, "c": 2}


def test_texts_without_a_frequent_word_are_an_error():
    with pytest.raises(InputError, match="min_frequency=2 times: they hold 1 words"):
        count_words([["a"]], min_frequency=2)
    with pytest.raises(InputError, match="single string"):
        Sentences("a b c")
