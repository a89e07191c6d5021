"""Vectors that count: one-hot, documents by words, TF-IDF."""

import numpy as np
import scipy.sparse

from seq2seq_keras.vectors.sentences import Sentences, count_words
from seq2seq_keras.vectors.word_vectors import WordVectors


def one_hot(texts, *, tokenizer=None, min_count=1, max_words=None):
    """Gives each word a dimension of its own.

    No two words have anything in common then: the similarity of any two is 0. This is
    what all other methods mend.

    Args:
        texts: Iterable of strings.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        min_count: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A `WordVectors` with a sparse matrix of shape `(words, words)`.

    Raises:
        InputError: If no word is left.

    Example:

    >>> vectors = one_hot(["the cat sat", "the dog sat"])
    >>> vectors.similarity("cat", "dog"), vectors.similarity("cat", "cat")
    (0.0, 1.0)
    """
    counts = count_words(
        Sentences(texts, tokenizer), min_count=min_count, max_words=max_words
    )
    matrix = scipy.sparse.eye_array(len(counts), dtype="float32", format="csr")
    return WordVectors(counts, matrix)


def document_term_matrix(texts, *, tokenizer=None, min_count=1, max_words=None):
    """Counts how often each word stands in each text.

    Words are alike if they stand in the same texts.

    Args:
        texts: Iterable of strings, the documents.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        min_count: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A `WordVectors` with a sparse matrix of counts, shape `(words, texts)`: the
        document-term matrix of the books, turned round.

    Raises:
        InputError: If no word is left.

    Example:

    >>> vectors = document_term_matrix(["the cat saw the cat", "the dog"])
    >>> vectors.words, vectors["the"].tolist()
    (['the', 'cat', 'dog', 'saw'], [2.0, 1.0])
    """
    sentences = Sentences(texts, tokenizer)
    counts = count_words(sentences, min_count=min_count, max_words=max_words)
    index = {word: row for row, word in enumerate(counts)}
    rows, columns, documents = [], [], 0
    for document, sentence in enumerate(sentences):
        found = [index[word] for word in sentence if word in index]
        rows += found
        columns += [document] * len(found)
        documents = document + 1
    # Equal places are added up.
    matrix = scipy.sparse.coo_array(
        (np.ones(len(rows), "float32"), (rows, columns)), shape=(len(index), documents)
    )
    return WordVectors(counts, matrix.tocsr())


def tf_idf(texts, *, tokenizer=None, min_count=1, max_words=None):
    """Counts as `document_term_matrix`, less for words that stand everywhere.

    The count of a word in a text is multiplied by `ln((1 + N) / (1 + n)) + 1`, where
    `n` of the `N` texts have the word; then each text is scaled to length 1, so that
    long ones do not outweigh short ones. These are scikit-learn's defaults.

    Args:
        texts: Iterable of strings, the documents.
        tokenizer: Optional `Tokenizer`. Defaults to cutting at white space.
        min_count: Words seen fewer times are left out.
        max_words: Optional. The most words; the most frequent ones stay.

    Returns:
        A `WordVectors` with a sparse matrix of shape `(words, texts)`.

    Raises:
        InputError: If no word is left.

    Example:

    >>> vectors = tf_idf(["the cat", "the dog"])
    >>> vectors["cat"][0] > vectors["the"][0]
    np.True_

    Reference:
        - [Spärck Jones, 1972](https://doi.org/10.1108/eb026526)
    """
    counted = document_term_matrix(
        texts, tokenizer=tokenizer, min_count=min_count, max_words=max_words
    )
    counts = counted.matrix  # (words, documents)
    documents = counts.shape[1]
    containing = np.diff(counts.indptr)
    idf = np.log((1 + documents) / (1 + containing)) + 1
    weighted = counts.multiply(idf[:, None]).tocsc()
    lengths = np.sqrt(weighted.multiply(weighted).sum(axis=0))
    weighted.data /= np.repeat(lengths, np.diff(weighted.indptr))
    return WordVectors(counted.words, weighted)
