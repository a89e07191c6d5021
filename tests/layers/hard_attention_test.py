"""Tests of `HardAttention`, against the enumeration of all alignments.

The reference goes through them one by one, in float64, and knows no recursion.
"""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.layers import HardAttention, make_attention

BATCH, LENGTH, SOURCE, QUERY, VALUE, HIDDEN, WORDS = 2, 3, 4, 5, 6, 3, 7
SOURCE_LENGTHS = (4, 3)
TOKENS = np.array([[2, 4, 6], [2, 5, 5]])
LABELS = np.array([[4, 6, 3], [5, 5, 3]])
KINDS = {
    "any position": {},
    "monotonic": {"monotonic": True},
    "order 1": {"order": 1, "context": 2},
    "monotonic, order 1": {"monotonic": True, "order": 1, "context": 2},
}
every_kind = pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
*OTHERS, LAST = KINDS
some_kinds = pytest.mark.parametrize(
    "options",
    [
        *(pytest.param(KINDS[x], id=x, marks=pytest.mark.slow) for x in OTHERS),
        pytest.param(KINDS[LAST], id=LAST),
    ],
)


@pytest.fixture
def tensors():
    random = np.random.default_rng(0)
    query, value = (
        tf.constant(random.normal(size=shape), tf.float32)
        for shape in ((BATCH, LENGTH, QUERY), (BATCH, SOURCE, VALUE))
    )
    mask = np.arange(SOURCE) < np.array(SOURCE_LENGTHS)[:, None]
    return query, value, tf.constant(mask)


def make(options, query, value, mask):
    """A layer with weights as large as training makes them."""
    layer = HardAttention(HIDDEN, WORDS, **options)
    run(layer, query, value, mask)
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) for w in layer.get_weights()])
    return layer


def run(layer, query, value, mask, token_ids=TOKENS):
    memory = {"encoder_outputs": value, "source_mask": mask, **layer.remember(value)}
    states = layer.initial_states(value, mask)
    return layer(query, tf.constant(token_ids, tf.int32), states, memory)


def target_log_probabilities(layer, query, value, mask):
    """Of each target the log-probability, by the logits of the layer."""
    logits, _, _ = run(layer, query, value, mask)
    chosen = tf.gather(tf.nn.log_softmax(logits), LABELS, batch_dims=2)
    return tf.reduce_sum(chosen, axis=1)


def tables(layer, tensors, row):
    """Log-probabilities by the definition: of tokens and, by `i` and `j`, of moves."""
    weights = {w.path.removeprefix(f"{layer.name}/"): w for w in layer.weights}
    kernels = {name: tensors[id(w)] for name, w in weights.items()}
    query, value = tensors["query"][row], tensors["value"][row]
    length, moves, tokens = SOURCE_LENGTHS[row], [], []
    for t in range(LENGTH):
        asked = tf.linalg.matvec(kernels["score_kernel"], query[t], transpose_a=True)
        scores = tf.linalg.matvec(value[:length], asked) / VALUE**0.5
        for i in range(length):
            after = list(tf.unstack(scores))
            for j in range(length):
                if layer.order:
                    least = 0 if layer.monotonic else -layer.context
                    jump = min(max(j - i, least), layer.context)
                    kernel = kernels["jumps"][:, jump - least]
                    after[j] += tf.reduce_sum(query[t] * kernel)
                if layer.monotonic and j < i:
                    after[j] = tf.constant(-np.inf, tf.float64)
            moves.append(tf.nn.log_softmax(tf.stack(after)))
        hidden = query[t, None] @ kernels["query/kernel"] + kernels["query/bias"]
        hidden = tf.tanh(hidden + value[:length] @ kernels["key/kernel"])
        logits = hidden @ kernels["kernel"] + kernels["bias"]
        tokens.append(tf.nn.log_softmax(logits)[:, LABELS[row, t]])
    return tf.stack(tokens), tf.reshape(tf.stack(moves), [LENGTH, length, length])


