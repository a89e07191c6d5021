"""Tests of seq2seq_keras.evaluation.tune_search, against searches one by one."""

import pytest

from seq2seq_keras.cli import main
from seq2seq_keras.data import Pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation import score_metric, tune_search
from seq2seq_keras.translation import Translator

pytestmark = pytest.mark.usefixtures("eager")
SOURCES = ["a b c", "c b", "b", "a", "c a b", "b b a"]


@pytest.fixture(scope="module")
def models(random_translator):
    return random_translator(6), random_translator(11)


def chrf(translator, pairs, **options):
    return score_metric("chrf", translator.translate(pairs.source, **options), pairs)


def test_the_widest_beam_is_chosen_where_the_references_are_what_it_finds(models):
    one, _ = models
    pairs = Pairs(SOURCES, one.translate(SOURCES, beam_width=5, length_penalty=2))
    tuned = tune_search(
        one, pairs, metric="chrf", beam_widths=(1, 5), length_penalties=(0.4, 2.0)
    )
    scores = [trial.score for trial in tuned.trials]
    assert scores[0] < 100  # of greedy search
    assert tuned.options == {"beam_width": 5, "length_penalty": 2.0}
    assert tuned.score == 100.0
    # Beams, penalties, utilities with their powers; each is what it says.
    assert len(scores) == 2 + 2 + 4 * 4
    for trial in tuned.trials[::3]:
        assert trial.score == pytest.approx(chrf(one, pairs, **trial.options))
    # The best penalty holds for what is tried after it.
    assert {trial.options["length_penalty"] for trial in tuned.trials[4:]} == {2.0}


def test_of_equal_scores_the_first_stays(models):
    one, other = models
    pairs = Pairs(SOURCES, one.translate(SOURCES))
    tuned = tune_search(one, pairs, metric="wer", beam_widths=(1, 2), rescore=other)
    # The other model has no part in what was chosen, nor in what is done with it.
    assert (tuned.options, tuned.score) == ({"beam_width": 1}, 0.0)
    assert tuned.as_yaml(["other"]).endswith("\nbeam_width: 1\n")


def test_weights_of_another_model_are_the_best_of_a_grid(models):
    one, other = models
    judged = {"rescore": other, "rescore_weight": 0.7, "rescore_length": 0.5}
    search = {"beam_width": 5, "decision": "map"}
    pairs = Pairs(SOURCES, one.translate(SOURCES, **search, **judged))
    tuned = tune_search(
        one,
        pairs,
        metric="exact_match",
        rescore=other,
        beam_widths=(5,),
        length_penalties=(),
    )
    assert tuned.score == 1.0
    assert {"rescore_weight", "rescore_length"} <= {*tuned.options}
    assert tuned.options["rescore"] is other
    assert one.translate(SOURCES, **tuned.options) == pairs.target
    for weight, length in ((0.0, -1.0), (1.0, 1.0)):
        weights = {"rescore_weight": weight, "rescore_length": length}
        found = one.translate(SOURCES, rescore=other, **search, **weights)
        assert found != pairs.target


@pytest.mark.parametrize(
    ("saved", "plain"),
    [
        ({"decision": "mbr", "beam_width": 3}, {"decision": "map"}),
        (
            {"sample": True, "decision": "mbr", "n_best": 4},
            {"sample": False, "decision": "map"},
        ),
    ],
)
def test_a_translator_that_draws_or_decides_is_tried_without(
    models, saved, plain, tmp_path, capsys
):
    one, other = models
    tokenizers = one.source_tokenizer, one.target_tokenizer
    drawing = Translator(one.model, *tokenizers, max_length=5, **saved)
    pairs = Pairs(SOURCES, one.translate(SOURCES))
    tried = {"beam_widths": (1, 4), "length_penalties": (0.4,), "rescore": other}
    tuned, expected = (
        tune_search(each, pairs, metric="chrf", **tried) for each in (drawing, one)
    )
    assert [x.score for x in tuned.trials] == [x.score for x in expected.trials]
    for mine, its in zip(tuned.trials, expected.trials, strict=True):
        assert mine.options == {**plain, **its.options}
    assert tuned.options == {"beam_width": 1, **plain}
    assert drawing.translate(SOURCES, **tuned.options) == pairs.target
    search, sources = tmp_path / "search.yaml", tmp_path / "sources.txt"
    search.write_text(tuned.as_yaml())
    sources.write_text("".join(f"{text}\n" for text in SOURCES))
    command = ["translate", str(drawing.save(tmp_path / "1")), "--config", str(search)]
    assert main([*command, "--input", str(sources)]) == 0
    assert capsys.readouterr().out.splitlines() == pairs.target


def test_another_model_judges_what_the_best_length_penalty_finds(models):
    one, other = models
    pairs = Pairs(SOURCES, one.translate(SOURCES, beam_width=3, length_penalty=3))
    tuned = tune_search(
        one,
        pairs,
        metric="chrf",
        rescore=other,
        beam_widths=(3,),
        length_penalties=(3.0,),
    )
    judged = tuned.trials[-1]
    assert judged.options["length_penalty"] == 3.0
    assert judged.score == pytest.approx(
        chrf(one, pairs, rescore=other, **judged.options)
    )


def test_a_judge_needs_something_to_choose_from(models):
    one, other = models
    with pytest.raises(InputError, match="`rescore` does nothing without a beam"):
        tune_search(one, Pairs(["a"], ["u"]), rescore=other, beam_widths=(1,))


def test_a_metric_that_is_not_defined_is_named(models):
    with pytest.raises(InputError, match="BLEU is not defined for these pairs"):
        tune_search(models[0], Pairs(["a"], ["u"]), beam_widths=(1,))


def test_the_file_is_one_that_other_commands_take(models, tmp_path, capsys):
    one, other = models
    folders = [
        str(each.save(tmp_path / name)) for each, name in ((one, "1"), (other, "2"))
    ]
    judged = {"rescore": other, "rescore_weight": 0.7, "rescore_length": 0.5}
    targets = one.translate(SOURCES, beam_width=5, decision="map", **judged)
    validation, search = tmp_path / "validation.tsv", tmp_path / "search.yaml"
    rows = zip(SOURCES, targets, strict=True)
    validation.write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
    command = ["tune-search", folders[0], "--rescore", folders[1], "--metric", "chrf"]
    command += ["--validation", str(validation), "--max-beam-width", "5"]
    assert main([*command, "--output", str(search)]) == 0
    assert "# Chosen by chrF of 6 validation pairs" in search.read_text()
    capsys.readouterr()
    sources = tmp_path / "sources.txt"
    sources.write_text("".join(f"{text}\n" for text in SOURCES), encoding="utf-8")
    command = [
        "translate",
        folders[0],
        "--config",
        str(search),
        "--input",
        str(sources),
    ]
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines() == targets
    command = [
        "evaluate",
        folders[0],
        "--config",
        str(search),
        "--test",
        str(validation),
    ]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert f"rescored by {folders[1]}" in told and "100.00" in told


def test_weights_without_a_model_are_refused(models, tmp_path, capsys):
    folder = str(models[0].save(tmp_path / "1"))
    assert main(["translate", folder, "--rescore-weight", "0.2"]) == 2
    assert (
        "`--rescore-weight` does nothing without `--rescore`" in capsys.readouterr().err
    )
