"""Tests of `plot_learning_curves`."""

import pandas as pd
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_learning_curves


def test_a_value_and_its_validation_twin_share_a_picture(tmp_path):
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


def test_a_value_without_a_validation_twin_is_drawn_alone():
    log = {"epoch": [0, 1], "loss": [3.0, 2.0], "accuracy": [0.1, 0.3]}
    log |= {"val_loss": [3.5, 3.0], "learning_rate": [0.1, 0.1]}
    figure = plot_learning_curves(log)
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    assert [len(axes.lines) for axes in figure.axes] == [2, 1]
    assert list(figure.axes[1].lines[0].get_ydata()) == [0.1, 0.3]
    (axes,) = plot_learning_curves({"loss": [3.0]}).axes
    assert [line.get_label() for line in axes.lines] == ["training"]


def test_a_score_of_validation_pairs_alone_is_drawn_too():
    log = {"loss": [3.0, 2.0], "val_loss": [3.5, 3.0], "val_chrf": [10.0, 20.0]}
    figure = plot_learning_curves(log)
    assert [axes.get_title() for axes in figure.axes] == ["loss", "chrf"]
    (line,) = figure.axes[1].lines
    assert list(line.get_ydata()) == [10.0, 20.0]
    assert line.get_label() == "validation"


@pytest.mark.parametrize("log", [{}, {"loss": []}, {"epoch": [0]}])
def test_a_log_without_anything_to_draw_is_an_error(log):
    with pytest.raises(InputError, match="The log holds nothing to draw"):
        plot_learning_curves(log)
