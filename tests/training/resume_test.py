"""Tests of seq2seq_keras.training: a training that is stopped and goes on."""

import contextlib
import dataclasses
import pathlib
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from seq2seq_keras.cli import main
from seq2seq_keras.data import make_toy_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.training import (
    TrainingConfig,
    load_state,
    resume_training,
    state_path,
    train,
)
from seq2seq_keras.translation import Translator

# All that is random or carried from step to step.
OPTIONS = {
    **{"tokenizer": "character", "units": 8, "embedding_dim": 4, "epochs": 2},
    **{"dropout": 0.3, "recurrent_dropout": 0.2, "attention": "luong"},
    **{"schedule": "plateau", "warmup_steps": 4, "label_smoothing": 0.1},
    **{"moving_average": 0.9, "average_epochs": 2, "gradient_accumulation": 2},
    **{
        "scheduled_sampling": 0.5,
        "batch_size": 10,
        "samples": 1,
        "monitor": "chrf",
        "learning_rate": 0.01,
        "max_target_length": 6,  # of what is validated by decoding
    },
}


def assert_same_translators(folder, other):
    for name in ("", "last"):
        pair = (Translator.load(pathlib.Path(f, name)) for f in (folder, other))
        weights = (translator.model.get_weights() for translator in pair)
        for first, second in zip(*weights, strict=True):
            np.testing.assert_array_equal(first, second)


@pytest.fixture(scope="module")
def straight(tmp_path_factory, without_graphs):
    """The configuration and the result of a training without interruption.

    One with graphs is interrupted in tests/own_parts.
    """
    folder = tmp_path_factory.mktemp("straight")
    # Short ones, as a step takes as long as its longest target.
    pairs = [pair for pair in make_toy_pairs("copy", 150) if len(pair[0]) < 5]
    lines = (f"{source}\t{target}\n" for source, target in pairs[:53])
    (folder / "pairs.tsv").write_text("".join(lines), encoding="utf-8")
    config = TrainingConfig(
        output=str(folder / "run"), train=[str(folder / "pairs.tsv")], **OPTIONS
    )
    with without_graphs():
        return config, train(config)


@pytest.mark.parametrize(
    "stops",
    [
        # At the end of the first epoch the signal comes with the last of its 5 steps,
        # as late as it can.
        pytest.param((5, 8), id="at the end of an epoch, within the next"),
        pytest.param((3, 5), id="within an epoch, at its end", marks=pytest.mark.slow),
        # What is saved before there is a step; the metrics are made with the first.
        pytest.param((1,), id="in the first step", marks=pytest.mark.slow),
    ],
)
def test_the_weights_are_those_of_a_training_without_interruption(
    straight, stops, tmp_path, eager, stop_at
):
    config, expected = straight
    config = dataclasses.replace(config, output=str(tmp_path / "run"))
    count = stop_at(stops)
    result = None
    for _ in range(len(stops) + 1):
        try:
            begun = state_path(config.output).exists()
            if begun:
                result = resume_training(config.output, callbacks=[count])
            else:
                result = train(config, callbacks=[count])
        except SystemExit as stop:
            assert stop.code == 143
            assert count.steps in stops
    assert result is not None
    pd.testing.assert_frame_equal(result.log, expected.log)
    assert_same_translators(config.output, straight[0].output)
    assert not state_path(config.output).exists()


@pytest.mark.parametrize(
    "attention", ["luong", pytest.param("hard", marks=pytest.mark.slow)]
)
def test_a_training_that_has_ended_goes_on_as_if_it_had_more_epochs(
    straight, attention, tmp_path, without_graphs
):
    options = OPTIONS | {"scheduled_sampling": 0.0, "monitor": "perplexity"}
    options |= {"train": straight[0].train, "samples": 0, "epochs": 2}
    options["attention"] = attention
    output = str(tmp_path / "b")
    with without_graphs():
        expected = train(TrainingConfig(output=str(tmp_path / "a"), **options))
        train(TrainingConfig(output=output, **{**options, "epochs": 1}))
        assert not state_path(output).exists()
        result = resume_training(output, epochs=2, learning_rate=0.01)
    pd.testing.assert_frame_equal(result.log, expected.log)
    assert_same_translators(output, tmp_path / "a")
    written = yaml.safe_load(pathlib.Path(output, "training.yaml").read_text())
    assert written["epochs"] == 2


