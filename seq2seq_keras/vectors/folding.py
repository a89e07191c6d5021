"""Finding words that are written a little differently."""

import unicodedata


def fold(word):
    r"""Takes away what differs between spellings of one word: case, Unicode form.

    Args:
        word: String.

    Returns:
        A string that is equal for all of them.

    Example:

    >>> fold("Élan") == fold("E\u0301LAN")
    True
    """
    return unicodedata.normalize("NFC", word.casefold())


def fold_index(words):
    """For each folded word the row of the first word that folds to it.

    Args:
        words: List of strings, most frequent first.

    Returns:
        A dictionary from folded words to row numbers.
    """
    index: dict[str, int] = {}
    for row, word in enumerate(words):
        index.setdefault(fold(word), row)
    return index


def spellings(token, tokenizer):
    """What a token may be called where vectors come from elsewhere.

    Args:
        token: A token of the tokenizer's vocabulary.
        tokenizer: A `Tokenizer`, which may mark its tokens.

    Returns:
        The token as it is, and without marks if that is another string.
    """
    bare = tokenizer.bare_word(token)
    return [token] if bare in ("", token) else [token, bare]
