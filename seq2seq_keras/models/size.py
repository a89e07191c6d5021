"""How large a model will be, told from its options before it is made."""

import tensorflow as tf

from seq2seq_keras.memory import check_memory
from seq2seq_keras.models.options import ModelOptions

_NUMBER_BYTES = 4  # weights are float32 in every precision


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
        _NUMBER_BYTES * copies * options.least_weights,
        "The model" if copies == 1 else "The model with its optimizer",
        "Choose smaller `units`, `embedding_dim`, `num_layers` or vocabularies.",
    )
