"""The encoder and the one-step decoder, rebuilt from the layers of a model."""

import keras

from seq2seq_keras.errors import InputError
from seq2seq_keras.models.seq2seq import Seq2Seq


def build_inference_models(model):
    """Rebuilds the two models that decoding runs, from the trained layers.

    Nothing is copied: both share their layers, hence their weights, with `model`.
    It makes no difference whether `model` was just trained or was loaded with
    `keras.models.load_model` in another process.

    Args:
        model: A model from `build_model`.

    Returns:
        A pair of `keras.Model`s.

        - `encoder`: `source_token_ids`, int32 `(batch, source_length)`, to a
          dictionary of states.
        - `decoder`: a dictionary of `token_ids`, int32 `(batch, 1)`, and the states,
          to a dictionary of `logits`, float32 `(batch, 1, vocabulary_size)`, and the
          next states, which go into the next call.

    Raises:
        InputError: If `model` was not made by `build_model`.

    Example:

    >>> from keras import ops
    >>> from seq2seq_keras.models.build import build_model
    >>> model = build_model(20, 30, units=16)
    >>> encoder, decoder = build_inference_models(model)
    >>> states = encoder(ops.array([[5, 6, 3]]))
    >>> step = decoder({"token_ids": ops.array([[2]]), **states})
    >>> sorted(states), step["logits"].shape
    (['layer_0_cell', 'layer_0_hidden'], TensorShape([1, 1, 30]))
    """
    if not isinstance(model, Seq2Seq):
        raise InputError(
            "`build_inference_models` needs a model that `build_model` made, because "
            f"it looks its layers up. Received: a {type(model).__name__}"
        )
    source = keras.Input((None,), dtype="int32", name="source_token_ids")
    states = model.encode(source)
    encoder = keras.Model(source, states, name="encoder")

    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    state_inputs = {
        name: keras.Input(state.shape[1:], dtype=state.dtype, name=name)
        for name, state in states.items()
    }
    logits, next_states = model.decode(token_ids, state_inputs)
    decoder = keras.Model(
        {"token_ids": token_ids, **state_inputs},
        {"logits": logits, **next_states},
        name="decoder",
    )
    return encoder, decoder


def make_step(decoder):
    """Wraps the one-step decoder as the step function that searches take.

    Args:
        decoder: The second model of `build_inference_models`.

    Returns:
        A function `step(token_ids, states) -> (logits, states)` with `token_ids` of
        shape `(batch,)` and `logits` of shape `(batch, vocabulary_size)`.
    """

    def step(token_ids, states):
        inputs = {"token_ids": token_ids[:, None], **states}
        outputs = decoder(inputs, training=False)
        return outputs["logits"][:, 0], {name: outputs[name] for name in states}

    return step
