"""Vectors learnt by predicting words: word2vec and fastText, by gensim."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from seq2seq_keras.errors import InputError, check_choice, import_optional
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.vectors.numbers import NUMBERS, check_size
from seq2seq_keras.vectors.texts import Sentences, count_words
from seq2seq_keras.vectors.word_vectors import WordVectors

ALGORITHMS = ("skip_gram", "cbow")
# Of a longer sentence gensim learns from the beginning alone, and does not say so.
_LONGEST = 10_000


@checks_numbers(NUMBERS)
def word2vec(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    algorithm: str = "skip_gram",
    dimensions: int = 100,
    window: int = 5,
    min_frequency: int = 2,
    max_words: int | None = None,
    negative: int = 5,
    epochs: int = 10,
    seed: int = 0,
    workers: int = 1,
) -> WordVectors:
    """Learns vectors by predicting words from their neighbours, with gensim.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        algorithm: "skip_gram", where a word predicts each of its neighbours, better
            for little text; or "cbow", where all of them predict it, faster.
        dimensions: Integer. Size of the vectors.
        window: Integer. The farthest neighbour, in words.
        min_frequency: Words seen fewer times get no vector.
        max_words: Optional. The most words; the most frequent ones stay.
        negative: Integer. Random words for each true neighbour.
        epochs: Integer. Passes over the texts.
        seed: Integer. With one worker, the same seed makes the same vectors.
        workers: Integer. Threads; several are faster, and their vectors differ from
            run to run.

    Returns:
        A `WordVectors`.

    Raises:
        InputError: If no word is left, or gensim is missing.

    Example:

    >>> texts = ["the cat eats fish", "the dog eats meat"] * 50
    >>> word2vec(texts, dimensions=8, epochs=1)
    <WordVectors: 6 words, 8 dimensions>

    Reference:
        - [Mikolov et al., 2013](https://arxiv.org/abs/1301.3781): the two models.
        - [Mikolov et al., 2013](https://arxiv.org/abs/1310.4546): negative sampling.
    """
    check_choice("algorithm", algorithm, ALGORITHMS)
    models = import_optional("gensim.models", "Word2Vec vectors")
    sentences = Sentences(texts, tokenizer)
    counts = count_words(sentences, min_frequency=min_frequency, max_words=max_words)
    check_size(len(counts), dimensions, 8)  # words and contexts
    model = models.Word2Vec(
        vector_size=dimensions,
        window=window,
        negative=negative,
        sg=int(algorithm == "skip_gram"),
        seed=seed,
        workers=workers,
    )
    train_gensim(model, sentences, counts, epochs)
    return WordVectors(counts, model.wv[list(counts)])


def train_gensim(model: Any, sentences: Any, counts: Any, epochs: int) -> None:
    """Trains a `Word2Vec` or `FastText` of gensim on words counted already."""
    model.min_count = 1  # `counts` holds nothing less
    model.build_vocab_from_freq(counts)
    pieces = _Pieces(sentences)
    number, words = sum(1 for _ in pieces), sum(counts.values())
    model.train(pieces, total_examples=number, total_words=words, epochs=epochs)


class _Pieces:
    """Sentences, of which those that are too long for gensim are cut."""

    def __init__(self, sentences: Any) -> None:
        self.sentences = sentences

    def __iter__(self) -> Iterator[Any]:
        for sentence in self.sentences:
            yield sentence[:_LONGEST]
            for start in range(_LONGEST, len(sentence), _LONGEST):
                yield sentence[start : start + _LONGEST]


LETTERS = {"characters": "NFC", "jamo": "NFD"}


@checks_numbers(NUMBERS)
def fasttext(
    texts: Iterable[str],
    *,
    tokenizer: Any = None,
    algorithm: str = "skip_gram",
    letters: str = "characters",
    dimensions: int = 100,
    window: int = 5,
    min_frequency: int = 2,
    max_words: int | None = None,
    shortest: int = 3,
    longest: int = 6,
    buckets: int = 100_000,
    negative: int = 5,
    epochs: int = 10,
    seed: int = 0,
    workers: int = 1,
) -> WordVectors:
    """Learns vectors of words and of the runs of letters in them, with gensim.

    The vector of a word is the mean of its own and of those of its n-grams, so that
    words with a common stem are alike, and a word never seen has a vector too.

    A Korean syllable is one character and the forms of a verb often share none: 사요
    (buys) and 산다. With `letters="jamo"` the n-grams are of the letters that the
    syllables consist of.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        algorithm: "skip_gram" or "cbow", see `word2vec`.
        letters: What n-grams are made of, "characters" or "jamo".
        dimensions: Integer. Size of the vectors.
        window: Integer. The farthest neighbour, in words.
        min_frequency: Words seen fewer times get no vector of their own.
        max_words: Optional. The most words; the most frequent ones stay.
        shortest: Integer. Letters of the shortest n-gram; the borders of a word count
            as letters.
        longest: Integer. Letters of the longest n-gram.
        buckets: Integer. Vectors that the n-grams share by a hash; 4 bytes for each
            and each dimension. For a large text take two million.
        negative: Integer. Random words for each true neighbour.
        epochs: Integer. Passes over the texts.
        seed: Integer. With one worker, the same seed makes the same vectors.
        workers: Integer. Threads; several are faster, and their vectors differ from
            run to run.

    Returns:
        A `WordVectors` that can `compose` vectors of unknown words.

    Raises:
        InputError: If no word is left, `shortest` is more than `longest`, or gensim is
            missing.

    Example:

    >>> texts = ["he walks", "she walked", "they sleep"] * 50
    >>> vectors = fasttext(texts, dimensions=8, epochs=1, buckets=1000)
    >>> "walking" in vectors, vectors["walking"].shape
    (False, (8,))

    Reference:
        - [Bojanowski et al., 2017](https://arxiv.org/abs/1607.04606)
        - [Park et al., 2018](https://aclanthology.org/P18-1226/): jamo n-grams.
    """
    check_choice("algorithm", algorithm, ALGORITHMS)
    check_choice("letters", letters, tuple(LETTERS))
    if shortest > longest:
        raise InputError(
            "`shortest` must be no more than `longest`, or there is no n-gram to learn "
            f"from. Received: shortest={shortest}, longest={longest}"
        )
    models = import_optional("gensim.models", "FastText vectors")
    form = LETTERS[letters]
    sentences = _Spelled(Sentences(texts, tokenizer), form)
    counts = count_words(sentences, min_frequency=min_frequency, max_words=max_words)
    check_size(2 * len(counts) + buckets, dimensions, 4)
    model = models.FastText(
        vector_size=dimensions,
        window=window,
        negative=negative,
        sg=int(algorithm == "skip_gram"),
        min_n=shortest,
        max_n=longest,
        bucket=buckets,
        seed=seed,
        workers=workers,
    )
    train_gensim(model, sentences, counts, epochs)
    words = [unicodedata.normalize("NFC", word) for word in counts]
    compose = NgramComposer(model.wv.vectors_ngrams, shortest, longest, form)
    return WordVectors(words, model.wv[list(counts)], compose=compose)


class NgramComposer:
    """Makes the vector of a word from those of its n-grams.

    `form` is the Unicode form that words are brought into: "NFD" for jamo, else "NFC".
    """

    def __init__(
        self, ngram_vectors: Any, shortest: int, longest: int, form: Any
    ) -> None:
        self.ngram_vectors = ngram_vectors
        self.shortest = shortest
        self.longest = longest
        self.form = form

    def __call__(self, word: str) -> Any:
        """The mean of the vectors of the word's n-grams, `None` if it has none."""
        module = import_optional("gensim.models.fasttext", "FastText vectors")
        buckets = module.ft_ngram_hashes(
            unicodedata.normalize(self.form, word),
            self.shortest,
            self.longest,
            len(self.ngram_vectors),
        )
        return self.ngram_vectors[buckets].mean(axis=0) if len(buckets) else None


class _Spelled:
    """Sentences whose words are in a Unicode form."""

    def __init__(self, sentences: Any, form: Any) -> None:
        self.sentences = sentences
        self.form = form

    def __iter__(self) -> Iterator[Any]:
        for sentence in self.sentences:
            yield [unicodedata.normalize(self.form, word) for word in sentence]
