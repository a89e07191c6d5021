"""Tests of text that is not valid Unicode: lone surrogates, at every door."""

import pandas as pd
import pytest

from seq2seq_keras.data import Pairs, make_dataset, read_pairs
from seq2seq_keras.errors import InputError, check_unicode
from seq2seq_keras.evaluation import (
    compare_translations,
    evaluate_translator,
    score_metric,
    score_targets,
    score_translations,
)
from seq2seq_keras.files import write_text
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import CharacterTokenizer, JamoTokenizer, WordTokenizer
from seq2seq_keras.vectors import glove, lsa

# Half of an emoji, and a byte of a file name that is no UTF-8.
BAD = ["a\ud83d", "\udcffb"]
PAIRS = Pairs(["he is tired", "he"], ["il est \ud83d", "il"])


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize(
    ("use", "where"),
    [
        (lambda bad: read_pairs([("a", "b"), ("a", bad)]), "Item 1 of the list"),
        (
            lambda bad: read_pairs(pd.DataFrame({0: [bad], 1: ["b"]}, dtype=object)),
            "Row 0 of the DataFrame",
        ),
        (lambda bad: WordTokenizer.fit(["a", bad]), "Text 2"),
        (lambda bad: JamoTokenizer.fit(["a", bad]), "Text 2"),
        (lambda bad: CharacterTokenizer(["a", bad]), "Token 2 of the vocabulary"),
        (lambda bad: SpecialTokens(unknown=bad), "A special token"),
        (lambda bad: score_translations(["a"], [bad]), "Reference 1"),
        (lambda bad: score_translations(["a", bad], ["a", "b"]), "Translation 2"),
        (lambda bad: score_metric("chrf", ["a"], [bad]), "Reference 1"),
        (
            lambda bad: compare_translations(
                {"x": ["a", bad], "y": ["a", "b"]}, ["a", "b"]
            ),
            "Translation 2",
        ),
        (lambda bad: lsa([f"{bad} b", f"{bad} b"]), "The word"),
        (lambda bad: glove([f"{bad} b", f"{bad} b"]), "The word"),
    ],
)
def test_half_a_character_is_named_with_its_place(use, where, bad):
    with pytest.raises(InputError, match=f"^{where}.* holds a lone surrogate .*Remove"):
        use(bad)


@pytest.mark.parametrize(
    "use",
    [
        lambda translator: translator.translate(PAIRS.target),
        lambda translator: translator.translate(["he"], prefix="\ud83d"),
        lambda translator: translator.translate(["he"], avoid=["\ud83d"]),
        lambda translator: score_targets(translator, PAIRS),
        lambda translator: evaluate_translator(translator, PAIRS),
        lambda translator: make_dataset(
            PAIRS, translator.source_tokenizer, translator.target_tokenizer
        ),
    ],
)
def test_what_takes_text_to_a_graph_refuses_it(translator, use):
    with pytest.raises(InputError, match="holds a lone surrogate"):
        use(translator)


def test_whole_characters_of_all_kinds_are_text():
    check_unicode("𝕏 한 \u1112\u1161 \u202e \x1b \uffff", "Text 1")


def test_a_name_that_is_no_unicode_is_spelled_out_in_a_document(tmp_path):
    write_text(tmp_path / "page.html", "of \udcff.tsv")
    assert (tmp_path / "page.html").read_text() == "of \\udcff.tsv"
