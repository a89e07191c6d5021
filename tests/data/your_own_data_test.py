"""Tests of docs/your_own_data.md: every row of its table of files is true."""

import gzip
import io
import pathlib
import re
import shlex
import types
import zipfile

import pandas as pd
import pytest

from seq2seq_keras.cli import make_parser
from seq2seq_keras.data import DataOptions, given_options, read_files, read_pairs
from seq2seq_keras.training import load_training_pairs

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "your_own_data.md"
CODE = re.compile(r"`([^`]+)`")


def rows():
    """The rows of the table: what a file is, its lines, the command, the pair."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| your file | how it begins | what to write | learnt |") + 2
    for line in lines[start:]:
        if not line.startswith("|"):
            return
        about, begins, command, pair = line.strip("| ").split(" | ")
        files = [
            CODE.findall(part.replace("⇥", "\t")) for part in begins.split(" and ")
        ]
        yield pytest.param(
            files, shlex.split(command.strip("`")), CODE.findall(pair), id=about
        )


def write(name, lines, encoding):
    text = "".join(f"{line}\n" for line in lines)
    if name == "-":
        return text
    if name.endswith(".parquet"):
        names, *cells = [line.split("\t") for line in lines]
        pd.DataFrame(cells, columns=names).to_parquet(name)
    elif ":" in name:
        archive, member = name.split(":")
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(member, text)
            file.writestr("about.txt", "where it is from")
    else:
        content = text.encode(encoding)
        path = pathlib.Path(name.replace("*", "1"))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return text


@pytest.mark.parametrize(("files", "arguments", "expected"), list(rows()))
def test_a_row_of_the_table_is_true(files, arguments, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = [
        re.sub(
            "^--[a-z-]+", lambda name: name[0].replace("-", "_").replace("__", "--"), x
        )
        for x in arguments
    ]
    given = make_parser().parse_args(["describe", *arguments]).describe.as_dict()
    for name in ("config", "model"):
        given.pop(name)
    options = DataOptions(**given)
    named = options.train or [*options.train_source, *options.train_target]
    # One kind of lines for several tables, or lines for each side.
    lines = files if len(files) > 1 else files * len(named)
    for name, content in zip(named, lines, strict=True):
        text = write(name, content, options.encoding)
    if "-" in named:
        raw = io.BufferedReader(io.BytesIO(text.encode()))
        monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=raw))
        assert read_files(named).pairs[0] == tuple(expected)
        return
    options.validation = options.train
    options.validation_source = options.train_source
    options.validation_target = options.train_target
    assert load_training_pairs(options).train[0] == tuple(
        text.replace("⇥", "\t") for text in expected
    )


def test_python_takes_the_same_options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("pairs.txt", ["a ||| b ||| c"], "utf-8")
    options = DataOptions(separator="|||", columns=["2", "0"])
    pairs = read_pairs("pairs.txt", **given_options(options))
    assert list(pairs) == [("c", "a")]
