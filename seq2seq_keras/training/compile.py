"""`compile` with the package's loss and metrics."""

from typing import Any

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.training.adam import Adam
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.losses import Perplexity, TokenAccuracy, TokenCrossentropy
from seq2seq_keras.training.scheduled_sampling import ScheduledSampling


@checks_numbers(ranges_of(TrainingConfig))
def compile_model(
    model: EncoderDecoder,
    *,
    learning_rate: Any = 1e-3,
    global_clipnorm: float | None = 1.0,
    label_smoothing: float = 0.0,
    gradient_accumulation: int = 1,
    scheduled_sampling: ScheduledSampling | None = None,
) -> EncoderDecoder:
    """Compiles a model with what suits an encoder-decoder.

    It is `model.compile` with Adam, clipping, `TokenCrossentropy`, `TokenAccuracy`
    and `Perplexity`; call `model.compile` yourself for anything else.

    Args:
        model: A model from `build_model`, or another `EncoderDecoder`, which may have
            a loss of its own (`make_loss`).
        learning_rate: Float or a `keras.optimizers.schedules.LearningRateSchedule`,
            e.g. a `WarmupSchedule`.
        global_clipnorm: Float. Largest norm of all gradients together; recurrent
            networks have steps where it would explode. `None` for no limit.
        label_smoothing: Float, see `TokenCrossentropy`.
        gradient_accumulation: Integer. Batches whose gradients are averaged for one
            update: a large batch in little memory.
        scheduled_sampling: Optional `ScheduledSampling`.

    Returns:
        The model.

    Raises:
        InputError: If the model is no `EncoderDecoder`; if it copies words and
            `label_smoothing` is not 0: words that a source does not have cannot get a
            share.

    Example:

    >>> from seq2seq_keras.models import build_model
    >>> model = compile_model(build_model(100, 100, units=8), label_smoothing=0.1)
    >>> model.optimizer.global_clipnorm
    1.0

    Reference:
        - [Pascanu et al., 2013](https://arxiv.org/abs/1211.5063): clipping.
    """
    if not isinstance(model, EncoderDecoder):
        raise InputError(
            "`compile_model` is for a model from `build_model` or another "
            "`EncoderDecoder`; compile any other by "
            f"`model.compile`. Received: {type(model).__name__}"
        )
    if label_smoothing and model.copies:
        raise InputError(
            "A model with `copy=True` gives no probability to words that a source "
            "does not have, so `label_smoothing` must be 0."
        )
    model.scheduled_sampling = scheduled_sampling
    model.compile(
        optimizer=Adam(
            learning_rate,
            global_clipnorm=global_clipnorm,
            gradient_accumulation_steps=gradient_accumulation
            if gradient_accumulation > 1
            else None,
        ),
        loss=model.make_loss(label_smoothing) or TokenCrossentropy(label_smoothing),
        weighted_metrics=[TokenAccuracy(), Perplexity()],
    )
    return model
