"""How much of a vocabulary some vectors know."""

import dataclasses

import numpy as np

# What was done for a token, best first.
FOUND, BARE, FOLDED, COMPOSED, FILLED = range(5)
_KINDS = ("found", "without marks", "folded", "composed", "filled")
_FIRST_BAND = 100


@dataclasses.dataclass(frozen=True)
class Coverage:
    """Where the vector of each token of a vocabulary came from.

    - found: the token is one of the words;
    - without marks: it is, once the tokenizer's marks are taken away (`￭,` is `,`);
    - folded: a word differs from it in upper and lower case or Unicode form alone;
    - composed: the vector was made of the parts of the word (FastText);
    - filled: the vector is random.

    Printed, it is a table by frequency: vocabularies stand most frequent first.

    Args:
        tokens: List of the tokens, without the special ones.
        kinds: Integer array of the same length, from 0 for found to 4 for filled.

    Example:

    >>> coverage = Coverage(["the", "Dog", "zyzzyva"], np.array([0, 2, 4]))
    >>> coverage.count("folded"), coverage.missing
    (1, ['zyzzyva'])
    """

    tokens: list[str]
    kinds: np.ndarray

    def count(self, kind):
        """How many tokens are "found", "without marks", "folded" and so on."""
        return int((self.kinds == _KINDS.index(kind)).sum())

    @property
    def share(self):
        """The share of tokens that are not filled with random numbers."""
        return float((self.kinds != FILLED).mean())

    @property
    def missing(self):
        """The tokens that are, most frequent first."""
        return [
            token
            for token, kind in zip(self.tokens, self.kinds, strict=True)
            if kind == FILLED
        ]

    def bands(self):
        """Counts by frequency.

        Returns:
            A list of tuples `(first rank, last rank, counts)`, counted from 1, where
            counts is an integer array: found, without marks, folded, composed, filled.
            The last row is that of all tokens.
        """
        rows, first, last = [], 0, _FIRST_BAND
        while first < len(self.tokens):
            last = min(last, len(self.tokens))
            rows.append(self._band(first, last))
            first, last = last, last * 10
        return [*rows, self._band(0, len(self.tokens))]

    def _band(self, first, last):
        counts = np.bincount(self.kinds[first:last], minlength=len(_KINDS))
        return first + 1, last, counts

    def __str__(self):
        lines = [f"{'frequency rank':<18}" + "".join(f"{kind:>15}" for kind in _KINDS)]
        bands = self.bands()
        for number, (first, last, counts) in enumerate(bands, start=1):
            name = "all" if number == len(bands) else f"{first:,} to {last:,}"
            shares = counts / counts.sum()
            cells = (
                f"{count:>8,} {share:>6.1%}"
                for count, share in zip(counts, shares, strict=True)
            )
            lines.append(f"{name:<18}" + "".join(cells))
        return "\n".join(lines)
