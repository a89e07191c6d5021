"""Tests of the commands that read data as the training of a translator did."""

import shutil
import zipfile

import pytest

from seq2seq_keras.cli import main
from seq2seq_keras.models import build_model
from seq2seq_keras.text import CharacterTokenizer, FeaturesTokenizer
from seq2seq_keras.translation import Translator

# What is asked here is how a file is read; the searches have no graphs.
pytestmark = pytest.mark.usefixtures("eager")

TOLD = "separator: '|||'\ncolumns: ['2', '0']\n"
ROWS = "tot ziens ||| x ||| bye\nja ||| x ||| yes\n"


@pytest.fixture
def told(saved_translator, tmp_path):
    """A translator whose training was told of another separator and columns."""
    folder = tmp_path / "told"
    shutil.copytree(saved_translator, folder)
    (folder / "training.yaml").write_text(TOLD)
    return folder


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.txt"
    path.write_text(ROWS)
    return path


def test_a_test_table_is_read_as_in_the_training(told, rows, capsys):
    assert main(["evaluate", str(told), "--test", str(rows), "--examples", "1"]) == 0
    out, error = capsys.readouterr()
    assert out.startswith("source:      bye\n")
    assert "reference:   tot ziens\n" in out
    assert (
        f"Read as in the training of {told}: --columns 2 0 --separator '|||'" in error
    )


@pytest.mark.parametrize("command", ["score", "compare", "report"])
def test_so_do_other_commands(command, told, rows, tmp_path, capsys):
    arguments = [command, str(told), "--test", str(rows)]
    if command == "compare":
        texts = tmp_path / "texts.txt"
        texts.write_text("a\nb\n")
        arguments[2:2] = [str(texts)]
    if command == "report":
        arguments += ["--output", str(tmp_path / "report.html")]
    assert main(arguments) == 0
    assert "--columns 2 0 --separator '|||'" in capsys.readouterr().err


def test_what_is_given_now_comes_first(told, tmp_path, capsys):
    path = tmp_path / "rows.tsv"
    path.write_text("bye\ttot ziens\n")
    arguments = ["--test", str(path), "--separator", "tab", "--columns", "0", "1"]
    assert main(["score", str(told), *arguments]) == 0
    out, error = capsys.readouterr()
    assert out.endswith("\ttot ziens\n")
    assert "in the training" not in error


def test_parallel_text_needs_none_of_it(told, tmp_path, capsys):
    paths = [tmp_path / "test.en", tmp_path / "test.nl"]
    for path, text in zip(paths, ("bye\n", "tot ziens\n"), strict=True):
        path.write_text(text)
    assert main(["score", str(told), "--test", *map(str, paths)]) == 0
    assert "in the training" not in capsys.readouterr().err


def translated(told, path, capsysbinary, *arguments):
    arguments = ["translate", str(told), "--input", str(path), "--json", *arguments]
    assert main(arguments) == 0
    out, error = capsysbinary.readouterr()
    return out.decode().count("\n"), out.decode(), error.decode()


def test_a_table_to_translate_is_one_if_it_looks_like_one(told, rows, capsysbinary):
    count, out, error = translated(told, rows, capsysbinary)
    assert count == 2
    assert '"bye"' in out and "ziens" not in out
    assert "rows.txt is a table, read as in the training" in error
    rows.write_text("bye\nwhat ever\n")
    count, out, error = translated(told, rows, capsysbinary)
    assert (count, error) == (2, "")


def test_a_line_with_tabs_is_translated_whole_and_that_is_said(
    saved_translator, tmp_path, capsysbinary
):
    path = tmp_path / "rows.tsv"
    path.write_text("bye\ttot ziens\n")
    _, out, error = translated(saved_translator, path, capsysbinary)
    assert "line 1 has several columns" in error
    assert "`--columns 0`" in error
    _, other, error = translated(saved_translator, path, capsysbinary, "--columns", "0")
    assert error == ""
    assert "ziens" in out and "ziens" not in other


