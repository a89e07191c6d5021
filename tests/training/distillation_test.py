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


def test_features_alone_are_no_source(random_translator):
    texts = ["V\ta b", "V\t ", "V\t"]
    source = FeaturesTokenizer.fit(texts, tokenizer=SpaceTokenizer)
    teacher, counts = random_translator(3, source), DistillationCounts()
    search = {"min_length": 2, "max_length": 5}
    pairs = list(distill([teacher], texts, counts=counts, **search))
    assert [source for source, _ in pairs] == ["V\ta b"]
    assert counts == DistillationCounts(read=3, written=1, empty=2)


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
    counts = DistillationCounts(3, 3)
    pairs = [("V;PST\tgo", "went"), ("V\ta", "b\nc"), ("x", "y", 0.5)]
    assert list(pair_lines(pairs, True, False, counts)) == [
        "go\twent\tV;PST",
        "x\ty\t",
    ]
    assert counts == DistillationCounts(3, 2, unwritable=1)
    assert str(counts) == "2 pairs of 3 texts; left out: 1 unwritable"
    assert list(pair_lines(pairs[::2], True, True, counts)) == [
        "go\twent\tV;PST\t1.0",
        "x\ty\t\t0.5",
    ]


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
    weighted = tmp_path / "weighted.tsv"
    weighted.write_text("a b c\tu v w\t0.5\n", encoding="utf-8")
    given = ["--train", str(weighted), "--weights-column", "2"]
    assert main([*command, *given]) == 0
    assert capsys.readouterr().out.endswith(
        f"{output} --columns 0 1 --weights-column 2\n"
    )
    assert read_pairs(output, weights_column=2).weights == [0.5]
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


@pytest.mark.parametrize(
    ("separator", "told"), [(";", ""), ("|", " --features-separator '|'")]
)
def test_features_and_weights_become_further_columns(
    separator, told, random_translator, tmp_path, capsys
):
    texts = [f"V{separator}PST\ta b", "N\tc"]
    source = FeaturesTokenizer.fit(
        texts, tokenizer=SpaceTokenizer, features_separator=separator
    )
    teacher = random_translator(3, source)
    train, output = tmp_path / "train.tsv", tmp_path / "taught.tsv"
    rows = f"a b\tu\tV{separator}PST\t0.5\nc\tv\tN\t1\n"
    train.write_text(rows, encoding="utf-8")
    command = ["distill", str(teacher.save(tmp_path / "0")), "--train", str(train)]
    command += ["--features-column", "2", "--features-separator", separator]
    command += ["--output", str(output), "--min-length", "2", "--max-length", "5"]
    assert main(command) == 0
    [line] = capsys.readouterr().out.splitlines()[1:]
    assert line.endswith(f"{output} --columns 0 1 --features-column 2{told}")
    read = {"features_column": 2, "features_separator": separator}
    translations = teacher.translate(texts, min_length=2, max_length=5)
    assert all(translations)
    expected = list(zip(texts, translations, strict=True))
    assert list(read_pairs(output, **read)) == expected
    assert main([*command, "--weights-column", "3"]) == 0
    [line] = capsys.readouterr().out.splitlines()[1:]
    assert line.endswith(f"--features-column 2{told} --weights-column 3")
    pairs = read_pairs(output, **read, weights_column=3)
    assert (list(pairs), pairs.weights) == (expected, [0.5, 1.0])


def test_the_closest_of_several_draws_is_taken(teachers):
    options = DistillationOptions(closest=True)
    draws = {"sample": True, "n_best": 3, "seed": 4, "max_length": 5}
    found = teachers[0].decode(PAIRS.source, **draws)
    chrf, expected, differing = CHRF(), [], 0
    for (source, target), translation in zip(PAIRS, found, strict=True):
        texts = [h.text for h in translation.hypotheses if h.text]
        likes = [chrf.sentence_score(text, [target]).score for text in texts]
        if texts and source:
            expected.append((source, texts[likes.index(max(likes))]))
            differing += min(likes) < max(likes)
    assert differing > 1
    assert list(distill(teachers[:1], PAIRS, options, **draws)) == expected


