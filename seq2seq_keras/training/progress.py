"""How far a training is, how fast it goes and when it will end."""

import datetime
import sys
import time

import keras
import tqdm

from seq2seq_keras.terminal import is_terminal, show

# Seconds between two lines where there is no terminal.
_INTERVAL = 60
# Of a training that is to end by its patience the first steps may tell of millennia.
_YEAR = 365 * 24 * 3600


class TrainingProgress(keras.callbacks.Callback):
    """Shows a bar on a terminal, and elsewhere a line from time to time.

    `tokens_per_step` are the target tokens of a batch, on average; `done` are the steps
    that an earlier process did.
    """

    def __init__(
        self, epochs: int, steps_per_epoch: int, tokens_per_step: float, done: int = 0
    ) -> None:
        super().__init__()
        self.epochs = epochs
        self.steps_per_epoch = steps_per_epoch
        self.tokens_per_step = tokens_per_step
        self._first = self._done = done
        self._start = time.monotonic()
        self._last_line = self._start
        self._bar: tqdm.tqdm

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch = epoch
        self._bar = tqdm.tqdm(
            total=self.steps_per_epoch,
            initial=self._done - epoch * self.steps_per_epoch,
            desc=f"epoch {epoch + 1}/{self.epochs}",
            bar_format="{desc} {bar:20} {n_fmt}/{total_fmt}{postfix}",
            file=sys.stdout,
            disable=not is_terminal(sys.stdout),
            leave=False,
        )

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._done += 1
        if not self._bar.disable:
            self._bar.set_postfix_str(self._status(logs), refresh=False)
            self._bar.update()
        elif time.monotonic() - self._last_line > _INTERVAL:
            step = self._done - self._epoch * self.steps_per_epoch
            place = f"epoch {self._epoch + 1}/{self.epochs} step {step}"
            show(f"{place}/{self.steps_per_epoch}, {self._status(logs)}")
            self._last_line = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._bar.close()
        place = f"epoch {epoch + 1}/{self.epochs}"
        show(f"{place}, {self._status(logs)}")
        self._last_line = time.monotonic()

    def _status(self, logs: dict | None) -> str:
        # The time for validation counts too, or the end would come too early.
        seconds = time.monotonic() - self._start
        rate = (self._done - self._first) / max(seconds, 1e-9)
        left = self.epochs * self.steps_per_epoch - self._done
        left_seconds = min(left / rate, _YEAR)
        end = datetime.datetime.now() + datetime.timedelta(seconds=left_seconds)
        values = [f"{name} {value:.4g}" for name, value in (logs or {}).items()]
        return ", ".join(
            [
                *values,
                f"{rate:.2f} steps/s",
                f"{rate * self.tokens_per_step:,.0f} tokens/s",
                f"ends {end:%a %H:%M}",
            ]
        )
