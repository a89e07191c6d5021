"""Tests of seq2seq_keras.data.phrasebook."""

import collections
import hashlib
import itertools
import subprocess
import sys

import pytest

from seq2seq_keras.data import Phrasebook, load_corpus
from seq2seq_keras.errors import InputError

PARTS = ("train", "validation", "test")
# SHA-256 of the lines of each side of the corpora, which stay as they were when the
# grammar wrote them anew at each start.
CHECKSUMS = {
    ("english", "train"): (
        "9d9ca393c4b7ecdaee44fc608da1911f329ca556274fc10b2a0e5e0dff700386"
    ),
    ("french", "train"): (
        "1517a79d527ec9875c78e9e72aef88a7b7919b84c38c913feef7dbc866ae406c"
    ),
    ("korean", "train"): (
        "9ff5f5dd0aca8ca780523d8d495ee90af97f162c4a42458e564bd89ca6ed6b25"
    ),
    ("english", "validation"): (
        "fefab289110f6155c4cd3c3d1b0b3e281ad6381b7cd4653743ac4dca1fca51a8"
    ),
    ("french", "validation"): (
        "29cee73758dcd005163db42ebb58c4a2ec1a181cecfd451a538096d945194b6c"
    ),
    ("korean", "validation"): (
        "6e461d3388d8a36efa7d926d58cbaca390900c3a751cf1611387a2d55cecc11b"
    ),
    ("english", "test"): (
        "782365e1dd53e1a36e81dcc2f23080072fb1908ca17465abf295240e72409567"
    ),
    ("french", "test"): (
        "c4c199adfe45ea665f5d7f80d0ee446a2557d7052ea09eb83edae075daba78c9"
    ),
    ("korean", "test"): (
        "e502881768474c9dddf51ac1a3a38f995342533e67ae9317f6f2382b04e8292c"
    ),
}
# The same for other sizes and seeds: of the nine checksums together.
OTHER_CHECKSUMS = {
    (20000, 1): ("f7341d833138f06a93b56b10e1b26925cebb168607ea8a6d8972cbd412c3e599"),
    (5000, 1): ("3b59c7357673a79c98bbc3e660c68ef1730125b2b1e30f19206f00f950c2853e"),
    (100, 3): ("fb90bc093ffa26b2830e5a133a3bfdba39d919ec09e3645e468ce71fff699f34"),
    (100000, 0): ("588b6c49a93df0504edda718510bbbe7e8375b2fba57a9e10c94e60fe8359fdc"),
}
KINDS = ("profession", "adjective", "going", "having", "action")


@pytest.fixture(scope="module")
def phrasebook():
    # Unpacked once.
    return Phrasebook(dict(Phrasebook()._arrays))


@pytest.fixture(scope="module")
def parts(phrasebook):
    return phrasebook.split()


def checksum(texts):
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def words(phrasebook, rows):
    sides = (phrasebook.texts(name, rows) for name in Phrasebook.LANGUAGES)
    texts = itertools.chain(*sides)
    return set(" ".join(texts).replace("?", "").split())


@pytest.mark.parametrize(
    "direction",
    list(itertools.permutations(Phrasebook.LANGUAGES, 2)),
    ids="-".join,
)
def test_a_corpus_is_the_same_bytes_as_ever(direction):
    corpus = load_corpus("phrasebook/" + "-".join(direction))
    for name, part in zip(PARTS, corpus, strict=True):
        for language, side in zip(direction, (part.source, part.target), strict=True):
            assert checksum(side) == CHECKSUMS[language, name]


def test_the_split_that_the_file_holds_is_the_one_that_is_drawn(phrasebook, parts):
    assert phrasebook.draw(20_000, seed=0) == parts


@pytest.mark.parametrize(("size", "seed"), OTHER_CHECKSUMS)
def test_other_sizes_and_seeds_draw_the_same_as_ever(size, seed, phrasebook):
    sides = [
        checksum(phrasebook.texts(language, rows))
        for rows in phrasebook.split(size, seed)
        for language in Phrasebook.LANGUAGES
    ]
    together = hashlib.sha256("".join(sides).encode()).hexdigest()
    assert together == OTHER_CHECKSUMS[size, seed]


def test_loading_needs_no_tensorflow():
    code = (
        "import sys; from seq2seq_keras.data import load_corpus, read_pairs; "
        "load_corpus('phrasebook/english-french'); "
        "unwanted = {'tensorflow', 'keras', 'pandas'}; "
        "sys.exit(bool(unwanted & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_language_names_the_known_ones(phrasebook):
    with pytest.raises(InputError, match=r"'english', 'french'.*Received: .*'german'"):
        phrasebook.texts("german")


def test_sizes_are_what_was_asked_for(parts):
    assert [len(part) for part in parts] == [20_000, 1_000, 1_000]
    assert all(len(set(part)) == len(part) for part in parts)


def test_no_combination_is_in_two_parts(phrasebook, parts):
    train, validation, test = (set(phrasebook.combinations(part)) for part in parts)
    assert not train & validation
    assert not train & test
    assert not validation & test


def test_every_word_of_the_other_parts_is_in_train(phrasebook, parts):
    known, *others = (words(phrasebook, part) for part in parts)
    for other in others:
        assert other <= known


def test_no_kind_drowns_the_others(phrasebook, parts):
    for part in parts:
        counts = collections.Counter(phrasebook.kinds(part))
        assert set(counts) == set(KINDS)
        assert max(counts.values()) < 0.3 * len(part)
        assert min(counts.values()) > 0.1 * len(part)


def test_the_same_seed_draws_the_same(phrasebook):
    assert phrasebook.split(seed=2) == phrasebook.split(seed=2)


@pytest.mark.parametrize("size", [1, 5_000])
def test_another_seed_draws_others_but_the_first_sentence(size, phrasebook, parts):
    other = phrasebook.split(size=size, seed=1)
    assert [len(part) for part in other] == [
        size,
        max(1, size // 20),
        max(1, size // 20),
    ]
    assert "i am a student" in phrasebook.texts("english", other[0])
    assert "i am a student" in phrasebook.texts("english", parts[0])
    assert other[1] != parts[1][: len(other[1])]
    if size == 5_000:
        known = words(phrasebook, other[0])
        assert words(phrasebook, other[1] + other[2]) <= known


@pytest.mark.parametrize("size", [0, 10_000_000])
def test_impossible_size_names_the_largest(size, phrasebook):
    with pytest.raises(InputError, match=r"between 1 and \d+.*Received: size="):
        phrasebook.split(size=size)
