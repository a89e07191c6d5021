"""Tests of the tokenizer that is chosen by a look at some texts."""

import pathlib

import pytest

from seq2seq_keras.data import corpus_names, load_corpus
from seq2seq_keras.text import choose_tokenizer

SENTENCES = ["I am a student.", "Where is the cat?", "it is ten past two"]
# Text by text as people write it, what is chosen, and a word of the reason.
CASES = {
    "English sentences": (SENTENCES, "word", "words between"),
    "Korean sentences": (["나는 학생이다.", "비가 온다.", "난 몰라"], "word", "words"),
    "sentences of one word": (["Go.", "Run!", "Wow!", "Why?"], "word", "words"),
    "short sentences": (["I do.", "He is in.", "Go on.", "We go"], "word", "words"),
    "one-word answers in Korean": (["가!", "응.", "왜?"], "word", "words"),
    "shouted sentences": (["WHERE IS HE", "LET US ALL GO", "NO"], "word", "words"),
    "words": (["cat", "aardvark", "naïve"], "character", "single words"),
    "words, some of them two": (["cat", "ice cream", "dog"], "character", "single"),
    "Hebrew words with vowels": (["אֲסֵפָה", "הָאֲסֵפוֹת"], "character", "single words"),
    "dates": (["2021-12-24", "1979-05-03"], "character", "single words"),
    "Korean words": (["각하", "나무", "ㅋㅋ"], "jamo", "Hangul"),
    "Chinese": (["我是学生。", "他来了。"], "character", "without spaces"),
    "Japanese": (["私は学生です。", "雨だ。 寒い日だった。"], "character", "without"),
    "Chinese words": (["学生", "下雨"], "character", "single words"),
    "IPA": (["k æ t", "t͡ɕʰ i z", "ɓ aː ŋ ˧˦"], "space", "symbols"),
    "ARPABET": (["K AE1 T", "DH AH0", "TH IH1 NG K"], "space", "symbols"),
    "letters": (["c a t", "d o g"], "space", "symbols"),
    "jamo between spaces": (["ㄱ ㅏ ㄱ", "ㄴ ㅏ"], "space", "symbols"),
    "atoms": (["C C [nH] O", "[C@@H] N ="], "space", "symbols"),
    "tags": (["NOUN VERB DET", "DET NOUN VERB"] * 5, "space", "tags"),
    "short tags": (["DT NN VBZ", "NN IN DT"], "space", "symbols"),
    "byte pairs": (["the lo@@ west", "a cat sat", "it ra@@ ins"], "space", "pieces"),
    "SentencePiece": (["▁the ▁lo west", "▁a ▁cat"], "space", "pieces"),
    "WordPiece": (["the low ##est", "a cat"], "space", "pieces"),
    "joiners": (["l'￭ homme", "is ￭."], "space", "pieces"),
    "mostly sentences": (["cat", *SENTENCES], "word", "words"),
    "a heading": (["## Title of a page", "## Other one"], "word", "words"),
}


@pytest.mark.parametrize(("texts", "name", "reason"), CASES.values(), ids=CASES)
def test_the_tokenizer_follows_from_what_stands_between_spaces(texts, name, reason):
    choice = choose_tokenizer(texts)
    assert (choice.name, reason in choice.reason) == (name, True), choice
    assert choice.example in map(repr, texts)


def test_the_reason_counts_the_texts_and_shows_one():
    choice = choose_tokenizer(["", " ", "a b", "c", "d e"])
    assert choice.reason == "2 of 3 are symbols between spaces"
    assert choice.example == "'a b'"


def test_half_of_the_texts_is_not_most_of_them():
    assert choose_tokenizer(["cat", "the cat sleeps"]).name == "word"
    assert choose_tokenizer(["cat", "dog", "the cat sleeps"]).name == "character"
    assert choose_tokenizer(["a b", "the cat sleeps"]).name == "word"


def test_a_piece_in_twenty_texts_is_enough_and_less_is_not():
    sentences = ["the cat sleeps"] * 37
    assert choose_tokenizer([*sentences, "lo@@ west", "lo@@ west"]).name == "space"
    assert choose_tokenizer([*sentences, "lo@@ west"]).name == "word"


def test_without_texts_it_is_words():
    for texts in ([], ["", " "]):
        assert choose_tokenizer(texts).name == "word"


def test_marks_do_not_make_a_symbol_longer_but_letters_do():
    assert choose_tokenizer(["ʰaːʷtʲ͡ʲn̥ˠ a"]).name == "space"
    assert choose_tokenizer(["haut a"]).name == "word"
    # Three syllables, of seven letters.
    assert choose_tokenizer(["학생은 나"]).name == "word"


def test_one_tag_seen_too_seldom_is_a_word():
    tags = ["NOUN VERB", "VERB NOUN"]
    assert choose_tokenizer(tags * 3).name == "space"
    assert choose_tokenizer(tags).name == "word"


# The tokenizers of both sides, by the beginning of the name.
CORPORA = {
    "multi30k": ("word", "word"),
    "tatoeba": ("word", "word"),
    "phrasebook": ("word", "word"),
    "sigmorphon2021/kor": ("jamo", "space"),
    # Syllables between spaces, which nothing tells from words.
    "sigmorphon2021/vie_hanoi": ("word", "space"),
    "sigmorphon2021": ("character", "space"),
    "dates": ("word", "character"),
    "copy": ("character", "character"),
    "reverse": ("character", "character"),
    "addition": ("character", "character"),
}
PUBLIC = ("multi30k", "tatoeba", "sigmorphon2021")
PUBLIC_NAMES = [name for name in corpus_names() if name.startswith(PUBLIC)]


def check_corpus(name):
    train = load_corpus(name).train
    expected = next(both for begin, both in CORPORA.items() if name.startswith(begin))
    # From all over, and from the beginning, as of a stream.
    for part in (train.evenly_spaced(2000), train[:2000]):
        found = (choose_tokenizer(part.source).name, choose_tokenizer(part.target).name)
        assert found == expected


# Those of sigmorphon2023 have features before their sources; see the lemmas below.
@pytest.mark.parametrize(
    "name",
    [n for n in corpus_names() if not n.startswith((*PUBLIC, "sigmorphon2023"))],
)
def test_every_corpus_of_the_package_gets_what_suits_it(name):
    check_corpus(name)


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_every_public_corpus_gets_what_suits_it(name, public_data):
    path = public_data / f"{name}_train.tsv"
    if name.startswith("sigmorphon2021") and not path.is_file():
        pytest.skip(f"there is no {path}")
    check_corpus(name)


@pytest.mark.parametrize("language", ["deu", "fin", "heb"])
def test_lemmas_and_forms_are_spelled(language, public_data):
    path = pathlib.Path(public_data, "sigmorphon2023", f"{language}.trn")
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    for column in zip(*rows, strict=True):
        assert choose_tokenizer(column[:2000]).name == "character"
