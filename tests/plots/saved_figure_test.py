"""Tests of seq2seq_keras.plots.saved_figure."""

import pytest
from matplotlib.figure import Figure

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots.saved_figure import save_figure


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.png", b"\x89PNG"), ("new/b.PDF", b"%PDF"), ("c.svg", b"<?xml")],
)
def test_the_suffix_names_the_format(tmp_path, name, start):
    save_figure(Figure(), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["picture", "picture.doc"])
def test_an_unknown_format_is_an_error_and_leaves_nothing(tmp_path, name):
    with pytest.raises(InputError, match=r"names no format of pictures.*png"):
        save_figure(Figure(), tmp_path / name)
    assert not any(tmp_path.iterdir())
