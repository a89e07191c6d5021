"""Reading files of word vectors, row by row."""

import warnings

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors.folding import fold, spellings
from seq2seq_keras.vectors.opened import open_vectors
from seq2seq_keras.vectors.reading_progress import Progress
from seq2seq_keras.vectors.row_formats import binary_rows, text_rows
from seq2seq_keras.vectors.vector_format import find_format


def read_vectors(
    path,
    *,
    vocabulary=None,
    limit=None,
    format=None,  # noqa: A002
    member=None,
    progress=False,
):
    """Reads vectors that word2vec, GloVe, fastText or this package wrote.

    The file is streamed and only the rows that are wanted are kept, so that one of
    several gigabytes fits a small memory. A word may hold anything but a line feed,
    spaces too, if it is valid UTF-8, not empty and of at most 1 MiB; a carriage
    return or spaces at the end of a line belong to the line. Where a word stands
    twice, the first row counts.

    Args:
        path: The file: text of word2vec or fastText (.vec), text of GloVe, or
            word2vec's binary format; plain, gzip or zip. Nothing is unpickled.
        vocabulary: Optional. The only words to keep, an iterable of strings; or a
            `Tokenizer`, and every word is kept that `matrix_for` could use, in
            whatever case and Unicode form it is written.
        limit: Optional integer. Stop after so many words; the most frequent ones
            commonly come first.
        format: Optional. "word2vec", "glove" or "binary". Defaults to what the
            beginning of the file looks like.
        member: Name of the file in a zip archive that holds several.
        progress: Whether to tell on standard error how far it is.

    Returns:
        The words, a list of strings, and their vectors, a float32 array of shape
        `(len(words), dimensions)`.

    Raises:
        InputError: If a row is broken, with the file and the line; or no word is left.
    """
    layout = find_format(path, member, format)
    rows_of = binary_rows if layout.name == "binary" else text_rows
    is_wanted, most = _make_filter(vocabulary, limit)
    words: dict[str, int] = {}
    matrix = np.empty((1024, layout.dimensions), dtype="float32")
    repeated = 0
    with (
        open_vectors(path, member) as (stream, share),
        Progress(f"Reading {path}", share, shown=progress) as told,
    ):
        for encoded, place, parse in rows_of(stream, path, layout):
            told.update(len(words))
            if not is_wanted(encoded):
                continue
            word = _decode(encoded, place)
            if word in words:
                repeated += 1
                continue
            if len(words) == len(matrix):
                # In place, so that there are never two of them.
                matrix.resize((2 * len(matrix), layout.dimensions), refcheck=False)
            matrix[len(words)] = parse()
            words[word] = len(words)
            if len(words) == most:
                break
    if not words:
        raise InputError(f"{path}: none of its words is wanted.")
    if repeated:
        warnings.warn(
            f"{path}: {repeated:,} rows are of words that came before; the first row "
            "of each counts.",
            stacklevel=2,
        )
    matrix.resize((len(words), layout.dimensions), refcheck=False)
    return list(words), matrix


def _make_filter(vocabulary, limit):
    """A function that tells whether an encoded word is wanted, and the most to find."""
    if limit is not None and limit < 1:
        raise InputError(f"`limit` must be at least 1. Received: limit={limit}")
    most = float("inf") if limit is None else limit
    if vocabulary is None:
        return lambda encoded: True, most
    if hasattr(vocabulary, "bare_word"):
        tokens = vocabulary.vocabulary
        names = {fold(n) for token in tokens for n in spellings(token, vocabulary)}
        return lambda encoded: fold(encoded.decode("utf-8", "replace")) in names, most
    if isinstance(vocabulary, str):
        raise InputError(
            f"`vocabulary` is a list of words. Received: a string, {vocabulary[:20]!r}"
        )
    wanted = {word.encode("utf-8", "surrogatepass") for word in vocabulary}
    return wanted.__contains__, min(most, len(wanted))


def _decode(encoded, place):
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{place()}: the word {encoded[:40]!r} is not valid UTF-8. Is it in "
            "another encoding? Load the words you need with `vocabulary`: rows of "
            "others are passed over."
        ) from error
