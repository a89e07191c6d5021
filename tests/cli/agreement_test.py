"""Tests of the commands that several translators have a part in."""

import pathlib
import shutil

import pytest

from seq2seq_keras.cli import main
from seq2seq_keras.errors import InputError

# What is asked here is what is read; the searches have no graphs.
pytestmark = pytest.mark.usefixtures("eager")

TOLD = "separator: '|||'\ncolumns: ['2', '0']\n"
ROWS = "tot ziens ||| x ||| bye\nja ||| x ||| yes\n"


@pytest.fixture
def trained(saved_translator, tmp_path):
    """A function that makes the folder of a translator with what it was told."""

    def make(name, told):
        folder = tmp_path / name
        shutil.copytree(saved_translator, folder)
        (folder / "training.yaml").write_text(told)
        return str(folder)

    return make


@pytest.fixture
def text(tmp_path):
    """A file of translations, which no training has told anything."""
    path = tmp_path / "text.txt"
    path.write_text("bye\nyes\n")
    return str(path)


@pytest.fixture
def split(monkeypatch):
    """The seeds that corpora were split with; none is read."""
    seeds = []

    def load(name, *, seed):
        seeds.append(seed)
        raise InputError("enough")

    monkeypatch.setattr("seq2seq_keras.data.load_corpus", load)
    return seeds


def error_of(capsys, *words):
    assert main([*words]) == 2
    return capsys.readouterr().err


def test_a_text_has_no_say_in_how_a_corpus_is_split(trained, text, split, capsys):
    model = trained("5", "seed: 5\n")
    for systems in ((text, model), (model, text)):
        error_of(capsys, "compare", *systems, "--corpus", "copy")
    error_of(capsys, "compare", text, text, "--corpus", "copy")
    assert split == [5, 5, 0]


@pytest.mark.parametrize(
    "command",
    [
        "compare A B",
        "evaluate A --ensemble B",
        "evaluate A --beam-width 2 --rescore B",
        "tune-search A --ensemble B --output x.yaml",
        "tune-search A --rescore B --output x.yaml",
        "distill A B --output x.tsv",
    ],
)
def test_translators_of_several_splits_are_asked_which_counts(
    command, trained, split, capsys
):
    folders = {"A": trained("a", "seed: 6\n"), "B": trained("b", "seed: 5\n")}
    words = [folders.get(word, word) for word in command.split()]
    words += ["--corpus", "phrasebook/english-french"]
    error = error_of(capsys, *words)
    assert "seeds [5, 6]" in error and "Say which counts: `--seed`" in error
    assert split == []
    error_of(capsys, *words, "--seed", "2")
    assert split == [2]
    # Such a corpus has the same test pairs whatever the seed.
    words[-1] = "sigmorphon2021/ice"
    error_of(capsys, *words)
    assert split == [2, 6]


def test_a_translator_of_which_no_training_is_known_has_no_say(
    trained, split, tmp_path, capsys
):
    model, other = trained("5", TOLD + "seed: 5\n"), trained("imported", "")
    pathlib.Path(other, "training.yaml").unlink()
    rows = tmp_path / "rows.txt"
    rows.write_text(ROWS)
    for models in ([model, other], [other, model]):
        error_of(capsys, "compare", *models, "--corpus", "copy")
        assert main(["compare", *models, "--test", str(rows)]) == 0
        assert f"Read as in the training of {model}: " in capsys.readouterr().err
    assert split == [5, 5]


def test_a_text_has_no_say_in_how_a_table_is_read(trained, text, tmp_path, capsys):
    rows = tmp_path / "rows.txt"
    rows.write_text(ROWS)
    model = trained("told", TOLD)
    outs = []
    for systems in ((text, model), (model, text)):
        assert main(["compare", *systems, "--test", str(rows), "--json"]) == 0
        out, error = capsys.readouterr()
        assert f"training of {model}: --columns 2 0 --separator '|||'" in error
        outs.append(out.partition('"data_sha256"')[2].splitlines()[0])
    assert outs[0] == outs[1] != ""


@pytest.mark.parametrize(
    "command",
    [
        "compare A B --test",
        "evaluate A --ensemble B --test",
        "evaluate A --beam-width 2 --rescore B --test",
        "tune-search A --rescore B --output x.yaml --validation",
        "distill A B --output x.tsv --train",
        "distill A B --output x.tsv --backward true --train",
    ],
)
def test_translators_of_several_tables_are_asked_which_column_it_is(
    command, trained, tmp_path, capsys
):
    rows = tmp_path / "rows.tsv"
    rows.write_text("a\tb\tc\nd\te\tf\n")
    folders = {
        "A": trained("a", "columns: ['2', '0']\n"),
        "B": trained("b", "columns: ['0', '1']\n"),
    }
    words = [folders.get(word, word) for word in command.split()]
    error = error_of(capsys, *words, str(rows))
    assert f"{folders['A']} was told `--columns 2 0`" in error
    assert f"{folders['B']} `--columns 0 1`. Say which counts: `--columns`." in error