def alignments(layer, tensors, row):
    """Every alignment of one target, and the logarithm of its probability."""
    tokens, moves = tables(layer, tensors, row)
    every = np.array([*itertools.product(range(len(moves[0])), repeat=LENGTH)])
    total = tf.zeros(len(every), tf.float64)
    for t in range(LENGTH):
        before = every[:, t - 1] if t else np.zeros(len(every), int)
        total += tf.gather_nd(moves[t], np.stack([before, every[:, t]], 1))
        total += tf.gather(tokens[t], every[:, t])
    return every, total


def in_float64(layer, query, value):
    found = {"query": tf.cast(query, tf.float64), "value": tf.cast(value, tf.float64)}
    return found | {id(w): tf.cast(w.value, tf.float64) for w in layer.weights}


def enumerated(layer, tensors):
    """The log-probability of each target: the sum over its alignments."""
    totals = (alignments(layer, tensors, row)[1] for row in range(BATCH))
    return tf.stack([tf.reduce_logsumexp(total) for total in totals])


@every_kind
def test_the_likelihood_is_the_sum_over_all_alignments(options, tensors):
    query, value, _ = tensors
    layer = make(options, *tensors)
    expected = enumerated(layer, in_float64(layer, query, value))
    np.testing.assert_allclose(
        target_log_probabilities(layer, *tensors), expected, atol=1e-5
    )


@every_kind
def test_logits_and_weights_are_distributions(options, tensors):
    logits, weights, states = run(make(options, *tensors), *tensors)
    np.testing.assert_allclose(tf.reduce_logsumexp(logits, -1), 0, atol=1e-5)
    np.testing.assert_allclose(tf.reduce_sum(weights, -1), 1, atol=1e-5)
    np.testing.assert_array_equal(states["attention_weights"], weights[:, -1])


def gradients(layer, query, value, mask):
    with tf.GradientTape() as tape:
        tape.watch([query, value])
        total = tf.reduce_sum(target_log_probabilities(layer, query, value, mask))
    weights = [weight.value for weight in layer.weights]
    return tape.gradient(total, [query, value, *weights])


@every_kind
def test_gradients_are_those_of_the_sum_and_finite_differences(options, tensors):
    query, value, _ = tensors
    layer = make(options, *tensors)
    precise = in_float64(layer, query, value)
    sources = ["query", "value", *(id(weight) for weight in layer.weights)]
    with tf.GradientTape() as tape:
        tape.watch([precise[name] for name in sources])
        total = tf.reduce_sum(enumerated(layer, precise))
    expected = tape.gradient(total, [precise[name] for name in sources])
    for found, wanted in zip(gradients(layer, *tensors), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    random = np.random.default_rng(2)
    step = {n: random.normal(size=precise[n].shape) * 1e-5 for n in sources}
    ahead, behind = (
        tf.reduce_sum(
            enumerated(layer, {n: precise[n] + side * step[n] for n in sources})
        )
        for side in (1, -1)
    )
    along = sum(np.sum(g * step[n]) for g, n in zip(expected, sources, strict=True))
    assert float(ahead - behind) / 2 == pytest.approx(along, rel=1e-6)


@every_kind
def test_the_posterior_is_the_share_of_the_alignments(options, tensors):
    query, value, mask = tensors
    layer = make(options, *tensors)
    memory = {"encoder_outputs": value, "source_mask": mask, **layer.remember(value)}
    states = layer.initial_states(value, mask)
    found = layer.align(query, tf.constant(LABELS, tf.int32), states, memory).numpy()
    expected = np.zeros((BATCH, LENGTH, SOURCE))
    for row in range(BATCH):
        every, totals = alignments(layer, in_float64(layer, query, value), row)
        for positions, total in zip(every, totals, strict=True):
            expected[row, np.arange(LENGTH), positions] += np.exp(total)
    expected /= expected.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert not found[1, :, SOURCE_LENGTHS[1] :].any()


def test_the_posterior_of_a_padded_target_is_that_of_the_target(tensors):
    query, value, mask = tensors
    layer = make(KINDS["monotonic, order 1"], *tensors)
    memory = {"encoder_outputs": value, "source_mask": mask, **layer.remember(value)}
    states = layer.initial_states(value, mask)
    labels = np.where(np.arange(LENGTH) < 2, LABELS, 0)
    padded = layer.align(query, tf.constant(labels, tf.int32), states, memory)
    cut = layer.align(
        query[:, :2], tf.constant(labels[:, :2], tf.int32), states, memory
    )
    np.testing.assert_allclose(padded[:, :2], cut, atol=1e-6)


def test_the_posterior_holds_the_transitions_of_one_step_at_a_time(
    tensors, monkeypatch
):
    query, value, mask = tensors
    layer = make(KINDS["monotonic, order 1"], *tensors)
    memory = {"encoder_outputs": value, "source_mask": mask, **layer.remember(value)}
    states, all_at_once, shapes = (
        layer.initial_states(value, mask),
        layer.transitions,
        [],
    )

    def transitions(query, memory):
        shapes.append(all_at_once(query, memory).shape)
        return all_at_once(query, memory)

    monkeypatch.setattr(layer, "transitions", transitions)
    layer.align(query, tf.constant(LABELS, tf.int32), states, memory)
    assert {*map(tuple, shapes)} == {(BATCH, 1, SOURCE, SOURCE)}


@pytest.mark.parametrize("order", [0, 1])
def test_a_monotonic_alignment_never_goes_back(order, tensors):
    query, value, mask = tensors
    layer = make({"monotonic": True, "order": order}, *tensors)
    memory = {"encoder_outputs": value, "source_mask": mask}
    transitions = np.exp(layer.transitions(query, memory).numpy())
    back = np.tril(np.ones((SOURCE, SOURCE), bool), -1)
    assert (transitions[:, :, back] == 0).all()
    np.testing.assert_allclose(transitions.sum(axis=-1), 1, atol=1e-6)


@some_kinds
def test_steps_that_are_computed_again_are_those_at_once(options, tensors, monkeypatch):
    layer = make(options, *tensors)
    outputs, slopes = run(layer, *tensors), gradients(layer, *tensors)
    monkeypatch.setattr("seq2seq_keras.layers.position_logits._MOST_LOGITS", 0)
    # In a graph, as in training.
    by_step = tf.function(lambda: run(layer, *tensors))()
    tf.nest.map_structure(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), outputs, by_step
    )
    again = tf.function(lambda: gradients(layer, *tensors))()
    for before, after in zip(slopes, again, strict=True):
        np.testing.assert_allclose(before, after, atol=1e-5)


