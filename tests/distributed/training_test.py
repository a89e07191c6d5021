"""Tests of several processes that train one model."""

import functools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest

from seq2seq_keras import InputError, TrainingConfig, distributed, load_corpus, train
from seq2seq_keras.data import share_of_batch
from seq2seq_keras.distributed import LocalWorker, TrainingWork, TrainingWorker
from seq2seq_keras.training import load_state, state_path

COMMAND = [sys.executable, "-m", "seq2seq_keras", "train"]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_shares_of_a_batch_are_the_batch(count):
    draw = np.random.default_rng(count)
    lengths = draw.integers(1, 30, (200, 2))
    rows = draw.permutation(200)[:40]
    shares = [share_of_batch(rows, lengths, rank, count) for rank in range(count)]
    assert all(is_real for _, is_real in shares)
    together = np.concatenate([share for share, _ in shares])
    assert sorted(together) == sorted(rows)
    tokens = [lengths[share].sum() for share, _ in shares]
    # No further from an equal part than the longest pair.
    assert max(abs(np.array(tokens) - sum(tokens) / count)) <= lengths.sum(axis=1).max()


def test_where_pairs_are_few_a_worker_gets_none():
    shares = [share_of_batch(np.array([5]), np.ones((9, 2)), n, 3) for n in range(3)]
    assert [is_real for _, is_real in shares].count(True) == 1
    assert all(share.tolist() == [5] for share, _ in shares)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """A file of pairs, and the file of few that validate."""
    folder = tmp_path_factory.mktemp("pairs")
    rows = list(load_corpus("phrasebook/english-french").train)
    for name, part in (("train.tsv", rows[:400]), ("validation.tsv", rows[400:417])):
        lines = (f"{source}\t{target}\n" for source, target in part)
        (folder / name).write_text("".join(lines))
    return folder


def options(pairs, output, **others):
    """Those of a training of 50 steps on uneven batches."""
    return {
        **{"train": [f"{pairs}/train.tsv"], "validation": [f"{pairs}/validation.tsv"]},
        **{"output": str(output), "units": 8, "embedding_dim": 8, "batch_size": 16},
        **{"epochs": 2, "dropout": 0.0, "precision": "float32", "samples": 1},
        **others,
    }


def log_of(folder):
    return np.genfromtxt(pathlib.Path(folder, "log.csv"), delimiter=",", skip_header=1)


def names_of(folder):
    """What stands in it, but for TensorBoard's files, which have numbers."""
    return sorted(p.name for p in folder.rglob("*") if "tfevents" not in p.name)


