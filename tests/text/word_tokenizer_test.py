"""Tests of seq2seq_keras.text.word_tokenizer."""

import random

import pytest
import tensorflow as tf

from seq2seq_keras.text import SpaceTokenizer, WordTokenizer

TOKENIZER = WordTokenizer(["x"])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("je suis étudiant.", "je suis étudiant ￭."),
        ("Où vas-tu ?", "Où vas ￭-tu ?"),
        ("Where are you?", "Where are you ￭?"),
        ("l'homme", "l'￭ homme"),
        ("l’été", "l’￭ été"),
        ("qu'est-ce que c'est", "qu'￭ est ￭-ce que c'￭ est"),
        ("a-t-il fini", "a ￭-t-il fini"),
        ("donne-le-moi", "donne ￭-le ￭-moi"),
        ("don't", "don ￭'t"),
        ("It's Tom's", "It ￭'s Tom ￭'s"),
        ("I'd've", "I ￭'d ￭'ve"),
        ("it 's", "it 's"),
        ("rendez-vous", "rendez ￭-vous"),
        ("well-known", "well-known"),
        ("3.14 and 1,000.", "3.14 and 1,000 ￭."),
        ('"gone" (really)...', '"￭ gone ￭" (￭ really ￭) ￭...'),
        ("students' books", "students ￭' books"),
        ("10€", "10 ￭€"),
        ("저는 학생이에요.", "저는 학생이에요 ￭."),
        ("k a̠ ɡ o̞ k̚", "k a̠ ɡ o̞ k̚"),
        ("a￭b", "a ￭■￭ b"),
    ],
)
def test_tokens_are_readable(text, tokens):
    assert " ".join(TOKENIZER.split(text)) == tokens


def test_a_clitic_needs_its_whole_word():
    """A quotation that begins with the letters of a clitic stays a quotation."""
    assert TOKENIZER.split("'student'") == ["'￭", "student", "￭'"]


def test_an_odd_joiner_from_a_model_leaves_no_trace():
    tokenizer = WordTokenizer(["l'￭", "￭."])
    assert tokenizer.detokenize([5, 4]) == ". l'"


def test_a_bare_word_carries_no_joiner():
    tokenizer = WordTokenizer.fit(["L'homme est-il là."])
    assert [tokenizer.bare_word(token) for token in ("L'￭", "￭-il", "homme", "￭.")] == [
        "L'",
        "-il",
        "homme",
        ".",
    ]


@pytest.mark.parametrize(
    "text", ["ɓ aː ŋ ˧˦", "lo@@ west l'homme.", "[nH] c1 ( = O )", "don't￭ stop !!"]
)
def test_text_that_is_split_already_is_split_at_spaces_only(text):
    tokenizer = SpaceTokenizer.fit([text])
    assert tokenizer.split(text) == text.split(" ")
    assert tokenizer.detokenize(tokenizer.tokenize(text)) == text


def test_a_word_to_avoid_is_a_whole_one_between_spaces():
    tokenizer = SpaceTokenizer.fit(["n [nH]"])
    [spelled] = tokenizer.spell(["n"])
    assert tokenizer.spelling("n") in spelled
    assert tokenizer.spelling("[nH]") not in spelled


def test_a_text_is_cut_as_all_of_it_at_once_would_be():
    """Words are cut one by one, each only once; no rule may look across a space."""
    draw = random.Random(0)
    pieces = [*"''’--￭ _.,!?sStdlnà1서e\u0301■", "  ", "ll", "qu", "ci", "il", "-t-il"]
    texts = ["".join(draw.choices(pieces, k=draw.randint(0, 14))) for _ in range(2000)]
    normalized = TOKENIZER._clean_graph(tf.constant([*texts, "a b a", ""]))
    found, expected = TOKENIZER.split_graph(normalized), TOKENIZER._cut(normalized)
    assert found.to_list() == expected.to_list()


def test_no_text_has_no_tokens():
    assert TOKENIZER.split([]) == []
    assert TOKENIZER.split(["", " "]) == [[], []]
