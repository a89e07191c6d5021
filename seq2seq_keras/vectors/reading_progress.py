"""Telling a person how far a long reading is."""

import sys
import time

_SECONDS = 0.5


class Progress:
    """A line on standard error that is written over, twice a second.

    Args:
        title: What is going on.
        share: Function without arguments that returns how much is done, in [0, 1].
        shown: Whether to write anything.
    """

    def __init__(self, title, share, *, shown):
        self.title = title
        self.share = share
        self.shown = shown
        self._next = time.monotonic() + _SECONDS
        self._has_written = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._has_written:
            print(file=sys.stderr)

    def update(self, words):
        """Writes how many words there are so far, if it is time to."""
        if not self.shown or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS
        self._has_written = True
        line = f"\r{self.title}: {self.share():4.0%}, {words:,} words"
        print(line, end="", file=sys.stderr, flush=True)
