"""Tests of one configuration trained with several seeds."""

import dataclasses
import json
import pathlib
import signal
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest

from seq2seq_keras import InputError, TrainingConfig, distributed, train
from seq2seq_keras.cli import read_seeds, seeds_table
from seq2seq_keras.training import load_state, state_path

SEED = 3
COMMAND = [sys.executable, "-m", "seq2seq_keras", "train"]


@pytest.fixture
def config(tmp_path):
    """A training of a second."""
    pairs = tmp_path / "pairs.tsv"
    words = ["ab", "ba", "abc", "cab", "bca", "acb", "cc", "a"]
    pairs.write_text("".join(f"{word}\t{word[::-1]}\n" for word in words))
    return TrainingConfig(
        output=str(tmp_path / "models"),
        train=[str(pairs)],
        validation=[str(pairs)],
        tokenizer="auto",  # which the first training settles
        **{"units": 8, "embedding_dim": 4, "epochs": 2, "samples": 0},
        precision="float32",
    )


def weights_of(folder):
    """All that decides how a training would go on."""
    _, groups = load_state(state_path(pathlib.Path(folder, "last")))
    return groups


def assert_same(one, other):
    for name, arrays in one.items():
        for mine, its in zip(arrays, other[name], strict=True):
            np.testing.assert_array_equal(mine, its)


def test_a_seed_is_what_train_makes_of_it(config, tmp_path):
    table = distributed.train_seeds(config, [SEED])
    alone = dataclasses.replace(config, seed=SEED, output=str(tmp_path / "alone"))
    train(alone)
    folder = pathlib.Path(config.output, f"seed-{SEED}")
    assert_same(weights_of(folder), weights_of(alone.output))
    scores = json.loads((folder / "scores.json").read_text())
    assert table.loc[SEED, "exact_match"] == scores["exact_match"]
    written = pd.read_csv(folder.parent / "seeds.csv", index_col="seed")
    pd.testing.assert_frame_equal(written, table)
    # Nothing is left to do, so this takes no process.
    pd.testing.assert_frame_equal(distributed.train_seeds(config, [SEED]), table)
    for changed in (
        {"tokenizer": "word"},
        {"units": 9},
        # Options that only some trainings have to keep.
        {"schedule": "cosine"},
        {"scheduled_sampling": 0.5, "scheduled_sampling_steps": 0},
    ):
        other = dataclasses.replace(config, **changed)
        with pytest.raises(InputError, match=f"other options: {next(iter(changed))}"):
            distributed.train_seeds(other, [SEED])


@pytest.mark.usefixtures("eager")
def test_seeds_that_go_on_from_a_translator_are_found_again(config, tmp_path):
    start = str(tmp_path / "start")
    train(dataclasses.replace(config, output=start, cell="gru", epochs=1))
    # Units, cell and precision are left to the model that comes along.
    data = {x: getattr(config, x) for x in ("output", "train", "validation")}
    tuned = TrainingConfig(**data, init=start, epochs=1, samples=0)
    seed = dataclasses.replace(
        tuned, seed=SEED, output=str(pathlib.Path(config.output, f"seed-{SEED}"))
    )
    train(seed)
    # Nothing is left to do, so this takes no process.
    table = distributed.train_seeds(tuned, [SEED])
    scores = json.loads(pathlib.Path(seed.output, "scores.json").read_text())
    assert table.loc[SEED, "exact_match"] == scores["exact_match"]
    same = dataclasses.replace(tuned, units=8, precision="auto")
    pd.testing.assert_frame_equal(distributed.train_seeds(same, [SEED]), table)
    made_anew = {"units": 8, "embedding_dim": 4, "cell": "gru", "precision": "float32"}
    for changed, named in (
        ({"units": 9}, "units"),
        ({"init": str(tmp_path / "other")}, "init"),
        ({"init": None, **made_anew}, "init"),
    ):
        other = dataclasses.replace(tuned, **changed)
        with pytest.raises(InputError, match=f"other options: {named}\\."):
            distributed.train_seeds(other, [SEED])


