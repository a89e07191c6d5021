"""A look at the data before training."""

import itertools

import numpy as np

from seq2seq_keras.data.report_table import PairsReport, SideReport, SplitReport
from seq2seq_keras.data.split import source_key
from seq2seq_keras.errors import check_choice
from seq2seq_keras.special_tokens import UNKNOWN_ID

_CHUNK = 4096
_NUMBER_BYTES = 4


def describe_pairs(
    train,
    validation=None,
    test=None,
    *,
    source_tokenizer,
    target_tokenizer,
    batch_size=64,
    batch_by="sentences",
    max_source_length=None,
    max_target_length=None,
    model=None,
):
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

    >>> from seq2seq_keras.data.pairs import Pairs
    >>> from seq2seq_keras.text.word_tokenizer import WordTokenizer
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
    check_choice("batch_by", batch_by, ("sentences", "tokens"))
    tokenizers = (source_tokenizer, target_tokenizer)
    limits = (max_source_length, max_target_length)
    parts = {"training": train, "validation": validation, "test": test}
    seen: set[int] = set()
    splits, longest = {}, {}
    for name, pairs in parts.items():
        if pairs is not None:
            splits[name], sources, lengths = _describe_split(pairs, tokenizers, seen)
            longest[name] = _longest_target(lengths, limits)
            seen |= sources
    training = splits["training"]
    tokens = training.pairs * (
        training.source.mean_length + 2 * training.target.mean_length + 3
    )
    steps = longest["training"] + 1  # with `<sos>`
    # A sentence longer than a batch of tokens is a batch of its own.
    rows = batch_size * steps if batch_by == "sentences" else max(batch_size, steps)
    logits = 2 * rows * target_tokenizer.vocabulary_size
    weights = 4 * model.count_params() if model is not None else 0
    return PairsReport(
        splits=splits,
        source_vocabulary_size=source_tokenizer.vocabulary_size,
        target_vocabulary_size=target_tokenizer.vocabulary_size,
        token_megabytes=tokens * _NUMBER_BYTES / 1e6,
        batch_megabytes=logits * _NUMBER_BYTES / 1e6,
        weights_megabytes=weights * _NUMBER_BYTES / 1e6,
    )


def _describe_split(pairs, tokenizers, seen):
    """The report of a split, the hashes of its sources, and its lengths."""
    # Hashes instead of sentences: a file larger than memory has to fit.
    sources: set[int] = set()
    distinct: set[int] = set()
    sides = [_Side(tokenizer) for tokenizer in tokenizers]
    total = leaked = 0
    pairs = iter(pairs)
    while chunk := list(itertools.islice(pairs, _CHUNK)):
        distinct.update(map(hash, chunk))
        keys = [hash(source_key(source)) for source, _ in chunk]
        leaked += sum(key in seen for key in keys)
        sources.update(keys)
        for side, texts in zip(sides, zip(*chunk, strict=True), strict=True):
            side.count(texts, first=total + 1)
        total += len(chunk)
    report = SplitReport(
        pairs=total,
        distinct_sources=len(sources),
        duplicates=total - len(distinct),
        leaked=leaked,
        source=sides[0].report(),
        target=sides[1].report(),
    )
    return report, sources, [side.lengths() for side in sides]


class _Side:
    """Counts the tokens of one side of a split."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.chunks = []
        self.unknown = 0
        self.known_ids: set[int] = set()
        self.unknown_hashes: set[int] = set()

    def count(self, texts, first):
        tokens = self.tokenizer.split_to_ragged(texts, first=first)
        self.chunks.append(tokens.row_lengths().numpy())
        token_ids = self.tokenizer.table.lookup(tokens.flat_values).numpy()
        is_unknown = token_ids == UNKNOWN_ID
        self.unknown += int(is_unknown.sum())
        self.known_ids.update(np.unique(token_ids[~is_unknown]).tolist())
        forms = self.tokenizer.special_tokens.forms
        self.unknown_hashes.update(
            hash(token)
            for token in tokens.flat_values.numpy()[is_unknown].tolist()
            if token.decode("utf-8") not in forms
        )

    def lengths(self):
        return np.concatenate([np.zeros(0, int), *self.chunks])

    def report(self):
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


def _longest_target(lengths, limits):
    """The most tokens of a target that `make_dataset` keeps."""
    kept = np.ones(len(lengths[0]), bool)
    for side, limit in zip(lengths, limits, strict=True):
        kept &= (side > 0) & (side <= (limit or np.inf))
    return int(lengths[1][kept].max(initial=0))
