"""Tests of seq2seq_keras.plots.token_labels."""

import pytest

from seq2seq_keras.plots.token_labels import label_width, token_label


@pytest.mark.parametrize(
    ("token", "label"),
    [
        ("L'￭", "L'▪"),
        ("▁이", "▁이"),
        ("<unk>", "<unk>"),
        (" ", "␣"),
        ("\t", r"\t"),
        ("\u200b", r"\u200b"),
        ("œuvre", "œuvre"),
    ],
)
def test_a_label_shows_what_a_font_cannot(token, label):
    assert token_label(token) == label


def test_hangul_is_twice_as_wide_and_accents_take_no_room():
    assert label_width("abc") == 3
    assert label_width("한국a") == 5
    assert label_width("e\u0301") == 1
