"""A look at the data before training."""

import collections
import dataclasses
import itertools

import numpy as np

from seq2seq_keras.data.split import source_key
from seq2seq_keras.special_tokens import UNKNOWN_ID

_CHUNK = 4096
_FLOAT_BYTES = 4


@dataclasses.dataclass(frozen=True)
class SideReport:
    """What one side of a split looks like, in tokens.

    Attributes:
        mean_length: Mean number of tokens of a sentence.
        median_length: The middle one.
        length_95: 95 % of the sentences are no longer than this.
        max_length: The longest.
        unknown_rate: Share of tokens that the vocabulary lacks.
        empty: Sentences without a token.
    """

    mean_length: float
    median_length: float
    length_95: float
    max_length: int
    unknown_rate: float
    empty: int


@dataclasses.dataclass(frozen=True)
class SplitReport:
    """What one split looks like.

    Attributes:
        pairs: Number of pairs.
        distinct_sources: Sources that differ in more than case and spacing.
        duplicates: Pairs that repeat an earlier one.
        leaked: Pairs whose source also stands in the training split.
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
        batch_megabytes: Memory of the logits of the longest batch and their
            gradient, which is the largest thing a training step holds.
        weights_megabytes: Memory of weights, gradients and Adam's two moments; 0 if
            no model was given.
    """

    splits: dict[str, SplitReport]
    source_vocabulary_size: int
    target_vocabulary_size: int
    token_megabytes: float
    batch_megabytes: float
    weights_megabytes: float

    def __str__(self):
        rows = [
            ("", *self.splits),
            ("pairs", *(f"{s.pairs:,}" for s in self.splits.values())),
            *_rows(self.splits, "distinct_sources", "{:,}"),
            *_rows(self.splits, "duplicates", "{:,}"),
            *_rows(self.splits, "leaked", "{:,}", "source seen in training"),
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


def describe_pairs(
    train,
    validation=None,
    test=None,
    *,
    source_tokenizer,
    target_tokenizer,
    batch_size=64,
    model=None,
):
    """Looks at the data before a training is spent on it.

    Args:
        train: `Pairs` or a `PairStream`.
        validation: The same, optional.
        test: The same, optional.
        source_tokenizer: A fitted tokenizer.
        target_tokenizer: A fitted tokenizer.
        batch_size: Integer. Sentences in a batch, for the memory expected.
        model: Optional model from `build_model`, for the memory of its weights.

    Returns:
        A `PairsReport`: sizes, lengths, unknown words, duplicates, sources of one
        split that were seen in another, and expected memory.
    """
    tokenizers = (source_tokenizer, target_tokenizer)
    splits = {"training": train, "validation": validation, "test": test}
    seen_in_training: set[int] = set()
    reports = {}
    for name, pairs in splits.items():
        if pairs is not None:
            reports[name], sources = _describe_split(
                pairs, tokenizers, seen_in_training
            )
            if name == "training":
                seen_in_training = sources
    training = reports["training"]
    tokens = training.pairs * (
        training.source.mean_length + 2 * training.target.mean_length + 3
    )
    logits = (
        batch_size
        * (training.target.max_length + 1)
        * target_tokenizer.vocabulary_size
        * 2
    )
    weights = 4 * model.count_params() if model is not None else 0
    return PairsReport(
        splits=reports,
        source_vocabulary_size=source_tokenizer.vocabulary_size,
        target_vocabulary_size=target_tokenizer.vocabulary_size,
        token_megabytes=tokens * _FLOAT_BYTES / 1e6,
        batch_megabytes=logits * _FLOAT_BYTES / 1e6,
        weights_megabytes=weights * _FLOAT_BYTES / 1e6,
    )


def _describe_split(pairs, tokenizers, seen_in_training):
    # Hashes instead of sentences: a file larger than memory has to fit.
    sources: set[int] = set()
    distinct: set[int] = set()
    lengths: tuple[list, list] = ([], [])
    unknown: collections.Counter[int] = collections.Counter()
    total = leaked = 0
    pairs = iter(pairs)
    while chunk := list(itertools.islice(pairs, _CHUNK)):
        total += len(chunk)
        distinct.update(map(hash, chunk))
        keys = [hash(source_key(source)) for source, _ in chunk]
        leaked += sum(key in seen_in_training for key in keys)
        sources.update(keys)
        for side, texts in enumerate(zip(*chunk, strict=True)):
            token_ids = tokenizers[side].tokenize_to_ragged(texts)
            lengths[side].append(token_ids.row_lengths().numpy())
            unknown[side] += int((token_ids.values.numpy() == UNKNOWN_ID).sum())
    sides = [
        _describe_side(np.concatenate([[], *lengths[side]]), unknown[side])
        for side in (0, 1)
    ]
    report = SplitReport(
        total, len(sources), total - len(distinct), leaked, sides[0], sides[1]
    )
    return report, sources


def _describe_side(lengths, unknown):
    if not lengths.size:
        return SideReport(0.0, 0.0, 0.0, 0, 0.0, 0)
    return SideReport(
        mean_length=float(lengths.mean()),
        median_length=float(np.median(lengths)),
        length_95=float(np.percentile(lengths, 95)),
        max_length=int(lengths.max()),
        unknown_rate=unknown / max(1, int(lengths.sum())),
        empty=int((lengths == 0).sum()),
    )


def _rows(reports, attribute, form, label=None):
    cells = (form.format(getattr(report, attribute)) for report in reports.values())
    return [(label or attribute.replace("_", " "), *cells)]
