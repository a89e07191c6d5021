"""What is done to text before TensorFlow, or another runtime, gets it."""

import unicodedata
from collections.abc import Iterable
from typing import Literal, get_args

from seq2seq_keras.errors import InputError, check_texts, check_unicode

UnicodeForm = Literal["NFC", "NFD", "NFKC", "NFKD", "none"]
UNICODE_FORMS = get_args(UnicodeForm)

# Inside of brackets, in RE2's words: its \s is ASCII; \pZ and NEL are the other
# separators of Unicode.
WHITE_SPACE = r"\s\v\pZ\x{85}\x1c-\x1f"


def normalize_in_python(
    texts: Iterable[str], unicode_form: UnicodeForm, *, first: int = 1
) -> list[str]:
    """Normalizes a list of strings with `unicodedata`.

    Args:
        texts: List of strings.
        unicode_form: One of `UNICODE_FORMS`.
        first: Integer. The number that messages give to the first text.

    Returns:
        A list of strings.

    Raises:
        InputError: If a text is not a string or holds a lone surrogate.
    """
    check_texts(texts=texts)
    texts = list(texts)
    for number, text in enumerate(texts, start=first):
        _check_text(text, number)
    if unicode_form == "none":
        return texts
    return [unicodedata.normalize(unicode_form, text) for text in texts]


def _check_text(text: object, number: int) -> None:
    if not isinstance(text, str):
        raise InputError(
            f"Text {number} is {text!r} ({type(text).__name__}), not a string. "
            "Leave it out or turn it into a string."
        )
    check_unicode(text, f"Text {number}")
