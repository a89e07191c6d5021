"""What is learnt from batches by length and from streams, beside a full shuffle.

    python -m benchmarks.batch_learning

English to French on Tatoeba, a small GRU with attention: the loss of a validation token
after the same number of steps, for two seeds, of the last weights and of their moving
average, which the recipes use. "any lengths" draws each batch from all
pairs, "like lengths" are the batches of pairs in memory. The others stream a file that
is sorted, by length or by its text, and keep 2,048 of its 14,419 pairs in memory, so
that what is learnt of files far larger than the memory shows. The numbers go to
benchmarks/results/batch_learning.json.
"""

import functools
import math
import unittest.mock
from collections.abc import Iterator
from typing import Any

from benchmarks.runner import alone, markdown_table, run_rows

WAYS = ("any lengths", "like lengths", "streamed by length", "streamed by text")
SEEDS = (0, 1)
BATCH, STEPS, PILE = 64, 450, 2048


def learn(way: str) -> dict:
    """Trains in this process, and returns the losses of a validation token."""
    losses = [_losses(way, seed) for seed in SEEDS]
    return dict(zip(("losses", "averaged"), zip(*losses, strict=True), strict=True))


def _losses(way: str, seed: int) -> tuple[float, float]:
    import keras

    import seq2seq_keras as s2s

    keras.utils.set_random_seed(seed)
    train, validation, _ = s2s.load_corpus("tatoeba/eng-fra")
    tokenizers = tuple(
        s2s.WordTokenizer.fit(texts, min_frequency=2)
        for texts in (train.source, train.target)
    )
    model = s2s.build_model(
        *(tokenizer.vocabulary_size for tokenizer in tokenizers),
        cell="gru",
        attention="luong",
        units=128,
        embedding_dim=128,
        dropout=0.2,
    )
    s2s.compile_model(model, learning_rate=4e-3)
    batches = _batches(way, train, tokenizers, seed)
    averages = s2s.WeightAverages(momentum=0.99)
    model.fit(
        batches.repeat(),
        steps_per_epoch=STEPS,
        shuffle=False,
        verbose=0,
        callbacks=[averages],
    )
    held_out = s2s.make_dataset(validation, *tokenizers, shuffle=False)

    def loss() -> float:
        found = model.evaluate(held_out, return_dict=True, verbose=0)
        # Of all tokens alike, whatever batch they came in.
        return math.log(found["perplexity"])

    last = loss()
    with averages.applied():
        return last, loss()


def _batches(way: str, train: Any, tokenizers: Any, seed: int) -> Any:
    import seq2seq_keras as s2s

    if way == "any lengths":
        return _of_any_lengths(train, tokenizers, seed)
    pairs = train
    if way != "like lengths":
        key = {"streamed by length": _length, "streamed by text": str.lower}[way]
        order = sorted(range(len(train)), key=lambda row: key(train.target[row]))
        pairs = s2s.PairStream(functools.partial(iter, train.take(order)))
    with unittest.mock.patch("seq2seq_keras.data.stored_pairs.PILE", PILE):
        return s2s.make_dataset(pairs, *tokenizers, batch_size=BATCH, seed=seed)


def _length(text: str) -> int:
    return len(text.split())


def _of_any_lengths(train: Any, tokenizers: Any, seed: int) -> Any:
    import numpy as np
    import tensorflow as tf

    import seq2seq_keras as s2s

    draw = np.random.default_rng(seed)
    whole = s2s.make_dataset(train, *tokenizers, shuffle=False, batch_size=len(train))
    [everything] = whole.as_numpy_iterator()

    def batches() -> Iterator:
        rows = draw.permutation(len(train))
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            yield tf.nest.map_structure(
                lambda array, batch=batch: _trimmed(array[batch]), everything
            )

    return tf.data.Dataset.from_generator(
        batches, output_signature=whole.element_spec
    ).prefetch(4)


def _trimmed(rows: Any) -> Any:
    """Rows without the columns that are padding in all of them."""
    return rows[:, (rows != 0).any(axis=0)]


def measure(way: str) -> dict:
    """Trains in a process of its own."""
    return alone(learn, way)


def table(results: dict) -> str:
    """The ways in Markdown."""
    kinds = {"losses": "last weights", "averaged": "averaged weights"}
    lines = [
        ["batches", *(f"{x}, seed {seed}" for x in kinds.values() for seed in SEEDS)]
    ]
    for way, numbers in results.items():
        values = [value for kind in kinds for value in numbers[kind]]
        lines.append([way, *(f"{value:.3f}" for value in values)])
    return markdown_table(lines, "lrrrr")


if __name__ == "__main__":
    run_rows(__doc__, WAYS, measure, table, "batch_learning")
