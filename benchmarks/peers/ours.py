"""Trains our model through `build_model`, `compile_model` and `fit`."""

from collections.abc import Iterator

import keras
import tensorflow as tf

import seq2seq_keras as s2s
from benchmarks.peers.steps import (
    CLIP,
    EMBEDDING_DIM,
    LEARNING_RATE,
    UNITS,
    Batch,
    Turns,
    Weights,
    task,
)

# The name of a weight of each program, by our variable's path.
NAMES = {
    "source_embedding/embeddings": "source_embedding",
    "target_embedding/embeddings": "target_embedding",
    "attentional_vector/kernel": "attention_kernel",
    "logits/kernel": "logits_kernel",
    "logits/bias": "logits_bias",
} | {
    f"{layer}/lstm_cell/{part}": f"{name}_{part}"
    for layer, name in {
        "encoder_0/forward_direction": "forward",
        "encoder_0/backward_direction": "backward",
        "decoder_0": "decoder",
    }.items()
    for part in ("kernel", "recurrent_kernel", "bias")
}


def train(weights: Weights, batches: list[Batch], precision: str, turns: Turns) -> None:
    """Trains as a user does."""
    model = s2s.build_model(
        len(weights["source_embedding"]),
        len(weights["target_embedding"]),
        units=UNITS,
        embedding_dim=EMBEDDING_DIM,
        cell="lstm",
        bidirectional=True,
        attention="luong",
        attention_score="dot",
        dropout=0.0,
        precision=precision,
    )
    model.set_weights([weights[NAMES[each.path]] for each in model.weights])
    s2s.compile_model(model, learning_rate=LEARNING_RATE, global_clipnorm=CLIP)

    def inputs() -> Iterator[tuple]:
        for batch in batches:
            sides = {
                "source_token_ids": batch.source,
                "target_token_ids": batch.target,
            }
            yield sides, batch.labels

    ids = tf.TensorSpec((None, None), tf.int32)
    signature = ({"source_token_ids": ids, "target_token_ids": ids}, ids)
    dataset = tf.data.Dataset.from_generator(inputs, output_signature=signature)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))

    class TakeTurns(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
            turns.begin()

        def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
            assert logs
            turns.end(float(logs["loss"]))

    model.fit(
        dataset.prefetch(tf.data.AUTOTUNE),
        shuffle=False,
        verbose=0,
        callbacks=[TakeTurns()],
    )


if __name__ == "__main__":
    train(*task(), Turns(s2s.__version__))
