"""Tests of seq2seq_keras.plots."""

import pandas as pd

from seq2seq_keras.plots import plot_learning_curves


def test_every_value_with_a_validation_twin_is_drawn(tmp_path):
    log = pd.DataFrame(
        {
            "epoch": [0, 1, 2],
            "loss": [3.0, 2.0, 1.5],
            "perplexity": [20.0, 7.4, 4.5],
            "val_loss": [2.9, 2.2, 2.1],
            "val_perplexity": [18.0, 9.0, 8.2],
            "learning_rate": [1e-3, 1e-3, 5e-4],
        }
    )
    figure = plot_learning_curves(log)
    assert [axes.get_title() for axes in figure.axes] == ["loss", "perplexity"]
    training, validation = figure.axes[0].lines
    assert list(training.get_ydata()) == [3.0, 2.0, 1.5]
    assert list(validation.get_ydata()) == [2.9, 2.2, 2.1]
    assert list(validation.get_xdata()) == [1, 2, 3]
    assert figure.axes[1].get_yscale() == "log"
    figure.savefig(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
