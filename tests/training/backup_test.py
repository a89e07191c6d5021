"""Tests of seq2seq_keras.training.backup: a copy that outlives the machine."""

import dataclasses
import errno
import os
import pathlib
import shutil
import signal

import fsspec
import keras
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from seq2seq_keras.cli import main
from seq2seq_keras.distributed import train_seeds
from seq2seq_keras.errors import InputError
from seq2seq_keras.training import (
    Backup,
    Place,
    TrainingConfig,
    load_state,
    resume_training,
    state_path,
    train,
)
from seq2seq_keras.translation import Translator

MINE, OTHERS = "0123456789ab", "ba9876543210"
FIRST, SECOND = Place(epoch=0, step=7), Place(epoch=1, step=0)
OPTIONS = {
    **{"tokenizer": "character", "units": 8, "embedding_dim": 4, "epochs": 2},
    **{"dropout": 0.3, "batch_size": 10, "samples": 0, "learning_rate": 0.01},
}


class DiskFull(MemoryFileSystem):
    """A store that takes only so many files."""

    protocol = "diskfull"
    store, pseudo_dirs, room = {}, [""], 0

    def put_file(self, lpath, rpath, callback=None, mode="overwrite", **kwargs):
        if DiskFull.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        DiskFull.room -= 1
        return super().put_file(lpath, rpath, **kwargs)


fsspec.register_implementation("diskfull", DiskFull)


@pytest.fixture(params=["file", "memory"])
def url(request, tmp_path):
    """A local folder stands in for a store of objects, and so does the memory."""
    if request.param == "file":
        yield (tmp_path / "store").as_uri()
    else:
        yield f"memory://{tmp_path.name}"
        MemoryFileSystem.store.clear()


