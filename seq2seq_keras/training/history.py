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
    decides, or its mean over the last `epochs` rows; the first row that has so many is
    better than any that has fewer.
    """

    def __init__(
        self,
        monitor: str,
        *,
        higher_is_better: bool,
        epochs: int = 1,
        rows: Iterable[dict] = (),
    ) -> None:
        self.monitor = monitor
        self.higher_is_better = higher_is_better
        self.epochs = epochs
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
        last = len(self.rows) - 1
        is_best = self.best < 0 or self._is_better(last, self.best)
        if is_best:
            self.best = last
        else:
            self.setbacks += 1
        return is_best

    @property
    def epochs_since_best(self) -> int:
        """How many epochs have gone by without a better one."""
        return len(self.rows) - 1 - self.best

    def _is_better(self, index: int, other: int) -> bool:
        # The mean of fewer epochs may be that of a single lucky one.
        if other + 1 < self.epochs <= index + 1:
            return True
        new, old = self._mean(self.monitor, index), self._mean(self.monitor, other)
        # Means of the same shares differ by their rounding.
        if math.isclose(new, old) and _TIE_BREAK in self.rows[index]:
            # While nothing is right yet, a model may still be learning.
            return self._mean(_TIE_BREAK, index) < self._mean(_TIE_BREAK, other)
        return new > old if self.higher_is_better else new < old

    def _mean(self, name: str, index: int) -> float:
        rows = self.rows[max(0, index + 1 - self.epochs) : index + 1]
        return math.fsum(row[name] for row in rows) / len(rows)
