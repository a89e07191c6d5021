"""Choosing the options of a search by the score of validation pairs."""

import dataclasses
import functools
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq_keras.data import DataOptions, EvaluationSet, Pairs
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.evaluation.metrics import METRICS, SentenceCounts, count_metric
from seq2seq_keras.options import choices_of, ranges_of
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.translation import (
    RescoringOptions,
    Translation,
    combined,
    judge,
    least_risk,
)

if TYPE_CHECKING:
    from seq2seq_keras.translation import Translator

BEAM_WIDTHS = (1, 2, 5, 10, 20)
LENGTH_PENALTIES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0)
_SCALES = (1.0, 0.5, 0.25, 0.1)
_WEIGHTS = np.linspace(0, 1, 11).round(2)
_LENGTHS = np.linspace(-1, 1, 21).round(2)


@dataclasses.dataclass(frozen=True)
class SearchTrial:
    """One way to search, and what came of it.

    Attributes:
        options: Dictionary: what differs from the translator's own search, but for
            `rescore`.
        score: Float. The score of the validation pairs.
    """

    options: dict[str, Any]
    score: float


@dataclasses.dataclass(frozen=True)
class TunedSearch:
    """What `tune_search` chose, and from what.

    Attributes:
        options: Dictionary for `Translator.translate`. The model that judges,
            `rescore`, is among them where its weights were best.
        metric: Name of the metric.
        score: Float. The score of the validation pairs with these options.
        trials: List of `SearchTrial`, in the order in which they were made; of those of
            another model's weights the best alone.
        pairs: Integer. How many pairs decided.
    """

    options: dict[str, Any]
    metric: str
    score: float
    trials: list[SearchTrial]
    pairs: int

    def as_yaml(self, rescore: Sequence[str] = (), ensemble: Sequence[str] = ()) -> str:
        """The options as a file for `--config` of `translate` and `evaluate`.

        Args:
            rescore: Names of the folders of the model that judges, if one did.
            ensemble: Names of the folders of others that translate too.

        Returns:
            Text in YAML; what was tried stands in its comments.
        """
        metric = METRICS[self.metric]
        lines = [
            f"# Chosen by {metric.label} of {self.pairs:,} validation pairs, which is "
            f"{self.score:.{metric.digits}f}.",
            *(
                f"# {trial.score:.{metric.digits}f}  {_shown(trial.options)}"
                for trial in self.trials
            ),
        ]
        chosen = dict(self.options)
        if "rescore" in chosen:
            chosen["rescore"] = list(rescore)
        if ensemble:
            chosen = {"ensemble": list(ensemble), **chosen}
        # What JSON has, YAML has too.
        lines += [f"{name}: {json.dumps(value)}" for name, value in chosen.items()]
        return "\n".join(lines) + "\n"


@checks_numbers(ranges_of(DataOptions))
def tune_search(
    translator: "Translator",
    pairs: Pairs | EvaluationSet,
    *,
    metric: str = "bleu",
    rescore: "Translator | None" = None,
    beam_widths: Sequence[int] = BEAM_WIDTHS,
    length_penalties: Sequence[float] = LENGTH_PENALTIES,
    batch_size: int = 64,
    bleu_tokenizer: str = "13a",
    progress: Callable[[SearchTrial], None] | None = None,
) -> TunedSearch:
    """Chooses beam width, length penalty, decision and weights by validation pairs.

    One thing at a time, each with the best of those before it: the width of the beam;
    its length penalty; with that and the widest beam minimum Bayes risk by each
    utility, with probabilities as they are and to powers below 1; and, where there is a
    model that judges, its weight and that of the length together, on the hypotheses of
    the same beam. Of equal scores the one that was tried first, and is cheaper, stays.
    A translator that was saved with `sample` or a `decision` is tried without them.

    Args:
        translator: A `Translator`.
        pairs: `Pairs` or an `EvaluationSet` for validation. Never those of a test: a
            search that was chosen by them says nothing of other texts.
        metric: Name of the metric, one of `METRICS`.
        rescore: Optional `Translator` that judges; see `SearchRequest`.
        beam_widths: Integers, the widths to try.
        length_penalties: Numbers, the length penalties to try.
        batch_size: Integer. As of `Translator.translate`.
        bleu_tokenizer: What BLEU splits text with.
        progress: Optional function that is given each `SearchTrial` when it is made.

    Returns:
        A `TunedSearch`.

    Raises:
        InputError: If the metric is not defined for these pairs, or an option is out of
            its range.

    Example:

    ```python
    _, validation, _ = s2s.load_corpus("sigmorphon2021/ice")
    left, right = s2s.Translator.load("left"), s2s.Translator.load("right")
    tuned = s2s.tune_search(left, validation, metric="exact_match", rescore=right)
    left.translate(["anna"], **tuned.options)
    ```
    """
    check_choice("metric", metric, METRICS)
    if not beam_widths:
        raise InputError("`beam_widths` is empty: name one width at least.")
    tuning = _Tuning(
        translator,
        pairs,
        metric,
        functools.partial(
            count_metric,
            metric,
            tokenizer=translator.target_tokenizer,
            bleu_tokenizer=bleu_tokenizer,
        ),
        batch_size,
        progress or (lambda trial: None),
    )
    widest = max(beam_widths)
    if rescore is not None and widest == 1:
        raise InputError(
            "`rescore` does nothing without a beam of 2 or more to choose from."
        )
    tuning.try_each({"beam_width": width, **tuning.plain} for width in beam_widths)
    if widest > 1:
        tuning.try_length_penalties(length_penalties)
        tuning.try_risks(widest)
        if rescore is not None:
            tuning.try_weights(rescore, widest)
    best, options = tuning.best, tuning.best.options
    if "rescore_weight" in options:
        options = {"rescore": rescore, **options}
    return TunedSearch(options, metric, best.score, tuning.trials, len(pairs))


