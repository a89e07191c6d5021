"""A look at the data before training."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from seq2seq_keras.data.options import DataOptions
from seq2seq_keras.data.pairs import Pairs, PairStream
from seq2seq_keras.data.splitting import source_key
from seq2seq_keras.errors import check_choice
from seq2seq_keras.options import ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.special_tokens import UNKNOWN_ID

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    from seq2seq_keras.text import Tokenizer

_CHUNK = 4096
_NUMBER_BYTES = 4


@dataclasses.dataclass(frozen=True)
class SideReport:
    """What one side of a split looks like, in tokens.

    Attributes:
        mean_length: Mean number of tokens of a sentence.
        median_length: The middle one.
        length_95: 95 % of the sentences are no longer than this.
        max_length: The longest.
        unknown_rate: Share of tokens that the vocabulary lacks.
        coverage: Share of the different tokens that the vocabulary has. Special
            tokens are not counted.
        empty: Sentences without a token.
    """

    mean_length: float
    median_length: float
    length_95: float
    max_length: int
    unknown_rate: float
    coverage: float
    empty: int


@dataclasses.dataclass(frozen=True)
class SplitReport:
    """What one split looks like.

    Attributes:
        pairs: Number of pairs.
        distinct_sources: Sources that differ in more than case, spacing and features.
        duplicates: Pairs that repeat an earlier one.
        leaked: Pairs whose source also stands in an earlier split: that of
            training, and for the test split also that of validation.
        source: `SideReport` of the sources.
        target: `SideReport` of the targets.
    """

    pairs: int
    distinct_sources: int
    duplicates: int
    leaked: int
    source: SideReport
    target: SideReport


@dataclasses.dataclass(frozen=True)
class PairsReport:
    """What `describe_pairs` found; `print` shows it as a table.

    Attributes:
        splits: Dictionary of `SplitReport` by name, "training" first.
        source_vocabulary_size: Tokens of the source, special ones included.
        target_vocabulary_size: The same for the target.
        token_megabytes: Memory of the token ids of the training split.
        batch_megabytes: Memory of the logits of the longest batch that the training
            split can make and of their gradient, which is the largest thing a
            training step holds.
        weights_megabytes: Memory of weights, gradients and Adam's two moments; 0 if
            no model was given.
    """

    splits: dict[str, SplitReport]
    source_vocabulary_size: int
    target_vocabulary_size: int
    token_megabytes: float
    batch_megabytes: float
    weights_megabytes: float

    def __str__(self) -> str:
        rows = [
            ("", *self.splits),
            ("pairs", *(f"{s.pairs:,}" for s in self.splits.values())),
            *_rows(self.splits, "distinct_sources", "{:,}"),
            *_rows(self.splits, "duplicates", "{:,}"),
            *_rows(self.splits, "leaked", "{:,}", "source seen in an earlier split"),
        ]
        for side in ("source", "target"):
            sides = {name: getattr(s, side) for name, s in self.splits.items()}
            lengths = (
                f"{s.mean_length:.1f} / {s.median_length:.0f} / {s.length_95:.0f} / "
                f"{s.max_length}"
                for s in sides.values()
            )
            rows.append((f"{side} length: mean / median / 95 % / max", *lengths))
            rows += _rows(sides, "unknown_rate", "{:.2%}", f"{side} tokens unknown")
            rows += _rows(sides, "coverage", "{:.2%}", f"{side} words covered")
            rows += _rows(sides, "empty", "{:,}", f"{side} empty")
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        lines.append(
            f"vocabulary: {self.source_vocabulary_size:,} source tokens, "
            f"{self.target_vocabulary_size:,} target tokens"
        )
        memory = (
            f"memory: {self.token_megabytes:.1f} MB of token ids, "
            f"{self.batch_megabytes:.0f} MB for the logits of the longest batch"
        )
        if self.weights_megabytes:
            memory += f", {self.weights_megabytes:.0f} MB of weights and optimizer"
        return "\n".join([*lines, memory])


def _rows(
    reports: Mapping[str, SplitReport | SideReport],
    attribute: str,
    form: str,
    label: str | None = None,
) -> list[tuple[str, ...]]:
    cells = (form.format(getattr(report, attribute)) for report in reports.values())
    return [(label or attribute.replace("_", " "), *cells)]


@checks_numbers(ranges_of(DataOptions))
def describe_pairs(
    train: Pairs | PairStream,
    validation: Pairs | PairStream | None = None,
    test: Pairs | PairStream | None = None,
    *,
    source_tokenizer: "Tokenizer",
    target_tokenizer: "Tokenizer",
    batch_size: int = 64,
    batch_by: str = "sentences",
    max_source_length: int | None = None,
    max_target_length: int | None = None,
    model: "keras.Model | None" = None,
) -> PairsReport:
    """Looks at the data before a training is spent on it.

    Args:
        train: `Pairs` or a `PairStream`.
        validation: The same, optional.
        test: The same, optional.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        batch_size: Integer. As for `make_dataset`, for the memory expected.
        batch_by: "sentences" or "tokens", likewise.
        max_source_length: Optional integer, likewise: pairs that `make_dataset`
            leaves out do not count for the longest batch. All else counts them.
        max_target_length: Optional integer, likewise.
        model: Optional model from `build_model`, for the memory of its weights.

    Returns:
        A `PairsReport`: sizes, lengths, unknown words, duplicates, sources of one
        split that were seen in an earlier one, and expected memory.

    Example:

    >>> from seq2seq_keras.text import WordTokenizer
    >>> train, test = Pairs(["yes", "no"], ["oui", "non"]), Pairs(["no"], ["non"])
    >>> report = describe_pairs(
    ...     train,
    ...     test=test,
    ...     source_tokenizer=WordTokenizer.fit(train.source),
    ...     target_tokenizer=WordTokenizer.fit(train.target),
    ... )
    >>> report.splits["test"].leaked
    1
    """
    counter = PairsCounter(source_tokenizer, target_tokenizer)
    parts = {"training": train, "validation": validation, "test": test}
    for name, pairs in parts.items():
        if pairs is not None:
            counter.read(name, pairs)
    return counter.report(
        batch_size=batch_size,
        batch_by=batch_by,
        max_source_length=max_source_length,
        max_target_length=max_target_length,
        model=model,
    )


class PairsCounter:
    """Counts what `describe_pairs` tells, also while something else reads the pairs.

    Args:
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
    """

    def __init__(
        self, source_tokenizer: "Tokenizer", target_tokenizer: "Tokenizer"
    ) -> None:
        self._tokenizers = (source_tokenizer, target_tokenizer)
        self._splits: dict[str, _Split] = {}

    def read(self, name: str, pairs: Pairs | PairStream) -> None:
        """Goes through a split: "training", "validation" or "test", in this order."""
        self._splits[name] = _Split(self._tokenizers)
        rest, first = iter(pairs), 1
        while chunk := list(itertools.islice(rest, _CHUNK)):
            tokens = [
                tokenizer.split_to_ragged(texts, first=first)
                for tokenizer, texts in zip(
                    self._tokenizers, zip(*chunk, strict=True), strict=True
                )
            ]
            self.add(name, chunk, tokens)
            first += len(chunk)

    def add(
        self,
        name: str,
        pairs: Sequence[tuple[str, str]],
        tokens: "Sequence[tf.RaggedTensor]",
    ) -> None:
        """Counts some pairs of a split that others have read and cut into tokens."""
        split = self._splits.setdefault(name, _Split(self._tokenizers))
        earlier = [other for other in self._splits.values() if other is not split]
        split.count(pairs, tokens, earlier)

    @checks_numbers(ranges_of(DataOptions))
    def report(
        self,
        *,
        batch_size: int = 64,
        batch_by: str = "sentences",
        max_source_length: int | None = None,
        max_target_length: int | None = None,
        model: "keras.Model | None" = None,
    ) -> PairsReport:
        """Makes the report of what was counted, with options of `describe_pairs`."""
        check_choice("batch_by", batch_by, ("sentences", "tokens"))
        splits = {name: split.report() for name, split in self._splits.items()}
        training = splits["training"]
        tokens = training.pairs * (
            training.source.mean_length + 2 * training.target.mean_length + 3
        )
        limits = (max_source_length, max_target_length)
        lengths = [side.lengths() for side in self._splits["training"].sides]
        steps = _longest_target(lengths, limits) + 1  # with `<sos>`
        # A sentence longer than a batch of tokens is a batch of its own.
        rows = batch_size * steps if batch_by == "sentences" else max(batch_size, steps)
        source_size, target_size = (x.vocabulary_size for x in self._tokenizers)
        weights = 4 * model.count_params() if model is not None else 0
        return PairsReport(
            splits=splits,
            source_vocabulary_size=source_size,
            target_vocabulary_size=target_size,
            token_megabytes=tokens * _NUMBER_BYTES / 1e6,
            batch_megabytes=2 * rows * target_size * _NUMBER_BYTES / 1e6,
            weights_megabytes=weights * _NUMBER_BYTES / 1e6,
        )


class _Split:
    """Counts the pairs of a split."""

    def __init__(self, tokenizers: "Sequence[Tokenizer]") -> None:
        self.pairs = self.leaked = 0
        # Hashes instead of sentences: a file larger than memory has to fit.
        self.sources: set[int] = set()
        self.distinct: set[int] = set()
        self.sides = [_Side(tokenizer) for tokenizer in tokenizers]

    def count(
        self,
        pairs: Sequence[tuple[str, str]],
        tokens: "Sequence[tf.RaggedTensor]",
        earlier: "Sequence[_Split]",
    ) -> None:
        self.pairs += len(pairs)
        self.distinct.update(map(hash, pairs))
        keys = [hash(source_key(source)) for source, _ in pairs]
        self.leaked += sum(any(key in x.sources for x in earlier) for key in keys)
        self.sources.update(keys)
        for side, rows in zip(self.sides, tokens, strict=True):
            side.count(rows)

    def report(self) -> SplitReport:
        return SplitReport(
            pairs=self.pairs,
            distinct_sources=len(self.sources),
            duplicates=self.pairs - len(self.distinct),
            leaked=self.leaked,
            source=self.sides[0].report(),
            target=self.sides[1].report(),
        )


class _Side:
    """Counts the tokens of one side of a split."""

    def __init__(self, tokenizer: "Tokenizer") -> None:
        self.tokenizer = tokenizer
        self.chunks: list[np.ndarray] = []
        self.unknown = 0
        self.known_ids: set[int] = set()
        self.unknown_hashes: set[int] = set()

    def count(self, tokens: "tf.RaggedTensor") -> None:
        self.chunks.append(tokens.row_lengths().numpy())
        token_ids = self.tokenizer.ids(tokens.flat_values).numpy()
        is_unknown = token_ids == UNKNOWN_ID
        self.unknown += int(is_unknown.sum())
        self.known_ids.update(np.unique(token_ids[~is_unknown]).tolist())
        forms = self.tokenizer.special_tokens.forms
        self.unknown_hashes.update(
            hash(token)
            for token in tokens.flat_values.numpy()[is_unknown].tolist()
            if token.decode("utf-8") not in forms
        )

    def lengths(self) -> np.ndarray:
        return np.concatenate([np.zeros(0, int), *self.chunks])

    def report(self) -> SideReport:
        lengths = self.lengths()
        if not lengths.size:
            return SideReport(0.0, 0.0, 0.0, 0, 0.0, 0.0, 0)
        known, unknown = len(self.known_ids), len(self.unknown_hashes)
        return SideReport(
            mean_length=float(lengths.mean()),
            median_length=float(np.median(lengths)),
            length_95=float(np.percentile(lengths, 95)),
            max_length=int(lengths.max()),
            unknown_rate=self.unknown / max(1, int(lengths.sum())),
            coverage=known / max(1, known + unknown),
            empty=int((lengths == 0).sum()),
        )


def _longest_target(lengths: Sequence[np.ndarray], limits: Sequence[int | None]) -> int:
    """The most tokens of a target that `make_dataset` keeps."""
    kept = np.ones(len(lengths[0]), bool)
    for side, limit in zip(lengths, limits, strict=True):
        kept &= (side > 0) & (side <= (limit or np.inf))
    return int(lengths[1][kept].max(initial=0))
