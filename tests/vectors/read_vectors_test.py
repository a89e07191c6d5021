"""Tests of reading word vectors: what others write, and what is broken."""

import bz2
import gzip
import io
import lzma
import os
import pickle
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
from strategies import random_vectors

from seq2seq_keras.errors import InputError
from seq2seq_keras.packed import Growth
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.vectors import WordVectors, read_vectors

GLOVE = b"the 0.5 -1\ncat 1e-2 2\n. . . 3 4\n\xed\x95\x9c 5 6.25\n"
GLOVE_WORDS = ["the", "cat", ". . .", "한"]
GLOVE_ROWS = [[0.5, -1], [0.01, 2], [3, 4], [5, 6.25]]
WORD2VEC = b"4 2\n" + GLOVE
BINARY = b"2 2\n" + b"the " + np.array([0.5, -1], "<f4").tobytes()
BINARY += b"\nc\xc3\xa9 " + np.array([1, 2], "<f4").tobytes() + b"\n"


@pytest.fixture
def write(tmp_path):
    """Writes bytes to a file and returns its path."""

    def write(content, name="vectors.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def zstandard(text):
    package = pytest.importorskip("zstandard", reason="needs the extra `formats`")
    return package.compress(text)


PACKERS = [bytes, gzip.compress, lzma.compress, bz2.compress, zstandard]
PACKERS.append(lambda text: zipped(a=text))


@pytest.mark.parametrize("content", [GLOVE, WORD2VEC])
@pytest.mark.parametrize("pack", PACKERS)
def test_text_is_read_plain_and_packed(write, content, pack):
    words, matrix = read_vectors(write(pack(content)))
    assert words == GLOVE_WORDS
    assert matrix.tolist() == np.array(GLOVE_ROWS, "float32").tolist()


@pytest.mark.parametrize("pack", PACKERS)
def test_binary_is_read_with_and_without_line_feeds(write, pack):
    words, matrix = read_vectors(write(pack(BINARY)))
    assert words == ["the", "cé"]
    assert matrix.tolist() == [[0.5, -1], [1, 2]]
    assert read_vectors(write(BINARY.replace(b"\nc", b"c")))[0] == words


def test_fasttext_ends_lines_with_a_space_and_windows_with_a_return(write):
    assert read_vectors(write(b"2 2\na 1 2 \nb 3 4 \n"))[1].tolist() == [[1, 2], [3, 4]]
    assert read_vectors(write(b"2 2\r\na 1 2\r\nb 3 4"))[0] == ["a", "b"]


@pytest.mark.parametrize("binary", [True, False])
def test_what_gensim_writes_is_read(tmp_path, binary):
    from gensim.models import KeyedVectors

    ours = random_vectors(50, 7)
    theirs = KeyedVectors(7)
    theirs.add_vectors(ours.words, ours.matrix)
    theirs.save_word2vec_format(tmp_path / "theirs", binary=binary)
    words, matrix = read_vectors(tmp_path / "theirs")
    assert words == ours.words
    np.testing.assert_array_equal(matrix, ours.matrix)


@pytest.mark.parametrize("format_name", ["word2vec", "glove", "binary"])
def test_a_vocabulary_and_a_limit_keep_some_rows_only(tmp_path, format_name):
    vectors = random_vectors(5000, 3)
    path = tmp_path / "vectors"
    vectors.save(path, format=format_name)
    wanted = ["w4999", "w7", "absent", "w2500"]
    words, matrix = read_vectors(path, vocabulary=iter(wanted))
    assert words == ["w7", "w2500", "w4999"]
    np.testing.assert_array_equal(matrix, vectors.matrix[[7, 2500, 4999]])
    assert read_vectors(path, limit=3)[0] == ["w0", "w1", "w2"]
    assert read_vectors(path, vocabulary=wanted, limit=1)[0] == ["w7"]
    with pytest.raises(InputError, match="none of its words is wanted"):
        read_vectors(path, vocabulary=["absent"])


def test_for_a_tokenizer_every_word_is_kept_that_could_serve_it(write):
    path = write("Paris 1 1\n, 2 2\nÉLAN 3 3\nno 4 4\nparis 5 5\n".encode())
    tokenizer = WordTokenizer.fit(["PARIS, élan"])
    words, _ = read_vectors(path, vocabulary=tokenizer)
    assert words == ["Paris", ",", "ÉLAN", "paris"]
    whole, limited = (
        WordVectors.load(path),
        WordVectors.load(path, vocabulary=tokenizer),
    )
    for vectors in (whole, limited):
        matrix, _ = vectors.matrix_for(tokenizer)
        assert sorted(matrix[4:, 0].tolist()) == [1, 2, 3]


def test_a_large_file_costs_no_more_memory_than_what_is_kept(tmp_path):
    path = tmp_path / "large.txt"
    row = " ".join(["0.25"] * 100)
    path.write_text("".join(f"w{n} {row}\n" for n in range(20_000)), encoding="utf-8")
    tracemalloc.start()
    words, _ = read_vectors(path, vocabulary={f"w{n}" for n in range(0, 20_000, 40)})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(words) == 500
    # 10 MB lie in the file, 8 MB would be the whole matrix.
    assert peak < 5e6


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"the cat sat\n", "line 1: this is no file of word vectors"),
        (b"the 1 2\ncat 1\n", "line 2: expected a word and 2 numbers.*2 fields"),
        (b"the 1 2\n\ncat 1 2\n", "line 2: expected a word and 2 numbers.*0 fields"),
        (b"2 2\nthe 1 2\n\ncat 1 2\n", "line 3: expected a word and 2 numbers.*0 f"),
        (b"the 1 2\n1 2\ncat 3 4\n", "line 2: expected a word and 2 numbers.*2 fields"),
        # Rows with one number, where others have more, and where none has.
        (b"2 2\nthe 1\ncat 1 2\n", "line 2: expected a word and 2 numbers.*2 fields"),
        (b"the 1\ncat 1 2\ndog 3 4\n", "line 1: expected a word and 2 numbers"),
        (b"the 1 2\ncat 1 2 3\ndog 1 2 3\n", "line 1: expected a word and 3 numbers"),
        (b"the 23135851162\nof 13151942776\n", "line 1: one number after.*frequencies"),
        (b"the 1 x 3\ncat 1 2 3\ndog 1 2 3\n", "line 1: expected 3 finite.*'1 x 3'"),
        (b"2 2\nthe 1 2 3\ncat 1 2 3\n", "tells of 2 dimensions, .* have 3 numbers"),
        (b"2 3\nthe 1 2\ncat 1 2\n", "line 2: expected a word and 3 numbers"),
        (b"1 2\nthe 1 2\n\n\ncat 1 2\n", "tells of 1 words, but it has more"),
        (b"\xff\xfet\0h\0e\0 \x001\0\n\0", "is text in UTF-16. Save it as UTF-8"),
        (b"the\t1\t2\n", "line 1: this is no file .* in the place of tabs"),
        (b"the 0,5 1,5\n", "line 1: this is no file .* have a point, not a comma"),
        (b"the 1 2\ncat 1_0 2\n", "line 2: expected 2 finite numbers"),
        (b"the 1 2\ncat 1 2\xc2\xa0\n", "line 2: expected 2 finite numbers"),
        (b"the 1 2\ncat 1 x\n", "line 2: expected 2 finite numbers.*'1 x'"),
        (b"the 1 2\ncat 1 nan\n", "line 2: expected 2 finite"),
        (b"the 1 2\ncat 1 1e99\n", "line 2: expected 2 finite"),
        (b"the 1 2\ncat 1 2,5\n", "line 2: expected 2 finite.*a point, not a comma"),
        (
            b"caf\xe9 1 2\n",
            "none.*left out: 1 whose.* not valid UTF-8.*Save it as UTF-8",
        ),
        (b"2 2\nthe 1 x\ncat 1 2\n", "line 2: expected 2 finite"),
        (b"3 2\nthe 1 2\ncat 1 2\n", "tells of 3 words, but it has 2"),
        (b"1 2\nthe 1 2\ncat 1 2\n", "tells of 1 words, but it has more"),
        (b"1 0\nthe\n", "line 1: vectors of 0 dimensions"),
        (BINARY[:-6], "word 2 of 2: the file ends within it"),
        (BINARY.replace(b"the ", b" "), "word 1 of 2: a word of 0 bytes"),
        (BINARY + BINARY[4:], "tells of 2 words, but it has more"),
        (
            b"1 2\nthe " + np.array([np.inf, 1], "<f4").tobytes(),
            "word 1 of 1: its vector",
        ),
        (pickle.dumps({"a": 1}), "is a pickle"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0", "is a whole model of fastText"),
        (gzip.compress(GLOVE * 99, mtime=0)[:-20], "is damaged or cut off"),
        (b"PK\3\4nothing", "is damaged or cut off"),
        (
            zipped(a=b"x 1\n", b=b"y 1\n"),
            r"holds 2 files \(a, b\)\. Name the one with the vectors: .*:a$",
        ),
        (b"9" * 5000 + b" 3\nthe 1 2 3\n", "line 1: .* are no sizes"),
        (b"3 " + b"9" * 5000 + b"\nthe 1 2 3\n", "line 1: .* are no sizes"),
        (b"2 1000000000\nthe 1 2\n", "tells of 1,000,000,000 dim.*Is it cut off"),
        (b"2 999999999999999\n\0\0 \1", "tells of 999,999,999,999,999 dimensions"),
        (
            gzip.compress(b"1 1000000000\nthe 1\n", mtime=0),
            "tells of 1,000,000,000 dim",
        ),
        (zipped(a=b"1 1000000000\nthe 1\n"), "tells of 1,000,000,000 dim"),
        (b"999999999999999 2\nthe 1 2\n", "999,999,999,999,999 words, but it has 1"),
        (b"999999999999999 1\n\0 \1\2\3\4", "word 2 of 999,999,999,999,999"),
        (b"the 1 inf\n", "line 1: this is no file of word vectors"),
        (b"inf inf\nthe 1\n", "line 1: this is no file of word vectors"),
        (b"the 1 2\ncat 1 inf\n", "line 2: expected 2 finite"),
        (b"the 1 2\ncat 1 " + b"9" * 5000 + b"\n", "line 2: expected 2 finite"),
    ],
)
def test_what_is_broken_is_an_error_with_its_place(write, content, message):
    path = write(content)
    with pytest.raises(InputError, match=message) as error:
        read_vectors(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("pack", [gzip.compress, lambda text: zipped(a=text)])
def test_what_unpacks_to_far_more_is_refused(write, pack, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.vectors.reading.GROWTH", Growth(2**20, 200))
    line = b"the" + b" 0" * 1000 + b"\n"
    path = write(pack(b"999999 1000\n" + line * (2**23 // len(line))))
    with pytest.raises(InputError, match="unpacks to far more than vectors do"):
        read_vectors(path)


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is a pipe or a device"):
        read_vectors(tmp_path / "pipe")


def test_a_repeated_word_is_not_told_of_beside_an_error(write):
    path = write(b"the 1 2\nthe 3 4\ncat 1 x\n")
    with (
        warnings.catch_warnings(record=True) as warned,
        pytest.raises(InputError, match="line 3"),
    ):
        WordVectors.load(path)
    assert not warned


def test_a_first_line_costs_no_memory(write):
    path = write(b"999999999 100000\nthe" + b" 0" * 100000 + b"\n")
    tracemalloc.start()
    with pytest.raises(InputError, match="it has 1"):
        read_vectors(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e7


def test_rows_of_other_words_are_counted_but_not_read(write):
    path = write(b"\xff 1 x\ncat 1 2\nend 3\n")
    path.write_bytes(b"the 0 0\n" + path.read_bytes())
    assert read_vectors(path, vocabulary=["cat"])[1].tolist() == [[1, 2]]
    with pytest.raises(InputError, match="line 4: expected a word and 2 numbers"):
        read_vectors(path, vocabulary=["cat", "absent"])


def binary(words):
    """The bytes of word2vec's format for these, with the vectors 0, 1 and so on."""
    rows = (word + b" " + np.array([n, n], "<f4").tobytes() for n, word in words)
    return b"%d 2\n" % len(words) + b"\n".join(rows)


def glove(words):
    return b"".join(b"%s %d %d\n" % (word, n, n) for n, word in words)


WRITERS = [
    glove,
    lambda words: b"%d 2\n" % len(words) + glove(words),
    binary,
    lambda words: gzip.compress(glove(words), mtime=0),
]


@pytest.mark.parametrize("content_of", WRITERS)
def test_the_first_row_of_a_repeated_word_counts(write, content_of):
    path = write(content_of(list(enumerate([b"a", b"b", b"a", b"a", b"b"]))))
    with pytest.warns(UserWarning, match=r"3 of words that came before.*'a', \w+ [34]"):
        words, matrix = read_vectors(path, format=None)
    assert (words, matrix.tolist()) == (["a", "b"], [[0, 0], [1, 1]])


@pytest.mark.parametrize("content_of", WRITERS)
def test_a_bad_byte_skips_its_word_with_one_warning(write, content_of):
    words = [b"a", b"caf\xe9", b"b", b"\xed\x95", b"a", b"\xff", b"\xed\xa0\x80", b"c"]
    path = write(content_of(list(enumerate(words))))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found, matrix = read_vectors(path)
    assert (found, matrix[:, 0].tolist()) == (["a", "b", "c"], [0, 2, 7])
    assert len(warned) == 1
    told = str(warned[0].message)
    assert "4 whose words are not valid UTF-8" in told
    assert "1 of words that came before" in told
    assert r"first b'caf\xe9', " in told
    assert warned[0].filename == __file__


def test_the_line_of_a_bad_byte_is_named(write):
    with pytest.warns(UserWarning, match=r"UTF-8 \(first b'.xff', line 3\)"):
        assert read_vectors(write(b"2 1\na 1\n\xff 2\n"))[0] == ["a"]
    with pytest.warns(UserWarning, match=r"\(first b'.xff', word 2 of 2\)"):
        read_vectors(write(binary([(0, b"a"), (1, b"\xff")])))


def test_a_bad_byte_of_a_word_that_is_not_wanted_is_not_told_of(write):
    path = write(b"a 1 2\n\xff 3 4\nb 5 6\n")
    assert read_vectors(path, vocabulary=["a", "b"])[0] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "words", "fault"),
    [
        (b"a 1 2\n 3 4\nb 5 6\n", ["a", "b"], r"1 that have no word .*line 2\)"),
        (b"3 2\na 1 2\n  3 4\nb 5 6\n", ["a", "b"], "1 that have no word .*line 3"),
        (b"a 1 2\nb  3 4\n c 5 6\n", ["a"], "2 whose words begin or end with a space"),
        (b"a 1 2\nb 3 4 5\nc 6 7\n", ["a", "c"], "1 which have more numbers than most"),
        (
            b"a 1 2\nb 1 2 3\n",
            ["a"],
            r"more numbers than most, 2 \(first 'b 1', line 2",
        ),
    ],
)
def test_rows_whose_word_is_in_doubt_are_left_out(write, content, words, fault):
    with pytest.warns(UserWarning, match=fault):
        assert read_vectors(write(content))[0] == words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        # GloVe of 840 billion tokens has words with spaces, fastText's Twitter too.
        (
            b"a 1 2\n. . . 3 4\nat name@domain.com 5 6\n",
            [". . .", "at name@domain.com"],
        ),
        # fastText's Wikipedia has other spaces of Unicode, alone and within words.
        ("2 2\n\u00a0 1 2 \nгода\u00a0— 3 4 \n".encode(), ["\u00a0", "года\u00a0—"]),
        ("2 2\n\u3000 1 2 \n\u2009 3 4 \n".encode(), ["\u3000", "\u2009"]),
        # GloVe of tweets has the control character NEL, where Python ends lines.
        ("a 1 2\n\x85 3 4\n\u2028 5 6\n".encode(), ["\x85", "\u2028"]),
        # fastText's crawl has a tab.
        (b"2 2\n\t 1 2\nb 3 4\n", ["\t", "b"]),
        # Numbers are words, at the start of the file too.
        (b"5 1 2\n1.5 3 4\n", ["5", "1.5"]),
        (b"2 2\n5 1 2\nWindows 95 3 4\n", ["5", "Windows 95"]),
        # Editors of Windows put a mark first and returns last, others an empty line.
        (b"\xef\xbb\xbfa 1 2\r\nb 3 4\r\n\r\n", ["a", "b"]),
        (b"\xef\xbb\xbf2 2\r\na 1 2\r\nb 3 4\r\n\n\n", ["a", "b"]),
        ("\ufeff\ufeffa 1 2\n\ufeff 3 4\n".encode(), ["\ufeffa", "\ufeff"]),
    ],
)
def test_what_public_files_hold_is_read(write, content, words):
    assert read_vectors(write(content))[0][-len(words) :] == words


def test_the_c_program_of_word2vec_cuts_words_within_a_letter(write):
    path = write(binary([(0, b"a"), (1, ("é" * 50).encode()[:99]), (2, b"b")]))
    with pytest.warns(UserWarning, match="1 whose words are not valid UTF-8"):
        assert read_vectors(path)[0] == ["a", "b"]


def test_members_of_an_archive_are_chosen_by_name(write):
    path = write(zipped(small=b"x 1\n", large=b"x 1 2\ny 1 \n"), "both.zip")
    for options in ({"path": f"{path}:large"}, {"path": path, "member": "large"}):
        assert read_vectors(**options, limit=1)[1].tolist() == [[1, 2]]
        with pytest.raises(InputError, match=r"both\.zip:large, line 2: expected a"):
            read_vectors(**options)
    with pytest.raises(InputError, match=r"no member 'none' \(small, large\)"):
        read_vectors(path, member="none")
    with pytest.raises(InputError, match="is no zip archive"):
        read_vectors(write(GLOVE), member="small")
    assert WordVectors.load(f"{path}:large", limit=1).words == ["x"]


def test_one_dimension_is_read_where_it_is_meant(write):
    assert read_vectors(write(b"2 1\na 1\nb 2\n"))[1].tolist() == [[1], [2]]
    assert read_vectors(write(b"a 1\nb 2\n"), format="glove")[0] == ["a", "b"]


def test_words_of_a_mebibyte_are_read_and_longer_ones_refused(write):
    word = b"a" * 2**20
    assert read_vectors(write(b"x 1 2\n" + word + b" 1 2\n"))[0][1] == word.decode()
    for content in (b"x 1 2\na" + word + b" 1 2\n", b"x 1 2\n" + 3 * word):
        with pytest.raises(
            InputError, match=r"line 2: (a word of more|expected a word)"
        ):
            read_vectors(write(content))
    numbers = np.ones(2, "<f4").tobytes()
    for content in (b"a" + word + b" " + numbers, 3 * word):
        with pytest.raises(InputError, match="word 1 of 1: a word of"):
            read_vectors(write(b"1 2\n" + content), format="binary")


def test_missing_files_and_senseless_options_are_errors(write, tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_vectors(tmp_path / "absent")
    for options, message in (
        ({"limit": 0}, "limit=0"),
        ({"vocabulary": "cat"}, "is a list of words"),
        ({"vocabulary": ["cat", 1]}, r"one of them is no string. Received: 1 \(int\)"),
        ({"format": "npz"}, "`format` must be one of"),
        ({"format": "binary"}, "begins with the number of words"),
    ):
        with pytest.raises(InputError, match=message):
            read_vectors(write(GLOVE), **options)


def test_progress_is_told_on_standard_error(write, capsys, monkeypatch):
    monkeypatch.setattr("seq2seq_keras.vectors.reading._SECONDS", 0)
    path = write(GLOVE)
    read_vectors(path, progress=True)
    told = capsys.readouterr()
    assert told.out == ""
    assert f"Reading {path}:" in told.err
    assert "3 words" in told.err
    assert told.err.endswith("\n")
    read_vectors(path)
    assert capsys.readouterr().err == ""