class _Tuning:
    """The trials so far, and the best of them."""

    def __init__(
        self,
        translator: "Translator",
        pairs: Pairs | EvaluationSet,
        metric: str,
        count: Callable[..., SentenceCounts],
        batch_size: int,
        progress: Callable[[SearchTrial], None],
    ) -> None:
        self.translator, self.pairs, self.count = translator, pairs, count
        self.batch_size, self.progress = batch_size, progress
        self.sign = 1 if METRICS[metric].higher_is_better else -1
        self.label = METRICS[metric].label
        self.trials: list[SearchTrial] = []
        # A translator may have been saved with what is not tried, or only later.
        self.plain = {
            name: value
            for name, value in {"sample": False, "decision": "map"}.items()
            if getattr(translator.search, name) != value
        }

    @property
    def best(self) -> SearchTrial:
        """The best trial, of equal ones the first."""
        return max(self.trials, key=lambda trial: self.sign * trial.score)

    def add(self, options: dict[str, Any], score: float | None) -> None:
        if score is None:
            raise InputError(
                f"{self.label} is not defined for these pairs. Choose another "
                "`metric`, e.g. 'chrf' or 'exact_match'."
            )
        self.trials.append(SearchTrial(options, score))
        self.progress(self.trials[-1])

    def try_each(self, several: Iterable[dict[str, Any]]) -> None:
        for options in several:
            found = self.translator.translate(
                self.pairs.source, batch_size=self.batch_size, **options
            )
            self.add(options, self.count(found, self.pairs).score)

    def try_length_penalties(self, penalties: Sequence[float]) -> None:
        best = self.best.options
        options = self.translator.search.replace(**best)
        if options.beam_width > 1 and options.length_normalization != "none":
            self.try_each(
                {**best, "length_penalty": float(penalty)}
                for penalty in penalties
                if penalty != options.length_penalty
            )

    def try_risks(self, width: int) -> None:
        """Decides for the least risk in several ways, on what is found once."""
        options = self._widest(width, "mbr")
        found = self.translator.propose(
            self.pairs.source, batch_size=self.batch_size, **options
        )
        for utility in choices_of(SearchOptions.__annotations__["utility"]):
            for scale in _SCALES:
                named = {**options, "utility": utility, "posterior_scale": scale}
                search = self.translator.search.replace(**named)
                texts = [least_risk(own, search).text for own in found]
                self.add(named, self.count(texts, self.pairs).score)

    def try_weights(self, scorer: "Translator", width: int) -> None:
        """Adds the best weights of another model and of length, of a fine grid."""
        options = self._widest(width, "map")
        found = self.translator.decode(
            self.pairs.source, batch_size=self.batch_size, n_best=width, **options
        )
        tables = judge(found, scorer)
        counts = self._count_all(found)
        starts = np.cumsum([0, *(len(table) for table in tables)])[:-1]
        best: tuple[float, dict[str, float]] | None = None
        for weights in _grid():
            chosen = [
                start + int(np.argmax(combined(table, weights)))
                for start, table in zip(starts, tables, strict=True)
            ]
            score = counts.part(chosen).score
            if score is None:
                continue
            if best is None or self.sign * score > self.sign * best[0]:
                best = score, dataclasses.asdict(weights)
        score, named = best if best is not None else (None, {})
        self.add({**options, **named}, score)

    def _widest(self, width: int, decision: str) -> dict[str, Any]:
        """The widest beam, with the length penalty that was best."""
        best = self.best.options
        penalty = {name: best[name] for name in best if name == "length_penalty"}
        return {"beam_width": width, **self.plain, **penalty, "decision": decision}

    def _count_all(self, found: Sequence[Translation]) -> SentenceCounts:
        """The counts of every hypothesis, one translation's after the other's."""
        references = (
            self.pairs.target
            if isinstance(self.pairs, Pairs)
            else self.pairs.references
        )
        texts = [h.text for each in found for h in each.hypotheses]
        repeated = [
            reference
            for reference, each in zip(references, found, strict=True)
            for _ in each.hypotheses
        ]
        return self.count(texts, repeated)


def _grid() -> Iterator[RescoringOptions]:
    # The plainest first: of equal scores it stays.
    pairs = sorted(itertools.product(_LENGTHS, _WEIGHTS), key=lambda x: abs(x[0]))
    for length, weight in pairs:
        yield RescoringOptions(float(weight), float(length))


def _shown(options: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())
