"""What a look at the data found, and the table that shows it."""

import dataclasses
from collections.abc import Iterator, Mapping

# Characters of a text that an example shows.
_SHOWN = 60


@dataclasses.dataclass(frozen=True)
class Example:
    """One of the things that a report counts.

    Attributes:
        number: Which pair of its split it is, from 1.
        text: Its text, in one line and cut to what shows the thing.
    """

    number: int
    text: str


@dataclasses.dataclass
class Found:
    """How many things of a kind there are, and the first of them."""

    count: int = 0
    example: Example | None = None

    def add(self, number: int, text: str, at: int = 0) -> None:
        """Counts one, which pair `number` has at some place of a text."""
        self.count += 1
        if self.example is None:
            self.example = Example(number, shortened(text, at))

    def __add__(self, other: "Found") -> "Found":
        examples = [found.example for found in (self, other) if found.example]
        first = min(examples, key=lambda example: example.number, default=None)
        return Found(self.count + other.count, first)


def shortened(text: str, at: int = 0) -> str:
    """What stands around some place of a text, in one line."""
    start = 0 if len(text) <= _SHOWN else max(0, min(at, len(text)) - _SHOWN // 2)
    cut = " ".join(text[start : start + _SHOWN].splitlines())
    return f"{'…' * (start > 0)}{cut}{'…' * (start + _SHOWN < len(text))}"


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

    A cell is the source or the target of a pair, as it was read: before the tokenizer
    changes its case, its white space or its Unicode form.

    Attributes:
        pairs: Number of pairs.
        distinct_sources: Sources that differ in more than case, spacing and features.
        duplicates: Pairs that repeat an earlier one.
        leaked: Pairs whose source also stands in an earlier split: that of
            training, and for the test split also that of validation.
        source: `SideReport` of the sources.
        target: `SideReport` of the targets.
        several_targets: Different sources that stand beside more than one target.
            Here a source is its exact text.
        copies: Pairs whose target is the source, to the character. Blank ones do not
            count.
        left_out: Pairs that `make_dataset` leaves out: a side without a token, or
            longer than its limit.
        html_entities: Cells with an HTML entity: a number (`&#39;`, `&#x27;`) or a
            name that HTML knows (`&quot;`), with its semicolon.
        excel_quotes: Cells in the quotes that Excel writes into text with tabs: a cell
            that begins and ends with a quote and has those between doubled, if there
            are some (`"a ""b"" c"`), or if it holds a comma, a tab or a line break
            (`"yes, sir"`). The second may be direct speech: it counts only if no cell
            of that side and split holds a comma or a quote outside of such quotes.
        markup: Cells that begin with a tag which has attributes (`<seg id="1">`),
            closes (`</doc>`, `<br/>`), or is closed in the same cell (`<p>yes</p>`)
            or at the beginning of another one (`<tu>`); or with `<?xml`,
            `<!DOCTYPE` or `<!--`. `<unk>`, `<s>` and `</s>` are words.
        lone_source_characters: Different characters of the sources that training
            lacks; in the training split, those that no other split has.
        lone_target_characters: The same for the targets.
        examples: Dictionary of the first `Example` of what was counted, by the names
            of the eight attributes above, where there is one. Sources with several
            targets are looked for among the first 50,000 different ones only.
    """

    pairs: int
    distinct_sources: int
    duplicates: int
    leaked: int
    source: SideReport
    target: SideReport
    several_targets: int = 0
    copies: int = 0
    left_out: int = 0
    html_entities: int = 0
    excel_quotes: int = 0
    markup: int = 0
    lone_source_characters: int = 0
    lone_target_characters: int = 0
    examples: Mapping[str, Example] = dataclasses.field(default_factory=dict)


# What is shown only where there is some: its name, and what can be done about it.
_KINDS = {
    "several_targets": (
        "sources with several targets",
        "give all of them as references when you score",
    ),
    "copies": ("target equals source", "drop them if they were left untranslated"),
    "left_out": (
        "left out as empty or too long",
        "cut them, or raise `max_source_length` or `max_target_length`",
    ),
    "html_entities": (
        "cells with HTML entities",
        "make characters of them with Python's `html.unescape`",
    ),
    "excel_quotes": (
        "cells in Excel's quotes",
        "save the table as .csv, where they are not part of the text",
    ),
    "markup": ("cells that are markup", "take the text out of its tags"),
    "lone_source_characters": (
        "source characters in one split only",
        "training cannot teach them; is it one Unicode form everywhere?",
    ),
    "lone_target_characters": (
        "target characters in one split only",
        "training cannot teach them; is it one Unicode form everywhere?",
    ),
}


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
        for kind, (label, _) in _KINDS.items():
            if any(getattr(split, kind) for split in self.splits.values()):
                rows += _rows(self.splits, kind, "{:,}", label)
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
        return "\n".join([*lines, memory, *self._examples()])

    def _examples(self) -> Iterator[str]:
        """One of each kind, from the first split that has one."""
        training, *others = self.splits
        for kind, (label, remedy) in _KINDS.items():
            # What only training has does no harm.
            is_lone = kind.startswith("lone")
            for name in others if is_lone else (training, *others):
                if example := self.splits[name].examples.get(kind):
                    place = f"{name} pair {example.number:,}"
                    yield f"{label}, e.g. {place}: {example.text} ({remedy})"
                    break


def _rows(
    reports: Mapping[str, SplitReport | SideReport],
    attribute: str,
    form: str,
    label: str | None = None,
) -> list[tuple[str, ...]]:
    cells = (form.format(getattr(report, attribute)) for report in reports.values())
    return [(label or attribute.replace("_", " "), *cells)]