def test_what_is_said_now_settles_it(trained, text, tmp_path, capsys):
    rows = tmp_path / "rows.txt"
    rows.write_text(ROWS)
    models = [trained("a", TOLD), trained("b", "separator: '|||'\n")]
    command = ["compare", *models, "--test", str(rows)]
    assert "`--columns 2 0`, and that of" in error_of(capsys, *command)
    assert main([*command, "--columns", "2", "0"]) == 0
    assert "--separator '|||'" in capsys.readouterr().err


def test_columns_do_not_matter_to_parallel_text(trained, tmp_path):
    models = [trained("a", TOLD), trained("b", "columns: ['1', '0']\n")]
    files = [tmp_path / "a.en", tmp_path / "a.nl"]
    for file in files:
        file.write_text("bye\nyes\n")
    assert main(["compare", *models, "--test", *map(str, files)]) == 0


def test_an_encoding_matters_to_all(trained, tmp_path, capsys):
    models = [trained("a", "encoding: cp949\n"), trained("b", "encoding: cp1252\n")]
    files = [tmp_path / "a.en", tmp_path / "a.nl"]
    for file in files:
        file.write_text("bye\nyes\n")
    error = error_of(capsys, "compare", *models, "--test", *map(str, files))
    assert "told `--encoding cp949`" in error and "`--encoding cp1252`" in error


@pytest.fixture
def distilled(monkeypatch):
    """What was given to teachers, who write nothing."""
    given = []

    def distill(teachers, pairs, *args, **options):
        given.append(list(pairs))
        raise InputError("enough")

    monkeypatch.setattr("seq2seq_keras.training.distill", distill)
    return given


def test_teachers_are_given_the_columns_that_they_learnt(
    trained, distilled, tmp_path, capsys
):
    rows = tmp_path / "rows.tsv"
    rows.write_text("bye\tA;B\ttot ziens\t1\nyes\tA\tja\t1\n")
    told = "columns: ['2', '0']\nfeatures_column: '1'\nweights_column: '3'\n"
    command = ["distill", trained("a", told), "--output", "x", "--train", str(rows)]
    for given, expected in {
        (): [("A;B\ttot ziens", "bye"), ("A\tja", "yes")],
        ("--columns", "0", "2"): [("A;B\tbye", "tot ziens"), ("A\tyes", "ja")],
        # Their sources are the targets of these pairs, and have the features.
        ("--backward", "true"): [("bye", "tot ziens"), ("yes", "ja")],
        ("--backward", "true", "--columns", "2", "0"): [
            ("tot ziens", "bye"),
            ("ja", "yes"),
        ],
    }.items():
        error = error_of(capsys, *command, *given)
        assert distilled.pop() == expected
        assert ("--columns 0 2" in error) == (given == ("--backward", "true"))


def test_texts_to_distill_are_read_as_translate_reads_them(
    trained, distilled, tmp_path, capsys
):
    rows = tmp_path / "rows.tsv"
    rows.write_text("bye\tA;B\nyes\tA\n")
    told = "columns: ['0', '2']\nfeatures_column: '1'\n"
    command = ["distill", trained("a", told), "--output", "x", "--input", str(rows)]
    error = error_of(capsys, *command)
    assert "read as in the training: source in column 0, features in column 1" in error
    assert distilled.pop() == ["A;B\tbye", "A\tyes"]


def test_texts_to_distill_have_the_encoding_of_the_training(
    trained, distilled, tmp_path, capsys
):
    texts = tmp_path / "texts.txt"
    texts.write_text("één\n", encoding="cp1252")
    # How their tables were read does not matter to lines.
    teachers = [
        trained("a", "encoding: cp1252\ncolumns: ['1', '0']\n"),
        trained("b", "encoding: cp1252\n"),
    ]
    command = ["distill", *teachers, "--output", "x", "--input", str(texts)]
    assert "enough" in error_of(capsys, *command)
    assert distilled.pop() == ["één"]
    texts.write_text("één\n", encoding="utf-16")
    error_of(capsys, *command, "--encoding", "utf-16")
    assert distilled.pop() == ["één"]
