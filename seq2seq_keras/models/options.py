"""What the options of a model may be."""

import numpy as np

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.special_tokens import SPECIAL_COUNT

CELLS = ("lstm", "gru", "rnn")
BRIDGES = ("direct", "dense", "zero")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def check_model_options(options):
    """Raises an `InputError` for the first option out of its range.

    Sizes that are integers of NumPy, which Keras does not take, become Python's.

    Args:
        options: An object with the arguments of `build_model` as attributes.
    """
    check_choice("cell", options.cell, CELLS)
    check_choice("bridge", options.bridge, BRIDGES)
    check_choice("precision", options.precision, PRECISIONS)
    vocabulary_sizes = ("source_vocabulary_size", "target_vocabulary_size")
    for name in (*vocabulary_sizes, "units", "embedding_dim", "num_layers"):
        value = getattr(options, name)
        _check(
            # True is an integer to Python, NumPy's integers are not its `int`.
            isinstance(value, int | np.integer)
            and not isinstance(value, bool)
            and value >= 1,
            f"`{name}` must be a positive integer",
            f"{name}={value!r}",
        )
        if isinstance(value, np.integer):
            setattr(options, name, int(value))
    for name in vocabulary_sizes:
        _check(
            getattr(options, name) > SPECIAL_COUNT,
            f"`{name}` counts the {SPECIAL_COUNT} special tokens and must be larger",
            f"{name}={getattr(options, name)}",
        )
    for name in ("dropout", "recurrent_dropout"):
        _check(
            0 <= getattr(options, name) < 1,
            f"`{name}` must be at least 0 and less than 1",
            f"{name}={getattr(options, name)}",
        )
    _check(
        not options.bidirectional or options.units % 2 == 0,
        "A bidirectional encoder gives half of `units` to each direction, so `units` "
        "must be even",
        f"units={options.units}",
    )
    _check(
        not options.share_embeddings
        or options.source_vocabulary_size == options.target_vocabulary_size,
        "`share_embeddings=True` needs one vocabulary for source and target",
        f"source_vocabulary_size={options.source_vocabulary_size}, "
        f"target_vocabulary_size={options.target_vocabulary_size}",
    )
    _check(
        not (options.share_embeddings and options.freeze_target_embeddings),
        "With `share_embeddings=True` there is one matrix, which "
        "`freeze_source_embeddings=True` freezes",
        "freeze_target_embeddings=True",
    )


def _check(holds, rule, received):
    if not holds:
        raise InputError(f"{rule}. Received: {received}")
