"""Edits between sequences of tokens."""

import jiwer
import numpy as np


def count_edits(translations, references):
    """Counts the edits that turn each translation into its reference.

    Args:
        translations: List of lists of tokens, one list at least.
        references: List of lists of tokens, as many.

    Returns:
        float64 array, (sentences, 2): the fewest tokens to exchange, leave out or add,
        and the tokens of the reference.

    Example:

    >>> count_edits([["je", "suis"], ["a"]], [["je", "suis", "là"], []])
    array([[1., 3.],
           [1., 0.]])
    """
    # Tokens become numbers, since jiwer splits at spaces and one can hold a space.
    numbers: dict[str, int] = {}
    written, expected = (
        [
            " ".join(str(numbers.setdefault(token, len(numbers))) for token in tokens)
            for tokens in side
        ]
        for side in (translations, references)
    )
    alignments = jiwer.process_words(expected, written).alignments
    edits = [sum(map(_edits, chunks)) for chunks in alignments]
    return np.array([edits, list(map(len, references))], "float64").T


def error_rate(counts):
    """Edits per token of the references, from the sum of what `count_edits` returns.

    Args:
        counts: Array of two numbers.

    Returns:
        A float. Of nothing but empty references, as a random sample can be, it is
        what sacreBLEU's TER says: 1 if there are edits, else 0.

    Example:

    >>> error_rate(np.array([2.0, 3.0])), error_rate(np.array([2.0, 0.0]))
    (0.6666666666666666, 1.0)
    """
    edits, tokens = counts
    return float(edits / tokens) if tokens else float(edits > 0)


def _edits(chunk):
    if chunk.type == "equal":
        return 0
    return max(
        chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
    )
