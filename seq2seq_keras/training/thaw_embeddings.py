"""Frozen embeddings that learn from some epoch on."""

import collections

import keras

from seq2seq_keras.errors import InputError


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

    def __init__(self, after_epochs):
        super().__init__()
        if after_epochs < 0:
            raise InputError(
                f"`after_epochs` must be 0 or more. Received: {after_epochs}"
            )
        self.after_epochs = after_epochs

    def on_epoch_begin(self, epoch, logs=None):
        if epoch >= self.after_epochs:
            thaw_embeddings(self.model)
        elif not has_frozen_embeddings(self.model):
            raise InputError(
                "`ThawEmbeddings` found no frozen embeddings. Build the model with "
                "`freeze_source_embeddings=True` or `freeze_target_embeddings=True`."
            )


def has_frozen_embeddings(model):
    """Whether a model has embeddings that training leaves as they are.

    Args:
        model: A model from `build_model`.

    Returns:
        A boolean.
    """
    options = model.options
    return options.freeze_source_embeddings or options.freeze_target_embeddings


def thaw_embeddings(model):
    """Makes the frozen embeddings of a model trainable, in the midst of training too.

    An optimizer knows a fixed list of weights, so the model gets another one, of the
    same options and with all that the first one has gathered on the other weights. A
    matrix that is shared, or tied to the output layer, is thawed as a whole.

    To resume a training that had thawed them, call this before the saved variables
    of the optimizer are assigned.

    Args:
        model: A model from `build_model`, compiled or not. Without frozen embeddings
            it stays as it is.
    """
    if not has_frozen_embeddings(model):
        return
    model.encoder.embedding.trainable = True
    model.decoder.embedding.trainable = True
    # What is saved from now on loads as it is.
    model.options.freeze_source_embeddings = False
    model.options.freeze_target_embeddings = False
    if not model.compiled:
        return
    if model.optimizer.built:
        model.optimizer = _rebuild(model.optimizer, model.trainable_variables)
    if model.train_function is not None:
        model.make_train_function(force=True)


def _rebuild(optimizer, weights):
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


def _share_schedule(optimizer, rebuilt):
    """A schedule may be steered from outside, so it must be the same object."""
    # The public attribute is what it says for this step.
    schedule = optimizer._learning_rate
    if not isinstance(schedule, keras.Variable):
        rebuilt.learning_rate = schedule
