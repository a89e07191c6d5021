"""Tests of the attention layers: what holds for each of them.

`BahdanauAttention`, the three scores of `LuongAttention`, and both with coverage.
"""

import keras
import numpy as np
import pytest

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers import BahdanauAttention, LuongAttention, make_attention

UNITS = 7


def bahdanau(**options):
    return BahdanauAttention(UNITS, **options)


def luong(score):
    return lambda **options: LuongAttention(score, UNITS, **options)


KINDS = {
    "bahdanau": bahdanau,
    "dot": luong("dot"),
    "general": luong("general"),
    "concat": luong("concat"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
with_and_without_coverage = pytest.mark.parametrize("coverage", [False, True])


@pytest.fixture
def tensors():
    random = np.random.default_rng(0)
    query = random.normal(size=(2, 3, 6)).astype("float32")
    value = random.normal(size=(2, 5, 6)).astype("float32")
    value_mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]], dtype=bool)
    return query, value, value_mask


def score_in_numpy(kind, layer, query, value, coverage):
    """The score of one query against one position, by the docstring.

    `coverage` is that of the five positions around it.
    """
    weights = {weight.path.split("/")[-2:][0]: weight for weight in layer.weights}
    if kind in ("bahdanau", "concat"):
        weights = {name: np.asarray(weight) for name, weight in weights.items()}
        hidden = query @ weights["query"] + value @ weights["key"]
        if layer.coverage:
            hidden = hidden + coverage @ weights["coverage"]
        return np.tanh(hidden) @ weights["score"][:, 0]
    named = {weight.name: np.asarray(weight) for weight in layer.weights}
    product = query @ value
    if kind == "general":
        product = query @ named["kernel"] @ value / np.sqrt(len(value))
    return product + named.get("coverage_weights", np.zeros(5)) @ coverage


@with_and_without_coverage
@every_kind
def test_context_and_weights_follow_the_definition(kind, coverage, tensors):
    query, value, value_mask = tensors
    seen = np.random.default_rng(1).uniform(size=(2, 5)).astype("float32")
    around = np.pad(seen, [(0, 0), (2, 2)])
    layer = KINDS[kind](coverage=coverage)
    layer.build(query.shape, value.shape)
    random = np.random.default_rng(2)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    context, weights = layer(query, value, value_mask, coverage=seen)
    for b, t in np.ndindex(2, 3):
        positions = np.flatnonzero(value_mask[b])
        scores = [
            score_in_numpy(kind, layer, query[b, t], value[b, s], around[b, s : s + 5])
            for s in positions
        ]
        expected = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(
            weights[b, t].numpy()[positions], expected, atol=1e-5
        )
        np.testing.assert_allclose(
            context[b, t], expected @ value[b][positions], atol=1e-5
        )


@pytest.mark.parametrize("size", [16, 256])
def test_general_scores_are_moderate_at_first_whatever_the_size(size):
    """Of queries and values of deviation 1 they have deviation 1.

    The kernel's variance is 1 / size (Glorot), and the score a sum of size ** 2
    products, divided by the root of size.
    """
    random = np.random.default_rng(0)
    query, value = random.normal(size=(2, 1, 100, size)).astype("float32")
    layer = LuongAttention("general")
    layer(query, value)
    scores = np.asarray(layer.compare(query, layer.project(value), None))
    assert scores.std() == pytest.approx(1, rel=0.2)


@every_kind
def test_masked_positions_get_no_weight(kind, tensors):
    _, weights = KINDS[kind]()(*tensors)
    np.testing.assert_array_equal(np.asarray(weights)[1, :, 2:], 0.0)
    np.testing.assert_allclose(np.sum(weights, axis=-1), 1.0, atol=1e-6)


@every_kind
def test_padding_does_not_change_the_context(kind, tensors):
    query, value, _ = tensors
    layer = KINDS[kind]()
    padded, _ = layer(*tensors)
    trimmed, _ = layer(query[1:], value[1:, :2])
    np.testing.assert_allclose(padded[1:], trimmed, atol=1e-6)


