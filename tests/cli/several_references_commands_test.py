"""Tests of the commands that score by several references of a sentence."""

import json
import pathlib

import pytest

from seq2seq_keras import data
from seq2seq_keras.cli import main
from seq2seq_keras.data import EvaluationSet, load_corpus
from seq2seq_keras.evaluation import (
    compare_translations,
    data_sha256,
    evaluate_translator,
    score_by_length,
)

FILES = ["a.en", "0.fr", "1.fr", "2.fr"]


@pytest.fixture(autouse=True)
def few_swaps(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.evaluation.resampling._SWAPS", 99)


@pytest.fixture(scope="module")
def test_set():
    """Twelve sources with one, two or three references."""
    pairs = load_corpus("phrasebook/english-french").test[:12]
    references = [
        (target, target.upper(), target.replace(" ", "  le ", 1))[: 1 + number % 3]
        for number, target in enumerate(pairs.target)
    ]
    return EvaluationSet(pairs.source, references)


@pytest.fixture
def files(test_set, tmp_path, monkeypatch):
    """The set as parallel files, and as a table."""
    monkeypatch.chdir(tmp_path)
    columns = [test_set.source] + [
        [own[number] if number < len(own) else "" for own in test_set.references]
        for number in range(3)
    ]
    for name, lines in zip(FILES, columns, strict=True):
        tmp_path.joinpath(name).write_text("".join(f"{line}\n" for line in lines))
    rows = "".join(f"{source}\t{target}\n" for source, target in test_set.pairs())
    tmp_path.joinpath("table.tsv").write_text(rows)


def run(capsys, *arguments):
    assert main([str(argument) for argument in arguments]) == 0
    return capsys.readouterr()


def error_of(capsys, *arguments):
    assert main([str(argument) for argument in arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(
    ("options", "protocol"),
    [
        (FILES, "a.en with the references 0.fr, 1.fr, 2.fr"),
        (["table.tsv", "--group-sources"], "table.tsv, sources grouped"),
    ],
)
def test_files_of_references_and_a_grouped_table_are_the_same_set(
    options, protocol, files, translator, saved_translator, test_set, capsys
):
    test = ["--test", *options]
    values = json.loads(run(capsys, "evaluate", saved_translator, *test, "--json").out)
    expected = evaluate_translator(translator, test_set)
    for name, value in expected.as_dict().items():
        assert name in ("protocol", "seconds") or values[name] == value, name
    assert values["protocol"] == f"{protocol}, greedy search"
    assert values["sentences"] == 12
    assert values["wer_signature"] == values["exact_match_signature"] == "nrefs:var"
    assert values["data_sha256"] == data_sha256(test_set)
    table = score_by_length(test_set.source, expected.translations, test_set)
    assert values["by_length"][0]["score"] == table["score"][0]
    assert values["by_length"][0]["signature"].startswith("nrefs:var|")


def test_examples_show_all_references(files, saved_translator, test_set, capsys):
    arguments = ["evaluate", saved_translator, "--test", *FILES, "--examples", "3"]
    printed = run(capsys, *arguments, "--by-length").out
    for block, (source, references) in zip(
        printed.split("\n\n")[:3], test_set, strict=False
    ):
        first, _, *others = block.splitlines()
        assert first == f"source:      {source}"
        assert others == [f"reference:   {reference}" for reference in references]
    # Each score, and the one by length.
    assert printed.count("nrefs:var") == 7


def test_systems_are_compared_by_all_references(files, test_set, tmp_path, capsys):
    systems = {
        "old": [own[0].replace("e", "a") for own in test_set.references],
        "new": [own[-1] for own in test_set.references],
    }
    for name, lines in systems.items():
        tmp_path.joinpath(name).write_text("\n".join(lines))
    grouped = ["--test", "table.tsv", "--group-sources"]
    printed = run(capsys, "compare", *systems, *grouped).out
    assert printed.startswith("table.tsv, sources grouped, 12 sentences\n")
    assert printed.count("nrefs:var") == 5
    output = run(capsys, "compare", *systems, "--test", *FILES, "--json").out
    scores = [row["score"] for row in json.loads(output)["comparison"]]
    expected = compare_translations(systems, test_set)
    assert scores == list(expected["score"])
    rights = expected[expected["metric"] == "exact_match"]["score"]
    assert list(rights) == [0, 1]


def test_a_report_shows_all_references(
    files, saved_translator, test_set, tmp_path, capsys
):
    run(capsys, "report", saved_translator, "--test", *FILES, "--sentences", "6")
    page = tmp_path.joinpath("report.html").read_text(encoding="utf-8")
    _, _, rest = page.partition('type="application/json">')
    sentences = json.loads(rest.partition("</script>")[0])
    shown = [tuple(sentence["references"]) for sentence in sentences]
    assert shown == test_set.references[::2]
    assert "WER: nrefs:var" in page and "chrF of a sentence: nrefs:var|" in page


def test_a_table_with_several_targets_of_a_source_is_said(
    files, saved_translator, capsys
):
    arguments = ["evaluate", saved_translator, "--test"]
    said = "8 of 12 sources have several targets"
    for command in (arguments, ["report", *arguments[1:]]):
        printed = run(capsys, *command, "table.tsv")
        assert said not in printed.out
        (line,) = printed.err.splitlines()
        assert line.startswith(said) and "`--group-sources`" in line
    for test in (["table.tsv", "--group-sources"], FILES, FILES[:2]):
        assert run(capsys, *arguments, *test).err == ""


def test_a_corpus_can_be_grouped_too(saved_translator, monkeypatch, capsys):
    corpus = load_corpus("phrasebook/english-french")
    pairs = data.Pairs(["a", "a"], ["b", "c"])
    monkeypatch.setattr(
        data, "load_corpus", lambda name, seed: corpus._replace(test=pairs)
    )
    options = ["--corpus", "phrasebook/english-french", "--seed", "0"]
    arguments = ["evaluate", saved_translator, *options, "--json", "--group-sources"]
    values = json.loads(run(capsys, *arguments).out)
    assert values["sentences"] == 1
    assert "seed 0, sources grouped, " in values["protocol"]
    assert values["ter_signature"].startswith("nrefs:2|")


def test_what_does_not_fit_is_one_line(files, saved_translator, tmp_path, capsys):
    tmp_path.joinpath("short.fr").write_text("x\n")
    test = ["--test", "a.en", "0.fr", "short.fr"]
    message = error_of(capsys, "evaluate", saved_translator, *test)
    assert "a.en has 12, 0.fr has 12, short.fr has 1." in message
    message = error_of(capsys, "score", saved_translator, *test)
    assert "3 files" in message and "`--test SOURCES TARGETS`" in message
    message = error_of(
        capsys, "evaluate", saved_translator, "--test", *FILES, "--columns", "0", "1"
    )
    assert "--columns" in message
    message = error_of(capsys, "evaluate", saved_translator, *test, "--corpus", "copy")
    assert "either `--test`" in message


def test_tables_are_no_references_however_many(files, saved_translator, capsys):
    for name in ("k1.tsv", "k2.tsv", "k3.tsv"):
        pathlib.Path(name).write_text("i am tired\tje suis fatigué\n")
    for test in (["k1.tsv", "k2.tsv", "k3.tsv"], ["k[12].tsv", "k3.tsv", "table.tsv"]):
        for command in (["score"], ["evaluate", "--json"]):
            run(capsys, command[0], saved_translator, *command[1:], "--test", *test)
    assert "Score each file" in error_of(
        capsys, "score", saved_translator, "--test", *FILES
    )
