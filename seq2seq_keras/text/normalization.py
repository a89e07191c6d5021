"""Unicode normalization that is the same in Python and in a TensorFlow graph.

TensorFlow alone has no Unicode normalization. Hangul, where the forms differ
most (one syllable is three letters), is pure arithmetic, so it is done here with
tensors and works inside a SavedModel; every other script is normalized by
Python's `unicodedata` before text enters the graph.
"""

import unicodedata
from collections.abc import Callable

import tensorflow as tf

from seq2seq_keras.decoding import WORD_BORDER
from seq2seq_keras.text.unicode_forms import WHITE_SPACE, UnicodeForm

# Scripts that part no words by spaces, as the names of their characters begin.
_WITHOUT_SPACES = {"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"}

# The Unicode Standard, section 3.12, names these numbers SBase, LBase and so on.
_SYLLABLE, _LEADING, _VOWEL, _TRAILING = 0xAC00, 0x1100, 0x1161, 0x11A7
_LEADING_COUNT, _VOWEL_COUNT, _TRAILING_COUNT = 19, 21, 28
_SYLLABLE_COUNT = _LEADING_COUNT * _VOWEL_COUNT * _TRAILING_COUNT


def normalize_hangul(texts: tf.Tensor, unicode_form: UnicodeForm) -> tf.Tensor:
    """Brings the Hangul of a string tensor in a Unicode form."""
    if unicode_form in ("NFC", "NFKC"):
        return compose_hangul(texts)
    if unicode_form in ("NFD", "NFKD"):
        return decompose_hangul(texts)
    return texts


def clean_in_graph(
    texts: tf.Tensor, lowercase: bool, keep_white_space: bool = False
) -> tf.Tensor:
    """Normalizes case and white space of a string tensor."""
    if lowercase:
        # ICU takes a NUL for the end of a text.
        texts = tf.strings.regex_replace(texts, r"\x00", " ")
        texts = tf.strings.lower(texts, encoding="utf-8")
    if keep_white_space:
        return texts
    texts = tf.strings.regex_replace(texts, f"[{WHITE_SPACE}]+", " ")
    return tf.strings.strip(texts)


def decompose_hangul(texts: tf.Tensor) -> tf.Tensor:
    r"""Replaces every Hangul syllable by its two or three jamo.

    Args:
        texts: String tensor, shape `(batch,)`.

    Returns:
        String tensor, shape `(batch,)`: NFD, as far as Hangul goes.

    Example:

    >>> len(decompose_hangul(tf.constant(["한"])).numpy()[0].decode())
    3

    Reference:
        - [The Unicode Standard](https://www.unicode.org/versions/latest/),
          section 3.12, arithmetic decomposition mapping.
    """
    return _decompose_texts(texts)


def compose_hangul(texts: tf.Tensor) -> tf.Tensor:
    r"""Joins jamo that form a Hangul syllable into that syllable.

    Args:
        texts: String tensor, shape `(batch,)`.

    Returns:
        String tensor, shape `(batch,)`: NFC, as far as Hangul goes. Jamo that form
        no syllable, and the letters of modern spelling on their own (`ㅋㅋ`), stay.

    Example:

    >>> compose_hangul(tf.constant(["\u1112\u1161\u11ab"])).numpy()[0].decode()
    '한'

    Reference:
        - [The Unicode Standard](https://www.unicode.org/versions/latest/),
          section 3.12, arithmetic primary composite mapping.
    """
    return _compose_texts(texts)


def mark_words(text: str) -> str:
    """Puts `WORD_BORDER` around words and every other mark, and no spaces.

    Characters of scripts that do not part words by spaces are words of their own.

    Args:
        text: String.

    Returns:
        A string.
    """
    borders = f"{WORD_BORDER}{{}}{WORD_BORDER}"
    return "".join(
        letter
        if _is_of_word(letter)
        else WORD_BORDER
        if letter.isspace()
        else borders.format(letter)
        for letter in text
    )


def _is_of_word(letter: str) -> bool:
    if letter == "_":
        return True
    name = unicodedata.name(letter, "").split(" ")[0]
    return unicodedata.category(letter)[0] in "LMN" and name not in _WITHOUT_SPACES


# Traced once for all graphs that normalize: it is more than four hundred operations.
_TEXTS = tf.TensorSpec([None], tf.string)


@tf.function(input_signature=[_TEXTS], autograph=False)
def _decompose_texts(texts: tf.Tensor) -> tf.Tensor:
    return _map_codepoints(texts, _decompose)


@tf.function(input_signature=[_TEXTS], autograph=False)
def _compose_texts(texts: tf.Tensor) -> tf.Tensor:
    return _map_codepoints(texts, lambda points: _compose(_decompose(points)))


def _map_codepoints(
    texts: tf.Tensor, function: Callable[[tf.RaggedTensor], tf.RaggedTensor]
) -> tf.Tensor:
    points = tf.strings.unicode_decode(texts, "UTF-8", replace_control_characters=False)
    return tf.strings.unicode_encode(function(points), "UTF-8")


def _decompose(points: tf.RaggedTensor) -> tf.RaggedTensor:
    index = points.values - _SYLLABLE
    is_syllable = (index >= 0) & (index < _SYLLABLE_COUNT)
    trailing = index % _TRAILING_COUNT
    vowel = index // _TRAILING_COUNT % _VOWEL_COUNT
    leading = index // (_TRAILING_COUNT * _VOWEL_COUNT)
    # One row of three for every code point, of which a mask keeps one to three.
    jamo = tf.stack(
        [
            tf.where(is_syllable, leading + _LEADING, points.values),
            vowel + _VOWEL,
            trailing + _TRAILING,
        ],
        axis=1,
    )
    keep = tf.stack(
        [tf.ones_like(is_syllable), is_syllable, is_syllable & (trailing > 0)], axis=1
    )
    pieces = tf.ragged.boolean_mask(jamo, keep)
    return points.with_values(pieces).merge_dims(1, 2)


def _compose(points: tf.RaggedTensor) -> tf.RaggedTensor:
    values, rows = points.values, points.value_rowids()
    leading = values - _LEADING
    is_leading = (leading >= 0) & (leading < _LEADING_COUNT)
    vowel = _next_in_row(values, rows, 1) - _VOWEL
    starts = is_leading & (vowel >= 0) & (vowel < _VOWEL_COUNT)
    trailing = _next_in_row(values, rows, 2) - _TRAILING
    has_trailing = starts & (trailing > 0) & (trailing < _TRAILING_COUNT)
    syllables = (
        _SYLLABLE
        + (leading * _VOWEL_COUNT + vowel) * _TRAILING_COUNT
        + tf.where(has_trailing, trailing, 0)
    )
    consumed = _shift(starts, 1) | _shift(has_trailing, 2)
    composed = points.with_values(tf.where(starts, syllables, values))
    return tf.ragged.boolean_mask(composed, points.with_values(~consumed))


def _next_in_row(values: tf.Tensor, rows: tf.Tensor, distance: int) -> tf.Tensor:
    """The value `distance` places on in the same row, or 0."""
    ahead = tf.concat([values[distance:], tf.zeros_like(values[:distance])], axis=0)
    row_ahead = tf.concat([rows[distance:], -tf.ones_like(rows[:distance])], axis=0)
    return tf.where(rows == row_ahead, ahead, 0)


def _shift(flags: tf.Tensor, distance: int) -> tf.Tensor:
    """`flags` moved `distance` places to the right."""
    moved = tf.concat([tf.zeros_like(flags[:distance]), flags], axis=0)
    return moved[: tf.size(flags)]
