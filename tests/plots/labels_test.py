"""Tests of seq2seq_keras.plots.labels."""

import pytest
from matplotlib import rc_context, rcParams
from matplotlib.font_manager import FontProperties, fontManager, get_font

from seq2seq_keras.plots import fonts_for, label_width, token_label


def test_letters_of_the_default_font_need_no_other(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.plots.labels._installed_fonts", None)
    assert fonts_for(["élève", "Straße", "▁▪␣"]) == rcParams["font.family"]


def test_the_fonts_have_every_letter_together(hangul_font):
    texts = ["나는", "각", "élève", "Straße"]
    default, *others = fonts_for(texts)
    assert [default] == rcParams["font.family"]
    opened = [
        get_font(
            fontManager.findfont(
                FontProperties(family=[name]), fallback_to_default=False
            )
        )
        for name in (default, *others)
    ]
    covered = set().union(*(map(chr, font.get_charmap()) for font in opened))
    assert set("".join(texts)) <= covered


def test_a_file_that_is_no_font_is_passed_over(monkeypatch, tmp_path):
    path = tmp_path / "broken.ttf"
    path.write_bytes(b"no font")
    monkeypatch.setattr(
        "seq2seq_keras.plots.labels._installed_fonts", lambda: [str(path)]
    )
    with pytest.warns(UserWarning, match="No installed font can draw 한. Install"):
        assert fonts_for(["한"]) == rcParams["font.family"]


def test_the_package_of_a_missing_font_is_named(monkeypatch):
    monkeypatch.setattr("seq2seq_keras.plots.labels._installed_fonts", list)
    with pytest.warns(UserWarning, match=r"draw 나 는\..*apt-get install fonts-nanum"):
        fonts_for(["a", "나는"])


def test_a_letter_of_no_font_is_named_among_others(hangul_font):
    with pytest.warns(UserWarning, match="can draw \U0010fffd. Install"):
        assert len(fonts_for(["한\U0010fffd"])) > 1


def test_fonts_that_are_set_already_are_not_named_again(hangul_font):
    families = fonts_for(["나는 학생"])
    with rc_context({"font.family": families}):
        assert fonts_for(["나는", "étudiant"]) == families


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
