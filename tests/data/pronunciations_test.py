"""Tests of seq2seq_keras.data.pronunciations."""

import pytest

from seq2seq_keras.data import is_pronouncing, pronunciations_table
from seq2seq_keras.errors import InputError

# Lines of CMUdict 0.7b and of the newer cmudict.dict.
OLD = """;;; # CMUdict  --  Major Version: 0.07
;;;
!EXCLAMATION-POINT  EH2 K S K L AH0 M EY1 SH AH0 N P OY2 N T
"CLOSE-QUOTE  K L OW1 Z K W OW1 T
#HASH-MARK  M AA1 R K
;SEMI-COLON  S EH1 M IY0 K OW1 L AH0 N
(PAREN  P ER0 EH1 N
'S  Z
READ  R EH1 D
READ(1)  R IY1 D
"""
NEW = """'s z
aalborg AO1 L B AO0 R G # place, danish
aalborg(2) AA1 L B AO0 R G
d'artagnan D AH0 R T AE1 NG Y AH0 N # foreign french

#sharp-sign SH AA1 R P S AY1 N
"""


def read(text):
    table = pronunciations_table(text.split("\n"), "cmudict")
    assert table.columns == ["word", "phonemes"]
    return list(table.rows)


def test_the_old_form_is_read():
    assert [cells for _, cells in read(OLD)] == [
        ("!EXCLAMATION-POINT", "EH2 K S K L AH0 M EY1 SH AH0 N P OY2 N T"),
        ('"CLOSE-QUOTE', "K L OW1 Z K W OW1 T"),
        ("#HASH-MARK", "M AA1 R K"),
        (";SEMI-COLON", "S EH1 M IY0 K OW1 L AH0 N"),
        ("(PAREN", "P ER0 EH1 N"),
        ("'S", "Z"),
        ("READ", "R EH1 D"),
        ("READ", "R IY1 D"),
    ]


def test_the_new_form_is_read():
    assert read(NEW) == [
        ("cmudict, line 1", ("'s", "z")),
        ("cmudict, line 2", ("aalborg", "AO1 L B AO0 R G")),
        ("cmudict, line 3", ("aalborg", "AA1 L B AO0 R G")),
        ("cmudict, line 4", ("d'artagnan", "D AH0 R T AE1 NG Y AH0 N")),
        ("cmudict, line 6", ("#sharp-sign", "SH AA1 R P S AY1 N")),
    ]


def test_tabs_and_wide_spaces_part_phonemes_too():
    assert read("a\tAH0   B\r\n")[0][1] == ("a", "AH0 B")


@pytest.mark.parametrize(
    ("word", "bare"),
    [("(2)", "(2)"), ("a(10)", "a"), ("a(b)", "a(b)"), ("a(2)b", "a(2)b")],
)
def test_only_the_number_of_a_variant_is_taken_away(word, bare):
    assert read(f"{word} AH0")[0][1][0] == bare


def test_a_word_without_phonemes_is_an_error():
    with pytest.raises(
        InputError, match="cmudict, line 2: 'b' has no phonemes"
    ) as error:
        read("a AH0\nb # comment\n")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", [OLD, NEW.replace("'s z\n", ""), "cat K AE1 T", "be B IY1 # x"]
)
def test_the_form_is_told_by_its_phonemes(text):
    assert is_pronouncing(text.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";;; only a comment",
        "cat\tK AE1 T",
        "cat k æ t",
        "a B\nb K",
        "READ  R EH1 D\nhow are you",
        "how are you",
        "cat",
        "cat K AE1 T | kat",
    ],
)
def test_other_tables_are_not_taken_for_it(text):
    assert not is_pronouncing(text.split("\n"))