@every_kind
def test_keys_projected_once_are_the_keys(kind, tensors):
    query, value, value_mask = tensors
    layer = KINDS[kind]()
    expected, _ = layer(query, value, value_mask)
    keys = layer.project(keras.ops.array(value))
    context, _ = layer(query, value, value_mask, keys=keys)
    np.testing.assert_array_equal(context, expected)


@every_kind
def test_given_keys_are_what_is_asked_and_the_value_is_what_is_read(kind, tensors):
    query, value, value_mask = tensors
    layer = KINDS[kind]()
    other = keras.ops.array(value[:, ::-1])
    _, expected = layer(query, other, value_mask)
    context, weights = layer(query, value, value_mask, keys=layer.project(other))
    np.testing.assert_allclose(weights, expected, atol=1e-6)
    np.testing.assert_allclose(context, weights @ value, atol=1e-5)


def test_the_mask_of_an_embedding_is_used_without_being_passed():
    token_ids = np.array([[3, 4, 0, 0]])
    value = keras.layers.Embedding(5, 6, mask_zero=True)(token_ids)
    _, weights = bahdanau()(keras.ops.ones((1, 2, 4)), value)
    np.testing.assert_array_equal(np.asarray(weights)[..., 2:], 0.0)


@with_and_without_coverage
@every_kind
def test_config_round_trip(kind, coverage):
    layer = KINDS[kind](coverage=coverage, name="attention")
    config = keras.saving.serialize_keras_object(layer)
    restored = keras.saving.deserialize_keras_object(config)
    assert restored.get_config() == layer.get_config()
    assert restored.coverage == coverage
    assert restored.units == UNITS


@every_kind
def test_saved_model_predicts_the_same(kind, tensors, tmp_path):
    query, value, _ = tensors
    inputs = [keras.Input(query.shape[1:]), keras.Input(value.shape[1:])]
    model = keras.Model(inputs, KINDS[kind]()(*inputs))
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    outputs = [m([query, value]) for m in (model, restored)]
    for before, after in zip(*outputs, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@every_kind
def test_weights_are_float32_in_every_precision(kind, policy, tensors):
    context, weights = KINDS[kind](dtype=policy)(*tensors)
    assert weights.dtype == "float32"
    assert context.dtype == policy.removeprefix("mixed_")
    np.testing.assert_array_equal(np.asarray(weights)[1, :, 2:], 0.0)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_fully_masked_source_gets_uniform_weights(policy, tensors):
    query, value, _ = tensors
    layer = bahdanau(dtype=policy)
    _, weights = layer(query, value, np.zeros((2, 5), dtype=bool))
    np.testing.assert_allclose(np.asarray(weights), 0.2, atol=1e-6)


@pytest.mark.parametrize("units", [0, 2.5, "4", None])
def test_units_must_be_a_positive_integer(units):
    for make in (BahdanauAttention, lambda units: LuongAttention("concat", units)):
        with pytest.raises(InputError, match=f"Received: units={units!r}"):
            make(units)


def test_the_score_is_one_of_three():
    with pytest.raises(InputError, match="must be one of 'dot', 'general', 'concat'"):
        LuongAttention("cosine")


def test_dot_needs_equal_sizes(tensors):
    query, value, _ = tensors
    with pytest.raises(InputError, match="Received: 4 and 6"):
        LuongAttention("dot")(query[..., :4], value)


@pytest.mark.parametrize(
    ("kind", "layer_class"),
    [("luong", LuongAttention), ("bahdanau", BahdanauAttention)],
)
def test_the_name_says_which_layer_it_is(kind, layer_class):
    score = "dot" if kind == "luong" else "general"
    options = {"score": score, "coverage": True, "dtype": "mixed_bfloat16"}
    layer = make_attention(kind, units=8, **options)
    assert type(layer) is layer_class
    assert (layer.units, layer.coverage, layer.name) == (8, True, "attention")
    assert layer.dtype_policy.name == "mixed_bfloat16"
    assert getattr(layer, "score", "general") == score
