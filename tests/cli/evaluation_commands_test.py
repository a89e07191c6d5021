"""Tests of the commands that score: what they print, write and return."""

import json

import pytest

from seq2seq_keras import data
from seq2seq_keras.cli import main
from seq2seq_keras.data import load_corpus
from seq2seq_keras.evaluation import (
    compare_translations,
    data_sha256,
    evaluate_translator,
    model_sha256,
    score_by_length,
    score_metric,
)


@pytest.fixture(autouse=True)
def few_swaps(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.evaluation.resampling._SWAPS", 499)


@pytest.fixture(scope="module")
def pairs():
    return load_corpus("phrasebook/english-french").test[:40]


@pytest.fixture(scope="module")
def test_file(pairs, tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "test.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    return path


def run(capsys, *arguments):
    assert main([str(argument) for argument in arguments]) == 0
    return capsys.readouterr().out


def error_of(capsys, *arguments):
    """The one line on standard error, with exit status 2."""
    assert main([str(argument) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("seq2seq-keras: error: ")
    return line


def test_the_json_of_an_evaluation_holds_everything(
    translator, saved_translator, test_file, pairs, capsys
):
    arguments = ["evaluate", saved_translator, "--test", test_file, "--json"]
    values = json.loads(run(capsys, *arguments, "--bleu-tokenizer", "none"))
    expected = evaluate_translator(translator, pairs, bleu_tokenizer="none")
    ignored = {"protocol", "seconds"}
    for name, value in expected.as_dict().items():
        assert name in ignored or values[name] == value, name
    assert values["protocol"] == f"{test_file}, greedy search"
    assert values["search"]["beam_width"] == 1
    assert values["data_sha256"] == data_sha256(pairs)
    assert values["model_sha256"] == model_sha256(translator)
    table = score_by_length(
        pairs.source, expected.translations, pairs.target, bleu_tokenizer="none"
    )
    assert [row["score"] for row in values["by_length"]] == list(table["score"])
    assert {"seq2seq_keras", "tensorflow", "jiwer"} <= set(values["versions"])


def test_tables_translations_and_a_picture(
    translator, saved_translator, test_file, pairs, tmp_path, capsys
):
    output, picture = tmp_path / "new" / "out.txt", tmp_path / "lengths.png"
    arguments = ["evaluate", saved_translator, "--test", test_file, "--output", output]
    arguments += ["--by-length", "--length-metric", "wer", "--length-plot", picture]
    printed = run(capsys, *arguments)
    scores, lengths = printed.split("\n\n")
    names = ["BLEU", "chrF", "TER", "WER", "symbol error rate", "exact match"]
    for name, line in zip(names, scores.splitlines()[1:], strict=False):
        assert line.startswith(name) and "[" in line
    assert lengths.split()[:3] == ["words", "sentences", "WER"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    written = output.read_text(encoding="utf-8").split("\n")
    assert written == [*translator.translate(pairs.source), ""]
    # What was written is a system to compare with.
    arguments = ["compare", saved_translator, output, "--test", test_file, "--json"]
    record = json.loads(run(capsys, *arguments))
    differences = [row["difference"] for row in record["comparison"]]
    assert differences == [None, 0] * 6


def test_an_ensemble_is_evaluated(
    translator, saved_translator, test_file, pairs, capsys
):
    arguments = ["evaluate", saved_translator, "--ensemble", saved_translator]
    values = json.loads(run(capsys, *arguments, "--test", test_file, "--json"))
    assert values["models"] == 2
    assert values["protocol"] == f"{test_file}, greedy search, ensemble of 2"
    # Two of one kind agree.
    assert values["chrf"] == score_metric(
        "chrf", translator.translate(pairs.source), pairs.target
    )


@pytest.fixture
def systems(pairs, tmp_path):
    """Two files of translations, the first one worse."""
    texts = {
        "old.txt": [text.replace("e", "a") for text in pairs.target],
        "new.txt": [text.replace("tu ", "vous ") for text in pairs.target],
    }
    for name, lines in texts.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    return {str(tmp_path / name): lines for name, lines in texts.items()}


def test_two_files_are_compared(systems, test_file, pairs, capsys):
    table = compare_translations(systems, pairs.target, bleu_tokenizer="none")
    options = ["--test", test_file, "--bleu_tokenizer", "none"]
    printed = run(capsys, "compare", *systems, *options)
    assert printed.startswith(f"{test_file}, 40 sentences\n")
    assert "symbol error rate" not in printed  # there is no tokenizer
    assert printed.count("difference") == len(table) / 2
    assert all(f"{name} " in printed for name in systems)
    record = json.loads(run(capsys, "compare", *systems, *options, "--json"))
    assert record["protocol"] == str(test_file)
    for row, expected in zip(
        record["comparison"], table.to_dict("records"), strict=True
    ):
        for name, value in row.items():
            assert value == expected[name] or value is None
    assert record["comparison"][1]["p_value"] < 0.01


def test_a_model_lends_its_tokenizer_to_a_file(
    translator, saved_translator, systems, test_file, pairs, capsys
):
    first, _ = systems
    arguments = ["compare", first, saved_translator, "--test", test_file, "--json"]
    record = json.loads(run(capsys, *arguments, "--max-length", "1"))
    expected = compare_translations(
        {"a": systems[first], "b": translator.translate(pairs.source, max_length=1)},
        pairs.target,
        translator.target_tokenizer,
    )
    scores = [row["score"] for row in record["comparison"]]
    assert scores == list(expected["score"])
    assert len(scores) == 12


def test_a_corpus_has_the_test_pairs_of_its_seed(systems, monkeypatch, capsys):
    corpus = load_corpus("phrasebook/english-french")

    def load_a_part(name, seed):
        start = 40 * seed
        return corpus._replace(test=corpus.test[start : start + 40])

    monkeypatch.setattr(data, "load_corpus", load_a_part)
    arguments = ["compare", *systems, "--corpus", "phrasebook/english-french", "--json"]
    record = json.loads(run(capsys, *arguments, "--seed", "3"))
    assert record["protocol"] == "test split of phrasebook/english-french, seed 3"
    assert record["data_sha256"] == data_sha256(corpus.test[120:160])


def test_what_cannot_be_compared_is_one_line(systems, test_file, tmp_path, capsys):
    first, second = systems
    short = tmp_path / "short.txt"
    short.write_text("a\nb\n")
    test = ["--test", test_file]
    message = error_of(capsys, "compare", first, short, *test)
    assert f"{short} has 2 lines and the test set has 40 sentences" in message
    assert "two systems" in error_of(capsys, "compare", first, *test)
    assert "named twice" in error_of(capsys, "compare", first, first, *test)
    missing = tmp_path / "missing.txt"
    assert str(missing) in error_of(capsys, "compare", first, missing, *test)
    arguments = ["compare", first, second, *test, "--bleu_tokenizer", "spm"]
    assert "13a" in error_of(capsys, *arguments)
    assert "--test" in error_of(capsys, "compare", first, second)
