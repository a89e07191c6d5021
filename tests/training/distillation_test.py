"""Tests of seq2seq_keras.training.distillation."""

import itertools

import pytest
from sacrebleu.metrics import CHRF

from seq2seq_keras.cli import main
from seq2seq_keras.data import Pairs, PairStream, read_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.text import CharacterTokenizer, FeaturesTokenizer, SpaceTokenizer
from seq2seq_keras.training import (
    DistillationCounts,
    DistillationOptions,
    distill,
    pair_lines,
)
from seq2seq_keras.translation import Translator

pytestmark = pytest.mark.usefixtures("eager")
PAIRS = Pairs(["a b c", "c b", "", "a"], ["u v w", "x x", "u", "w v u"])
BEAM = {"beam_width": 4, "n_best": 3, "max_length": 5}


@pytest.fixture(scope="module")
def teachers(random_translator):
    return [random_translator(3), random_translator(8)]


def list_of(translator, text, **search):
    """The texts that a translator finds, those without any left out."""
    hypotheses = translator.decode(text, **{**BEAM, **search}).hypotheses
    return [h.text for h in hypotheses if h.text]


def test_sources_get_the_translations_of_the_ensemble(teachers):
    both = Translator.ensemble(teachers)
    counts = DistillationCounts()
    expected = [
        (text, other)
        for text in PAIRS.source
        for other in (list_of(both, text) if text else ())
    ]
    for given in (PAIRS, PairStream(lambda: iter(PAIRS)), PAIRS.source):
        assert list(distill(teachers, given, counts=counts, **BEAM)) == expected
    # All three of the text without any.
    assert counts == DistillationCounts(3 * 4, 3 * len(expected), empty=3 * 3)
    best = list(distill(teachers[:1], PAIRS, max_length=5))
    translations = teachers[0].translate(PAIRS.source, max_length=5)
    pairs = zip(PAIRS.source, translations, strict=True)
    assert best == [pair for pair in pairs if pair[1]]


def test_every_translation_without_text_is_counted(random_translator):
    target = CharacterTokenizer.fit(["u v"])  # a space may be all
    teacher = random_translator(3, SpaceTokenizer.fit(["a b c"]), target)
    search = {"beam_width": 3, "n_best": 3, "max_length": 1}
    found = [h.text for h in teacher.decode("a b", **search).hypotheses]
    assert sorted(found) == ["", " ", "v"]
    counts = DistillationCounts()
    pairs = list(distill([teacher], ["a b"], counts=counts, **search))
    assert pairs == [("a b", "v")]
    assert counts == DistillationCounts(read=1, written=1, empty=2)


def test_each_teacher_may_write_pairs_of_its_own(teachers):
    counts = DistillationCounts()
    options = DistillationOptions(each=True, originals=True)
    found = list(distill(teachers, PAIRS, options, counts=counts, **BEAM))
    expected, total = [], 0
    for source, target in PAIRS:
        found_by_each = (list_of(x, source) for x in teachers if source)
        own = [target, *itertools.chain(*found_by_each)]
        total += len(own)
        expected += [(source, text) for text in dict.fromkeys(own)]
    assert found == expected
    assert counts.repeated == total - len(expected)
    assert counts.written == len(expected)


def test_what_is_unlike_its_reference_is_left_out(teachers):
    chrf = CHRF()
    every = [
        (source, text, chrf.sentence_score(text, [target]).score / 100)
        for source, target in PAIRS
        for text in (list_of(teachers[0], source) if source else ())
    ]
    least = sum(like for *_, like in every) / len(every)
    expected = [(source, text) for source, text, like in every if like >= least]
    assert 0 < len(expected) < len(every)
    counts = DistillationCounts()
    options = DistillationOptions(min_likeness=least)
    found = list(distill(teachers[:1], PAIRS, options, counts=counts, **BEAM))
    assert found == expected
    assert counts.unlike == len(every) - len(expected)
    closest = list(
        distill(teachers[:1], PAIRS, DistillationOptions(closest=True), **BEAM)
    )
    for source, text in closest:
        likes = {t: like for s, t, like in every if s == source}
        assert likes[text] == max(likes.values())
    assert len(closest) == 3


def test_backward_the_translations_are_sources(random_translator):
    sides = SpaceTokenizer.fit(["u v w x"]), SpaceTokenizer.fit(["a b c"])
    back = random_translator(3, *sides)
    options = DistillationOptions(backward=True)
    expected = [(text, t) for t in PAIRS.target for text in list_of(back, t)]
    assert list(distill([back], PAIRS, options, **BEAM)) == expected
    assert list(distill([back], iter(PAIRS.target), options, **BEAM)) == expected


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        ({"closest": True}, ["a"], "`closest` needs references"),
        ({"min_likeness": 0.1}, ["a"], "`min_likeness` needs references"),
        ({"originals": True}, ["a"], "`originals` needs references"),
        ({"each": True}, PAIRS, "`each` does nothing with one teacher"),
        ({"closest": True}, PAIRS, "`closest` does nothing without an `n_best`"),
        ({"likeness": "bleu"}, PAIRS, "`likeness` does nothing without"),
    ],
)
def test_what_would_do_nothing_is_refused(teachers, options, given, message):
    with pytest.raises(InputError, match=message):
        distill(teachers[:1], given, DistillationOptions(**options))


