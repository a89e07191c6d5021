"""Tests of seq2seq_keras.data.corpora."""

import itertools

import pytest

from seq2seq_keras.data import (
    TOY_TASKS,
    Phrasebook,
    corpus_names,
    has_features,
    is_split_by_seed,
    load_corpus,
    make_toy_pairs,
    source_key,
)
from seq2seq_keras.errors import InputError

MEDIUM = ("dut", "fre", "jpn_hira", "kor")
LOW = ("ady", "gre", "ice", "ita", "khm")
INFLECTED = {"deu": (10_000, 1000, 1000), "heb": (9922, 1000, 993)}
# Languages whose files are not looked for here.
OTHERS = [name for name in corpus_names() if name.startswith("sigmorphon20")]
PUBLIC_SIZES = {
    **{
        f"{edition}/{direction}": (29_000, 1014, 1000)
        for edition in ("multi30k", "multi30k-tok")
        for direction in ("en-de", "de-en")
    },
    **{f"sigmorphon2021/{language}": (8000, 1000, 1000) for language in MEDIUM},
    **{f"sigmorphon2021/{language}": (800, 100, 100) for language in LOW},
    **{f"sigmorphon2023/{language}": sizes for language, sizes in INFLECTED.items()},
}
TATOEBA_TOTALS = {
    **dict.fromkeys(["tatoeba/eng-fra", "tatoeba/fra-eng"], 18_065),
    **dict.fromkeys(["tatoeba/eng-kor", "tatoeba/kor-eng"], 3853),
}
DIRECTIONS = list(itertools.permutations(("english", "french", "korean"), 2))


def test_every_corpus_has_one_name():
    names = corpus_names()
    phrasebooks = {f"phrasebook/{source}-{target}" for source, target in DIRECTIONS}
    expected = {*phrasebooks, *TOY_TASKS, *PUBLIC_SIZES, *TATOEBA_TOTALS, *OTHERS}
    assert set(names) == expected
    assert len(names) == len(set(names)) == 6 + 4 + 4 + 4 + 21 + 27


@pytest.mark.parametrize("name", ["english", "multi30k/en-fr", "", "Copy", None])
def test_an_unknown_name_names_the_known_ones(name):
    with pytest.raises(InputError) as caught:
        load_corpus(name)
    assert all(repr(known) in str(caught.value) for known in corpus_names())
    assert f"Received: corpus={name!r}" in str(caught.value)


@pytest.mark.parametrize("task", TOY_TASKS)
def test_a_toy_task_is_one_generation_in_three_parts(task):
    train, validation, test = load_corpus(task, seed=1)
    assert [len(train), len(validation), len(test)] == [20_000, 1000, 1000]
    assert [*train, *validation, *test] == list(make_toy_pairs(task, 22_000, seed=1))


def test_the_phrasebook_is_the_same_sentences_in_every_direction():
    by_direction = {
        direction: load_corpus(f"phrasebook/{'-'.join(direction)}")
        for direction in DIRECTIONS
    }
    columns = {language: [] for language in ("english", "french", "korean")}
    for (source, target), corpus in by_direction.items():
        columns[source].append([part.source for part in corpus])
        columns[target].append([part.target for part in corpus])
    for sides in columns.values():
        assert all(side == sides[0] for side in sides)
    train, validation, test = by_direction["english", "french"]
    assert len(train) > len(test) > 0 < len(validation)
    assert any("이" in text for text in columns["korean"][0][0])
    assert any("ê" in text for text in columns["french"][0][0])
    for first, second in itertools.combinations((train, validation, test), 2):
        assert not set(map(source_key, first.source)) & set(second.source)


def test_the_seed_is_that_of_the_split_of_the_phrasebook():
    phrasebook = Phrasebook()
    corpus = load_corpus("phrasebook/english-korean", seed=7)
    for rows, part in zip(phrasebook.split(seed=7), corpus, strict=True):
        assert part.source == phrasebook.texts("english", rows)
        assert part.target == phrasebook.texts("korean", rows)


