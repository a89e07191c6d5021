"""The attention layers by their name."""

from seq2seq_keras.layers.bahdanau_attention import BahdanauAttention
from seq2seq_keras.layers.luong_attention import LuongAttention


def make_attention(kind, score, units, *, coverage, dtype):
    """Makes the attention layer of a decoder.

    Args:
        kind: "luong" or "bahdanau".
        score: The score of Luong's attention.
        units: Integer. Size of the decoder's states.
        coverage: Whether the score sees what was attended to before.
        dtype: Name of the dtype policy.

    Returns:
        A `LuongAttention` or a `BahdanauAttention`.
    """
    options = {
        "units": units,
        "coverage": coverage,
        "dtype": dtype,
        "name": "attention",
    }
    if kind == "bahdanau":
        return BahdanauAttention(**options)
    return LuongAttention(score, **options)
