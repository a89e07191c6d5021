"""Training on inputs that are partly the model's own words."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from seq2seq_keras.decoding import never_written
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.ranges import Range
from seq2seq_keras.special_tokens import PAD_ID


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class ScheduledSampling(keras.layers.Layer):
    """Feeds the decoder some of its own words in training.

    With teacher forcing the decoder always sees the true words before the one it is
    to predict; in use it sees its own, mistakes included. Here a coin is tossed for
    every token of the target: heads, the decoder gets the true token, tails, one
    drawn from its own distribution, which it computes from the mixed tokens before.
    The labels stay the true ones.

    Before each step of training one more pass, step by step, without gradient and
    without dropout, decides on the inputs. That takes time of its own.
    `<sos>` and padding stay, and are never drawn.

    Give it to `compile_model`, or set `model.scheduled_sampling` before
    `model.compile`. It is a layer only so that the state of its random numbers is
    among `model.variables`, as that of dropout is.

    Args:
        rate: Float in [0, 1]. Share of the tokens that are drawn in the end.
        steps: Integer. Updates of the weights over which the share grows from 0 to
            `rate`, in a straight line; 0 if it is `rate` from the start.
        seed: Optional integer.
        **kwargs: Passed to `keras.layers.Layer`, e.g. `name`.

    Raises:
        InputError: If an argument is out of its range.

    Example:

    >>> sampling = ScheduledSampling(rate=0.3, steps=1000)
    >>> [round(float(sampling.rate_at(step)), 2) for step in (0, 500, 2000)]
    [0.0, 0.15, 0.3]

    Reference:
        - [Bengio et al., 2015](https://arxiv.org/abs/1506.03099), section 2.4: the
          linear schedule.
    """

    def __init__(
        self,
        rate: float = 0.25,
        steps: int = 10_000,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # A decorator would hide its arguments from Keras, which writes them down.
        Range(0, 1).check("rate", rate)
        Range(0, 10**15, whole=True).check("steps", steps)
        if seed is not None:
            Range(0, 2**32 - 1, whole=True).check("seed", seed)
        super().__init__(**kwargs)
        self.rate = rate
        self.steps = steps
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def rate_at(self, step: Any) -> tf.Tensor:
        """The share of drawn tokens after so many updates.

        Args:
            step: Integer or scalar tensor.

        Returns:
            A float32 scalar tensor.
        """
        if not self.steps:
            return tf.constant(float(self.rate))
        return self.rate * tf.minimum(1.0, tf.cast(step, tf.float32) / self.steps)

    def mix(self, model: EncoderDecoder, inputs: Mapping[str, tf.Tensor]) -> dict:
        """The inputs with some tokens of the target replaced by drawn ones.

        How far the training of the model is, its optimizer knows.
        """
        source = dict(inputs)
        target = tf.cast(source.pop("target_token_ids"), tf.int32)
        shape = tf.shape(target)
        numbers = keras.random.uniform(shape, seed=self.seed_generator)
        is_drawn = numbers < self.rate_at(model.optimizer.iterations)
        # A token follows where the next one is not padding.
        is_drawn = tf.transpose(is_drawn & (target != PAD_ID))
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        # (target_length, batch)
        by_step = tf.transpose(target)
        mixed = tf.TensorArray(tf.int32, shape[1]).write(0, by_step[0])

        def advance(
            index: tf.Tensor,
            token_ids: tf.Tensor,
            states: dict[str, tf.Tensor],
            mixed: tf.TensorArray,
        ) -> tuple[tf.Tensor, tf.Tensor, dict[str, tf.Tensor], tf.TensorArray]:
            logits, following = model.decode(token_ids[:, None], states | memory)
            logits = logits[:, 0] + never_written(tf.shape(logits)[-1])
            drawn = tf.random.stateless_categorical(
                logits, 1, tf.random.fold_in(seed, index), tf.int32
            )
            token_ids = tf.where(is_drawn[index], drawn[:, 0], by_step[index])
            states = {
                name: tf.cast(following[name], state.dtype)
                for name, state in states.items()
            }
            return index + 1, token_ids, states, mixed.write(index, token_ids)

        states, memory = model.split_memory(model.encode(**source))
        *_, mixed = tf.while_loop(
            lambda index, *_: index < shape[1],
            advance,
            (tf.constant(1), by_step[0], states, mixed),
        )
        target = tf.ensure_shape(tf.transpose(mixed.stack()), target.shape)
        return {**inputs, "target_token_ids": target}

    def get_config(self) -> dict[str, Any]:
        config = {"rate": self.rate, "steps": self.steps, "seed": self.seed}
        return {**super().get_config(), **config}
