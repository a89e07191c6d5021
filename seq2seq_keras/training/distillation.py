"""Training pairs that other models have written."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from seq2seq_keras.data import Pair, Pairs, PairStream, tidy_text
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import check_options, documented, option
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import split_features
from seq2seq_keras.translation import Translation, likeness

if TYPE_CHECKING:
    from seq2seq_keras.translation import Translator

# A text to translate, its reference if there is one, and the weight of both.
_Row = tuple[str, str | None, float]

_CHUNK = 4096  # texts that are translated together
_KIM = "[Kim and Rush, 2016](https://arxiv.org/abs/1606.07947)"
_SENNRICH = "[Sennrich et al., 2016](https://arxiv.org/abs/1511.06709)"
_NGUYEN = "[Nguyen et al., 2020](https://arxiv.org/abs/1911.01986)"


@documented
@dataclasses.dataclass(frozen=True)
class DistillationOptions:
    """Which translations of a teacher become training pairs.

    Args:
        {options}

    Raises:
        InputError: If an option is out of its range.

    Example:

    >>> DistillationOptions(min_likeness=0.5).likeness
    'chrf'

    Reference:
        {papers}
    """

    backward: bool = option(
        False,
        "Whether the teachers translate targets into sources: back-translation.",
        paper=_SENNRICH,
    )
    each: bool = option(
        False,
        "Whether each teacher writes pairs of its own; else they are an ensemble.",
        paper=_NGUYEN,
    )
    closest: bool = option(
        False,
        "Whether of the n best only the one most like its reference is taken.",
        paper=_KIM,
    )
    likeness: Literal["chrf", "bleu", "symbol_error_rate", "exact_match"] = option(
        "chrf",
        "How likeness to a reference is measured: by a score of sacreBLEU for one "
        "sentence, from 0 to 1, by 1 less the edits per token, or by whether texts are "
        "equal.",
    )
    min_likeness: float = option(
        0.0,
        "Leaves out translations that are less like their reference.",
        minimum=0,
        maximum=1,
    )
    originals: bool = option(
        False,
        "Whether the given pairs are there too, each before its translations.",
    )

    def __post_init__(self) -> None:
        check_options(self)


@dataclasses.dataclass
class DistillationCounts:
    """How many pairs `distill` has read, written and left out.

    Attributes:
        read: Pairs, or texts, that were given.
        written: Pairs that were written, the given ones included.
        unlike: Translations less like their reference than `min_likeness`.
        empty: Translations without text, and those of texts without any.
        repeated: Pairs that were there already.
        weightless: Given pairs of weight 0.
        unwritable: Pairs that a table cannot hold, with a tab or a line end in a text.
    """

    read: int = 0
    written: int = 0
    unlike: int = 0
    empty: int = 0
    repeated: int = 0
    weightless: int = 0
    unwritable: int = 0

    def __str__(self) -> str:
        left_out = ", ".join(
            f"{count:,} {name}"
            for name, count in dataclasses.asdict(self).items()
            if name not in ("read", "written") and count
        )
        told = f"{self.written:,} pairs of {self.read:,} texts"
        return f"{told}; left out: {left_out}" if left_out else told


@checks_numbers(batch_size=(1, 10**6))
def distill(
    teachers: "Sequence[Translator]",
    given: Pairs | PairStream | Iterable[str],
    options: DistillationOptions | None = None,
    *,
    batch_size: int | None = None,
    counts: DistillationCounts | None = None,
    **search: Any,
) -> Iterator[Pair]:
    """Yields training pairs in which one side is a translation.

    A student that learns from its teachers' translations sees one way to say a thing
    and not many, and reaches most of what an ensemble can at the cost of one model.
    With `backward` the teachers translate from the language of the targets, so that
    texts without a source become pairs. Both, beside the pairs themselves, make data
    more diverse. What is made of a pair has its weight; of pairs of weight 0 nothing is
    made.

    Args:
        teachers: List of `Translator`s.
        given: `Pairs` or a `PairStream`, whose other side is the reference of each
            translation; or an iterable of strings, texts that have none.
        options: Optional `DistillationOptions`.
        batch_size: Optional integer. As of `Translator.decode`.
        counts: Optional `DistillationCounts`, which are counted on.
        **search: Any of `SearchOptions`, e.g. `beam_width=5, n_best=5`; all of the n
            best become pairs.

    Yields:
        A source and a target and, where it is not 1, the weight of the given pair. No
        pair comes twice for one text.

    Raises:
        InputError: If there is no teacher, vocabularies of an ensemble differ, or an
            option needs references and there are none.

    Example:

    ```python
    train, *_ = s2s.load_corpus("sigmorphon2021/ice")
    teachers = [s2s.Translator.load(f"models/ice-{seed}") for seed in range(3)]
    pairs = list(s2s.distill(teachers, train, beam_width=5))
    ```

    Reference:
        - [Kim and Rush, 2016](https://arxiv.org/abs/1606.07947), section 3.2.
        - [Nguyen et al., 2020](https://arxiv.org/abs/1911.01986): both directions.
    """
    options, counts = options or DistillationOptions(), counts or DistillationCounts()
    has_references = isinstance(given, Pairs | PairStream)
    if not has_references:
        for name in ("closest", "min_likeness", "originals"):
            if getattr(options, name):
                raise InputError(
                    f"`{name}` needs references, and these are texts alone."
                )
    if not teachers:
        raise InputError("Distilling needs one teacher at least.")
    if options.each and len(teachers) == 1:
        raise InputError("`each` does nothing with one teacher.")
    from seq2seq_keras.translation import SearchRequest, Translator

    several = list(teachers) if options.each else [Translator.ensemble(teachers)]
    asked = [SearchRequest.of(teacher.search, search).options for teacher in several]
    if options.closest and all(each.n_best == 1 for each in asked):
        raise InputError("`closest` does nothing without an `n_best` of 2 or more.")
    is_compared = options.closest or options.min_likeness
    if options.likeness != DistillationOptions.likeness and not is_compared:
        raise InputError(
            "`likeness` does nothing without `closest` or a `min_likeness`."
        )

    search["batch_size"] = batch_size
    rows = _rows(given, options.backward)
    return _distilled(several, rows, options, counts, search)


def _rows(given: Pairs | PairStream | Iterable[str], backward: bool) -> Iterator[_Row]:
    if not isinstance(given, Pairs | PairStream):
        yield from ((text, None, 1.0) for text in given)
        return
    for source, target, weight in given.rows():
        if backward and "\t" in source:
            raise InputError(
                "`backward` makes sources of targets, and no features: leave those "
                f"out. Received: {source!r}"
            )
        yield (target, source, weight) if backward else (source, target, weight)


def _distilled(
    teachers: "Sequence[Translator]",
    rows: Iterator[_Row],
    options: DistillationOptions,
    counts: DistillationCounts,
    search: dict[str, Any],
) -> Iterator[Pair]:
    first = 1  # whatever was counted before: it decides what is drawn
    while chunk := list(itertools.islice(rows, _CHUNK)):
        counts.read += len(chunk)
        # An empty text takes no time, and the others keep their numbers.
        texts = [text if weight else "" for text, _, weight in chunk]
        found = [teacher.decode(texts, first=first, **search) for teacher in teachers]
        first += len(chunk)
        for (text, reference, weight), *own in zip(chunk, *found, strict=True):
            if not weight:
                counts.weightless += 1
                continue
            taken: list[str] = []
            if options.originals and reference is not None:
                taken.append(reference)
            for teacher, translation in zip(teachers, own, strict=True):
                taken += _taken(translation, reference, teacher, options, counts)
            different = [*dict.fromkeys(taken)]
            counts.repeated += len(taken) - len(different)
            for other in different:
                counts.written += 1
                pair = (other, text) if options.backward else (text, other)
                yield pair if weight == 1 else (*pair, weight)


def _taken(
    translation: Translation,
    reference: str | None,
    teacher: "Translator",
    options: DistillationOptions,
    counts: DistillationCounts,
) -> Iterator[str]:
    """Those of the n best that become the other side of a pair."""
    found = [h.text for h in translation.hypotheses]
    source, tokenizer = translation.source, teacher.source_tokenizer
    if tokenizer.text_tokenizer is not tokenizer:  # features stand before the text
        _, source = split_features(source)
    texts = [text for text in found if text.strip() and source.strip()]
    counts.empty += len(found) - len(texts)
    if not texts:
        return
    if reference is not None and (options.closest or options.min_likeness):
        alike = likeness(
            options.likeness,
            [tidy_text(text) for text in texts],
            [tidy_text(reference)],
            teacher.target_tokenizer.split,
        )[:, 0]
        if options.closest:
            best = int(alike.argmax())
            texts, alike = [texts[best]], alike[best : best + 1]
        if options.min_likeness:  # 0 leaves nothing out, though a likeness may be less
            is_alike = alike >= options.min_likeness
            counts.unlike += int((~is_alike).sum())
            texts = [text for text, kept in zip(texts, is_alike, strict=True) if kept]
    yield from texts


def pair_lines(
    pairs: Iterable[Pair],
    has_features: bool,
    has_weights: bool,
    counts: DistillationCounts,
) -> Iterator[str]:
    r"""Pairs as lines of a table: source, target, any features and any weight.

    Args:
        pairs: Iterable of pairs, or of pairs with their weights.
        has_features: Whether features and a tab stand before a source.
        has_weights: Whether the weights of pairs, 1 where they have none, are a column.
        counts: What `distill` counted as written; a pair that a table cannot hold,
            since a text has a tab or a line end, becomes one that is unwritable.

    Yields:
        Lines with tabs.

    Example:

    >>> counts = DistillationCounts(2, 2)
    >>> list(pair_lines([("V;PST\tgo", "went"), ("x", "y")], True, False, counts))
    ['go\twent\tV;PST', 'x\ty\t']
    >>> list(pair_lines([("a", "b"), ("c", "d", 0.5)], False, True, counts))
    ['a\tb\t1.0', 'c\td\t0.5']
    """
    for source, target, *weight in pairs:
        cells = [source, target]
        if has_features:
            features, text = split_features(source)
            cells = [text, target, features]
        if any({*cell} & {*"\t\r\n"} for cell in cells):
            counts.written -= 1
            counts.unwritable += 1
            continue
        if has_weights:
            cells.append(str(weight[0] if weight else 1.0))
        yield "\t".join(cells)