def test_two_workers_learn_what_one_does(pairs, tmp_path, capfd):
    alone = train(TrainingConfig(**options(pairs, tmp_path / "alone")))
    capfd.readouterr()
    config = TrainingConfig(**options(pairs, tmp_path / "both"))
    both = distributed.train(config, num_workers=2)
    told = capfd.readouterr().out
    # One of them tells, as one process does.
    assert told.count("epoch 2, val_loss") == 1
    np.testing.assert_allclose(both.log, alone.log, rtol=1e-5)
    assert names_of(tmp_path / "both") == names_of(tmp_path / "alone")
    for one, other in zip(
        *(made.translator.model.get_weights() for made in (alone, both)), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.slow
def test_shards_teach_the_same_whoever_reads_them(pairs, tmp_path):
    lines = (pairs / "train.tsv").read_text().splitlines(keepends=True)
    for number in range(5):
        (tmp_path / f"train-{number}.tsv").write_text("".join(lines[number::5]))
    files = {"train": [f"{tmp_path}/train-*.tsv"], "stream": True, "shards": 3}
    alone = train(TrainingConfig(**options(pairs, tmp_path / "alone", **files)))
    for count in (2, 3):
        config = TrainingConfig(**options(pairs, tmp_path / f"of-{count}", **files))
        together = distributed.train(config, num_workers=count)
        np.testing.assert_allclose(together.log, alone.log, rtol=1e-5)
    config = TrainingConfig(**options(pairs, tmp_path / "of-4", **files))
    with pytest.raises(InputError, match="There are 4 workers and 3 `shards`"):
        distributed.train(config, num_workers=4)


@pytest.mark.parametrize("name", ["train", "validation"])
def test_what_can_be_read_once_is_not_read_by_several(name, tmp_path):
    config = TrainingConfig(output=str(tmp_path / "m"), **{name: ["-"]})
    message = "Standard input can be read only once, .* write them to a file"
    with pytest.raises(InputError, match=message):
        distributed.train(config, num_workers=2)
    with pytest.raises(InputError, match=message):
        distributed.train_seeds(config, [0, 1])


@pytest.mark.slow
def test_what_is_wrong_with_the_data_is_said_once(tmp_path):
    config = TrainingConfig(train=["none.tsv"], output=str(tmp_path / "model"))
    with pytest.raises(InputError, match=r"^none\.tsv: .*no such file|none\.tsv"):
        distributed.train(config, num_workers=2)


def run_command(pairs, output, *others, **changed):
    words = []
    for name, value in options(pairs, output, **changed).items():
        words += [f"--{name}", *(value if isinstance(value, list) else [str(value)])]
    return subprocess.Popen(
        [*COMMAND, *words, *others],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def weights_of(folder):
    """All that decides how a training would go on."""
    progress, groups = load_state(state_path(pathlib.Path(folder, "last")))
    return progress["history"], groups


def assert_same(one, other):
    assert one[0] == other[0]
    for name, arrays in one[1].items():
        for mine, its in zip(arrays, other[1][name], strict=True):
            np.testing.assert_array_equal(mine, its)


def processes_of(parent):
    """The numbers of its processes, in the order in which they were started."""
    threads = pathlib.Path(f"/proc/{parent}/task").glob("*/children")
    numbers = [int(n) for thread in threads for n in thread.read_text().split()]
    return sorted(
        number
        for number in numbers
        if b"spawn_main" in pathlib.Path(f"/proc/{number}/cmdline").read_bytes()
    )


def steps_done(folder):
    """The steps of the state in a folder, 0 if there is none."""
    path = state_path(folder)
    try:
        progress, _ = load_state(path)
    except (InputError, OSError):
        return 0
    return 25 * progress["epoch"] + progress["step"]


def wait_for_steps(folder, count, process):
    while steps_done(folder) < count:
        assert process.poll() is None, process.communicate()[0]
        threading.Event().wait(0.05)


@pytest.fixture(scope="module")
def straight(pairs, tmp_path_factory):
    """What two workers come to that nobody disturbs, with dropout."""
    output = tmp_path_factory.mktemp("straight") / "model"
    process = run_command(pairs, output, "--num-workers", "2", dropout=0.2)
    told, _ = process.communicate()
    assert process.returncode == 0, told
    return weights_of(output)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "which"), [(1, 1), (9, 0), (20, 1), (26, 0), (40, 1)]
)
def test_a_worker_that_is_killed_costs_nothing(pairs, straight, tmp_path, steps, which):
    output = tmp_path / "model"
    changed = {"dropout": 0.2, "save_minutes": 0}
    process = run_command(pairs, output, "--num-workers", "2", **changed)
    wait_for_steps(output, steps, process)
    os.kill(processes_of(process.pid)[which], signal.SIGKILL)
    told, _ = process.communicate()
    assert process.returncode == 0, told
    assert "A process that trained has died" in told
    assert_same(weights_of(output), straight)


@pytest.mark.slow
def test_what_was_settled_before_a_worker_died_stays(pairs, tmp_path):
    output = tmp_path / "model"
    changed = {"precision": "auto", "save_minutes": 0}
    process = run_command(pairs, output, "--num-workers", "2", **changed)
    wait_for_steps(output, 3, process)
    os.kill(processes_of(process.pid)[1], signal.SIGKILL)
    told, _ = process.communicate()
    assert process.returncode == 0, told
    assert len(weights_of(output)[0]) == 2


@pytest.mark.slow
def test_a_training_that_is_ended_goes_on_to_the_bit(pairs, straight, tmp_path):
    output = tmp_path / "model"
    changed = {"dropout": 0.2, "save_minutes": 0}
    process = run_command(pairs, output, "--num-workers", "2", **changed)
    wait_for_steps(output, 7, process)
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate()
    assert process.returncode == 143, told
    assert "The training stops. Go on with: seq2seq-keras train --resume" in told
    process = subprocess.run(
        [*COMMAND, "--resume", str(output), "--num-workers", "2"], check=True
    )
    assert_same(weights_of(output), straight)


@pytest.mark.slow
def test_another_machine_goes_on_from_the_backup_to_the_bit(pairs, straight, tmp_path):
    backup, lost, found = (tmp_path / name for name in ("backup", "lost", "found"))
    changed = {"dropout": 0.2, "save_minutes": 0, "backup": backup.as_uri()}
    process = run_command(pairs, lost, "--num-workers", "2", **changed)
    wait_for_steps(lost, 7, process)
    process.kill()
    process.communicate()
    # With the machine goes its disk.
    shutil.rmtree(lost)
    arguments = ["--backup", backup.as_uri(), "--num-workers", "2"]
    subprocess.run([*COMMAND, "--resume", str(found), *arguments], check=True)
    assert_same(weights_of(found), straight)
    (copy,) = backup.glob("saved-*")
    assert_same(weights_of(copy), straight)


