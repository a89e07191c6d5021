"""Tests of many files that are translated by many processes."""

import dataclasses
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest

from seq2seq_keras import InputError
from seq2seq_keras.cli import main, translation_lines
from seq2seq_keras.data import ReadingOptions, read_sources
from seq2seq_keras.distributed import (
    FilesOptions,
    TranslationWork,
    TranslationWorker,
    translate_files,
)
from seq2seq_keras.runtime import Translator

SENTENCES = ["i am tired", "she is here", "we have a house", "", "are you a doctor ?"]


@pytest.fixture
def files(tmp_path):
    """Two files of lines, and where their translations belong."""
    (tmp_path / "in").mkdir()
    for name, count in (("a", 23), ("b", 11)):
        lines = itertools.islice(itertools.cycle(SENTENCES), count)
        (tmp_path / "in" / name).write_text("".join(f"{line}\n" for line in lines))
    return {str(tmp_path / "in" / x): tmp_path / "out" / x for x in ("a", "b")}


def read(path, featured, skip):
    return read_sources(path, ReadingOptions(), skip=skip)


def expected(folder, path):
    """What one process makes of a file, line for line."""
    lines = pathlib.Path(path).read_text().split("\n")[:-1]
    texts = Translator.load(folder, threads=1).translate(lines, batch_size=1)
    return "".join(f"{text}\n" for text in texts)


def work_with(folder):
    models = [str(folder)]
    return TranslationWork(models, {}, batch_size=1, lines=translation_lines)


def test_two_nodes_write_what_one_process_would(onnx_folder, files, cluster):
    started = cluster(2)
    options = FilesOptions(num_workers=2, address=started.address)
    report = translate_files(files, work_with(onnx_folder), options, read)
    assert (report.files, report.lines, report.failed) == (2, 34, {})
    for path, written in files.items():
        assert written.read_text() == expected(onnx_folder, path)
    with pytest.raises(InputError, match=r"the cluster has 2\. Take fewer"):
        translate_files(
            files,
            work_with(onnx_folder),
            FilesOptions(num_workers=3, address=started.address),
            read,
        )


def translate(folder, inputs, output, *options):
    """What the command returns, by one process that translates."""
    arguments = ["--input", inputs, "--output", output, "--num-workers", "1", *options]
    return main(["translate", str(folder), *map(str, arguments)])


def test_a_file_that_is_no_text_does_not_keep_the_others(onnx_folder, tmp_path, capsys):
    folder, output = tmp_path / "in", tmp_path / "out"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"i am here\n\n")
    (folder / "bad.txt").write_bytes(b"i am here\n\xff\nshe is here")
    rows = b'{"en": "i am here", "fr": 1}\n{"en": null, "fr": 1}\n'
    (folder / "deep" / "rows.jsonl").write_bytes(rows)
    assert translate(onnx_folder, folder, output) == 2
    told = capsys.readouterr().err
    assert "bad.txt, line 2: byte 1 of the line (0xff) is not valid UTF-8" in told
    assert "error: 1 files were not translated" in told
    assert "Traceback" not in told
    assert not (output / "bad.txt").exists()
    here, empty = (output / "a.txt").read_text().split("\n")[:-1]
    assert (bool(here), empty) == (True, "")
    # A missing cell is an empty text.
    assert (output / "deep" / "rows.jsonl.txt").read_text() == f"{here}\n\n"
    # Only what is missing is done again.
    (output / "a.txt").write_text("as it was\n")
    assert translate(onnx_folder, folder, output, "--on-error", "skip") == 0
    assert (output / "a.txt").read_text() == "as it was\n"
    assert (output / "bad.txt").read_text().split("\n")[:2] == [here, ""]
    assert len((output / "bad.txt").read_text().split("\n")) == 4
    assert "bad.txt: 1 lines are no text" in capsys.readouterr().err
    assert sorted(path.name for path in output.iterdir() if path.is_file()) == [
        ".made_with.json", "a.txt", "bad.txt",
    ]  # fmt: skip


def test_what_is_missing_is_not_made_with_other_options(
    onnx_folder, saved_translator, tmp_path, capsys
):
    folder, output = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_text("i am here\n")
    assert translate(onnx_folder, folder, output, "--beam-width", "2") == 0
    (output / "a.txt").unlink()
    # 0 is given, and not the default.
    given = ["--beam-width", "2", "--length-penalty", "0"]
    assert translate(onnx_folder, folder, output, *given) == 2
    assert not (output / "a.txt").exists()
    capsys.readouterr()
    other = ["--ensemble", saved_translator]
    assert translate(onnx_folder, folder, tmp_path / "other", *other) == 2
    assert "takes no `--ensemble`" in capsys.readouterr().err


def test_a_module_that_is_missing_where_a_worker_translates_is_named(onnx_folder):
    work = dataclasses.replace(work_with(onnx_folder), modules=["no_such_module"])
    refused, _ = TranslationWorker(work).check()
    assert refused.startswith("no_such_module cannot be imported: No module named")


