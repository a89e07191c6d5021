"""Tests of seq2seq_keras.plots.figure."""

import numpy as np
from matplotlib.figure import Figure as PlainFigure

from seq2seq_keras.plots import plot_attention
from seq2seq_keras.translation import Hypothesis, Translation


def test_a_notebook_shows_a_picture_without_pyplot():
    best = Hypothesis("oui", ("oui", "."), -0.1, np.ones(2), np.eye(2))
    figure = plot_attention(Translation("yes.", ("yes", "."), (best,)))
    assert isinstance(figure, PlainFigure)
    assert figure._repr_png_().startswith(b"\x89PNG")
