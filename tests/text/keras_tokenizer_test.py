"""Tests of KerasTokenizer of seq2seq_keras.text."""

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.text import KERAS_FILTERS, KerasTokenizer, Tokenizer


def as_keras_2(text, words, oov, filters=KERAS_FILTERS):
    """What Keras 2 did: lower case, filters as spaces, split at spaces, look up."""
    spaced = "".join(" " if letter in filters else letter for letter in text.lower())
    known = [word if word in words else oov for word in spaced.split(" ") if word]
    return [word for word in known if word]


TEXTS = [
    "Hello, World! it's a-b\tc",
    "  (unknown) [words]\\^_`{|}~ hello\n",
    'a "b" $c% &d é',
    "",
    "Va\u202f! A\u00a0b\tc\u3000\n\nd\r",
]
WORDS = ["hello", "world", "it's", "a", "b", "c", "d", "va\u202f", "a\u00a0b"]


@pytest.mark.parametrize("oov", [None, "<oov>"])
@pytest.mark.parametrize("filters", [KERAS_FILTERS, "'.]", ""])
def test_text_is_cut_as_keras_2_did(oov, filters):
    tokenizer = KerasTokenizer(
        WORDS, filters=filters, skip_unknown=oov is None, lowercase=True
    )
    found = [
        [tokenizer.vocabulary[number] for number in row]
        for row in tokenizer.tokenize(TEXTS)
    ]
    expected = [as_keras_2(text, WORDS, oov and "<unk>", filters) for text in TEXTS]
    assert found == expected
    assert any("<unk>" in row for row in found) == (oov is not None)


@pytest.mark.parametrize("filters", [None, b"!", ["!"]])
def test_filters_are_text(filters):
    with pytest.raises(InputError, match="`filters` must be text"):
        KerasTokenizer(["a"], filters=filters)


def test_it_is_saved_with_its_filters(tmp_path):
    tokenizer = KerasTokenizer(["a", "b"], filters="/", skip_unknown=True)
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert loaded.get_config() == tokenizer.get_config()
    assert loaded.split("a/c/b!/b") == ["a", "b"]