def test_the_encoding_of_the_training_is_not_forced_on_utf_8(told, tmp_path, capsys):
    (told / "training.yaml").write_text("encoding: cp1252\n")
    path = tmp_path / "test.tsv"
    path.write_bytes("été\tsummer\n".encode())
    assert main(["score", str(told), "--test", str(path)]) == 2
    assert "is UTF-8, and the files of the training were cp" in capsys.readouterr().err
    assert main(["score", str(told), "--test", str(path), "--encoding", "utf-8"]) == 0
    path.write_bytes("été\tsummer\n".encode("cp1252"))
    assert main(["score", str(told), "--test", str(path)]) == 0
    assert "--encoding cp1252" in capsys.readouterr().err


def test_parallel_text_is_described_with_a_translator_of_tables(told, tmp_path, capsys):
    for name in ("a.en", "a.nl"):
        (tmp_path / name).write_text("yes\nno\n")
    files = [str(tmp_path / "a.en"), str(tmp_path / "a.nl")]
    arguments = ["describe", "--model", str(told), "--train", *files]
    assert main([*arguments, "--validation", *files]) == 0
    assert "parallel text" in capsys.readouterr().out


def test_data_are_described_with_the_tokenizers_of_a_translator(told, rows, capsys):
    files = ["--train", str(rows), "--validation", str(rows)]
    assert main(["describe", "--model", str(told), *files]) == 0
    out, error = capsys.readouterr()
    assert "Read as in the training: --columns 2 0 --separator '|||'" in error
    assert "source in column 2, target in column 0" in out
    options = ["--tokenizer", "character"]
    assert main(["describe", "--model", str(told), *files, *options]) == 2
    assert "`--tokenizer` cannot be chosen beside `--model`" in capsys.readouterr().err


def test_a_damaged_record_of_the_training_is_one_line(told, rows, capsys):
    (told / "training.yaml").write_text("columns: 7\n")
    assert main(["score", str(told), "--test", str(rows)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "training.yaml: `columns` must be a list of 2 texts" in error


def test_data_are_described_as_the_training_had_split_them(told, tmp_path, capsys):
    (told / "training.yaml").write_text("seed: 5\nmax_source_length: 4\n")
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("".join(f"{'yes ' * (n % 5)}{n}\tja\n" for n in range(1, 60)))
    command = ["describe", "--model", str(told), "--train", str(pairs)]

    def described(*given):
        assert main([*command, *given]) == 0
        return capsys.readouterr().out

    as_trained = described("--seed", "5", "--max-source-length", "4")
    assert described() == as_trained
    assert described("--seed", "6") != as_trained
    assert described("--max-source-length", "200") != as_trained


def test_a_member_of_an_archive_is_read_in_the_encoding_of_the_training(
    told, tmp_path, capsys
):
    (told / "training.yaml").write_text("encoding: cp1252\n")
    path = tmp_path / "pairs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.tsv", "été\tsummer\n".encode("cp1252"))
        archive.writestr("b.tsv", "x\ty\n")
    assert main(["score", str(told), "--test", f"{path}:a.tsv"]) == 0
    assert "--encoding cp1252" in capsys.readouterr().err


def test_a_table_of_pairs_is_no_lines_with_features(tmp_path, capsys):
    source = FeaturesTokenizer.fit(["V\tgo", "N\tox"], tokenizer=CharacterTokenizer)
    target = CharacterTokenizer.fit(["went", "oxen"])
    sizes = source.vocabulary_size, target.vocabulary_size
    model = build_model(*sizes, units=4, embedding_dim=4)
    Translator(model, source, target, max_length=3).save(tmp_path / "model")
    arguments = ["translate", str(tmp_path / "model"), "--input"]
    table, lines = tmp_path / "table.tsv", tmp_path / "lines.txt"
    table.write_text("go\tV\twent\n")
    lines.write_text("V\tgo\n")
    assert main([*arguments, str(table)]) == 2
    assert "line 1: 3 columns, where features, a tab" in capsys.readouterr().err
    read = ["--columns", "0", "--features-column", "1"]
    assert main([*arguments, str(table), *read]) == 0
    expected = capsys.readouterr().out
    assert main([*arguments, str(lines)]) == 0
    assert capsys.readouterr().out == expected
