"""Tests of seq2seq_keras.data.evaluation_set."""

import re

import pytest

from seq2seq_keras.data import (
    EvaluationSet,
    Pairs,
    PairStream,
    group_sources,
    read_evaluation_set,
    read_pairs,
)
from seq2seq_keras.errors import InputError

PAIRS = [("hi", "salut"), ("bye", "adieu"), ("hi", "bonjour"), ("hi", "salut")]
GROUPED = EvaluationSet(["hi", "bye"], [("salut", "bonjour"), ("adieu",)])


def write(folder, **texts):
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


@pytest.mark.parametrize(
    "pairs",
    [
        PAIRS,
        Pairs(*map(list, zip(*PAIRS, strict=True))),
        PairStream(lambda: iter(PAIRS)),
        iter(PAIRS),
    ],
)
def test_equal_sources_become_one_in_the_order_first_seen(pairs):
    assert group_sources(pairs) == GROUPED


def test_what_is_grouped_can_be_grouped_again():
    twice = EvaluationSet(["a", "b", "a"], [("x",), (), ("y", "x")])
    assert group_sources(twice) == EvaluationSet(["a", "b"], [("x", "y"), ()])
    assert group_sources(GROUPED) == GROUPED


def test_targets_that_no_score_tells_apart_are_one_and_blank_ones_none():
    targets = ["Va\u202f!", "Va !", " va !", "\u00e9", "e\u0301", "", " \u00a0"]
    grouped = group_sources([("a", target) for target in targets])
    assert grouped.references == [("Va\u202f!", " va !", "\u00e9")]
    assert group_sources([("a", "")]) == EvaluationSet(["a"], [()])


def test_sources_are_one_only_if_they_are_equal():
    sources = ["Go", "go", "go ", "\u00e9", "e\u0301"]
    assert group_sources([(source, "x") for source in sources]).source == sources


def test_the_pairs_of_a_set_are_its_lines_without_what_is_twice():
    assert list(GROUPED.pairs()) == [PAIRS[0], PAIRS[2], PAIRS[1]]
    assert group_sources(GROUPED.pairs()) == GROUPED


def test_a_set_is_gone_through_and_cut_as_pairs_are():
    assert (len(GROUPED), list(GROUPED)[1]) == (2, ("bye", ("adieu",)))
    assert GROUPED[0] == ("hi", ("salut", "bonjour"))
    assert GROUPED[::-1] == EvaluationSet(["bye", "hi"], GROUPED.references[::-1])


def test_files_are_sources_and_references_and_blank_lines_none(tmp_path):
    paths = write(
        tmp_path, source="a\nb\n\n", first="x\n\n\n", second="\ny\nz\n", third="x\n \nw"
    )
    test = read_evaluation_set(paths[0], paths[1:])
    assert test == EvaluationSet(["a", "b", ""], [("x", "x"), ("y",), ("z", "w")])
    assert read_evaluation_set(*paths[:1], paths[1:2]).references == [("x",), (), ()]


def test_files_that_differ_in_length_are_all_named_with_their_lines(tmp_path):
    paths = write(tmp_path, source="a\nb\n", first="x\ny\n", second="x\ny\nz\n")
    with pytest.raises(InputError) as raised:
        read_evaluation_set(paths[0], paths[1:])
    for path, count in zip(paths, (2, 2, 3), strict=True):
        assert f"{path} has {count}" in str(raised.value)


@pytest.mark.parametrize("name", ["table.tsv", "table.csv"])
def test_a_table_among_them_is_named(name, tmp_path):
    paths = write(tmp_path, source="a\nb\n", first="x\ny\n")
    comma = "," if name.endswith("csv") else "\t"
    paths += write(tmp_path, **{name: f"a{comma}x\nb{comma}y\n"})
    with pytest.raises(InputError, match=f"{name} is a table"):
        read_evaluation_set(paths[0], paths[1:])


def test_a_sentence_may_hold_a_tab(tmp_path):
    paths = write(tmp_path, source="a\tb\nc\n", first="x\ny\n")
    assert read_evaluation_set(paths[0], paths[1:]).source == ["a\tb", "c"]


@pytest.mark.parametrize(
    ("source", "references", "message"),
    [
        (["a"], [], "1 sources and 0 tuples"),
        (["a"], ["x"], "source 1 must be a tuple"),
        (["a", "b"], [("x",), ("y", None)], "source 2 must be a tuple of strings"),
        ("a", [("x",)], "`source` must be texts"),
    ],
)
def test_what_is_no_set_is_refused(source, references, message):
    with pytest.raises(InputError, match=message):
        EvaluationSet(source, references)


def test_names_where_texts_belong_are_refused(tmp_path):
    (source,) = write(tmp_path, source="a\n")
    for references, message in (("first", "`references` must be"), ([], "one file")):
        with pytest.raises(InputError, match=message):
            read_evaluation_set(source, references)
    with pytest.raises(InputError, match="`pairs` must be"):
        group_sources("hi")


def test_a_public_corpus_is_grouped_as_a_plain_loop_does(public_data):
    path = public_data / "tatoeba" / "eng-fra.tsv"
    grouped = group_sources(read_pairs(path))
    sources, kept, seen = [], {}, set()
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        source, target = line.split("\t")
        if source not in kept:
            sources.append(source)
            kept[source] = []
        # The corpus writes one text with a thin space and with a plain one.
        spaced = source, re.sub(r"\s", " ", target)
        if spaced not in seen:
            seen.add(spaced)
            kept[source].append(target)
    assert grouped.source == sources
    assert grouped.references == [tuple(kept[source]) for source in sources]
