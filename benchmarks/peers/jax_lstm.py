"""Trains the same model in JAX, by `lax.scan` and `jit`; it needs jax, optax, numpy."""

from functools import partial

import jax
import jax.numpy as jnp
import optax

from benchmarks.peers.steps import (
    CLIP,
    EPSILON,
    LEARNING_RATE,
    UNITS,
    Batch,
    Turns,
    Weights,
    task,
)

OPTIMIZER = optax.chain(
    optax.clip_by_global_norm(CLIP), optax.adam(LEARNING_RATE, eps=EPSILON)
)


def lstm(
    weights: dict, name: str, inputs: jax.Array, states: tuple, mask: jax.Array | None
) -> tuple:
    """Last states and outputs; `inputs` is `(length, batch, embedding_dim)`."""
    recurrent_kernel = weights[f"{name}_recurrent_kernel"]
    projected = inputs @ weights[f"{name}_kernel"] + weights[f"{name}_bias"]

    def step(states: tuple, inputs: tuple) -> tuple:
        hidden, cell = states
        projected, mask = inputs
        gates = jnp.split(projected + hidden @ recurrent_kernel, 4, -1)
        new, forget, out = (jax.nn.sigmoid(gates[place]) for place in (0, 1, 3))
        next_cell = forget * cell + new * jnp.tanh(gates[2])
        next_hidden = out * jnp.tanh(next_cell)
        if mask is not None:
            next_hidden = jnp.where(mask, next_hidden, hidden)
            next_cell = jnp.where(mask, next_cell, cell)
        return (next_hidden, next_cell), next_hidden

    backward = name == "backward"
    return jax.lax.scan(step, states, (projected, mask), reverse=backward)


def loss_of(
    weights: dict,
    dtype: jnp.dtype,
    source: jax.Array,
    target: jax.Array,
    labels: jax.Array,
) -> jax.Array:
    """The mean loss of the real tokens."""
    weights = {name: array.astype(dtype) for name, array in weights.items()}
    mask = (source != 0).T[..., None]
    embedded = weights["source_embedding"][source.T]
    zeros = jnp.zeros((len(source), UNITS // 2), dtype)
    last, encoded = zip(
        *(
            lstm(weights, name, embedded, (zeros, zeros), mask)
            for name in ("forward", "backward")
        ),
        strict=True,
    )
    first = tuple(jnp.concatenate(pair, -1) for pair in zip(*last, strict=True))
    memory = jnp.concatenate(encoded, -1)
    inputs = weights["target_embedding"][target.T]
    _, outputs = lstm(weights, "decoder", inputs, first, None)
    scores = jnp.einsum("tbd,sbd->bts", outputs, memory).astype(jnp.float32)
    scores = jnp.where((source == 0)[:, None], -1e4, scores)
    shares = jax.nn.softmax(scores, -1).astype(dtype)
    context = jnp.einsum("bts,sbd->btd", shares, memory)
    read = jnp.concatenate([context, outputs.transpose(1, 0, 2)], -1)
    vector = jnp.tanh(read @ weights["attention_kernel"])
    logits = vector @ weights["logits_kernel"] + weights["logits_bias"]
    losses = optax.softmax_cross_entropy_with_integer_labels(
        logits.astype(jnp.float32), labels
    )
    real = labels != 0
    return (losses * real).sum() / real.sum()


@partial(jax.jit, static_argnums=2, donate_argnums=(0, 1))
def step(weights: dict, state: tuple, dtype: jnp.dtype, *batch: jax.Array) -> tuple:
    """One step: the next weights and state, and the loss."""
    loss, gradients = jax.value_and_grad(loss_of)(weights, dtype, *batch)
    changes, state = OPTIMIZER.update(gradients, state)
    return optax.apply_updates(weights, changes), state, loss


def train(weights: Weights, batches: list[Batch], precision: str, turns: Turns) -> None:
    """Trains with Adam, gradients clipped; all shapes are compiled beforehand."""
    dtype = jnp.bfloat16 if precision == "mixed_bfloat16" else jnp.float32
    trained = {name: jnp.asarray(array) for name, array in weights.items()}
    state = OPTIMIZER.init(trained)
    compiled = {
        shapes(batch): step.lower(trained, state, dtype, *batch).compile()
        for batch in {shapes(batch): batch for batch in batches}.values()
    }
    losses = []
    for batch in batches:
        turns.begin()
        trained, state, loss = compiled[shapes(batch)](trained, state, *batch)
        jax.block_until_ready(trained)
        losses.append(float(loss))
        turns.end(sum(losses) / len(losses))


def shapes(batch: Batch) -> tuple:
    """The lengths of a batch."""
    return batch.source.shape, batch.target.shape


if __name__ == "__main__":
    train(*task(), Turns(jax.__version__))
