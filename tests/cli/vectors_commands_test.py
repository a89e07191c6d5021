"""Tests of the commands for word vectors."""

import json
import warnings
import zipfile

import numpy as np
import pytest

from seq2seq_keras.cli import main
from seq2seq_keras.text import WordTokenizer
from seq2seq_keras.vectors import WordVectors, word2vec

TEXTS = ["The cat eats fish.", "The dog eats meat."] * 10
WORDS = ["man", "king", "woman", "queen", "car"]
ROWS = [[1, 0, 0], [1, 0, 1], [0, 1, 0], [0, 1, 1], [-1, -1, -1]]


@pytest.fixture
def text_file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(TEXTS) + "\n")
    return str(path)


@pytest.fixture
def vector_file(tmp_path):
    path = tmp_path / "family.txt"
    WordVectors(WORDS, ROWS).save(path)
    return str(path)


@pytest.fixture
def archive(vector_file, tmp_path):
    """A zip archive of two files of vectors; what follows the colon is the second."""
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("small.txt", "man 1 2\n")
        packed.write(vector_file, "in/family.txt")
    return f"{path}:in/family.txt"


def run(capsys, *arguments):
    assert main(["vectors", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def fail(capsys, *arguments):
    assert main(["vectors", *map(str, arguments)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("word2vec", ["--epochs", "1", "--window", "2", "--algorithm", "cbow"]),
        ("fasttext", ["--epochs", "1", "--letters", "jamo", "--workers", "1"]),
        ("glove", ["--epochs", "1"]),
        ("lsa", ["--min-frequency", "1"]),
    ],
)
def test_every_method_trains_and_writes(method, options, text_file, tmp_path, capsys):
    output = tmp_path / "vectors.txt.gz"
    common = ["--input", text_file, text_file, "--output", output, "--dimensions", "3"]
    printed = run(capsys, "train", *common, "--method", method, *options)
    vectors = WordVectors.load(output)
    assert f"{len(vectors)} words, 3 dimensions" in printed
    assert "cat" in vectors
    assert "fish." in vectors


def test_training_is_what_the_function_does(text_file, tmp_path, capsys):
    tokenizer = WordTokenizer.fit(["x"])
    tokenizer.save(tmp_path / "tokenizer.json")
    expected = word2vec(
        [text.lower() for text in TEXTS], tokenizer=tokenizer, dimensions=4, epochs=2
    )
    for name in ("word", tmp_path / "tokenizer.json"):
        output = tmp_path / "vectors.bin"
        run(
            *(capsys, "train", "--input", text_file, "--output", output, "--lowercase"),
            *("--tokenizer", name, "--dimensions", "4", "--epochs", "2"),
        )
        vectors = WordVectors.load(output)
        assert vectors.words == expected.words
        np.testing.assert_array_equal(vectors.matrix, expected.matrix)


def test_options_that_a_method_lacks_and_unknown_tokenizers_are_errors(
    text_file, tmp_path, capsys
):
    common = ["train", "--input", text_file, "--output", tmp_path / "v.txt"]
    message = fail(capsys, *common, "--method", "lsa", "--window", "3")
    assert message.endswith("lsa has no option window.")
    assert "Received: 'words'" in fail(capsys, *common, "--tokenizer", "words")
    assert "there is no such file" in fail(
        capsys, "train", "--input", tmp_path / "absent", "--output", "v.txt"
    )


def test_load_describes_cuts_and_writes(vector_file, tmp_path, capsys):
    vocabulary = tmp_path / "vocabulary.txt"
    vocabulary.write_text("queen\nman\nabsent\n")
    output = tmp_path / "small.bin"
    printed = run(
        *(capsys, "load", vector_file, "--vocabulary", vocabulary),
        *("--output", output, "--projector", tmp_path / "projector"),
    )
    assert "2 words, 3 dimensions" in printed
    assert "2 of 3 words of the vocabulary found" in printed
    assert WordVectors.load(output).words == ["man", "queen"]
    assert (tmp_path / "projector" / "words.tsv").read_text() == "man\nqueen\n"
    assert "3 words" in run(capsys, "load", vector_file, "--limit", "3")


def test_similar_words_and_analogies_are_printed(vector_file, capsys):
    printed = run(capsys, "similar", vector_file, "queen", "--count", "1")
    assert printed == "0.7071\twoman\n"
    printed = run(capsys, "similar", vector_file, "queen", "man", "--count", "1")
    assert printed == "queen\n0.7071\twoman\nman\n0.7071\tking\n"
    printed = run(capsys, "analogy", vector_file, "man", "king", "woman")
    assert printed.splitlines()[0].endswith("\tqueen")
    message = fail(capsys, "similar", vector_file, "duke")
    assert "There is no vector for 'duke'" in message


def test_evaluation_takes_names_and_files_of_both_kinds(vector_file, tmp_path, capsys):
    pairs, analogies = tmp_path / "pairs.tsv", tmp_path / "analogies.txt"
    pairs.write_text("# judged\nman\tking\t9\nman\twoman\t5\nman\tcar\t1\n")
    analogies.write_text(": family\nman king woman queen\n")
    printed = run(capsys, "evaluate", vector_file, "--sets", pairs, analogies)
    assert f"{pairs}: Spearman 1.000" in printed
    assert f"{analogies}: accuracy 1.000" in printed
    printed = run(
        capsys, "evaluate", vector_file, "--sets", pairs, "simlex999", "--json"
    )
    values = json.loads(printed)
    assert values[str(pairs)]["covered"] == 3
    assert values["simlex999"]["pairs"] == 999
    assert values["simlex999"]["spearman"] is None


def test_analogies_may_be_parted_by_tabs(vector_file, tmp_path, capsys):
    analogies = tmp_path / "analogies.tsv"
    for heading in ("", ": family\n", "# of one family\n"):
        analogies.write_text(f"{heading}man\tking\twoman\tqueen\n")
        printed = run(capsys, "evaluate", vector_file, "--sets", analogies)
        assert f"{analogies}: accuracy 1.000" in printed


@pytest.mark.parametrize("kind", ["pca", "tsne", "similarities"])
def test_pictures_are_written(kind, vector_file, tmp_path, capsys):
    output = tmp_path / "picture.png"
    run(
        *(capsys, "plot", vector_file, "--kind", kind, "--output", output),
        *("--words", *WORDS),
    )
    assert output.read_bytes().startswith(b"\x89PNG")


def test_an_action_is_needed_and_yaml_can_give_its_options(
    vector_file, tmp_path, capsys
):
    assert "ACTION" in fail(capsys).upper()
    config = tmp_path / "similar.yaml"
    config.write_text(f"file: {vector_file}\nwords: [queen]\ncount: 1\n")
    assert run(capsys, "similar", "--config", config) == "0.7071\twoman\n"


def test_a_member_of_an_archive_is_a_file_of_vectors(
    archive, vector_file, tmp_path, capsys
):
    expected = run(capsys, "similar", vector_file, "man")
    assert run(capsys, "similar", archive, "man") == expected
    path, member = archive.split(":")
    assert run(capsys, "similar", path, "--member", member, "man") == expected
    expected = run(capsys, "analogy", vector_file, *WORDS[:3])
    assert run(capsys, "analogy", archive, *WORDS[:3]) == expected
    run(capsys, "load", archive, "--output", tmp_path / "anew.txt")
    assert WordVectors.load(tmp_path / "anew.txt").words == WORDS
    line = fail(capsys, "similar", path, "man")
    assert f"Name the one with the vectors: {path}:small.txt" in line
    line = fail(capsys, "load", archive, "--output", path)
    assert f"same file as file {archive}, which is read" in line


def test_words_that_are_left_out_are_a_warning_on_one_line(tmp_path, capsys):
    path = tmp_path / "bad.vec"
    path.write_bytes(b"3 2\nman 1 2\ncaf\xe9 3 4\nking 2 1\n")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(["vectors", "similar", str(path), "man"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "0.8000\tking\n"  # (1 * 2 + 2 * 1) / 5
    (line,) = printed.err.splitlines()
    assert line.startswith(f"seq2seq-keras: warning: {path}: Rows were left out: 1 who")