@pytest.mark.parametrize("name", PUBLIC_SIZES)
def test_a_public_corpus_has_the_sizes_of_its_makers(name, public_data):
    corpus = load_corpus(name)
    assert tuple(map(len, corpus)) == PUBLIC_SIZES[name]
    for part in corpus:
        assert all(part.source) and all(part.target)


@pytest.mark.parametrize("name", TATOEBA_TOTALS)
def test_tatoeba_shares_no_source_between_its_parts(name, public_data):
    corpus = load_corpus(name)
    total = TATOEBA_TOTALS[name]
    assert sum(map(len, corpus)) == total
    assert 0.7 * total < len(corpus.train) < 0.9 * total
    keys = [set(map(source_key, part.source)) for part in corpus]
    assert sum(map(len, keys)) == len(set.union(*keys))


@pytest.mark.parametrize(
    ("name", "swapped"),
    [("tatoeba/eng-kor", "tatoeba/kor-eng"), ("multi30k/en-de", "multi30k/de-en")],
)
def test_a_swapped_direction_holds_the_same_pairs(name, swapped, public_data):
    pairs = sorted(pair for part in load_corpus(name) for pair in part)
    others = sorted(
        (target, source) for part in load_corpus(swapped) for source, target in part
    )
    assert pairs == others


def test_the_seed_splits_tatoeba(public_data):
    first, again, other = (load_corpus("tatoeba/eng-kor", seed=s) for s in (0, 0, 1))
    assert first == again
    assert first.test != other.test


def test_both_editions_of_multi30k_are_the_same_captions(public_data):
    raw, tokenized = (load_corpus(f"{e}/en-de") for e in ("multi30k", "multi30k-tok"))
    assert raw.train.source[0].startswith("Two young, White males")
    assert tokenized.train.source[0].startswith("two young , white males")
    for part in tokenized:
        assert all(text == text.lower() for text in part.source)


def test_words_of_sigmorphon_have_phonemes(public_data):
    pairs = load_corpus("sigmorphon2021/kor").train
    assert all(" " not in word for word in pairs.source)
    assert any("가" <= letter <= "힣" for letter in pairs.source[0])
    assert not any("가" <= letter <= "힣" for text in pairs.target for letter in text)


def test_forms_have_features_before_their_lemmas(public_data):
    pairs = load_corpus("sigmorphon2023/deu").train
    assert pairs[2] == ("V;IMP;NOM(2,SG)\tAa machen", "mach Aa")
    assert all(source.count("\t") == 1 for source in pairs.source)
    assert has_features("sigmorphon2023/deu")
    assert not any(map(has_features, ("sigmorphon2021/kor", "copy", None)))


def test_what_was_published_in_parts_is_not_split_by_the_seed():
    split = {name for name in corpus_names() if is_split_by_seed(name)}
    kinds = {name.partition("/")[0] for name in split}
    assert kinds == {"phrasebook", "tatoeba", "copy", "reverse", "addition", "dates"}
    in_parts = {name.partition("/")[0] for name in {*corpus_names()} - split}
    assert in_parts == {"multi30k", "multi30k-tok", "sigmorphon2021", "sigmorphon2023"}
    assert not any(map(is_split_by_seed, ("klingon", None)))


def test_the_folder_of_public_corpora_is_enough(public_data, cache, monkeypatch):
    monkeypatch.setenv("SEQ2SEQ_KERAS_DATA", str(public_data))
    for name in ("tatoeba/eng-kor", "multi30k-tok/de-en", "sigmorphon2021/ady"):
        load_corpus(name)
    assert not cache.exists()


def test_a_fallback_is_taken_and_told_where_the_files_cannot_be_had(
    monkeypatch, capsys
):
    def offline(*_):
        raise InputError("example.org cannot be reached.")

    monkeypatch.setattr("seq2seq_keras.data.corpora._load_tatoeba", offline)
    with pytest.raises(InputError, match="cannot be reached"):
        load_corpus("tatoeba/eng-fra")
    assert load_corpus("tatoeba/eng-fra", seed=1, fallback="copy") == load_corpus(
        "copy", seed=1
    )
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("copy, which is built in, in place of tatoeba/eng-fra: ")
    assert line.endswith("example.org cannot be reached.")
