"""The learning rate over the steps of a training."""

import math
from typing import Any

import keras
from keras import ops

from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.ranges import checks_numbers

_DECAYS = ("constant", "cosine", "inverse_square_root")


@keras.saving.register_keras_serializable(package="seq2seq_keras")
class WarmupSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """Rises to the learning rate, then lets it fall.

    Adam's first steps rest on few gradients; taken at full size they can spoil the
    start. A rate that then falls settles the weights.

    Args:
        learning_rate: Float. The highest value.
        warmup_steps: Integer. Steps over which it rises linearly; 0 for none.
        decay: "constant"; "cosine", to 0 at `total_steps`; or "inverse_square_root",
            in proportion to `1 / sqrt(step)`.
        total_steps: Integer. Where "cosine" ends; the others need none.

    Attributes:
        scale: A variable, 1.0 at first, by which all is multiplied, for training loops
            that lower the rate when they see no progress.

    Raises:
        InputError: If an argument is out of its range.

    Example:

    >>> schedule = WarmupSchedule(0.1, warmup_steps=4, decay="inverse_square_root")
    >>> [round(float(schedule(step)), 3) for step in (0, 1, 3, 15)]
    [0.025, 0.05, 0.1, 0.05]

    Reference:
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), section 5.3.
        - [Loshchilov & Hutter, 2017](https://arxiv.org/abs/1608.03983): cosine.
    """

    @checks_numbers(
        learning_rate=(0, 1000), warmup_steps=(0, 10**9), total_steps=(1, 10**15)
    )
    def __init__(
        self,
        learning_rate: float,
        warmup_steps: int = 0,
        decay: str = "constant",
        total_steps: int | None = None,
    ) -> None:
        check_choice("decay", decay, _DECAYS)
        if decay == "cosine" and (total_steps is None or total_steps <= warmup_steps):
            raise InputError(
                "A cosine needs `total_steps`, more than `warmup_steps`. Received: "
                f"total_steps={total_steps}, warmup_steps={warmup_steps}"
            )
        self.learning_rate = learning_rate
        self.warmup_steps = warmup_steps
        self.decay = decay
        self.total_steps = total_steps
        self.scale = keras.Variable(1.0, trainable=False, name="scale")

    def __call__(self, step: Any) -> keras.KerasTensor:
        # Counted from 1, so that the first step does something.
        step = ops.cast(step, "float32") + 1.0
        warmup = max(1.0, float(self.warmup_steps))
        rate = ops.minimum(1.0, step / warmup)
        if self.decay == "inverse_square_root":
            rate *= ops.minimum(1.0, ops.sqrt(warmup / step))
        elif self.decay == "cosine" and self.total_steps is not None:
            left = (step - 1 - self.warmup_steps) / (
                self.total_steps - self.warmup_steps
            )
            rate *= 0.5 * (1.0 + ops.cos(math.pi * ops.clip(left, 0.0, 1.0)))
        return self.learning_rate * self.scale * rate

    def get_config(self) -> dict[str, Any]:
        names = ("learning_rate", "warmup_steps", "decay", "total_steps")
        return {name: getattr(self, name) for name in names}
