"""Tests of what holds for every sentence of the phrasebook."""

import re
import unicodedata

import pytest

from tools.phrasebook.corpus import generate_sentences
from tools.phrasebook.phrases import KINDS

FINAL_CONSONANTS = {chr(point) for point in range(0x11A8, 0x11C3)}
# After a consonant, after a vowel. 이 and 가 also end nouns (차이, 작가), so the
# subject particle is only looked at before a verb that asks for it.
PARTICLES = [
    (re.compile(r"^((?:제 |우리 |당신의 |이 )?\S+?)(은|는) "), "은", "는"),
    (re.compile(r"(\S+)(을|를) "), "을", "를"),
    (re.compile(r"(\S+)(이|가) (?:\S+ \S+ )?[있없]\S+\??$"), "이", "가"),
    (re.compile(r"(\S+)(이|가) 아니[에세]요\??$"), "이", "가"),
]
NOT_ELIDED = re.compile(r"\b(je|ne|de|le|la|que|ce) [aàâeéèêiîoôuùûœh]")
NOT_CONTRACTED = re.compile(r"\b(de|à) les? ")
NOT_FEMININE = re.compile(r"\b(ma|ta) [aâeéèêiîoôuœh]")
WRONG_ARTICLE = re.compile(r"\ba [aeiou](?!ni)|\ban [^aeiou]")


def ends_in_consonant(word):
    return unicodedata.normalize("NFD", word)[-1] in FINAL_CONSONANTS


def test_every_english_sentence_occurs_once(sentences):
    assert len({item.english for item in sentences}) == len(sentences)


def test_there_are_enough_sentences_of_every_kind(sentences):
    assert len(sentences) > 60_000
    for kind in KINDS:
        assert sum(item.kind == kind for item in sentences) > 1_000


def test_order_is_always_the_same(generated):
    again = generate_sentences()
    assert all(next(again) == item for item in generated[:1000])


@pytest.mark.parametrize("language", ["english", "french", "korean"])
def test_text_is_clean(language, sentences):
    for item in sentences:
        text = getattr(item, language)
        assert text == text.lower().strip(), text
        assert "  " not in text and "." not in text, text
        assert unicodedata.is_normalized("NFC", text), text


def test_question_marks_agree(sentences):
    for english, french, korean, *_ in sentences:
        asked = english.endswith("?")
        assert french.endswith(" ?") == korean.endswith("요?") == asked, english
        assert english.count("?") == french.count("?") == korean.count("?") == asked


def test_french_elides_and_contracts(sentences):
    for item in sentences:
        for pattern in (NOT_ELIDED, NOT_CONTRACTED, NOT_FEMININE):
            assert not pattern.search(item.french), item.french


def test_french_elides_before_vowels_only(sentences):
    for item in sentences:
        for following in re.findall(r"\b(?:[jndl]|qu)'(\w)", item.french):
            assert following in "aàâeéèêiîoôuœh", item.french


def test_french_negation_is_complete(sentences):
    for item in sentences:
        words = item.french.replace("n'", "ne ").split()
        assert ("ne" in words) == ("pas" in words), item.french
        assert ("not" in re.findall(r"\w+", item.english)) == ("pas" in words)


def test_french_verbs_do_not_meet_a_pronoun_with_two_vowels(sentences):
    for item in sentences:
        assert not re.search(r"[ae]-(il|elle)\b", item.french), item.french
        assert not re.search(r"[^ae]-t-", item.french), item.french


def test_english_articles_follow_the_sound(sentences):
    for item in sentences:
        assert not WRONG_ARTICLE.search(item.english), item.english


@pytest.mark.parametrize(("pattern", "consonant", "vowel"), PARTICLES)
def test_korean_particles_follow_the_final_consonant(
    pattern, consonant, vowel, sentences
):
    seen = set()
    for item in sentences:
        for word, particle in pattern.findall(item.korean):
            seen.add(particle)
            expected = consonant if ends_in_consonant(word) else vowel
            assert particle == expected, item.korean
    assert seen == {consonant, vowel}


def test_korean_copula_follows_the_final_consonant(sentences):
    seen = set()
    for item in sentences:
        found = re.search(r"(\S+?)(이에요|이세요|예요)\??$", item.korean)
        if found:
            word, copula = found.groups()
            seen.add(copula)
            assert ends_in_consonant(word) == (copula != "예요"), item.korean
    assert seen == {"이에요", "이세요", "예요"}


def test_subjects_that_are_honoured_have_honorific_verbs(sentences):
    honored = re.compile(r"^(제|우리)? ?(어머니|아버지|할머니|할아버지|부모님|선생님)")
    for item in sentences:
        polite = re.search(r"(세요|셨어요|으셨어요)\??$", item.korean)
        if honored.match(item.korean):
            assert polite or item.korean.rstrip("?").endswith("않으셨어요"), item.korean


def test_combination_is_the_same_in_all_forms(sentences):
    combinations = {item.english: item.combination for item in sentences}
    forms = [
        "he sells the car",
        "he does not sell the car",
        "does he sell a car?",
        "he sells my car",
        "he sells two cars",
        "he sells red cars",
    ]
    assert {combinations[form] for form in forms} == {"he / sell car"}
    assert combinations["the man sells the car"] == combinations["the men sell the car"]
    assert combinations["she sells the car"] != combinations["he sells the car"]
