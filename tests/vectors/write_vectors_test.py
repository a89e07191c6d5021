"""Tests of seq2seq_keras.vectors: write vectors: what is written is read as it was."""

import pathlib
import tempfile

import numpy as np
import pytest
import scipy.sparse
from hypothesis import example, given
from strategies import random_vectors, words_and_matrices

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors import WordVectors

FORMATS = ["word2vec", "glove", "binary"]
# What no file can hold, by the rule of `write_vectors`.
REFUSED = frozenset(" \t\n\v\f\r\0")
HARD_WORDS = ["a\u2028b", "\ufeff", "5", "1.5", "각", "x\u00a0y", "\x85", "#", "\x1c"]


def round_trip(words, matrix, name, suffix=""):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "vectors" + suffix)
        WordVectors(words, matrix).save(path, format=name)
        return WordVectors.load(path, format=name)


@pytest.mark.parametrize("name", FORMATS)
@given(words_and_matrices())
@example((HARD_WORDS, np.arange(18, dtype="float32").reshape(9, 2)))
@example((["5", "3"], np.array([[3], [4]], "float32")))
@example((["\ufeffa", "b"], np.array([[3], [4]], "float32")))
def test_words_and_numbers_come_back_equal_or_are_refused(name, pair):
    words, matrix = pair
    if any(set(word) & REFUSED or not _is_unicode(word) for word in words):
        with pytest.raises(InputError, match="cannot be written"):
            round_trip(words, matrix, name)
        return
    loaded = round_trip(words, matrix, name)
    assert loaded.words == words
    np.testing.assert_array_equal(loaded.matrix, matrix)


def _is_unicode(word):
    return word.encode("utf-8", "replace").decode() == word


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("", "is empty"),
        ("a b", "holds a space"),
        ("a\tb", "holds a space, tab"),
        ("\ud800", "is not valid Unicode"),
        ("a" * (2**20 + 1), "has 1,048,577 bytes"),
    ],
)
def test_words_that_no_file_can_hold_are_refused(name, word, rule, tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("as it was", encoding="utf-8")
    with pytest.raises(InputError, match=rule):
        WordVectors(["fine", word], [[1, 2], [3, 4]]).save(path, format=name)
    assert path.read_text(encoding="utf-8") == "as it was"


@pytest.mark.parametrize("name", FORMATS)
def test_words_of_a_mebibyte_are_kept(name):
    words = ["a", "b" * 2**20, "각" * (2**20 // 3)]
    assert round_trip(words, np.ones((3, 2)), name).words == words


@pytest.mark.parametrize("suffix", [".txt", ".vec", ".bin", ".txt.gz", ".bin.gz"])
def test_the_suffix_names_the_format(tmp_path, suffix):
    vectors = random_vectors(2000, 5)
    path = tmp_path / f"vectors{suffix}"
    vectors.save(path)
    loaded = WordVectors.load(path)
    assert loaded.words == vectors.words
    np.testing.assert_array_equal(loaded.matrix, vectors.matrix)
    content = path.read_bytes()
    assert content.startswith(b"\x1f\x8b") == suffix.endswith(".gz")
    vectors.save(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("binary", [False, True])
def test_gensim_reads_what_is_written(tmp_path, binary):
    from gensim.models import KeyedVectors

    words = ["the", "cé", "a\u2028b", "x\u00a0y", "1"]
    matrix = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    path = tmp_path / "ours"
    WordVectors(words, matrix).save(path, format="binary" if binary else "word2vec")
    theirs = KeyedVectors.load_word2vec_format(path, binary=binary)
    assert theirs.index_to_key == words
    np.testing.assert_array_equal(theirs.vectors, matrix)


def test_glove_is_word2vec_without_the_line_of_sizes(tmp_path):
    vectors = random_vectors(3, 2)
    for name in ("word2vec", "glove"):
        vectors.save(tmp_path / name, format=name)
    first, *rest = (tmp_path / "word2vec").read_bytes().splitlines(keepends=True)
    assert first == b"3 2\n"
    assert (tmp_path / "glove").read_bytes() == b"".join(rest)


def test_sparse_vectors_and_unknown_formats_are_refused(tmp_path):
    sparse = WordVectors(["a"], scipy.sparse.csr_array([[1.0]]))
    with pytest.raises(InputError, match="these are sparse"):
        sparse.save(tmp_path / "a.txt")
    with pytest.raises(InputError, match="`format` must be one of"):
        random_vectors(2, 2).save(tmp_path / "a.txt", format="npz")
    assert not list(tmp_path.iterdir())
