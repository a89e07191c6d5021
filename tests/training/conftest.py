"""What the tests of training share."""

import os
import signal

import keras
import pytest

from seq2seq_keras.data import make_toy_pairs


class StopAt(keras.callbacks.Callback):
    """Sends the signal to stop at some steps, counted from 1."""

    def __init__(self, stops):
        super().__init__()
        self.stops = stops
        self.steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps in self.stops:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture
def stop_at():
    """The class of the callback above."""
    return StopAt


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    """A file of 150 pairs to copy."""
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    lines = (f"{source}\t{target}\n" for source, target in make_toy_pairs("copy", 150))
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)
