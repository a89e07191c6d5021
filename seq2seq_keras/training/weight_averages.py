"""Averages of a model's weights, which do better than the weights of a moment."""

import collections
import contextlib

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError


class WeightAverages(keras.callbacks.Callback):
    """Keeps averages of the weights while a model trains.

    The weights at the end of a training wander around a minimum; their average lies
    nearer to it. `applied()` puts the average in place for a while, to validate or
    save it; the training itself goes on from the weights as they are.

    Args:
        momentum: `None`, or a float below 1 for an exponential moving average over
            about the last `1 / (1 - momentum)` steps. It starts with less, so that
            the first weights are soon forgotten.
        epochs: Integer. How many of the last epochs' weights (or moving averages) are
            averaged.

    Raises:
        InputError: If an argument is out of its range.

    Example:

    ```python
    averages = WeightAverages(momentum=0.999)
    model.fit(dataset, epochs=10, callbacks=[averages])
    with averages.applied():
        translator.save("saved_models/averaged")
    ```

    Reference:
        - [Polyak & Juditsky, 1992](https://doi.org/10.1137/0330046).
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762), section 6.1: the
          average of the last checkpoints.
    """

    def __init__(self, momentum=None, epochs=1):
        super().__init__()
        if momentum is not None and not 0 < momentum < 1:
            raise InputError(
                f"`momentum` must be between 0 and 1. Received: momentum={momentum}"
            )
        if epochs < 1:
            raise InputError(f"`epochs` must be positive. Received: epochs={epochs}")
        self.momentum = momentum
        # A list of arrays for each of the last epochs.
        self.epochs = epochs
        self.last: collections.deque[list[np.ndarray]]
        self.last = collections.deque(maxlen=epochs)
        self.variables: list[tf.Variable] = []

    def set_model(self, model):
        super().set_model(model)
        if self.momentum is None or self.variables:
            return
        self._steps = tf.Variable(0.0, trainable=False, name="steps")
        self._averages = [
            tf.Variable(weight.value, trainable=False) for weight in model.weights
        ]
        self.variables = [self._steps, *self._averages]

    def on_train_batch_end(self, batch, logs=None):
        if self.momentum is not None:
            self._update([weight.value for weight in self.model.weights])

    def on_epoch_end(self, epoch, logs=None):
        if self.epochs > 1:
            self.last.append(self._present())

    @tf.function(reduce_retracing=True, autograph=False)
    def _update(self, weights):
        steps = self._steps.assign_add(1.0)
        # 2/11, 3/12, 4/13 ...: at first a mean over all steps so far.
        momentum = tf.minimum(self.momentum, (1.0 + steps) / (10.0 + steps))
        for average, weight in zip(self._averages, weights, strict=True):
            average.assign_add((1.0 - momentum) * (weight - average))

    def _present(self):
        if self.momentum is None:
            return self.model.get_weights()
        return [average.numpy() for average in self._averages]

    @contextlib.contextmanager
    def applied(self):
        """Lets the model have the averaged weights within a `with` block."""
        weights = self.model.get_weights()
        averages = [
            np.mean(versions, axis=0, dtype="float64").astype(versions[0].dtype)
            for versions in zip(*(self.last or [self._present()]), strict=True)
        ]
        self.model.set_weights(averages)
        try:
            yield
        finally:
            self.model.set_weights(weights)