def test_a_table_holds_features_and_no_line_ends():
    skipped = []
    pairs = [("V;PST\tgo", "went"), ("V\ta", "b\nc"), ("x", "y")]
    assert list(pair_lines(pairs, True, skipped.append)) == [
        "go\twent\tV;PST",
        "x\ty\t",
    ]
    assert skipped == ["b\nc"]


def test_the_command_writes_a_table_to_train_on(teachers, tmp_path, capsys):
    folders = [str(t.save(tmp_path / str(n))) for n, t in enumerate(teachers)]
    train, output = tmp_path / "train.tsv", tmp_path / "taught.tsv"
    kept = [pair for pair in PAIRS if pair[0]]
    train.write_text("".join(f"{a}\t{b}\n" for a, b in kept), encoding="utf-8")
    command = ["distill", *folders, "--output", str(output), "--max-length", "5"]
    beam = ["--beam-width", "4", "--n-best", "3"]
    assert main([*command, "--train", str(train), *beam]) == 0
    assert f"{output} has " in capsys.readouterr().out
    expected = list(distill(teachers, Pairs(*zip(*kept, strict=True)), **BEAM))
    assert list(read_pairs(output)) == expected
    texts = tmp_path / "texts.txt"
    texts.write_text("a b\nc\n", encoding="utf-8")
    assert main([*command, "--input", str(texts)]) == 0
    assert list(read_pairs(output)) == list(distill(teachers, ["a b", "c"]))
    before = output.read_bytes()
    given = ["--train", str(train), "--min-likeness", "1", "--likeness", "exact_match"]
    assert main([*command, *given]) == 2
    assert "No pair is left to write" in capsys.readouterr().err
    assert output.read_bytes() == before
    assert main([*command, "--train", str(train), "--input", str(texts)]) == 2
    assert "Give one of `--train` files" in capsys.readouterr().err


def test_a_corpus_is_named_with_the_seed_that_split_it(
    teachers, tmp_path, monkeypatch, capsys
):
    split = []

    def load_a_part(task, seed):
        split.append(seed)
        return (Pairs(["a b"], ["u"]),) * 3

    monkeypatch.setattr("seq2seq_keras.data.corpora._load_toy", load_a_part)
    folder = teachers[0].save(tmp_path / "teacher")
    (folder / "training.yaml").write_text("seed: 7\n")
    command = ["distill", str(folder), "--corpus", "copy", "--max-length", "2"]
    assert main([*command, "--output", str(tmp_path / "taught.tsv")]) == 0
    assert "--corpus copy --seed 7" in capsys.readouterr().out
    assert split == [7]


def test_features_become_the_third_column(random_translator, tmp_path, capsys):
    texts = ["V;PST\ta b", "N\tc"]
    source = FeaturesTokenizer.fit(texts, tokenizer=SpaceTokenizer)
    teacher = random_translator(3, source)
    train, output = tmp_path / "train.tsv", tmp_path / "taught.tsv"
    train.write_text("a b\tu\tV;PST\nc\tv\tN\n", encoding="utf-8")
    command = ["distill", str(teacher.save(tmp_path / "0")), "--train", str(train)]
    command += ["--features-column", "2", "--output", str(output)]
    assert main(command) == 0
    assert "--features-column 2" in capsys.readouterr().out
    pairs = read_pairs(output, features_column=2)
    expected = list(zip(texts, teacher.translate(texts), strict=True))
    assert list(pairs) == [pair for pair in expected if pair[1]]


def test_the_closest_of_several_draws_is_taken(teachers):
    options = DistillationOptions(closest=True)
    draws = {"sample": True, "n_best": 3, "seed": 4, "max_length": 5}
    assert list(distill(teachers[:1], PAIRS, options, **draws))


def test_features_are_not_translated_backward(teachers):
    pairs = Pairs(["V;PST\tgo"], ["u"])
    with pytest.raises(InputError, match=r"`backward` makes sources .* no features"):
        list(distill(teachers[:1], pairs, DistillationOptions(backward=True)))


@pytest.mark.parametrize(
    ("seeds", "given", "expected"),
    [((5,), [], 5), ((5, 5), [], 5), ((5,), ["--seed", "2"], 2), ((5, 6), [], None)],
)
def test_a_corpus_is_split_as_the_teachers_had_it(
    teachers, seeds, given, expected, tmp_path, capsys, monkeypatch
):
    split = []

    def load(name, *, seed):
        split.append(seed)
        raise InputError("enough")

    monkeypatch.setattr("seq2seq_keras.data.load_corpus", load)
    folders = []
    for number, seed in enumerate(seeds):
        folder = teachers[0].save(tmp_path / str(number))
        (folder / "training.yaml").write_text(f"seed: {seed}\n")
        folders.append(str(folder))
    words = ["--corpus", "phrasebook/english-french", "--output", str(tmp_path / "x")]
    assert main(["distill", *folders, *words, *given]) == 2
    assert split == ([] if expected is None else [expected])
    told = "Say which counts: `--seed`" if expected is None else "enough"
    assert told in capsys.readouterr().err