@pytest.mark.slow
def test_another_model_judges_in_each_process(saved_translator, tmp_path):
    inputs, alone, output = (tmp_path / name for name in ("in", "alone", "out"))
    inputs.write_text("".join(f"{line}\n" for line in SENTENCES))
    # So much for each token makes the longest of a beam the best.
    judged = ["--rescore", saved_translator, "--rescore-length", "9"]
    judged = [*map(str, judged), "--beam-width", "4"]
    arguments = ["translate", str(saved_translator), "--input", str(inputs)]
    assert main([*arguments, "--output", str(alone), *judged]) == 0
    assert translate(saved_translator, inputs, output, *judged) == 0
    assert output.read_text() == alone.read_text()
    assert translate(saved_translator, inputs, output, "--beam-width", "4") == 0
    assert output.read_text() != alone.read_text()


def test_what_several_processes_cannot_do_is_said_at_once(
    onnx_folder, tmp_path, capsys
):
    for options, message in (
        (["--num-workers", "2"], "not from standard input: name an `--input`"),
        (
            ["--input", str(tmp_path)],
            "is a folder: translations of files go to a folder",
        ),
        (["--threads", "2"], "`--threads` does nothing unless several processes"),
        (["--num-workers", "2", "--attention_plot", "a.png"], "does nothing where"),
        (["--input", "none*", "--output", "out"], "No file is called as the pattern"),
    ):
        assert main(["translate", str(onnx_folder), *options]) == 2
        assert message in capsys.readouterr().err


COMMAND = [sys.executable, "-m", "seq2seq_keras", "translate"]


@pytest.fixture
def many(tmp_path):
    """A folder of files that take some seconds, and what one process makes of them."""
    (tmp_path / "in").mkdir()
    for number in range(6):
        chosen = itertools.islice(itertools.cycle(SENTENCES), number, 12_800 + number)
        lines = (f"{line} {index % 7}\n" for index, line in enumerate(chosen))
        (tmp_path / "in" / f"{number}.txt").write_text("".join(lines))
    return tmp_path / "in"


def run_command(folder, inputs, output, *options):
    arguments = [folder, "--input", inputs, "--output", output, *options]
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


def translated(folder):
    paths = sorted(folder.glob("[0-9].txt"))
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def straight(onnx_folder, many, tmp_path):
    """What one process makes of the files, one after the other."""
    (tmp_path / "straight").mkdir()
    for path in many.iterdir():
        output = tmp_path / "straight" / path.name
        arguments = ["--input", str(path), "--output", str(output)]
        assert main(["translate", str(onnx_folder), *arguments]) == 0
    return translated(tmp_path / "straight")


def wait_for(condition, process):
    """Waits until something is so, while a process runs."""
    while not condition():
        assert process.poll() is None
        threading.Event().wait(0.05)


@pytest.mark.slow
def test_a_command_that_is_killed_does_what_is_missing(
    onnx_folder, many, straight, tmp_path
):
    output = tmp_path / "out"
    process = run_command(onnx_folder, many, output, "--num-workers", "2")
    wait_for(lambda: output.is_dir() and len(translated(output)) >= 2, process)
    process.kill()
    process.communicate()
    partly = translated(output)
    assert 2 <= len(partly) < 6
    assert partly.items() <= straight.items()
    process = run_command(onnx_folder, many, output, "--num-workers", "2")
    told, _ = process.communicate()
    assert f"{len(partly)} files were translated already" in told
    assert translated(output) == straight
    assert not list(output.glob(".*unfinished*"))


@pytest.mark.slow
def test_processes_that_are_killed_are_replaced(onnx_folder, many, straight, tmp_path):
    output = tmp_path / "out"
    process = run_command(onnx_folder, many, output, "--num-workers", "2")
    for count in (1, 3):
        wait_for(
            lambda n=count: output.is_dir() and len(translated(output)) >= n, process
        )
        os.kill(spawned_by(process.pid)[0], signal.SIGKILL)
    told, _ = process.communicate()
    assert process.returncode == 0
    assert "2 processes ended before their time" in told
    assert translated(output) == straight


def spawned_by(parent):
    """The numbers of a process's children that translate."""
    threads = pathlib.Path(f"/proc/{parent}/task").glob("*/children")
    return [
        int(number)
        for thread in threads
        for number in thread.read_text().split()
        if b"spawn_main" in pathlib.Path(f"/proc/{number}/cmdline").read_bytes()
    ]


@pytest.mark.slow
def test_a_node_that_is_lost_loses_nothing(
    onnx_folder, many, straight, tmp_path, cluster
):
    started = cluster(3)
    output = tmp_path / "out"
    address = ("--address", started.address, "--num-workers", "3")
    process = run_command(onnx_folder, many, output, *address)
    wait_for(lambda: output.is_dir() and len(translated(output)) >= 1, process)
    started.remove_node(started.list_all_nodes()[-1], allow_graceful=False)
    wait_for(lambda: len(translated(output)) >= 2, process)
    process.kill()
    process.communicate()
    address = ("--address", started.address, "--num-workers", "2")
    process = run_command(onnx_folder, many, output, *address)
    told, _ = process.communicate()
    assert process.returncode == 0, told
    assert translated(output) == straight
