"""How large a model will be, told from its options before it is made."""

import tensorflow as tf

from seq2seq_keras.memory import check_memory
from seq2seq_keras.models.options import ModelOptions

_NUMBER_BYTES = 4  # weights are float32 in every precision
_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def check_weights(options: ModelOptions, copies: int = 1) -> None:
    """Refuses a model whose weights the memory cannot hold.

    Args:
        options: `ModelOptions`.
        copies: Integer. How many numbers each weight needs; training has a gradient
            and two moments beside it.

    Raises:
        InputError: If they do not fit. Where there is a GPU they lie in its memory, of
            which nothing is known beforehand.
    """
    if tf.config.list_physical_devices("GPU"):
        return
    check_memory(
        _NUMBER_BYTES * copies * count_weights(options),
        "The model" if copies == 1 else "The model with its optimizer",
        "Choose smaller `units`, `embedding_dim`, `num_layers` or vocabularies.",
    )


def count_weights(options: ModelOptions) -> int:
    """The weights of embeddings, recurrent layers and output; what else is small."""
    dim, units = options.embedding_dim or 0, options.units
    sizes = options.source_vocabulary_size, options.target_vocabulary_size
    gates = _GATES.get(str(options.cell), 1)
    directions = 2 if options.bidirectional else 1

    def stack(width: int) -> int:
        inputs = [dim, *[units] * (options.num_layers - 1)]
        return gates * width * sum(size + width + 1 for size in inputs)

    embeddings = dim * (sizes[0] if options.share_embeddings else sum(sizes))
    output = 0 if options.tie_embeddings else units * sizes[1]
    encoder = directions * stack(units // directions)
    return embeddings + encoder + stack(units) + output
