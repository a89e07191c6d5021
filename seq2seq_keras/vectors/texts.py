"""Sentences to learn from, their words, and the morphemes of Korean."""

import collections
import itertools
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from seq2seq_keras.errors import (
    InputError,
    check_texts,
    check_unicode,
    import_optional,
)
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.vectors.numbers import NUMBERS

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

    Example:

    >>> list(Sentences(["the cat", "sat"]))
    [['the', 'cat'], ['sat']]
    """

    def __init__(self, texts: Iterable[str], tokenizer: Any = None) -> None:
        check_texts(texts=texts)
        self.split = tokenizer.split if tokenizer else _split_at_white_space
        self.texts = texts
        is_stream = not isinstance(texts, list | tuple) and iter(texts) is not texts
        self.kept = None if is_stream else list(self._cut())

    def __iter__(self) -> Any:
        return self._cut() if self.kept is None else iter(self.kept)

    def _cut(self) -> Iterator[Any]:
        texts = iter(self.texts)
        while chunk := list(itertools.islice(texts, _CHUNK)):
            for sentence in self.split(chunk):
                # Equal words are one string in memory.
                yield list(map(sys.intern, sentence))


@checks_numbers(NUMBERS)
def count_words(
    sentences: Iterable, *, min_frequency: int = 1, max_words: int | None = None
) -> dict[str, int]:
    """Counts the words that get a vector.

    Args:
        sentences: Iterable of lists of words.
        min_frequency: Words seen fewer times get none.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A dictionary from words to counts, most frequent first; of equally frequent
        ones those come first that do so in the order of their characters.

    Raises:
        InputError: If there is none.

    Example:

    >>> count_words([["b", "a", "c"], ["b", "a"]], min_frequency=2)
    {'a': 2, 'b': 2}
    """
    counts = collections.Counter(itertools.chain.from_iterable(sentences))
    kept = [item for item in counts.items() if item[1] >= min_frequency]
    kept.sort(key=lambda item: (-item[1], item[0]))
    if not kept:
        raise InputError(
            f"No word stands in the texts min_frequency={min_frequency} times: they "
            f"hold {len(counts)} words. Give more text or a smaller `min_frequency`."
        )
    for word, _ in kept:
        check_unicode(word, f"The word {word!r}")
    return dict(kept[:max_words])


def _split_at_white_space(texts: Iterable[str]) -> list:
    return [unicodedata.normalize("NFC", text).split() for text in texts]


class KoreanMorphemes:
    """Cuts Korean text into stems, endings and particles, with MeCab.

    A Korean word is a stem with what hangs on it: 학생이 and 학생은 are "student" as
    the subject and as the topic. Cut into morphemes, both are seen to hold 학생. It
    goes in the place of a tokenizer: `word2vec(texts, tokenizer=KoreanMorphemes())`.
    What it cuts cannot be joined again, so a translator needs one of the package's
    tokenizers.

    It needs the extra `korean`: `pip install python-mecab-ko`.

    Raises:
        InputError: If python-mecab-ko is not installed.

    Example:

    ```python
    vectors.KoreanMorphemes().split(["학생은 책을 읽어요"])
    # [['학생', '은', '책', '을', '읽', '어요']]
    ```

    Reference:
        - [python-mecab-ko](https://pypi.org/project/python-mecab-ko/), with the
          dictionary mecab-ko-dic.
    """

    def __init__(self) -> None:
        self._mecab = import_optional("mecab", "Morphemes").MeCab()

    def split(self, texts: Iterable[str]) -> list:
        """Cuts texts into morphemes.

        Args:
            texts: List of strings.

        Returns:
            A list of lists of strings.
        """
        return [
            self._mecab.morphs(unicodedata.normalize("NFC", text)) for text in texts
        ]
