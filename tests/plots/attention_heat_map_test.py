"""Tests of `plot_attention`."""

import io

import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.plots import plot_attention
from seq2seq_keras.translation import Hypothesis, Translation

KOREAN = ("나는", "오늘", "▁학교", "에", "<unk>", "<eos>")
FRENCH = ("L'￭", "élève", r"$\frac$", "$6", "où", "<eos>")
GERMAN = ("Donaudampfschifffahrtskapitän", "heißt", "ein", "Wort", "<eos>")


def make_translation(source, written, attention=True):
    weights = None
    if attention:
        generator = np.random.default_rng(0)
        weights = generator.dirichlet(np.ones(len(source)), size=len(written))
    best = Hypothesis(" ".join(written), written, -1.0, np.ones(len(written)), weights)
    return Translation(" ".join(source), source, (best,))


def test_rows_are_written_tokens_and_columns_source_tokens(tmp_path):
    translation = make_translation(("a", "b", "<eos>"), ("x", "<eos>"))
    figure = plot_attention(translation, tmp_path / "picture.png")
    axes, bar = figure.axes
    (image,) = axes.images
    np.testing.assert_array_equal(image.get_array(), translation.attention)
    assert image.get_clim() == (0, 1)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "<eos>"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x", "<eos>"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("source", "written")
    assert bar.get_ylabel() == "weight"
    # The first written token is at the top.
    assert axes.yaxis_inverted()
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("source", "written"), [(KOREAN, FRENCH), (GERMAN, KOREAN), (FRENCH, GERMAN)]
)
def test_every_language_is_drawn_without_a_missing_glyph(source, written, hangul_font):
    # Warnings are errors here; a `$` would otherwise begin a formula, here a wrong one.
    figure = plot_attention(make_translation(source, written))
    figure.savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize(
    ("length", "word"), [(1, "a"), (3, "ab"), (3, GERMAN[0]), (60, "elephants")]
)
def test_labels_do_not_overlap_from_one_token_to_sixty(length, word):
    translation = make_translation(length * (word,), length * (word,))
    figure = plot_attention(translation, title="Where the decoder looked as it wrote")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    labels = axes.get_yticklabels()
    heights = [label.get_window_extent().height for label in labels]
    # The distance of two rows, or of two columns, in pixels.
    (left, top), (right, bottom) = axes.transData.transform([(0, 0), (1, 1)])
    assert max(heights) < top - bottom
    # A line of text that leans by 45 degrees needs its height times the root of two.
    (angle,) = {label.get_rotation() for label in axes.get_xticklabels()}
    widths = [label.get_window_extent().width for label in axes.get_xticklabels()]
    needed = max(heights) * np.sqrt(2) if angle == 45 else max(widths)
    assert needed < right - left
    whole = figure.bbox
    others = axes.xaxis.label, axes.yaxis.label, axes.title
    for label in (*labels, *axes.get_xticklabels(), *others):
        box = label.get_window_extent()
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1
        assert whole.y0 <= box.y0 and box.y1 <= whole.y1


@pytest.mark.parametrize(
    ("source", "angles"),
    [
        (("k", "a", "ŋ", "<eos>"), [0, 0, 0, 45]),
        (("a", "house", "<eos>"), [45, 45, 45]),
    ],
)
def test_few_labels_wider_than_a_column_slant_alone(source, angles):
    figure = plot_attention(make_translation(source, ("x",)))
    labels = figure.axes[0].get_xticklabels()
    assert [label.get_rotation() for label in labels] == angles


def test_it_has_a_title_in_any_language(hangul_font):
    translation = make_translation(KOREAN, FRENCH)
    assert plot_attention(translation).axes[0].get_title() == "Attention weights"
    figure = plot_attention(translation, title="$어텐션$")
    figure.savefig(io.BytesIO(), format="png")
    assert figure.axes[0].get_title() == "$어텐션$"


def test_a_model_without_attention_is_an_error_that_says_how_to_get_one():
    translation = make_translation(("a",), ("x",), attention=False)
    with pytest.raises(InputError, match=r'attention="bahdanau".* or "hard"'):
        plot_attention(translation)


def test_an_empty_translation_has_nothing_to_draw():
    with pytest.raises(InputError, match="the translation of 'a' is empty"):
        plot_attention(make_translation(("a",), ()))
