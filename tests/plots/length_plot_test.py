"""Tests of `plot_score_by_length`."""

import numpy as np
import pandas as pd
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_score_by_length


def make_table(scores, metric="BLEU", unit="words"):
    scores = np.array(scores, float)
    return pd.DataFrame(
        {
            "metric": metric,
            "unit": unit,
            "mean_length": 5.5 * np.arange(1, len(scores) + 1),
            "score": scores,
            "low": scores - 1,
            "high": scores + 2,
        }
    )


def test_each_system_is_a_line_with_bars(tmp_path):
    tables = {"one": make_table([40, 30, 20]), "two": make_table([41, 40, 39])}
    path = tmp_path / "lengths.png"
    (axes,) = plot_score_by_length(tables, path).axes
    assert path.read_bytes().startswith(b"\x89PNG")
    first, second = axes.containers
    assert list(first.lines[0].get_xdata()) == [5.5, 11, 16.5]
    assert list(first.lines[0].get_ydata()) == [40, 30, 20]
    bars = [bar[:, 1].tolist() for bar in second.lines[2][0].get_segments()]
    assert bars == [[40, 43], [39, 42], [38, 41]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(tables)
    assert axes.get_title() == "BLEU by length of the source"
    assert axes.get_xlabel() == "length of the source in words"
    assert axes.get_ylabel() == "BLEU, with 95 % intervals"


def test_names_are_drawn_as_they_are(hangul_font, tmp_path):
    name = "_주의 없음 $x$"
    tables = {name: make_table([1, 2], "WER", "characters")}
    path = tmp_path / "lengths.png"
    (axes,) = plot_score_by_length(tables, path, title="길이 $x$").axes
    assert axes.get_title() == "길이 $x$"
    (text,) = axes.get_legend().get_texts()
    assert (text.get_text(), text.get_parse_math()) == (name, False)
    assert axes.get_xlabel() == "length of the source in characters"


def test_a_score_without_an_interval_has_no_bar(tmp_path):
    table = make_table([40, np.nan, 20])
    table.loc[2, ["low", "high"]] = np.nan
    (axes,) = plot_score_by_length({"one": table}, tmp_path / "lengths.png").axes
    (container,) = axes.containers
    heights = np.array(container.lines[0].get_ydata(), float)
    np.testing.assert_array_equal(heights, [40, np.nan, 20])
    first, *others = container.lines[2][0].get_segments()
    assert first[:, 1].tolist() == [39, 42]
    assert not any(len(bar) for bar in others)


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"one": make_table([np.nan])},
        {"one": make_table([1]), "two": make_table([1], metric="chrF")},
        {"one": make_table([1]), "two": make_table([1], unit="characters")},
    ],
)
def test_tables_that_do_not_go_into_one_picture(tables):
    with pytest.raises(InputError, match="all of one metric and one unit of length"):
        plot_score_by_length(tables)


def test_a_suffix_that_names_no_format(tmp_path):
    with pytest.raises(InputError, match="names no format"):
        plot_score_by_length({"one": make_table([1])}, tmp_path / "lengths.bogus")
    assert not any(tmp_path.iterdir())
