"""What `describe_pairs` found, and its table."""

import dataclasses


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
        distinct_sources: Sources that differ in more than case and spacing.
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

    def __str__(self):
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


def _rows(reports, attribute, form, label=None):
    cells = (form.format(getattr(report, attribute)) for report in reports.values())
    return [(label or attribute.replace("_", " "), *cells)]
