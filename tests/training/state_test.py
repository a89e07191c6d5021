"""Tests of the state of a training."""

import pathlib

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.training import assign_all, load_state, save_state


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "state.npz"
    arrays = [np.arange(6.0).reshape(2, 3), np.array(2**40), np.zeros((0, 4), "uint32")]
    progress = {"epoch": 3, "rows": [{"loss": 0.1}], "name": "한국어"}
    # More than ten, so that "10" must not come before "2".
    numbers = [keras.Variable(float(number)) for number in range(12)]
    save_state(path, progress, {"a": arrays, "b": numbers})
    loaded, groups = load_state(path)
    assert loaded == progress
    for saved, array in zip(arrays, groups["a"], strict=True):
        np.testing.assert_array_equal(saved, array)
        assert saved.dtype == array.dtype
    assert [float(array) for array in groups["b"]] == list(range(12))


def test_a_state_that_could_not_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "state.npz"
    save_state(path, {"epoch": 1}, {})

    def fail(file, **arrays):
        pathlib.Path(file).write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="No space"):
        save_state(path, {"epoch": 2}, {})
    assert load_state(path)[0] == {"epoch": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]


@pytest.mark.parametrize("damage", ["cut", "text", "other", "pickle"])
def test_a_damaged_file_is_an_error_that_names_it(damage, tmp_path):
    path = tmp_path / "state.npz"
    save_state(path, {"epoch": 1}, {"a": [np.arange(1000)]})
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:500])
    elif damage == "text":
        path.write_text("no state")
    elif damage == "other":
        np.savez(path, other=np.zeros(3))
    else:
        np.savez(path, progress=np.array([{"epoch": 1}], dtype=object))
    with pytest.raises(InputError, match=r"state\.npz: this is no state"):
        load_state(path)


def test_a_state_of_another_model_is_refused():
    variables = [keras.Variable(np.zeros((2, 3)))]
    for arrays in ([np.zeros((3, 2))], [], [np.zeros((2, 3))] * 2):
        with pytest.raises(InputError, match="belongs to another model"):
            assign_all(variables, arrays, "state.npz")
    assign_all(variables, [np.ones((2, 3))], "state.npz")
    assert (variables[0].numpy() == 1).all()
