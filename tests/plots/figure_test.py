"""Tests of seq2seq_keras.plots.figure."""

import numpy as np
import pytest
from matplotlib.figure import Figure as PlainFigure

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import Figure, plot_attention
from seq2seq_keras.translation import Hypothesis, Translation


def test_a_notebook_shows_a_picture_without_pyplot():
    best = Hypothesis("oui", ("oui", "."), -0.1, np.ones(2), np.eye(2))
    figure = plot_attention(Translation("yes.", ("yes", "."), (best,)))
    assert isinstance(figure, PlainFigure)
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.png", b"\x89PNG"), ("new/b.PDF", b"%PDF"), ("c.svg", b"<?xml")],
)
def test_the_suffix_names_the_format(tmp_path, name, start):
    Figure().saved(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["picture", "picture.doc"])
def test_an_unknown_format_is_an_error_and_leaves_nothing(tmp_path, name):
    with pytest.raises(InputError, match=r"names no format of pictures.*png"):
        Figure().saved(tmp_path / name)
    assert not any(tmp_path.iterdir())
