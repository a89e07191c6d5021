"""The encoder and the one-step decoder, rebuilt from the layers of a model."""

from collections.abc import Callable

import keras
from keras import KerasTensor

from seq2seq_keras.errors import InputError
from seq2seq_keras.models.base import EncoderDecoder, States


def build_inference_models(model: EncoderDecoder) -> tuple[keras.Model, keras.Model]:
    """Rebuilds the two models that decoding runs, from the trained layers.

    Nothing is copied: both share their layers, hence their weights, with `model`.
    It makes no difference whether `model` was just trained or was loaded with
    `keras.models.load_model` in another process.

    Args:
        model: A model from `build_model`, or another `EncoderDecoder`.

    Returns:
        A pair of `keras.Model`s.

        - `encoder`: `source_token_ids`, int32 `(batch, source_length)`, to a
          dictionary of states. For a model that copies, its input is a dictionary
          of `source_token_ids` and `source_copy_ids`.
        - `decoder`: a dictionary of `token_ids`, int32 `(batch, 1)`, and the states,
          to a dictionary of `logits`, float32 `(batch, 1, vocabulary_size)`, and the
          next states, which go into the next call. States that stay the same, such
          as `encoder_outputs`, are not returned: `states | step` has them all.
          With attention, `attention_weights`, `(batch, source_length)`, tells
          where the decoder looked.

    Raises:
        InputError: If `model` is no `EncoderDecoder`.

    Example:

    >>> from keras import ops
    >>> from seq2seq_keras.models import build_model
    >>> model = build_model(20, 30, units=16)
    >>> encoder, decoder = build_inference_models(model)
    >>> states = encoder(ops.array([[5, 6, 3]]))
    >>> step = decoder({"token_ids": ops.array([[2]]), **states})
    >>> sorted(states), step["logits"].shape
    (['layer_0_cell', 'layer_0_hidden'], TensorShape([1, 1, 30]))
    """
    if not isinstance(model, EncoderDecoder):
        raise InputError(
            "`build_inference_models` needs a model with `encode` and `decode`, from "
            "`build_model` or an `EncoderDecoder` of your own. "
            f"Received: a {type(model).__name__}"
        )
    inputs = model.make_source_inputs()
    states = model.encode(**inputs)
    # One input is passed as it is, so that a plain array will do.
    encoder = keras.Model(
        inputs if len(inputs) > 1 else inputs["source_token_ids"],
        states,
        name="encoder",
    )

    token_ids = keras.Input((1,), dtype="int32", name="token_ids")
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


def make_step(decoder: keras.Model) -> Callable:
    """Wraps the one-step decoder as the step function that searches take.

    Args:
        decoder: The second model of `build_inference_models`.

    Returns:
        A function `step(token_ids, states) -> (logits, states)` with `token_ids` of
        shape `(batch,)` and `logits` of shape `(batch, vocabulary_size)`. The states
        it returns are those that change.
    """

    def step(token_ids: KerasTensor, states: States) -> tuple[KerasTensor, States]:
        inputs = {"token_ids": token_ids[:, None], **states}
        outputs = dict(decoder(inputs, training=False))
        return outputs.pop("logits")[:, 0], outputs

    return step
