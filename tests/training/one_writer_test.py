"""Tests of a training that has its folder to itself, or leaves it as it was."""

import contextlib
import threading

import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.files import owned
from seq2seq_keras.training import TrainingConfig, resume_training, state_path, train


@contextlib.contextmanager
def owned_by_another(folder):
    """Another thread writes to the folder, as another process might."""
    begun, done = threading.Event(), threading.Event()

    def hold():
        with owned(folder):
            begun.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def folder(table, tmp_path):
    """A folder in which a training could go on."""
    (tmp_path / "training.yaml").write_text(f"train: ['{table}']\n")
    state_path(tmp_path).touch()
    return tmp_path


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_second_training_into_a_folder_is_refused(folder, table, overwrite):
    config = TrainingConfig(output=str(folder), train=[table], overwrite=overwrite)
    before = sorted(folder.iterdir())
    with owned_by_another(folder):
        with pytest.raises(InputError, match=r"is being written to by process \d+ on"):
            train(config)
        with pytest.raises(InputError, match="is being written to by process"):
            resume_training(folder)
    assert sorted(folder.iterdir()) == before


def test_nobody_saves_into_the_folder_of_a_training(translator, folder):
    with owned_by_another(folder):
        for save in (translator.save, translator.save_card):
            with pytest.raises(InputError, match="is being written to by process"):
                save(folder)


def test_nobody_exports_to_where_another_does(translator, tmp_path, monkeypatch):
    """The second comes while the first makes its graph."""
    refused = []

    def archive(*_):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        raise ZeroDivisionError

    def second():
        try:
            translator.export(tmp_path / "s")
        except InputError as error:
            refused.append(str(error))

    monkeypatch.setattr("seq2seq_keras.translation.saved_model._archive", archive)
    with pytest.raises(ZeroDivisionError):
        translator.export(tmp_path / "s")
    assert len(refused) == 1
    assert f"{tmp_path / 's'} is being written to by process" in refused[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", ["none.tsv", "empty.tsv"])
def test_a_training_that_cannot_begin_leaves_no_folder(tmp_path, data):
    (tmp_path / "empty.tsv").touch()
    config = TrainingConfig(
        output=str(tmp_path / "new" / "run"), train=[str(tmp_path / data)]
    )
    with pytest.raises((InputError, OSError)):
        train(config)
    assert [path.name for path in tmp_path.iterdir()] == ["empty.tsv"]


def test_a_training_that_cannot_begin_overwrites_nothing(folder):
    """What was interrupted there can still go on."""
    state_path(folder).write_bytes(b"a state")
    config = TrainingConfig(
        output=str(folder), train=[str(folder / "none.tsv")], overwrite=True
    )
    with pytest.raises((InputError, OSError)):
        train(config)
    assert state_path(folder).read_bytes() == b"a state"
    assert sorted(path.name for path in folder.iterdir()) == [
        "training.yaml",
        "training_state.npz",
    ]
