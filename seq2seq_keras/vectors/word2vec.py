"""Word2Vec: skip-gram and continuous bag of words."""

from seq2seq_keras.errors import check_choice
from seq2seq_keras.vectors.optional import import_optional
from seq2seq_keras.vectors.sentences import Sentences, count_words
from seq2seq_keras.vectors.word_vectors import WordVectors

ALGORITHMS = ("skip_gram", "cbow")


def word2vec(
    texts,
    *,
    tokenizer=None,
    algorithm="skip_gram",
    dimensions=100,
    window=5,
    min_count=2,
    max_words=None,
    negative=5,
    epochs=10,
    seed=0,
    workers=1,
):
    """Learns vectors by predicting words from their neighbours, with gensim.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        algorithm: "skip_gram", where a word predicts each of its neighbours, better
            for little text; or "cbow", where all of them predict it, faster.
        dimensions: Integer. Size of the vectors.
        window: Integer. The farthest neighbour, in words.
        min_count: Words seen fewer times get no vector.
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
    counts = count_words(sentences, min_count=min_count, max_words=max_words)
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


def train_gensim(model, sentences, counts, epochs):
    """Trains a model of gensim on words that were counted already.

    Args:
        model: A `Word2Vec` or `FastText` of gensim.
        sentences: `Sentences`.
        counts: Dictionary from the words that get a vector to how often they stand.
        epochs: Integer.
    """
    model.min_count = 1  # `counts` holds nothing less
    model.build_vocab_from_freq(counts)
    number = sum(1 for _ in sentences)
    model.train(
        sentences,
        total_examples=number,
        total_words=sum(counts.values()),
        epochs=epochs,
    )
