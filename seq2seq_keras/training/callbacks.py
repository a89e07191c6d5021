"""Callbacks of `fit`: averages of the weights, frozen embeddings that thaw."""

import collections
import contextlib
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.errors import InputError
from seq2seq_keras.models import embeddings_of
from seq2seq_keras.ranges import Range, checks_numbers


class WeightAverages(keras.callbacks.Callback):
    """Keeps averages of the weights while a model trains.

    The weights at the end of a training wander around a minimum; their average lies
    nearer to it. `applied()` puts the average in place for a while, to validate or
    save it; the training itself goes on from the weights as they are. Another `fit` of
    the same model goes on with the averages, one of another model begins anew.

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

    @checks_numbers(momentum=Range(above=0, below=1), epochs=(1, 1000))
    def __init__(self, momentum: float | None = None, epochs: int = 1) -> None:
        super().__init__()
        self.momentum = momentum
        # A list of arrays for each of the last epochs.
        self.epochs = epochs
        self.last: collections.deque[list[np.ndarray]]
        self.last = collections.deque(maxlen=epochs)
        self.variables: list[tf.Variable] = []

    def set_model(self, model: keras.Model) -> None:
        # The same one may be fitted anew and goes on; another one has its own.
        is_other = model is not self.model
        super().set_model(model)
        if is_other:
            self.last.clear()
            self.variables = []
        if self.momentum is None or self.variables:
            return
        self._steps = tf.Variable(0.0, trainable=False, name="steps")
        self._averages = [
            tf.Variable(weight.value, trainable=False) for weight in model.weights
        ]
        self.variables = [self._steps, *self._averages]
        # A trace holds the variables it was made with.
        self._update = tf.function(
            self._move_averages, reduce_retracing=True, autograph=False
        )

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.momentum is not None:
            self._update([weight.value for weight in self.model.weights])

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.epochs > 1:
            self.last.append(self._present())

    def _move_averages(self, weights: list[tf.Tensor]) -> None:
        steps = self._steps.assign_add(1.0)
        # 2/11, 3/12, 4/13 ...: at first a mean over all steps so far.
        momentum = tf.minimum(self.momentum, (1.0 + steps) / (10.0 + steps))
        for average, weight in zip(self._averages, weights, strict=True):
            if not weight.dtype.is_floating:  # quantized: nothing between two numbers
                average.assign(weight)
                continue
            # One operation less than `assign_add`, on tensors as large as the weights.
            tf.raw_ops.ResourceApplyGradientDescent(
                var=average.handle, alpha=1.0 - momentum, delta=average - weight
            )

    def _present(self) -> list[np.ndarray]:
        if self.momentum is None:
            return self.model.get_weights()
        return [average.numpy() for average in self._averages]

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
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


class ThawEmbeddings(keras.callbacks.Callback):
    """Lets frozen embeddings learn once so many epochs are over.

    Pretrained word vectors are good and everything else is random at first: the
    large errors of the beginning would spoil them. Once the rest of the model has
    learnt to use them, they can be tuned to the task.

    Args:
        after_epochs: Integer. Epochs with frozen embeddings, counted from the very
            first one, also when a training goes on with `initial_epoch`.

    Raises:
        InputError: If `after_epochs` is negative, or, in training, if the model was
            built without `freeze_source_embeddings` and `freeze_target_embeddings`.

    Example:

    ```python
    model = build_model(
        *sizes, source_embeddings=vectors, freeze_source_embeddings=True
    )
    compile_model(model)
    model.fit(dataset, epochs=10, callbacks=[ThawEmbeddings(after_epochs=3)])
    ```
    """

    @checks_numbers(after_epochs=(0, 10**6))
    def __init__(self, after_epochs: int) -> None:
        super().__init__()
        self.after_epochs = after_epochs

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if epoch >= self.after_epochs:
            thaw_embeddings(self.model)
        elif not has_frozen_embeddings(self.model):
            raise InputError(
                "`ThawEmbeddings` found no frozen embeddings. Build the model with "
                "`freeze_source_embeddings=True` or `freeze_target_embeddings=True`."
            )


def has_frozen_embeddings(model: keras.Model) -> bool:
    """Whether a model has embeddings that training leaves as they are."""
    return any(not layer.trainable for layer in embeddings_of(model))


def thaw_embeddings(model: keras.Model) -> None:
    """Makes the frozen embeddings of a model trainable, in the midst of training too.

    An optimizer knows a fixed list of weights, so the model gets another one, of the
    same options and with all that the first one has gathered on the other weights. A
    matrix that is shared, or tied to the output layer, is thawed as a whole.

    To resume a training that had thawed them, call this before the saved variables
    of the optimizer are assigned.
    """
    if not has_frozen_embeddings(model):
        return
    for layer in embeddings_of(model):
        layer.trainable = True
    if not model.compiled:
        return
    if model.optimizer.built:
        model.optimizer = _rebuild(model.optimizer, model.trainable_variables)
    if model.train_function is not None:
        model.make_train_function(force=True)


def _rebuild(
    optimizer: keras.optimizers.Optimizer, weights: list[keras.Variable]
) -> keras.optimizers.Optimizer:
    """An optimizer with a state for more weights."""
    rebuilt = type(optimizer).from_config(optimizer.get_config())
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        _share_schedule(optimizer.inner_optimizer, rebuilt.inner_optimizer)
    else:
        _share_schedule(optimizer, rebuilt)
    rebuilt.build(weights)
    # Two may have one name; they then come in the same order in both. Paths would
    # not do: they tell where an optimizer was built.
    gathered: dict = collections.defaultdict(collections.deque)
    for variable in optimizer.variables:
        gathered[variable.name].append(variable)
    averaged = {
        f"{weight.path.replace('/', '_')}_average": weight for weight in weights
    }
    for variable in rebuilt.variables:
        if gathered[variable.name]:
            variable.assign(gathered[variable.name].popleft())
        elif variable.name in averaged:
            # The moving average of what did not move.
            variable.assign(averaged[variable.name])
    return rebuilt


def _share_schedule(
    optimizer: keras.optimizers.Optimizer, rebuilt: keras.optimizers.Optimizer
) -> None:
    """A schedule may be steered from outside, so it must be the same object."""
    # The public attribute is what it says for this step.
    schedule = optimizer._learning_rate
    if not isinstance(schedule, keras.Variable):
        rebuilt.learning_rate = schedule