def test_logits_beyond_32_bits_are_not_made_at_once(monkeypatch):
    """As a number of 32 bits, 20,000 * 8 * 13,500 is negative."""
    ways = []

    def remember(in_either_way, tensors):
        in_either_way(lambda way: ways.append(way.func.__name__))
        raise StopIteration

    monkeypatch.setattr("seq2seq_keras.layers.position_logits._made_again", remember)
    layer = HardAttention(1, 13_500)
    query, value = np.zeros((1, 20_000, 1), "f4"), np.zeros((1, 8, 1), "f4")
    token_ids = np.full((1, 20_000), 4)
    with pytest.raises(StopIteration):
        run(layer, query, value, np.ones((1, 8), bool), token_ids)
    assert ways == ["_step_by_step"]


def test_improbable_tokens_have_gradients(tensors):
    """In logarithms nothing is too small; probabilities would be 0 in float32."""
    layer = make(KINDS["monotonic"], *tensors)
    layer.set_weights([60 * weight for weight in layer.get_weights()])
    found = target_log_probabilities(layer, *tensors)
    assert found.numpy().min() < -200
    assert all(np.isfinite(slope).all() for slope in gradients(layer, *tensors))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": 2}, "`order` must be one of 0, 1"),
        ({"context": 0}, "`context` must be a positive integer"),
        ({"hidden_units": 0}, "`hidden_units` must be a positive integer"),
    ],
)
def test_what_is_out_of_range_is_named(options, message):
    with pytest.raises(InputError, match=message):
        HardAttention(**{"hidden_units": 4, "vocabulary_size": 9, **options})


def test_other_attentions_are_made_without_its_options():
    with pytest.raises(InputError, match="`monotonic` belongs to an attention that"):
        make_attention("luong", units=4, monotonic=True)


def test_config_round_trip():
    layer = HardAttention(4, 9, monotonic=True, order=1, context=3)
    config = keras.saving.serialize_keras_object(layer)
    assert keras.saving.deserialize_keras_object(config).get_config() == (
        layer.get_config()
    )
