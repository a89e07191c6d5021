"""Latent semantic analysis."""

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.vectors.optional import import_optional
from seq2seq_keras.vectors.sparse import document_term_matrix, tf_idf
from seq2seq_keras.vectors.word_vectors import WordVectors

WEIGHTINGS = {"tf_idf": tf_idf, "counts": document_term_matrix}


def lsa(
    texts,
    *,
    tokenizer=None,
    dimensions=100,
    min_count=1,
    max_words=None,
    weighting="tf_idf",
    seed=0,
):
    """Reduces the document-term matrix to its strongest directions.

    A truncated singular value decomposition: words that stand in texts about the same
    fall together, even if they never share a text.

    Args:
        texts: Iterable of strings, the documents.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        dimensions: Integer. Size of the vectors, less than the number of words and
            than that of texts.
        min_count: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.
        weighting: What is decomposed, "tf_idf" or "counts".
        seed: Integer. Seed of the randomized decomposition.

    Returns:
        A `WordVectors`: the left singular vectors, times the singular values.

    Raises:
        InputError: If there are too many dimensions, or scikit-learn is missing.

    Example:

    >>> texts = ["a cat eats", "a dog eats", "a car drives", "a bus drives"]
    >>> vectors = lsa(texts, dimensions=2)
    >>> vectors.similarity("cat", "dog") > vectors.similarity("cat", "bus")
    True

    Reference:
        - [Deerwester et al., 1990](https://doi.org/10.1002/(SICI)1097-4571(199009)41:6%3C391::AID-ASI1%3E3.0.CO;2-9)
        - [Halko et al., 2011](https://arxiv.org/abs/0909.4061): the decomposition.
    """
    check_choice("weighting", weighting, tuple(WEIGHTINGS))
    decomposition = import_optional("sklearn.decomposition", "LSA vectors")
    counted = WEIGHTINGS[weighting](
        texts, tokenizer=tokenizer, min_count=min_count, max_words=max_words
    )
    most = min(counted.matrix.shape) - 1
    if not 1 <= dimensions <= most:
        words, documents = counted.matrix.shape
        raise InputError(
            f"{words:,} words in {documents:,} texts allow for 1 to {most} dimensions. "
            f"Received: dimensions={dimensions}"
        )
    svd = decomposition.TruncatedSVD(dimensions, random_state=seed)
    return WordVectors(counted.words, svd.fit_transform(counted.matrix))
