"""Which pairs share a batch."""

from collections.abc import Iterator

import numpy as np

from seq2seq_keras.ranges import checks_numbers

# Tokens by which the difference of both sides is blurred. With more, padding would
# be more than 5 %; with less, less is learnt (benchmarks/batch_learning.py).
_BLUR = 1.0


@checks_numbers(batch_size=(1, 10**9))
def batches_by_length(
    lengths: np.ndarray,
    batch_size: int,
    batch_by: str,
    draw: np.random.Generator | None = None,
    *,
    mixed: bool = True,
) -> list[np.ndarray]:
    """Puts pairs of like length into batches.

    The pairs are sorted by the length of their longer side, and among those by how
    much longer that is than the other one: from the source's side to the target's and,
    of the next length, back. So the next pair is always about as long on both sides,
    also where the longer side grows by one token. The batches are cut out of that row.

    Pairs that are alike in both lengths are alike in more: a batch of such pairs alone
    teaches less. So what is drawn is not only their order: how much longer a side is
    counts up to a token more or less, anew for each pair and epoch.

    Args:
        lengths: Tokens of source and target, `(pairs, 2)`.
        batch_size: Integer. The most pairs of a batch, or the most tokens of its
            longer side, padding included, unless it is a single pair.
        batch_by: "sentences" or "tokens".
        draw: Optional generator. It draws which pairs of like lengths come together,
            and the order of the batches; otherwise pairs keep their order within a
            batch, and short batches come first.
        mixed: Whether their order is drawn too, and not only who comes together.

    Returns:
        A list of arrays of places in `lengths`, which hold each place once. Their
        number does not depend on `draw`.

    Example:

    >>> lengths = np.array([[2, 9], [3, 2], [9, 9], [2, 3]])
    >>> batches_by_length(lengths, 2, "sentences")
    [array([1, 3]), array([0, 2])]

    Reference:
        - [Morishita et al., 2017](https://aclanthology.org/W17-3208), who compare ways
          to sort and to cut.
    """
    rows = np.arange(len(lengths)) if draw is None else draw.permutation(len(lengths))
    source, target = lengths[rows].astype(np.int64).T
    longer, more = np.maximum(source, target), (source - target).astype(float)
    if draw is not None:
        more += draw.uniform(-_BLUR, _BLUR, len(rows))
    # Stable: pairs of the same two lengths stay in the order that they have.
    order = np.lexsort((np.where(longer % 2, more, -more), longer))
    cuts = (
        range(batch_size, len(rows), batch_size)
        if batch_by == "sentences"
        else list(_cuts_by_tokens(longer[order].tolist(), batch_size))
    )
    batches = np.split(rows[order], cuts)
    if draw is None:
        return [np.sort(batch) for batch in batches]
    if not mixed:
        return batches
    return [batches[number] for number in draw.permutation(len(batches))]


@checks_numbers(rank=(0, 4095), count=(1, 4096))
def share_of_batch(
    rows: np.ndarray, lengths: np.ndarray, rank: int, count: int
) -> tuple[np.ndarray, bool]:
    """The pairs of a batch that one of several workers gets.

    All shares together are the batch. Each is a stretch of it, sorted by length, so
    that little is padding, of about as many tokens: no worker waits long for another.

    Args:
        rows: Places in `lengths`, 1-D.
        lengths: Tokens of source and target, `(pairs, 2)`.
        rank: Integer. The number of the worker, from 0.
        count: Integer. How many there are.

    Returns:
        A pair of places and whether they are real. A worker that gets none has the
        first one in their place.

    Example:

    >>> lengths = np.array([[1, 8], [2, 2], [3, 3], [3, 2]])
    >>> [share_of_batch(np.arange(4), lengths, rank, 2)[0] for rank in range(2)]
    [array([1, 3]), array([0, 2])]
    """
    if count == 1:
        return rows, True
    tokens = lengths[rows].sum(axis=1)
    order = np.argsort(tokens, kind="stable")
    # A pair belongs to the worker in whose part of the tokens its middle lies.
    ends = np.cumsum(tokens[order])
    middles = ends - tokens[order] / 2
    owners = (middles * count / ends[-1]).astype(int)
    share = rows[np.sort(order[owners == rank])]
    return (share, True) if len(share) else (rows[:1], False)


def _cuts_by_tokens(increasing: list[int], batch_size: int) -> Iterator[int]:
    """Where the next pair would be too much."""
    first = 0
    for place, length in enumerate(increasing):
        if length * (place + 1 - first) > batch_size and place > first:
            yield place
            first = place
