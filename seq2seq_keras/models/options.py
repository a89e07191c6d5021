"""What the options of a model may be."""

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.special_tokens import SPECIAL_COUNT

CELLS = ("lstm", "gru", "rnn")
BRIDGES = ("direct", "dense", "zero")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def check_model_options(options):
    """Raises an `InputError` for the first option out of its range.

    Args:
        options: An object with the arguments of `build_model` as attributes.
    """
    check_choice("cell", options.cell, CELLS)
    check_choice("bridge", options.bridge, BRIDGES)
    check_choice("precision", options.precision, PRECISIONS)
    for name in ("source_vocabulary_size", "target_vocabulary_size"):
        _check(
            getattr(options, name) > SPECIAL_COUNT,
            f"`{name}` counts the {SPECIAL_COUNT} special tokens and must be larger",
            f"{name}={getattr(options, name)}",
        )
    for name in ("units", "embedding_dim", "num_layers"):
        _check(
            getattr(options, name) >= 1,
            f"`{name}` must be a positive integer",
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


def _check(holds, rule, received):
    if not holds:
        raise InputError(f"{rule}. Received: {received}")
