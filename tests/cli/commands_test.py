"""Tests of the command line: what a command prints, writes and returns."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import types
import warnings

import keras
import pytest
import tensorflow as tf
import yaml

from seq2seq_keras.cli import main, make_parser
from seq2seq_keras.data import load_corpus, make_toy_pairs
from seq2seq_keras.translation import Translator, pharaoh_alignment

TINY = [
    *("--tokenizer", "character", "--units", "8", "--embedding_dim", "4"),
    # What is validated by decoding need not grow long.
    *("--epochs", "1", "--samples", "1", "--max_target_length", "12"),
]


class StandardInput:
    """Bytes in the place of `sys.stdin`."""

    def __init__(self, content):
        self.buffer = io.BytesIO(content)


def expect_error(capsys, arguments, *parts):
    """Exit status 2 and one line on standard error that holds the parts."""
    assert main([str(argument) for argument in arguments]) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == 1, captured.err
    assert lines[0].startswith("seq2seq-keras: error: ")
    for part in parts:
        assert str(part) in lines[0]
    return lines[0]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "pairs.tsv"
    lines = (f"{source}\t{target}\n" for source, target in make_toy_pairs("copy", 60))
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_train_translate_evaluate_export(table, tmp_path, capsys, without_graphs):
    """Options come from YAML and the command line, and the resolved ones are kept."""
    model, config = tmp_path / "model", tmp_path / "config.yaml"
    options = {"train": [str(table)], "tokenizer": "character", "units": 6, "epochs": 1}
    options["max_target_length"] = 12
    config.write_text(yaml.safe_dump(options))
    arguments = ["--config", str(config), "--units", "8", "--output", str(model)]
    with without_graphs():
        assert main(["train", *arguments, "--samples", "1"]) == 0
    output = capsys.readouterr().out
    assert "exact match" in output
    assert f"seq2seq-keras translate {model}" in output
    written = yaml.safe_load((model / "training.yaml").read_text())
    assert written["units"] == 8  # the command line wins
    assert written["tokenizer"] == "character"
    arguments = ["train", "--config", str(model / "training.yaml")]
    read = make_parser().parse_args(arguments).train.as_dict()
    assert {name: read[name] for name in written} == written
    with without_graphs():
        assert main(["evaluate", str(model), "--test", str(table), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["sentences"] == 60
    assert {"bleu", "bleu_signature", "chrf", "chrf_signature"} <= set(values)
    assert {"exact_match", "symbol_error_rate", "seconds"} <= set(values)
    assert main(["export", str(model), str(tmp_path / "serving")]) == 0
    assert (tmp_path / "serving" / "saved_model.pb").is_file()


@pytest.mark.slow
def test_parallel_files_train_and_evaluate(table, tmp_path, capsys):
    pairs = [line.split("\t") for line in table.read_text().splitlines()]
    for side, name in enumerate(("source", "target")):
        text = "".join(pair[side] + "\n" for pair in pairs)
        (tmp_path / f"{name}.txt").write_text(text)
    files = [str(tmp_path / "source.txt"), str(tmp_path / "target.txt")]
    model = str(tmp_path / "model")
    arguments = ["--train", *files, "--validation", *files, "--output", model]
    assert main(["train", *arguments, *TINY]) == 0
    assert main(["evaluate", model, "--test", *files, "--examples", "2"]) == 0
    assert capsys.readouterr().out.count("reference:") == 1 + 2


def test_lines_in_are_lines_out(saved_translator, tmp_path, capsys):
    source, output = tmp_path / "source.txt", tmp_path / "new" / "output.txt"
    lines = ["he is tired", "", " ", "he is\u2028tired", "xyzzy NA null 007", "end"]
    source.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    arguments = ["--input", str(source), "--output", str(output)]
    assert main(["translate", str(saved_translator), *arguments]) == 0
    translations = output.read_bytes().decode().split("\n")
    assert translations.pop() == ""
    assert len(translations) == len(lines)
    assert translations[0] == translations[3] != ""
    assert translations[1] == translations[2] == ""
    assert capsys.readouterr() == ("", "")


def test_a_named_pipe_is_written_into(saved_translator, tmp_path):
    (tmp_path / "source.txt").write_text("he is tired\n")
    os.mkfifo(tmp_path / "pipe")
    got = []
    reader = threading.Thread(
        target=lambda: got.append((tmp_path / "pipe").read_text(encoding="utf-8"))
    )
    reader.start()
    arguments = ["--input", tmp_path / "source.txt", "--output", tmp_path / "pipe"]
    assert main(["translate", str(saved_translator), *map(str, arguments)]) == 0
    reader.join()
    assert got == [Translator.load(saved_translator).translate("he is tired") + "\n"]
    assert (tmp_path / "pipe").is_fifo()


def test_standard_streams_give_the_same(saved_translator, monkeypatch, capfdbinary):
    texts = load_corpus("phrasebook/english-french").test.source[:70]
    content = "".join(text + "\n" for text in texts).encode()
    monkeypatch.setattr(sys, "stdin", StandardInput(content))
    assert main(["translate", str(saved_translator), "--batch_size", "16"]) == 0
    expected = Translator.load(saved_translator).translate(texts)
    lines = capfdbinary.readouterr().out.decode().split("\n")
    assert lines == [*expected, ""]


def test_a_long_line_is_cut_with_a_warning_that_names_it(
    saved_translator, tmp_path, capsys
):
    source = tmp_path / "source.txt"
    source.write_text("he is tired\n" * 6999 + "a" * 100_000 + "\n" + "is " * 100)
    output = tmp_path / "output.txt"
    arguments = ["--input", str(source), "--output", str(output)]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main(["translate", str(saved_translator), *arguments]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "seq2seq-keras: warning: Text 7000 has 100,000 characters and is cut to the "
        "first 10,000.",
        "seq2seq-keras: warning: Text 7001 has 100 tokens and is cut to the first 30 "
        "(`max_source_length`).",
    ]
    assert len(output.read_text().splitlines()) == 7001


def test_describe_shows_the_data(table, capsys):
    arguments = ["--train", str(table), "--validation", str(table)]
    assert main(["describe", *arguments, "--tokenizer", "character"]) == 0
    output = capsys.readouterr().out
    row = next(line for line in output.splitlines() if line.startswith("source seen"))
    assert row.split()[-2:] == ["0", "60"]


def test_describe_counts_made_up_words_too(table, capsys):
    counted = []
    for given in ([], ["--hallucinate", "5"]):
        command = ["describe", "--train", str(table), "--tokenizer", "character"]
        assert main([*command, *given]) == 0
        counted.append(capsys.readouterr().out)
    assert counted[0] != counted[1]


def test_describe_counts_a_batch_as_training_makes_it(table, capsys):
    def batch_megabytes(*options):
        arguments = ["--tokenizer", "character", "--batch_size", "100000", *options]
        assert main(["describe", "--train", str(table), *arguments]) == 0
        return int(re.search(r"(\d+) MB for the logits", capsys.readouterr().out)[1])

    # The longest has eight letters and `<eos>`: nine times as many rows of logits.
    assert batch_megabytes() > 6 * batch_megabytes("--batch_by", "tokens") > 0
    assert batch_megabytes("--max_target_length", "4") < batch_megabytes()


@pytest.mark.parametrize(
    "command",
    [
        *("train", "translate", "evaluate", "compare", "score", "report", "export"),
        "describe",
    ],
)
def test_help_shows_defaults_and_what_loads_a_model_may_import(command, capsys):
    with pytest.raises(SystemExit) as exit_info:
        main([command, "--help"])
    assert exit_info.value.code == 0
    output = capsys.readouterr().out
    assert "--config" in output
    assert ("--import" in output) == (command != "describe")
    if command != "export":
        assert "default: 64" in output


def test_the_module_is_the_command():
    """With an error that needs no TensorFlow, whose import takes seconds."""
    command = [sys.executable, "-m", "seq2seq_keras", "fly"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("seq2seq-keras: error: ")
    assert "fly" in line


def train_arguments(tmp_path, *files):
    return ["train", "--train", *files, "--output", tmp_path / "out", *TINY]


def test_parallel_files_of_unlike_length(tmp_path, capsys):
    for name, count in (("a.txt", 1000), ("b.txt", 999)):
        (tmp_path / name).write_text("x\n" * count)
    arguments = train_arguments(tmp_path, tmp_path / "a.txt", tmp_path / "b.txt")
    expect_error(capsys, arguments, "a.txt has 1,000", "b.txt has 999")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"a\tb\nc\n", ["row 2", "1 columns"]),
        (b"a\tb\nc\td\te\n", ["row 2", "3 columns"]),
        (b"a\tb\nc\t\xff\n", ["line 2", "byte 3", "UTF-8"]),
        (b"", ["empty"]),
        (b"a\tb\nc\t\0d\n", ["line 2", "NUL"]),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, capsys, content, parts):
    (tmp_path / "bad.tsv").write_bytes(content)
    arguments = train_arguments(tmp_path, tmp_path / "bad.tsv")
    expect_error(capsys, arguments, "bad.tsv", *parts)
    assert not (tmp_path / "out").exists()


def test_missing_files_are_named(saved_translator, tmp_path, capsys):
    missing = tmp_path / "missing.tsv"
    expect_error(capsys, train_arguments(tmp_path, missing), missing, "no such file")
    arguments = ["translate", saved_translator, "--input", missing]
    expect_error(capsys, arguments, missing, "no such file")


def test_unknown_values_name_the_known_ones(table, tmp_path, capsys):
    arguments = train_arguments(tmp_path, table)
    expect_error(capsys, [*arguments, "--cell", "lstn"], "cell", "gru", "lstn")
    expect_error(capsys, [*arguments, "--units", "many"], "units", "many")
    expect_error(capsys, [*arguments, "--units", "0"], "units=0")
    expect_error(capsys, [*arguments, "--colour", "red"], "--colour")
    arguments = ["describe", "--corpus", "bogus"]
    expect_error(capsys, arguments, "bogus", "phrasebook/english-french")
    expect_error(capsys, ["fly"], "fly", "translate")
    expect_error(capsys, [], "translate")


def test_a_bad_value_in_yaml_is_an_error_on_one_line(table, tmp_path, capsys):
    config = tmp_path / "config.yaml"
    config.write_text("cell: lstn\n")
    arguments = [*train_arguments(tmp_path, table), "--config", config]
    expect_error(capsys, arguments, "lstn", "gru")
    config.write_text("cell: [unclosed\n")
    expect_error(capsys, arguments)


@pytest.mark.parametrize(
    ("option", "value"),
    [("epochs", "0"), ("batch_size", "0"), ("seed", "-1"), ("samples", "-1")],
)
def test_numbers_out_of_range_leave_nothing_behind(
    table, tmp_path, capsys, option, value
):
    arguments = [*train_arguments(tmp_path, table), f"--{option}", value]
    expect_error(capsys, arguments, f"{option}={value}")
    assert not (tmp_path / "out").exists()


def test_outputs_that_are_folders_are_named(saved_translator, tmp_path, capsys):
    source = tmp_path / "source.txt"
    source.write_text("he is tired\n")
    arguments = ["translate", saved_translator, "--input", source, "--output", tmp_path]
    expect_error(capsys, arguments, tmp_path, "is a folder")
    arguments = ["translate", saved_translator, "--input", tmp_path]
    expect_error(capsys, arguments, tmp_path, "is a folder")


def test_a_table_may_have_a_header(saved_translator, tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("id,french,english\n1,il est fatigué,he is tired\n")
    arguments = ["evaluate", saved_translator, "--test", table]
    arguments += ["--columns", "english", "french", "--examples", "1"]
    assert main([str(argument) for argument in arguments]) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0].split(":")[1].strip() == "he is tired"
    assert f"{table}, greedy search" in output


def test_a_vocabulary_of_nothing_but_specials(table, tmp_path, capsys):
    arguments = [*train_arguments(tmp_path, table), "--min_frequency", "10000"]
    expect_error(capsys, arguments, "nothing but special tokens")


@pytest.mark.parametrize("name", ["model.keras", "target_tokenizer.json"])
def test_damaged_models_are_named(saved_translator, tmp_path, capsys, name):
    folder = shutil.copytree(saved_translator, tmp_path / "model")
    (folder / name).write_bytes((folder / name).read_bytes()[:-10])
    expect_error(capsys, ["export", folder, tmp_path / "out"], name, "damaged")
    (folder / name).unlink()
    expect_error(capsys, ["export", folder, tmp_path / "out"], name, "missing")
    assert not (tmp_path / "out").exists()


def test_an_error_in_the_midst_leaves_no_output(saved_translator, tmp_path, capsys):
    source, output = tmp_path / "source.txt", tmp_path / "output.txt"
    source.write_bytes(b"he is tired\n" * 7000 + b"\xff\n")
    output.write_text("precious")
    arguments = ["translate", saved_translator, "--input", source, "--output", output]
    expect_error(capsys, arguments, "source.txt", "line 7001")
    assert output.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "output.txt",
        "source.txt",
    ]


@pytest.fixture(scope="module")
def attentive(tmp_path_factory, without_graphs):
    """A saved translator with attention, hardly trained."""
    folder = tmp_path_factory.mktemp("attentive")
    table = folder / "pairs.tsv"
    lines = (f"{source}\t{target}\n" for source, target in make_toy_pairs("copy", 60))
    table.write_text("".join(lines), encoding="utf-8")
    model = str(folder / "model")
    options = ["--attention", "luong", "--output", model]
    with without_graphs():
        assert main(["train", "--train", str(table), *options, *TINY]) == 0
    return model, str(table)


def translate(capsysbinary, monkeypatch, text, *arguments):
    monkeypatch.setattr(sys, "stdin", StandardInput(text.encode()))
    assert main(["translate", *arguments]) == 0
    return capsysbinary.readouterr().out.decode().splitlines()


def test_the_search_is_chosen_on_the_command_line(
    attentive, eager, capsysbinary, monkeypatch
):
    model, _ = attentive
    options = ["--beam-width", "3", "--n-best", "2", "--scores", "--alignments"]
    written = translate(
        capsysbinary, monkeypatch, "abc\nca\n", model, *options, "--max-length", "4"
    )
    expected = [
        f"{number} ||| {h.text} ||| {h.score:.4f} ||| {pharaoh_alignment(h)}"
        for number, text in enumerate(["abc", "ca"])
        for h in Translator.load(model)
        .decode(text, beam_width=3, n_best=2, max_length=4)
        .hypotheses
    ]
    assert written == expected
    assert len(written) == 4


def test_prefixes_and_words_to_avoid(attentive, eager, capsysbinary, monkeypatch):
    model, _ = attentive
    options = ["--prefix", "b", "--avoid", "a", "c", "--max_length", "6"]
    (written,) = translate(capsysbinary, monkeypatch, "abc\n", model, *options)
    assert written.startswith("b")
    assert not set("ac") & set(written)


def test_a_line_of_json_for_each_text(attentive, eager, capsysbinary, monkeypatch):
    model, _ = attentive
    written = translate(capsysbinary, monkeypatch, "abc\n\n", model, "--json")
    records = [json.loads(line) for line in written]
    assert [record["source"] for record in records] == ["abc", ""]
    assert len(records[0]["attention"]) == len(records[0]["tokens"])


def test_a_picture_of_where_the_decoder_looked(
    attentive, saved_translator, eager, tmp_path, capsysbinary, monkeypatch
):
    model, _ = attentive
    path = tmp_path / "attention.png"
    option = ["--attention-plot", str(path)]
    written = translate(capsysbinary, monkeypatch, "abc\nca\n", model, *option)
    assert len(written) == 2
    assert path.read_bytes().startswith(b"\x89PNG")
    monkeypatch.setattr(sys, "stdin", StandardInput(b"i am tired\n"))
    assert main(["translate", str(saved_translator), *option]) == 2
    assert b"the model has no attention" in capsysbinary.readouterr().err


def test_an_ensemble_on_the_command_line(attentive, eager, capsysbinary, monkeypatch):
    model, _ = attentive
    arguments = [model, "--max_length", "4"]
    alone = translate(capsysbinary, monkeypatch, "abc\n", *arguments)
    twice = translate(
        capsysbinary, monkeypatch, "abc\n", *arguments, "--ensemble", model, model
    )
    assert twice == alone


def test_scores_of_given_targets(attentive, eager, capsys):
    model, table = attentive
    assert main(["score", model, "--test", table]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert len(lines) == 60
    assert all(float(line.split("\t")[0]) < 0 for line in lines)
    assert "teacher-forced perplexity" in captured.err
    assert main(["score", model, "--test", table, "--free-running"]) == 0
    assert "free-running perplexity" in capsys.readouterr().err


def test_a_report_to_look_at(attentive, eager, tmp_path, capsys):
    model, table = attentive
    report = tmp_path / "report.html"
    options = ["--output", str(report), "--sentences", "7", "--beam-width", "2"]
    assert main(["report", model, "--test", table, *options]) == 0
    assert str(report) in capsys.readouterr().out
    assert "beam search, beam_width=2" in report.read_text(encoding="utf-8")


@pytest.mark.slow
def test_search_options_go_into_the_export(attentive, tmp_path):
    model, _ = attentive
    serving = tmp_path / "serving"
    options = ["--beam-width", "3", "--n-best", "3"]
    assert main(["export", model, str(serving), *options]) == 0
    nbest = tf.saved_model.load(str(serving)).signatures["nbest"]
    assert nbest(text=tf.constant(["abc"]))["translations"].shape == (1, 3)


def test_a_search_that_cannot_be_is_one_line(attentive, capsys):
    model, _ = attentive
    options = ["translate", model, "--n_best", "3"]
    expect_error(capsys, options, "n_best=3, beam_width=1")


OWN_CELL = """
import keras

