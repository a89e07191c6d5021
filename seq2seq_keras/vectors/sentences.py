"""Texts as lists of words, as often as a method asks for them."""

import collections
import itertools
import sys
import unicodedata

from seq2seq_keras.errors import InputError

_CHUNK = 4096


class Sentences:
    """Texts cut into words, which can be gone through any number of times.

    The words of texts in memory are kept there too. A stream that can begin anew, such
    as a side of a `PairStream`, stays a stream and is cut again in each pass.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`, or anything whose `split` makes lists of words
            of a list of texts. Vectors for a model are made with its tokenizer.
            Defaults to cutting NFC text at white space.

    Raises:
        InputError: If `texts` is a single string.
    """

    def __init__(self, texts, tokenizer=None):
        if isinstance(texts, str):
            raise InputError(
                "`texts` must be texts, such as a list of strings. Received: a single "
                f"string, {texts[:20]!r}"
            )
        self.split = tokenizer.split if tokenizer else _split_at_white_space
        self.texts = texts
        is_stream = not isinstance(texts, list | tuple) and iter(texts) is not texts
        self.kept = None if is_stream else list(self._cut())

    def __iter__(self):
        return self._cut() if self.kept is None else iter(self.kept)

    def _cut(self):
        texts = iter(self.texts)
        while chunk := list(itertools.islice(texts, _CHUNK)):
            for sentence in self.split(chunk):
                # Equal words are one string in memory.
                yield list(map(sys.intern, sentence))


def count_words(sentences, *, min_count=1, max_words=None):
    """Counts the words that get a vector.

    Args:
        sentences: Iterable of lists of words.
        min_count: Words seen fewer times get none.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A dictionary from words to counts, most frequent first; of equally frequent
        ones those come first that do so in the order of their characters.

    Raises:
        InputError: If there is none.

    Example:

    >>> count_words([["b", "a", "c"], ["b", "a"]], min_count=2)
    {'a': 2, 'b': 2}
    """
    counts = collections.Counter(itertools.chain.from_iterable(sentences))
    kept = [item for item in counts.items() if item[1] >= min_count]
    kept.sort(key=lambda item: (-item[1], item[0]))
    if not kept:
        raise InputError(
            f"No word stands in the texts min_count={min_count} times: they hold "
            f"{len(counts)} words. Give more text or a smaller `min_count`."
        )
    return dict(kept[:max_words])


def _split_at_white_space(texts):
    return [unicodedata.normalize("NFC", text).split() for text in texts]
