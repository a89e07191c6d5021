"""Tests of seq2seq_keras.layers.attention_by_name."""

import pytest

from seq2seq_keras.layers.attention_by_name import make_attention
from seq2seq_keras.layers.bahdanau_attention import BahdanauAttention
from seq2seq_keras.layers.luong_attention import LuongAttention


@pytest.mark.parametrize(
    ("kind", "layer_class"),
    [("luong", LuongAttention), ("bahdanau", BahdanauAttention)],
)
def test_the_name_says_which_layer_it_is(kind, layer_class):
    layer = make_attention(kind, "dot", 8, coverage=True, dtype="mixed_bfloat16")
    assert type(layer) is layer_class
    assert (layer.units, layer.coverage, layer.name) == (8, True, "attention")
    assert layer.dtype_policy.name == "mixed_bfloat16"
    assert getattr(layer, "score", "dot") == "dot"
