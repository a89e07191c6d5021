"""The numbers that functions for word vectors take, and the memory they ask for."""

from seq2seq_keras.memory import check_memory
from seq2seq_keras.ranges import Range

NUMBERS = {
    **{name: Range(1, 10**9, whole=True) for name in ("min_frequency", "max_words")},
    **{name: Range(1, 10**9, whole=True) for name in ("limit", "count")},
    **{name: Range(1, 10**5, whole=True) for name in ("dimensions", "epochs")},
    **{name: Range(1, 1000, whole=True) for name in ("window", "workers", "negative")},
    **{name: Range(1, 100, whole=True) for name in ("shortest", "longest")},
    "buckets": Range(1, 10**8, whole=True),
    "seed": Range(0, 2**32 - 1, whole=True),
    **{name: Range(1e-6, 10**6) for name in ("deviation", "largest_count")},
    "learning_rate": Range(1e-12, 1000),
}


def check_size(rows: int, dimensions: int, bytes_each: int) -> None:
    """Refuses vectors that the memory cannot hold while they are learnt.

    Args:
        rows: How many there are.
        dimensions: Their size.
        bytes_each: Bytes for each of their numbers, at least.
    """
    check_memory(
        bytes_each * rows * dimensions,
        f"{rows:,} vectors of {dimensions:,} dimensions",
        "Choose fewer `dimensions` or `max_words`, or a larger `min_frequency`.",
    )
