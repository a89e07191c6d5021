"""What is counted of the pairs of one split, and of each side."""

import functools
import itertools
import operator
import unicodedata
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from seq2seq_keras.data.hashed_groups import HashedGroups, hashes
from seq2seq_keras.data.leftovers import Leftovers
from seq2seq_keras.data.report import (
    Example,
    Found,
    SideReport,
    SplitReport,
    shortened,
)
from seq2seq_keras.data.splitting import source_key
from seq2seq_keras.special_tokens import UNKNOWN_ID
from seq2seq_keras.text import FeaturesTokenizer, Tokenizer

# Different sources among which one with several targets is looked for, to show it.
_REMEMBERED = 50_000
_KEPT = 100  # characters of its target, more than are shown
_CODE_POINTS = 0x110000


class SplitCounts:
    """Counts the pairs of a split.

    Args:
        tokenizers: Those of source and target.
        limits: The most tokens of source and target, each optional.
    """

    def __init__(
        self, tokenizers: Sequence[Tokenizer], limits: Sequence[int | None]
    ) -> None:
        self.sides = [SideCounts(tokenizer) for tokenizer in tokenizers]
        self.pairs = 0
        self.longest_target = 0  # of those within the limits
        self.keys = HashedGroups(np.add)  # and how many pairs have it
        has_features = isinstance(tokenizers[0], FeaturesTokenizer)
        self._key = functools.partial(source_key, features=has_features)
        self._limits = [limit or np.inf for limit in limits]
        self._distinct = HashedGroups()
        # Where a source has several targets, their lowest and highest hash differ.
        self._targets = HashedGroups(np.minimum, np.maximum)
        self._remembered: dict[int, tuple[int, str]] = {}
        self._several: Example | None = None
        self._copies, self._left_out = Found(), Found()

    def add(
        self, pairs: Sequence[tuple[str, str]], tokens: Sequence[tf.RaggedTensor]
    ) -> None:
        """Counts some pairs, of which the tokens are given too."""
        if not pairs:
            return
        first = self.pairs + 1
        self.pairs += len(pairs)
        texts = list(zip(*pairs, strict=True))
        lengths = [
            side.add(cells, rows, first)
            for side, cells, rows in zip(self.sides, texts, tokens, strict=True)
        ]
        self._add_lengths(pairs, lengths, first)
        sources, targets = map(hashes, texts)
        keys = hashes(list(map(self._key, texts[0])))
        self.keys.add(keys, np.ones_like(keys))
        self._distinct.add(hashes(pairs))
        self._targets.add(sources, targets, targets)
        if self._several is None:
            self._look_for_several_targets(pairs, first)
        for place in itertools.compress(itertools.count(), map(operator.eq, *texts)):
            if (text := pairs[place][0]).strip():
                self._copies.add(first + place, text)

    def _add_lengths(
        self,
        pairs: Sequence[tuple[str, str]],
        lengths: Sequence[np.ndarray],
        first: int,
    ) -> None:
        fits = np.ones(len(pairs), bool)
        for side, limit in zip(lengths, self._limits, strict=True):
            fits &= (side > 0) & (side <= limit)
        longest = lengths[1][fits].max(initial=self.longest_target)
        self.longest_target = int(longest)
        out = np.flatnonzero(~fits).tolist()
        self._left_out.count += len(out)
        if out and self._left_out.example is None:
            counts = " and ".join(str(side[out[0]]) for side in lengths)
            text = f"{_side_by_side(*pairs[out[0]])}: {counts} tokens"
            self._left_out.example = Example(first + out[0], text)

    def _look_for_several_targets(
        self, pairs: Sequence[tuple[str, str]], first: int
    ) -> None:
        for number, (source, target) in enumerate(pairs, first):
            earlier = self._remembered.get(hash(source))
            if earlier is None:
                if len(self._remembered) < _REMEMBERED:
                    self._remembered[hash(source)] = hash(target), target[:_KEPT]
            elif earlier[0] != hash(target):
                text = f"{_side_by_side(source, earlier[1])} | “{shortened(target)}”"
                self._several = Example(number, text)
                self._remembered.clear()
                return

    def report(
        self, distinct_sources: int, leaked: int, alone: Sequence[Found]
    ) -> SplitReport:
        """Makes the report, with what only a look at the other splits can tell."""
        several = sum(int((low != high).sum()) for _, low, high in self._targets)
        leftovers = [side.leftovers for side in self.sides]
        found = {
            "several_targets": Found(several, self._several),
            "copies": self._copies,
            "left_out": self._left_out,
            "html_entities": operator.add(*(x.html_entities for x in leftovers)),
            "excel_quotes": operator.add(*(x.excel_quotes for x in leftovers)),
            "markup": operator.add(*(x.markup for x in leftovers)),
            "lone_source_characters": alone[0],
            "lone_target_characters": alone[1],
        }
        return SplitReport(
            pairs=self.pairs,
            distinct_sources=distinct_sources,
            duplicates=self.pairs - sum(len(part[0]) for part in self._distinct),
            leaked=leaked,
            source=self.sides[0].report(),
            target=self.sides[1].report(),
            **{kind: one.count for kind, one in found.items()},
            examples={kind: x.example for kind, x in found.items() if x.example},
        )