def test_what_a_training_that_goes_on_must_keep_is_named(straight):
    output, epochs = straight[0].output, straight[0].epochs
    with pytest.raises(InputError, match=r"`learning_rate` is 0\.01 .* become 9"):
        resume_training(output, epochs=epochs, learning_rate=9)
    # The share of drawn words goes along them.
    with pytest.raises(InputError, match=rf"`epochs` is {epochs} .* can be: patience"):
        resume_training(output, epochs=epochs + 1)
    with pytest.raises(InputError, match="`option` must be one of"):
        resume_training(output, epochs=epochs, epoch=4)
    with pytest.raises(InputError, match="`patience` must be an integer"):
        resume_training(output, patience=-1)
    with pytest.raises(InputError, match=f"to do: {epochs} of {epochs} epochs"):
        resume_training(output, patience=9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--learning-rate", "9"], "`learning_rate` is 0.002"),
        (["--train", "other.tsv"], "`train` is None"),
        (["--units", "9", "--epochs", "3"], "`units` is 256"),
        (["--output", "elsewhere"], "`output` is "),
        (["--overwrite", "true"], "`overwrite` is False"),
    ],
)
def test_the_command_line_names_it_too(arguments, message, tmp_path, capsys):
    config = TrainingConfig(output=str(tmp_path), corpus="copy")
    (tmp_path / "training.yaml").write_text(yaml.safe_dump(config.as_dict()))
    assert main(["train", "--resume", str(tmp_path), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_what_is_given_as_it_was_changes_nothing():
    config = TrainingConfig(output="out", corpus="copy", schedule="cosine")
    same = {"output": "./out", "corpus": "copy", "epochs": 20, "units": 256}
    assert config.changed(same).learnt_options() == config.learnt_options()
    assert config.changed({"patience": 9}).patience == 9
    with pytest.raises(InputError, match="`epochs` is 20"):
        config.changed({"epochs": 21})


def test_a_training_that_has_ended_or_not_begun_cannot_go_on(straight, tmp_path):
    with pytest.raises(InputError, match="the training has ended"):
        resume_training(straight[0].output)
    with pytest.raises(InputError, match="no training to go on with"):
        resume_training(tmp_path)


def test_nothing_is_overwritten_unless_asked_for(straight, tmp_path):
    config, _ = straight
    with pytest.raises(InputError, match="holds a translator: name another"):
        train(config)
    unfinished = dataclasses.replace(config, output=str(tmp_path))
    state_path(tmp_path).touch()
    with pytest.raises(InputError, match="unfinished training: go on with `resume`"):
        train(unfinished)


def test_other_data_are_refused(straight, tmp_path, eager, stop_at):
    config, _ = straight
    table = tmp_path / "pairs.tsv"
    table.write_bytes(pathlib.Path(config.train[0]).read_bytes())
    config = dataclasses.replace(
        config, output=str(tmp_path / "run"), train=[str(table)]
    )
    with pytest.raises(SystemExit):
        train(config, callbacks=[stop_at((1,))])
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[::-1]), encoding="utf-8")
    with pytest.raises(InputError, match="data or the options have changed"):
        resume_training(config.output)


@pytest.mark.slow
def test_twenty_kills_do_not_change_the_weights(straight, tmp_path):
    """SIGKILL at moments drawn at random, some of them while a file is written."""
    config, _ = straight
    command = [sys.executable, "-m", "seq2seq_keras", "train"]
    options = {**dataclasses.asdict(config), "epochs": 80, "patience": 80}
    outputs = [str(tmp_path / name) for name in ("straight", "killed")]
    for output in outputs:
        changed = {"output": output, "save_minutes": 0.0}
        pathlib.Path(f"{output}.yaml").write_text(yaml.safe_dump(options | changed))
    subprocess.run([*command, "--config", f"{outputs[0]}.yaml"], check=True)
    draw, kills, places = random.Random(0), 0, set()
    arguments = ["--config", f"{outputs[1]}.yaml"]
    while kills < 20:
        process = subprocess.Popen([*command, *arguments])
        # Once it has got as far as to save a state, it may be killed.
        before = _changed(outputs[1])
        while process.poll() is None and _changed(outputs[1]) == before:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(draw.uniform(0, 0.5))
        assert process.poll() is None, "it ended before the last kill"
        process.kill()
        process.wait()
        kills += 1
        progress, _ = load_state(state_path(outputs[1]))
        places.add((progress["epoch"], progress["step"]))
        arguments = ["--resume", outputs[1]]
    subprocess.run([*command, *arguments], check=True)
    assert len(places) > 10
    assert_same_translators(*outputs)


def _changed(folder):
    path = state_path(folder)
    return path.stat().st_mtime_ns if path.exists() else None