@pytest.mark.slow
def test_a_command_that_is_killed_goes_on_with_another_number(pairs, tmp_path):
    alone = train(TrainingConfig(**options(pairs, tmp_path / "alone")))
    output = tmp_path / "model"
    process = run_command(pairs, output, "--num-workers", "3", save_minutes=0)
    wait_for_steps(output, 30, process)
    others = processes_of(process.pid)
    process.kill()
    process.communicate()
    for number in others:  # which end with it
        while pathlib.Path(f"/proc/{number}").exists():
            threading.Event().wait(0.05)
    subprocess.run(
        [*COMMAND, "--resume", str(output), "--num-workers", "2"], check=True
    )
    np.testing.assert_allclose(log_of(output), alone.log, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "rtol", "atol"),
    [
        ({"gradient_accumulation": 3}, 1e-5, 0),
        ({"label_smoothing": 0.1}, 1e-5, 0),
        ({"copy": True, "attention": "luong"}, 1e-5, 0),
        ({"attention": "hard", "monotonic": True}, 1e-5, 0),
        # A gradient of each share is rounded to 8 bits before they are added up. Of
        # 3,174 tokens a few are hit or missed by that.
        ({"precision": "mixed_bfloat16"}, 5e-4, 2e-3),
    ],
)
@pytest.mark.parametrize("count", [2, 3])
def test_however_it_is_trained_it_is_the_same(
    pairs, tmp_path, changed, rtol, atol, count
):
    alone = train(TrainingConfig(**options(pairs, tmp_path / "alone", **changed)))
    config = TrainingConfig(**options(pairs, tmp_path / "all", **changed))
    together = distributed.train(config, num_workers=count)
    np.testing.assert_allclose(together.log, alone.log, rtol=rtol, atol=atol)
    np.testing.assert_allclose(log_of(tmp_path / "all"), together.log, rtol=1e-9)


def test_a_module_that_is_missing_where_a_worker_trains_is_named(tmp_path):
    config = TrainingConfig(train=["a.tsv"], output=str(tmp_path / "model"))
    worker = LocalWorker(functools.partial(TrainingWorker, "127.0.0.1"))
    try:
        addresses, modules = [worker.call("address")], ["no_such_module"]
        work = TrainingWork(config, addresses, 1, str(tmp_path), modules=modules)
        refused = worker.call("lead", work).refused
    finally:
        worker.stop()
    assert refused.startswith("no_such_module cannot be imported: No module named")


@pytest.mark.slow
def test_a_port_that_another_has_taken_is_no_fault(pairs, tmp_path):
    config = TrainingConfig(**options(pairs, tmp_path / "model"))
    worker = LocalWorker(functools.partial(TrainingWorker, "127.0.0.1"))
    try:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            addresses = [f"127.0.0.1:{taken.getsockname()[1]}", "127.0.0.1:1"]
            work = TrainingWork(config, addresses, threads=1, folder=str(tmp_path))
            # Whoever began it begins anew.
            assert worker.call("lead", work).is_alone
    finally:
        worker.stop()


@pytest.mark.slow
def test_nodes_of_a_cluster_train_too(pairs, tmp_path, cluster):
    alone = train(TrainingConfig(**options(pairs, tmp_path / "alone")))
    started = cluster(2)
    config = TrainingConfig(**options(pairs, tmp_path / "all"))
    together = distributed.train(config, num_workers=3, address=started.address)
    np.testing.assert_allclose(together.log, alone.log, rtol=1e-5)


@pytest.mark.slow
def test_a_node_that_is_lost_costs_what_was_not_saved(pairs, tmp_path, cluster):
    alone = train(TrainingConfig(**options(pairs, tmp_path / "alone")))
    started = cluster(2)
    output = tmp_path / "all"
    address = ("--address", started.address, "--num-workers", "3")
    process = run_command(pairs, output, *address, save_minutes=0)
    wait_for_steps(output, 12, process)
    started.remove_node(started.list_all_nodes()[-1], allow_graceful=False)
    told, _ = process.communicate()
    assert process.returncode == 0, told
    assert "A process that trained has died" in told
    # Two are left, and go on with the same batches.
    np.testing.assert_allclose(log_of(output), alone.log, rtol=1e-4)