@pytest.mark.slow
def test_what_has_ended_is_left_alone(config):
    first = distributed.train_seeds(config, [0, 1])
    assert first.index.tolist() == [0, 1]
    assert (
        first.loc[0, "perplexity_teacher_forced"]
        != first.loc[1]["perplexity_teacher_forced"]
    )
    models = sorted(pathlib.Path(config.output).glob("seed-*/model.keras"))
    before = [path.stat().st_mtime_ns for path in models]
    again = distributed.train_seeds(config, [2, 1, 0])
    assert again.index.tolist() == [2, 1, 0]
    pd.testing.assert_frame_equal(again.loc[[0, 1]], first)
    assert [path.stat().st_mtime_ns for path in models] == before
    # More epochs go on from there.
    longer = dataclasses.replace(config, epochs=3)
    distributed.train_seeds(longer, [0])
    log = pathlib.Path(config.output, "seed-0", "log.csv")
    assert len(pd.read_csv(log)) == 3
    wider = dataclasses.replace(config, units=16)
    with pytest.raises(InputError, match=r"seed-\d holds .* other options: units\."):
        distributed.train_seeds(wider, [0, 1])
    anew = dataclasses.replace(wider, overwrite=True)
    assert distributed.train_seeds(anew, [0]).index.tolist() == [0]


@pytest.mark.slow
def test_a_stop_saves_all_and_the_same_command_goes_on(config, tmp_path):
    longer = {"epochs": "40", "save_minutes": "0", "batch_size": "2"}
    words = ["--train", *config.train, "--validation", *config.validation]
    words += ["--tokenizer", "character", "--units", "8", "--embedding-dim", "4"]
    words += ["--samples", "0", "--precision", "float32", "--patience", "40"]
    words += [word for name, value in longer.items() for word in (f"--{name}", value)]
    output, straight = tmp_path / "stopped", tmp_path / "straight"
    line = [*COMMAND, *words, "--seeds", "0-1", "--output"]
    process = subprocess.Popen([*line, str(output)], stderr=subprocess.PIPE, text=True)
    while not all((output / f"seed-{n}" / "log.csv").exists() for n in (0, 1)):
        assert process.poll() is None, process.communicate()[1]
        threading.Event().wait(0.05)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate()
    assert process.returncode == 143, told
    assert "The same command or call goes on with them." in told
    assert all(state_path(output / f"seed-{n}").exists() for n in (0, 1))
    assert not (output / "seeds.csv").exists()
    for folder in (output, straight):
        subprocess.run([*line, str(folder)], check=True)
    for seed in ("seed-0", "seed-1"):
        assert_same(weights_of(output / seed), weights_of(straight / seed))


@pytest.mark.slow
def test_what_is_wrong_with_the_data_is_said_once(config):
    broken = dataclasses.replace(config, train=["nowhere.tsv"])
    with pytest.raises(InputError, match=r"Seed \d: .*nowhere\.tsv"):
        distributed.train_seeds(broken, range(4))


@pytest.mark.parametrize("seeds", [[], [1, 2, 1], [1.5], ["1"]])
def test_seeds_are_integers_each_once(config, seeds):
    with pytest.raises(InputError, match="`seeds` must be"):
        distributed.train_seeds(config, seeds)


@pytest.mark.parametrize(
    ("words", "seeds"),
    [(["0-3"], [0, 1, 2, 3]), (["7", "1-2"], [7, 1, 2]), (["-5", "4-4"], [-5, 4])],
)
def test_seeds_are_read_from_words(words, seeds):
    assert read_seeds(words) == seeds


@pytest.mark.parametrize("word", ["", "3-1", "a", "1-", "0-1000", "1.5", "٣", "1-2-3"])
def test_other_words_are_no_seeds(word):
    with pytest.raises(InputError, match="`seeds` must"):
        read_seeds([word])


def test_the_table_ends_with_mean_and_deviation():
    numbers = {"exact_match": [0.5, 0.6, 0.7], "epoch": [3, 5, 4], "sentences": [9] * 3}
    lines = seeds_table(pd.DataFrame(numbers, index=[0, 1, 2])).splitlines()
    # The deviation of a sample of 3: the root of (0.01 + 0 + 0.01) / 2.
    assert [line.split() for line in lines[-2:]] == [
        ["mean", "4", "0.6"],
        ["deviation", "1", "0.1"],
    ]
    assert "sentences" not in lines[0]
    one = seeds_table(pd.DataFrame({"chrf": [50.0]}, index=[7]))
    assert one.split() == ["chrF", "7", "50"]
