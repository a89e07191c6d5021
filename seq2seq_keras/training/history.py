"""What each epoch measured, and what follows from it."""

import math
from collections.abc import Iterable

from seq2seq_keras.errors import InputError

# Decides between epochs that are equally good.
_TIE_BREAK = "val_perplexity"


class History:
    """The rows of the log and the decisions that rest on them.

    Best epoch, early stopping and a falling learning rate all follow from the rows, so
    that rows are all a resumed training has to know. The value called `monitor`
    decides.
    """

    def __init__(
        self, monitor: str, *, higher_is_better: bool, rows: Iterable[dict] = ()
    ) -> None:
        self.monitor = monitor
        self.higher_is_better = higher_is_better
        self.rows: list[dict[str, float]] = []
        self.best = -1  # the index of the best row
        self.setbacks = 0  # epochs that were not the best so far
        for row in rows:
            self.add(row)

    def add(self, row: dict[str, float]) -> bool:
        """Adds the values of an epoch and tells whether it is the best so far."""
        if math.isnan(row.get(self.monitor, math.nan)):
            raise InputError(
                f"Epoch {len(self.rows) + 1} has no {self.monitor}, by which the best "
                f"model is to be chosen. It has: {', '.join(row)}"
            )
        self.rows.append(row)
        is_best = self.best < 0 or self._is_better(row, self.rows[self.best])
        if is_best:
            self.best = len(self.rows) - 1
        else:
            self.setbacks += 1
        return is_best

    @property
    def epochs_since_best(self) -> int:
        """How many epochs have gone by without a better one."""
        return len(self.rows) - 1 - self.best

    def _is_better(self, row: dict[str, float], other: dict[str, float]) -> bool:
        new, old = row[self.monitor], other[self.monitor]
        if new == old and _TIE_BREAK in row:
            # While nothing is right yet, a model may still be learning.
            return row[_TIE_BREAK] < other[_TIE_BREAK]
        return new > old if self.higher_is_better else new < old
