"""Tests of the state of a training."""

import hashlib
import io
import math
import os
import pathlib
import zipfile

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.training import assign_all, check_progress, load_state, save_state


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


def sign(path):
    """Ends a file in its sum, as whoever alters one could."""
    content = path.read_bytes()
    path.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:500])


def damage_text(path):
    path.write_text("no state")
    sign(path)


def damage_nothing_left(path):
    path.write_bytes(b"")


def damage_other(path):
    np.savez(path, other=np.zeros(3))
    sign(path)


def damage_pickle(path):
    np.savez(path, progress=np.array([{"epoch": 1}], dtype=object))
    sign(path)


def damage_one_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    sign(path)


def damage_no_sum(path):
    np.savez(path, progress=np.array("{}"))


def damage_packed(path):
    np.savez_compressed(path, progress=np.array("{}"), a=np.zeros(10**7))
    sign(path)


def damage_claims(path):
    """An array that says it is larger than any memory."""
    array, progress = io.BytesIO(), io.BytesIO()
    np.save(progress, np.array("{}"))
    np.lib.format.write_array_header_1_0(
        array, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("progress.npy", progress.getvalue())
        archive.writestr("a/0.npy", array.getvalue())
    sign(path)


def damage_deep(path):
    np.savez(path, progress=np.array("[" * 100_000))
    sign(path)


def damage_pipe(path):
    path.unlink()
    os.mkfifo(path)


def damage_folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "damage", [f for name, f in sorted(globals().items()) if name.startswith("damage_")]
)
def test_a_damaged_file_is_an_error_that_names_it(damage, tmp_path):
    path = tmp_path / "state.npz"
    save_state(path, {"epoch": 1}, {"a": [np.arange(1000)]})
    damage(path)
    with pytest.raises(InputError, match=r"state\.npz: this is no state") as refused:
        load_state(path)
    assert "\n" not in str(refused.value)


def test_a_changed_bit_is_found_wherever_it_is(tmp_path):
    path = tmp_path / "state.npz"
    save_state(path, {"epoch": 1}, {"a": [np.arange(9)], "b": [np.zeros((2, 0))]})
    content = path.read_bytes()
    for position in range(0, 8 * len(content), 7):
        changed = bytearray(content)
        changed[position // 8] ^= 1 << position % 8
        path.write_bytes(changed)
        with pytest.raises(InputError, match="its sum is not that of its content"):
            load_state(path)


PROGRESS = {
    "fingerprint": "a",
    "epoch": 2,
    "step": 3,
    "logs": {"loss": 0.5},
    "history": [{"epoch": 1, "val_loss": math.inf}, {"epoch": 2, "val_loss": 1}],
    "last_epochs": 1,
    "seconds": 5,
}


def check(progress):
    check_progress(progress, "state.npz", steps=3, average_epochs=1)


def test_progress_that_can_be_is_let_through():
    check(PROGRESS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("fingerprint", 3), ("fingerprint", None), ("epoch", 10**9), ("epoch", 1)),
        *(("epoch", -1), ("epoch", True), ("epoch", 2.0), ("epoch", "2")),
        *(("step", 4), ("step", 10**9), ("step", -1), ("step", [3]), ("step", 0.5)),
        *(("logs", []), ("logs", {"loss": "0.5"}), ("logs", {"loss": None})),
        *(("history", {}), ("history", [1, 2]), ("history", "ab"), ("history", None)),
        ("history", [{"epoch": 2}, {"epoch": 1}]),
        ("history", [{"epoch": 1}, {"epoch": [2]}]),
        *(("last_epochs", 2), ("last_epochs", 10**9), ("last_epochs", "1")),
        *(("seconds", -1), ("seconds", math.inf), ("seconds", math.nan)),
        ("seconds", "5"),
    ],
    ids=str,
)
def test_progress_that_cannot_be_is_refused(field, value):
    with pytest.raises(InputError, match=f"{field} cannot be"):
        check({**PROGRESS, field: value})


@pytest.mark.parametrize("field", PROGRESS)
def test_progress_without_a_field_is_refused(field):
    with pytest.raises(InputError, match="cannot be"):
        check({name: value for name, value in PROGRESS.items() if name != field})


@pytest.mark.parametrize("progress", [None, [], "text", 3])
def test_progress_that_is_no_table_is_refused(progress):
    with pytest.raises(InputError, match="fingerprint cannot be None"):
        check(progress)


def test_a_state_of_another_model_is_refused():
    variables = [keras.Variable(np.zeros((2, 3)))]
    others = [np.zeros((3, 2))], [], [np.zeros((2, 3))] * 2, [np.full((2, 3), "a")]
    for arrays in others:
        with pytest.raises(InputError, match="belongs to another model"):
            assign_all(variables, arrays, "state.npz")
    assign_all(variables, [np.ones((2, 3))], "state.npz")
    assert (variables[0].numpy() == 1).all()