def test_of_each_teacher_it_is_asked_whether_there_is_a_closest(teachers):
    one, other = teachers
    several = Translator(
        *(other.model, other.source_tokenizer, other.target_tokenizer),
        **{**BEAM, "max_source_length": other.max_source_length},
    )
    options = DistillationOptions(closest=True, each=True)
    search = {"max_length": 5}
    found = list(distill([one, several], PAIRS[:1], options, **search))
    [pair] = distill([several], PAIRS[:1], DistillationOptions(closest=True))
    best = one.translate(PAIRS.source[0], **search)
    assert found == [*dict.fromkeys([(PAIRS.source[0], best), pair])]
    with pytest.raises(InputError, match="`closest` does nothing without an `n_best`"):
        distill([one, other], PAIRS, options, **search)


def test_the_closest_may_be_as_unlike_as_can_be(teachers):
    """Of one reference token: 1 less the edits per token is below 0."""
    options = DistillationOptions(closest=True, likeness="symbol_error_rate")
    pairs = Pairs(["a b c"], ["w"])
    search = {**BEAM, "min_length": 4}
    found = list_of(teachers[0], "a b c", **search)
    # As far from one token as there are tokens, or one less where it is among them.
    edits = [len(text.split()) - ("w" in text.split()) for text in found]
    assert min(edits) > 1
    counts = DistillationCounts()
    taken = list(distill(teachers[:1], pairs, options, counts=counts, **search))
    assert taken == [("a b c", found[edits.index(min(edits))])]
    assert counts == DistillationCounts(read=1, written=1)


def test_what_is_drawn_does_not_depend_on_what_was_counted(teachers):
    draws = {"sample": True, "seed": 4, "max_length": 5}
    counts = DistillationCounts()
    first, again = (
        list(distill(teachers[:1], PAIRS.source, counts=counts, **draws))
        for _ in range(2)
    )
    assert first == again
    assert counts.read == 2 * len(PAIRS)
    counts, long = DistillationCounts(read=7), "a " * 300
    with pytest.warns(UserWarning, match="Text 2 has 300 tokens"):
        list(distill(teachers[:1], ["a", long], counts=counts, max_length=2))


@pytest.mark.parametrize("backward", [False, True])
def test_what_is_made_of_a_pair_has_its_weight(random_translator, backward):
    sides = SpaceTokenizer.fit(["a b c"]), SpaceTokenizer.fit(["u v w x"])
    teacher = random_translator(3, *(sides[::-1] if backward else sides))
    source, target, weights = (
        ["a b c", "c b", "a"],
        ["u v w", "x x", "w v u"],
        [2, 0, 1],
    )
    pairs, counts = Pairs(source, target, weights), DistillationCounts()
    options = DistillationOptions(backward=backward, originals=True)
    search = {"sample": True, "seed": 3, "max_length": 5}
    # Draws go by the place of a text, so that of the third is that of a third.
    found = teacher.translate(target if backward else source, **search)
    made = [
        [
            (source[n], target[n]),
            (found[n], target[n]) if backward else (source[n], found[n]),
        ]
        for n in (0, 2)
    ]
    expected = [*((*pair, 2.0) for pair in made[0]), *made[1]]
    stream = PairStream(pairs.rows)
    for given in (pairs, stream):
        assert list(distill([teacher], given, options, **search)) == expected
    list(distill([teacher], pairs, options, counts=counts, **search))
    assert counts == DistillationCounts(read=3, written=4, weightless=1)
    taught = PairStream(lambda: distill([teacher], pairs, options, **search)).read()
    assert taught.weights == [2.0, 2.0, 1.0, 1.0]


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
