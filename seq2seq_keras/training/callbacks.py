"""What happens after each step of a training."""

import time

import keras

from seq2seq_keras.errors import InputError
from seq2seq_keras.training.state import assign_all


class EachStep(keras.callbacks.Callback):
    """Counts the steps of a `TrainingRun`, saves its state and lets it stop.

    Args:
        run: The `TrainingRun`.
    """

    def __init__(self, run):
        super().__init__()
        self.run = run

    def on_epoch_begin(self, epoch, logs=None):
        # `fit` has just set the metrics to zero.
        if self.run.step > 0:
            assign_all(
                self.model.metrics_variables, self.run.saved_metrics, self.run.output
            )

    def on_train_batch_end(self, batch, logs=None):
        self.run.step += 1
        check_loss(self.run.step, (logs or {}).get("loss", 0.0))
        if self.run.step == self.run.batches.count:
            # What ends an epoch is still to come; the state is saved after it.
            return
        wait = 60 * self.run.config.save_minutes
        is_due = time.monotonic() - self.run.saved_at >= wait
        if self.run.signals.received is not None or is_due:
            self.run.save()
        self.run.signals.raise_if_received()


def check_loss(step, loss):
    """Ends a training whose loss is no number, with an error that says so.

    Args:
        step: Integer, counted from 1 in each epoch.
        loss: Number.

    Raises:
        InputError: If the loss is NaN.
    """
    if float(loss) != float(loss):
        raise InputError(
            f"The loss became NaN at step {step} of an epoch. Lower the learning rate "
            "or `global_clipnorm`, or use float32."
        )
