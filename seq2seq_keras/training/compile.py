"""`compile` with the package's loss and metrics."""

import keras

from seq2seq_keras.training.loss import TokenCrossentropy
from seq2seq_keras.training.metrics import Perplexity, TokenAccuracy


def compile_model(model, *, learning_rate=1e-3, clip_norm=1.0):
    """Compiles a model with what suits an encoder-decoder.

    It is `model.compile` with Adam, clipping, `TokenCrossentropy`, `TokenAccuracy`
    and `Perplexity`; call `model.compile` yourself for anything else.

    Args:
        model: A model from `build_model`.
        learning_rate: Float or a `keras.optimizers.schedules.LearningRateSchedule`.
        clip_norm: Float. Largest norm of all gradients together; recurrent
            networks have steps where it would explode. `None` for no limit.

    Returns:
        The model.

    Reference:
        - [Pascanu et al., 2013](https://arxiv.org/abs/1211.5063): clipping.
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate, global_clipnorm=clip_norm),
        loss=TokenCrossentropy(),
        weighted_metrics=[TokenAccuracy(), Perplexity()],
    )
    return model