@keras.saving.register_keras_serializable(package="own_cells")
class Cell(keras.layers.SimpleRNNCell):
    pass
"""


@pytest.fixture
def own_cells(tmp_path, monkeypatch):
    """A module with a cell in the present folder, forgotten afterwards."""
    known = dict(keras.saving.get_custom_objects())
    (tmp_path / "own_cells.py").write_text(OWN_CELL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield "own_cells"
    sys.modules.pop("own_cells", None)
    keras.saving.get_custom_objects().clear()
    keras.saving.get_custom_objects().update(known)


def forget(module):
    """As in another process, where nothing has imported it."""
    del sys.modules[module]
    keras.saving.get_custom_objects().pop(f"{module}>Cell")


def test_a_cell_of_the_users_is_named_on_the_command_line(
    table, own_cells, tmp_path, eager, capsys
):
    model = tmp_path / "model"
    training = ["train", "--train", table, "--output", model, *TINY]
    assert main([*map(str, training), "--cell", "own_cells:Cell"]) == 0
    written = yaml.safe_load((model / "training.yaml").read_text())
    assert written["cell"] == "own_cells:Cell"
    (tmp_path / "a.txt").write_text("abc\n")
    forget(own_cells)
    capsys.readouterr()
    translate = ["translate", model, "--input", tmp_path / "a.txt"]
    expect_error(capsys, translate, "own_cells>Cell", "not registered", "import")
    assert main([*map(str, translate), "--import", "own_cells"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ({"cell": "own_cells:Cell"}, ["own_cells has not been imported", "--import"]),
        ({"import": ["own_cells"]}, ["stands in a file", "--import"]),
    ],
    ids=["cell", "import"],
)
def test_nothing_is_imported_because_a_file_says_so(
    written, parts, table, own_cells, tmp_path, capsys
):
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(written))
    arguments = ["train", "--train", table, "--output", tmp_path / "m", *TINY]
    expect_error(capsys, [*arguments, "--config", tmp_path / "c.yaml"], *parts)
    assert own_cells not in sys.modules


def test_a_module_that_is_not_there_is_named(table, own_cells, tmp_path, capsys):
    arguments = ["train", "--train", table, "--output", tmp_path / "m", *TINY]
    arguments += ["--attention", "no_such_module:Attention"]
    expect_error(capsys, arguments, "no_such_module cannot be imported")


def test_a_module_that_fails_is_told_with_its_line(table, own_cells, tmp_path, capsys):
    (tmp_path / "broken_cells.py").write_text("\nraise ValueError('too old')\n")
    arguments = ["train", "--train", table, "--output", tmp_path / "m", *TINY]
    arguments += ["--import", "broken_cells"]
    parts = "broken_cells cannot be imported: ValueError: too old", "cells.py, line 2)"
    expect_error(capsys, arguments, *parts)
    (tmp_path / "broken_cells.py").write_text("\nclass\n")
    line = expect_error(capsys, arguments, "syntax", "(broken_cells.py, line 2)")
    assert "frozen" not in line


def test_with_a_batch_size_of_one_a_line_in_is_a_line_out(
    saved_translator, monkeypatch
):
    written, seen = io.BytesIO(), []

    class Raw(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return written.write(data)

    def lines():
        for line in (b"i am\n", b"you are\n"):
            seen.append(written.getvalue().count(b"\n"))
            yield line

    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=lines()))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(Raw())))
    assert main(["translate", str(saved_translator), "--batch-size", "1"]) == 0
    assert seen == [0, 1]
