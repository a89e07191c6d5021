"""The numbers that functions for word vectors take."""

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
