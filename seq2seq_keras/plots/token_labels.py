"""Tokens as labels of a picture."""

import unicodedata

# The joiner of `WordTokenizer` is in hardly any font; the square is in all.
_DRAWN_AS = {"￭": "▪", " ": "␣"}


def token_label(token):
    """How a token is drawn: what no font can show is spelled out."""
    return "".join(
        _DRAWN_AS.get(character)
        or (character if character.isprintable() else ascii(character)[1:-1])
        for character in token
    )


def label_width(label):
    """Width of a label in average Latin letters; Hangul takes up two."""
    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in label
    )