class SideCounts:
    """Counts the cells and the tokens of one side of a split."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.lengths = _Lengths()
        self.leftovers = Leftovers()
        self.characters = Characters()
        self._tokenizer = tokenizer
        self._special_forms = {form.encode() for form in tokenizer.special_tokens.forms}
        self._unknown = 0
        self._is_seen = np.zeros(tokenizer.vocabulary_size, bool)
        self._uncovered = HashedGroups()

    def add(
        self, texts: Sequence[str], tokens: tf.RaggedTensor, first: int
    ) -> np.ndarray:
        """Counts some cells, and returns how many tokens each has."""
        joined = "".join(texts)
        self.characters.add(texts, joined, first)
        self.leftovers.add(texts, joined, first)
        token_ids = self._tokenizer.ids(tokens.flat_values).numpy()
        self._is_seen[token_ids] = True
        is_unknown = token_ids == UNKNOWN_ID
        if is_unknown.any():
            self._unknown += int(is_unknown.sum())
            # Far quicker than a mask, or than Python's strings of all tokens.
            unknown = tf.gather(tokens.flat_values, np.flatnonzero(is_unknown)).numpy()
            forms = set(unknown.tolist()) - self._special_forms
            self._uncovered.add(hashes(list(forms)))
        lengths = tokens.row_lengths().numpy()
        self.lengths.add(lengths)
        return lengths

    def report(self) -> SideReport:
        """Makes the report."""
        lengths = self.lengths
        known = int(self._is_seen.sum()) - int(self._is_seen[UNKNOWN_ID])
        uncovered = sum(len(part[0]) for part in self._uncovered)
        if not lengths.count:
            return SideReport(0.0, 0.0, 0.0, 0, 0.0, 0.0, 0)
        return SideReport(
            mean_length=lengths.total / lengths.count,
            median_length=lengths.quantile(0.5),
            length_95=lengths.quantile(0.95),
            max_length=len(lengths.counts) - 1,
            unknown_rate=self._unknown / max(1, lengths.total),
            coverage=known / max(1, known + uncovered),
            empty=int(lengths.counts[0]),
        )


class _Lengths:
    """How many sentences there are of each length."""

    def __init__(self) -> None:
        self.counts = np.zeros(0, int)

    def add(self, lengths: np.ndarray) -> None:
        """Counts some lengths."""
        counts = np.bincount(lengths, minlength=len(self.counts))
        counts[: len(self.counts)] += self.counts
        self.counts = counts

    @property
    def count(self) -> int:
        """Sentences."""
        return int(self.counts.sum())

    @property
    def total(self) -> int:
        """Tokens of all of them."""
        return int(self.counts @ np.arange(len(self.counts)))

    def quantile(self, share: float) -> float:
        """What `np.quantile` makes of the list of lengths."""
        rank = (self.count - 1) * share
        low = int(rank)
        ranks = [low, min(low + 1, self.count - 1)]
        neighbours = np.searchsorted(np.cumsum(self.counts), ranks, side="right")
        return float(np.quantile(neighbours, rank - low))


class Characters:
    """The different characters of some texts, and where each stood first."""

    def __init__(self) -> None:
        self._is_seen = np.zeros(_CODE_POINTS, bool)
        self._examples: dict[int, Example] = {}

    def add(self, texts: Sequence[str], joined: str, first: int) -> None:
        """Looks at some texts, which `joined` holds too; `first` is the number of one.

        There may be a billion characters and few new ones, so only these are Python.
        """
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
        new = np.flatnonzero(~self._is_seen[codes])
        if not len(new):
            return
        _, places = np.unique(codes[new], return_index=True)
        ends = np.cumsum([len(text) for text in texts])
        for place in np.sort(new[places]).tolist():
            code, row = int(codes[place]), int(np.searchsorted(ends, place, "right"))
            at = place - int(ends[row]) + len(texts[row])
            text = f"{_named(code)} in “{shortened(texts[row], at)}”"
            self._examples[code] = Example(first + row, text)
        self._is_seen[codes[new]] = True

    def without(self, *others: "Characters") -> Found:
        """The characters that none of some others has."""
        alone = self._is_seen.copy()
        for other in others:
            alone &= ~other._is_seen
        codes = set(np.flatnonzero(alone).tolist())
        first = next((x for code, x in self._examples.items() if code in codes), None)
        return Found(len(codes), first)


def _named(code: int) -> str:
    """A character with its number, or that alone where it would not be seen."""
    character, number = chr(code), f"U+{code:04X}"
    alone = character.isprintable() and not unicodedata.combining(character)
    return f"{character} ({number})" if alone and code != ord(" ") else number


def _side_by_side(source: str, target: str) -> str:
    return f"“{shortened(source)}” → “{shortened(target)}”"