@pytest.fixture
def folder(tmp_path):
    """Files of a training, and some that are not its own."""
    folder = tmp_path / "mine"
    write(folder, "first")
    for name in (".lock", "notes.txt", "serving/model.onnx"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("not of the training")
    return folder


def write(folder, text):
    for name in (
        "training.yaml",
        "training_state.npz",
        "model.keras",
        "last/config.json",
        "tensorboard/train/events.out.tfevents.17.my-host.1.v2",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def texts(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def begun(url, folder, fingerprint=MINE, **options):
    """A backup to which a training begins to copy."""
    backup = Backup(url, folder, **options)
    backup.begin(fingerprint)
    return backup


def restored(url, folder):
    folder = folder.parent / "elsewhere"
    shutil.rmtree(folder, ignore_errors=True)
    assert Backup(url, folder).restore()
    return texts(folder)


def test_what_a_training_has_written_comes_back(url, folder):
    backup = begun(url, folder)
    assert backup.place() is None
    assert not backup.restore()
    backup.write(FIRST)
    assert backup.place() == FIRST
    (folder / "model.keras").write_text("second")
    (folder / "last/config.json").unlink()
    backup.write(SECOND)
    assert backup.place() == SECOND
    assert restored(url, folder) == {
        "training.yaml": "first",
        "training_state.npz": "first",
        "model.keras": "second",
        "tensorboard/train/events.out.tfevents.17.my-host.1.v2": "first",
    }


def test_there_is_one_copy_and_what_names_it(url, folder):
    backup = begun(url, folder)
    for place in (FIRST, SECOND):
        backup.write(place)
    files, root = fsspec.core.url_to_fs(url)
    names = {path.removeprefix(root).split("/")[1] for path in files.find(root)}
    (name,) = names - {"current"}
    assert name.startswith(f"saved-{MINE}-0000001-0000000000-")
    assert files.cat_file(f"{root}/current") == name.encode()


@pytest.mark.parametrize("room", range(5))
def test_a_copy_is_whole_or_not_made_at_all(room, folder, capsys):
    DiskFull.store.clear()
    backup, DiskFull.room = begun("diskfull://mine", folder), 5
    backup.follow(FIRST)
    before, DiskFull.room = texts(folder), room
    write(folder, "second")
    backup.follow(SECOND)
    assert "No space left" in capsys.readouterr().err
    assert backup.place() == FIRST
    found = restored("diskfull://mine", folder)
    assert found == {name: before[name] for name in found}
    assert "model.keras" in found
    # There is room again. What a killed one has left goes first.
    left = f"/mine/saved-{MINE}-0000001-0000000009-01234567/model.keras"
    backup._files.pipe_file(f"{backup._root}{left.removeprefix('/mine')}", b"")
    DiskFull.room = 5
    backup.follow(SECOND)
    assert set(restored("diskfull://mine", folder).values()) == {"second"}
    left = {path.partition("mine/")[2].split("/")[0] for path in DiskFull.store}
    assert len(left) == 2
    assert "current" in left


def test_it_is_copied_when_it_is_time(folder):
    backup = begun("memory://time", folder, minutes=60)
    backup.follow(FIRST)
    backup.follow(SECOND)
    assert backup.place() == FIRST
    backup.follow(SECOND, at_once=True)
    assert backup.place() == SECOND
    MemoryFileSystem.store.clear()


def test_every_saving_that_is_due_is_copied(folder, monkeypatch):
    """A copy that takes its time does not make the next one come too late."""
    now = [0.0]
    monkeypatch.setattr("seq2seq_keras.training.backup.time.monotonic", lambda: now[0])
    backup = begun("memory://clock", folder, minutes=10)
    copies = []
    for step in range(5):
        now[0] = 600.0 * step + 1e-3 * (step % 2)
        backup.follow(Place(0, step))
        copies.append(backup.place())
    assert copies == [Place(0, step) for step in range(5)]
    MemoryFileSystem.store.clear()


def test_a_copy_that_has_come_further_is_not_written_over(url, folder):
    begun(url, folder).write(SECOND)
    late = Backup(url, folder)
    with pytest.raises(InputError, match=r"1 epochs and 0 steps, than .*, to 0 and 7"):
        late.go_on(MINE, FIRST)
    late.go_on(MINE, SECOND)
    late.write(SECOND)
    anew = Backup(url, folder)
    with pytest.raises(InputError, match="holds the copy of a training"):
        anew.check_free()
    anew.begin(MINE)
    anew.write(FIRST)
    assert anew.place() == FIRST


def test_the_copy_of_another_training_is_not_written_over(url, folder):
    begun(url, folder, OTHERS).write(FIRST)
    with pytest.raises(InputError, match="the copy of another training"):
        Backup(url, folder).go_on(MINE, SECOND)


@pytest.mark.parametrize("moment", ["before", "while"])
def test_of_two_writers_one_copy_is_whole(url, folder, moment, monkeypatch):
    """A machine that was thought lost, and the one that went on."""
    one = begun(url, folder)
    one.write(FIRST)
    other = Backup(url, folder)
    other.go_on(MINE, FIRST)
    if moment == "before":
        one.write(SECOND)
    else:
        put, done = other._files.put_file, []

        def put_file(*arguments):
            put(*arguments)
            if not done:
                done.append(True)
                one.write(SECOND)

        monkeypatch.setattr(other._files, "put_file", put_file)
    with pytest.raises(InputError, match=r"written by another training|is not there"):
        other.write(Place(0, 9))
    monkeypatch.undo()
    assert one.place() == SECOND
    assert "model.keras" in restored(url, folder)


def test_who_may_not_delete_has_copies_all_the_same(folder, monkeypatch):
    backup = begun("memory://kept", folder)

    def refuse(*arguments, **options):
        raise PermissionError("may not delete")

    monkeypatch.setattr(MemoryFileSystem, "rm", refuse)
    for place in (FIRST, SECOND):
        backup.write(place)
    assert backup.place() == SECOND
    monkeypatch.undo()
    MemoryFileSystem.store.clear()


@pytest.mark.parametrize("missing", ["training.yaml", "training_state.npz", "*"])
def test_a_copy_that_is_not_whole_is_not_brought(url, folder, missing):
    backup = begun(url, folder)
    backup.write(FIRST)
    files, root = fsspec.core.url_to_fs(url)
    name = files.cat_file(f"{root}/current").decode()
    if missing == "*":
        files.rm(f"{root}/{name}", recursive=True)
    else:
        files.rm(f"{root}/{name}/{missing}")
    elsewhere = folder.parent / "elsewhere"
    with pytest.raises(InputError, match="is not whole"):
        Backup(url, elsewhere).restore()
    assert not elsewhere.exists()


def test_only_files_of_a_training_are_brought(url, folder):
    backup = begun(url, folder)
    backup.write(FIRST)
    files, root = fsspec.core.url_to_fs(url)
    name = files.cat_file(f"{root}/current").decode()
    files.pipe_file(f"{root}/{name}/startup.sh", b"")
    elsewhere = folder.parent / "elsewhere"
    with pytest.raises(InputError, match=r"a training writes no .startup\.sh"):
        Backup(url, elsewhere).restore()
    assert not elsewhere.exists()
    files.pipe_file(f"{root}/current", b"../../elsewhere")
    with pytest.raises(InputError, match="current is not what a training has written"):
        backup.place()


def test_a_folder_that_holds_something_else_is_left_alone(url, folder):
    begun(url, folder).write(FIRST)
    (folder / "training.yaml").unlink()
    with pytest.raises(InputError, match="is not empty, and holds no training"):
        resume_training(folder, backup=url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nothing://bucket/mine", "Protocol not known: nothing"),
        ("ftp://me:secret@host/mine", "must hold no password"),
        ("simplecache::ftp://me:secret@host/mine", "must hold no password"),
        ("{folder}", "must not lie within the folder"),
        ("file://{folder}/backup", "must not lie within the folder"),
    ],
)
def test_what_cannot_be_a_backup_is_named(url, message, folder):
    with pytest.raises(InputError, match=message) as error:
        Backup(url.format(folder=folder), folder)
    assert "secret" not in str(error.value)


@pytest.fixture(scope="module")
def straight(tmp_path_factory, without_graphs):
    """The configuration of a training that nobody interrupts."""
    folder = tmp_path_factory.mktemp("straight")
    letters = "abcdefg"
    lines = (f"{x}{y}\t{y}{x}\n" for x in letters for y in letters)
    (folder / "pairs.tsv").write_text("".join(lines))
    config = TrainingConfig(
        output=str(folder / "run"), train=[str(folder / "pairs.tsv")], **OPTIONS
    )
    with without_graphs():
        train(config)
    return config


def test_another_machine_goes_on_to_the_bit(
    straight, url, tmp_path, eager, stop_at, capsys
):
    lost = tmp_path / "lost"
    config = dataclasses.replace(straight, output=str(lost), backup=url)
    with pytest.raises(SystemExit):
        train(config, callbacks=[stop_at((3,))])
    # With the machine goes its disk.
    shutil.rmtree(lost)
    found = tmp_path / "found"
    resume_training(found, backup=url)
    assert "found is a copy of" in capsys.readouterr().out
    weights = (
        Translator.load(pathlib.Path(folder, "last")).model.get_weights()
        for folder in (found, straight.output)
    )
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)
    assert not state_path(found).exists()
    # At the end all of it is there, too.
    again = tmp_path / "again"
    assert Backup(url, again).restore()
    names = [path.relative_to(found) for path in found.rglob("*") if path.is_file()]
    assert names
    assert all((again / x).read_bytes() == (found / x).read_bytes() for x in names)


class StoppedWhileValidating(keras.callbacks.Callback):
    """Gets the signal after the steps of an epoch, before it is over."""

    def on_test_begin(self, logs=None):
        if self.model.optimizer.iterations > 0:
            os.kill(os.getpid(), signal.SIGTERM)


def test_a_stop_between_two_savings_is_copied_too(straight, tmp_path, eager):
    url = (tmp_path / "store").as_uri()
    options = {"output": str(tmp_path / "run"), "backup": url, "save_minutes": 60}
    config = dataclasses.replace(straight, **options)
    with pytest.raises(SystemExit):
        train(config, callbacks=[StoppedWhileValidating()])
    progress, _ = load_state(state_path(config.output))
    place = Backup(url, config.output).place()
    assert place == (progress["epoch"], progress["step"])
    assert place.step > 0


def test_what_could_not_be_copied_at_the_end_is_copied_by_the_next_command(
    straight, tmp_path, eager, monkeypatch
):
    url = (tmp_path / "store").as_uri()
    config = dataclasses.replace(straight, output=str(tmp_path / "run"), backup=url)
    write = Backup.write

    def refuse(self, place, *, has_ended=False):
        if has_ended:
            raise InputError("The store is down.")
        write(self, place)

    monkeypatch.setattr(Backup, "write", refuse)
    with pytest.raises(InputError, match=r"The store is down\."):
        train(config)
    monkeypatch.undo()
    resume_training(config.output)
    found = tmp_path / "found"
    assert Backup(url, found).restore()
    assert not state_path(found).exists()
    assert state_path(found / "last").is_file()


def test_what_is_overwritten_stays_until_the_store_has_answered(straight, tmp_path):
    output = tmp_path / "run"
    output.mkdir()
    state_path(output).write_text("an unfinished training")
    options = {"output": str(output), "backup": "nothing://x", "overwrite": True}
    with pytest.raises(InputError, match="Protocol not known"):
        train(dataclasses.replace(straight, **options))
    assert state_path(output).read_text() == "an unfinished training"


def test_a_new_training_does_not_begin_there(straight, url, tmp_path, capsys):
    begun(url, straight.output).write(FIRST)
    output = str(tmp_path / "new")
    with pytest.raises(InputError, match="holds the copy of a training: go on with"):
        train(dataclasses.replace(straight, output=output, backup=url))
    assert main(["train", "--resume", output, "--backup", "nothing://x"]) == 2
    assert "Protocol not known" in capsys.readouterr().err
    with pytest.raises(InputError, match=r"no training\.yaml, nor does memory://none"):
        resume_training(output, backup="memory://none")


@pytest.mark.slow
def test_each_seed_has_a_copy_of_its_own(straight, tmp_path):
    url = (tmp_path / "store").as_uri()
    output = tmp_path / "seeds"
    config = dataclasses.replace(straight, output=str(output), backup=url, epochs=1)
    expected = train_seeds(config, [3])
    shutil.rmtree(output)
    # It has ended: nothing is trained again.
    found = train_seeds(config, [3])
    assert Backup(f"{url}/seed-3", output / "seed-3").place() == Place(1, 0)
    assert found.equals(expected)
