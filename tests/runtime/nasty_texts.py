"""Tokenizers of every kind, and texts made of what has been trouble somewhere."""

import json
import unicodedata

from hypothesis import strategies as st

from seq2seq_keras.runtime import parse_tokenizer
from seq2seq_keras.text import (
    CharacterTokenizer,
    FeaturesTokenizer,
    JamoTokenizer,
    KerasTokenizer,
    SpaceTokenizer,
    SubwordTokenizer,
    WordTokenizer,
)

TEXTS = ["l'homme est là, don't 한국어 123 ÀÉ", "Σίσυφος abc\tdef  ghi ab"]
FEATURED = [f"V;PST\t{text}" for text in TEXTS]
KINDS = {
    "words": WordTokenizer.fit(TEXTS),
    "small words": WordTokenizer.fit(TEXTS, lowercase=True, unicode_form="NFKC"),
    "characters": CharacterTokenizer.fit(TEXTS),
    "white space": CharacterTokenizer.fit(
        TEXTS, keep_white_space=True, lowercase=True, unicode_form="none"
    ),
    "jamo": JamoTokenizer.fit(TEXTS),
    "decomposed": JamoTokenizer.fit(TEXTS, unicode_form="NFD"),
    "spaces": SpaceTokenizer.fit(TEXTS, unicode_form="none"),
    "keras": KerasTokenizer(["abc", "l'homme"], lowercase=True, skip_unknown=True),
    "keras, all": KerasTokenizer(["abc", "def"]),
    "keras, unfiltered": KerasTokenizer(["abc\u00a0", "ab\ta"], filters=""),
    "known letters": CharacterTokenizer(
        [*"aeiou \t\u3000"], keep_white_space=True, skip_unknown=True
    ),
    "byte pairs": SubwordTokenizer.fit(TEXTS),
    "unigrams": SubwordTokenizer.fit(TEXTS, algorithm="unigram", lowercase=True),
    "featured words": FeaturesTokenizer.fit(FEATURED),
    "featured letters": FeaturesTokenizer.fit(
        FEATURED, tokenizer=CharacterTokenizer, lowercase=True
    ),
}

LETTERS = "abdeijlmnostuvy" + "ABDIJLMST" + "àéÀÉſKİıßﬁΣσς" + "한국어가각힣ㄱㅏㅋ"
MARKS = "'’-.,!?_￭￮■○▁▅" + "\0" + "0123456789½Ⅻ٣" + "\u0301\u0323\u093f\u3099"
SPACES = " \t\u00a0\u2028\u3000\x0b\x0c\x1c\x1f\x85\u200b\u200d\ufeff\u180e"
JAMO = "\u1100\u1112\u1113\u1161\u1175\u1176\u11a7\u11a8\u11c2\u11c3"
WORDS = [
    *("l'homme", "est-il", "donne-le-moi", "I'd've", "3.14", "1,000.5", "a-t-il"),
    *("rendez-vous", "don't", "ÎLS", "-IL", "-ils", "'S", "’ſ", "...", "--", "¿¡"),
    *(
        "c'est-à-dire",
        "O'Neil's",
        "V;PST\t",
        "👩🏽",
        "e\u0301",
        "ΟΔΟΣ",
        "ΟΣ\u1dfaα",
        "漢字かな",
    ),
    # New in Unicode 15 and 16: not every Python and browser normalizes them.
    *("\U000105c9", "a\U0001e08f\u0323", "\U0001e030ﬁ", "\u0323\U0001e4ee\u0301"),
]
pieces = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.sampled_from(LETTERS + MARKS + SPACES + JAMO), max_size=6),
    st.characters(exclude_categories=["Cs"]),
)
normalized = st.tuples(
    st.lists(pieces, max_size=8).map("".join), st.sampled_from(["NFC", "NFD"])
).map(lambda each: unicodedata.normalize(each[1], each[0]))


def nasty_texts(count):
    """Lists of so many texts."""
    return st.lists(normalized, min_size=count, max_size=count)


def plain(tokenizer):
    """The same tokenizer without TensorFlow, by way of its file."""
    return parse_tokenizer(json.dumps(tokenizer.get_config()).encode(), "the file")
