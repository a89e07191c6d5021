"""From texts to translations and back in order, whatever computes them."""

import abc
import functools
import itertools
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.memory import check_memory
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import normalize_in_python
from seq2seq_keras.translation.decisions import decide, proposals_of
from seq2seq_keras.translation.request import SearchRequest
from seq2seq_keras.translation.result import Translation, best_texts, make_translations

# Whoever sends a book in one line shall not take the memory of the others.
MAX_CHARACTERS = 10_000
# So many batches are split and sorted together, so that texts of like length meet.
BATCHES_TOGETHER = 100
# To look how much is free would take a twentieth of a short translation.
_LITTLE_MEMORY = 2**26
# So many hypotheses are decoded at once, unless a step makes more logits than these:
# more are hardly faster, and the longer a batch, the more unlike its texts.
_HYPOTHESES, _MANY_LOGITS = 320, 2**25
_Arrays = dict[str, np.ndarray]
# What is made of the texts of a batch and the outputs of the graph, or of several.
_Read = Callable[..., Iterable[Any]]

_Search = Callable[[Any, dict[str, Any]], _Arrays]


class TextTranslator(abc.ABC):
    """What translators share that differ in what computes their translations.

    A subclass says how texts are split and how a batch of them is searched for. The
    rest stands here: the order of the texts, batches, options, errors and warnings.

    Attributes:
        source_tokenizer: What splits the sources.
        target_tokenizer: What joins the translations.
        max_source_length: Integer. Longer sources are cut to that many tokens.
        search: `SearchOptions`, which a call can overrule.
    """

    source_tokenizer: Any
    target_tokenizer: Any
    max_source_length: int
    search: SearchOptions

    @abc.abstractmethod
    def _split(self, texts: list[str]) -> tuple[Any, np.ndarray]:
        """All tokens of normalized texts, and how many each has."""

    @abc.abstractmethod
    def _take(self, tokens: Any, rows: np.ndarray) -> Any:
        """The tokens of some of the texts."""

    @abc.abstractmethod
    def _searcher(
        self,
        options: SearchOptions,
        each: dict[str, np.ndarray],
        shared: dict[str, Any],
        details: bool,
    ) -> _Search:
        """The search for a batch, of its tokens and what `SearchRequest.inputs` made.

        It is told which inputs there are, and whether more than `translations` is
        asked for. What it returns are arrays, strings as bytes in UTF-8.
        """

    def _proposers(self) -> "list[TextTranslator]":
        """Who proposes translations for a decision: each model of an ensemble."""
        return [self]

    def _check_request(self, request: SearchRequest) -> None:  # noqa: B027
        """Refuses what cannot be done here, before anything is made for it."""

    def _check_copies(self, request: SearchRequest, tokens: Any) -> None:  # noqa: B027
        """Refuses to avoid what could be copied from these tokens."""

    @checks_numbers(batch_size=(1, 10**6))
    def translate(
        self, texts: Any, *, batch_size: int | None = None, **search: Any
    ) -> Any:
        r"""Translates one text or many.

        Args:
            texts: A string, a list of strings, or a pandas Series of strings. An
                empty or blank text has an empty translation. Where the source has a
                `FeaturesTokenizer`, features and a tab come first: `"V;PST\tgo"`; they
                are read, and translated, without a text behind them too.
            batch_size: Optional integer. Texts decoded at a time; texts of like length
                are decoded together and come back in the order given. Defaults to as
                many as have 320 hypotheses; fewer if the vocabulary is very large, or
                texts are long and hard attention has logits for each of their tokens.
            **search: Any of `SearchOptions`, e.g. `beam_width=5`, in place of the
                translator's own, and of `SearchRequest`: `prefix`, `avoid`,
                `allowed`, `seed`. Each new set of `SearchOptions` takes a moment,
                since it gets a graph of its own.

        Returns:
            A string for a string, a list for a list, a Series with the same index
            for a Series.

        Raises:
            InputError: If something is not a string, or an option does not fit.
        """
        request = SearchRequest.of(self.search, search)
        translations = self._run(_as_list(texts), batch_size, request, None)
        if isinstance(texts, str):
            return translations[0]
        if _is_pandas("Series", texts):
            import pandas as pd

            made = {"index": texts.index, "name": texts.name, "dtype": "str"}
            return pd.Series(translations, **made)
        return translations

    @checks_numbers(batch_size=(1, 10**6), first=(1, 10**9))
    def decode(
        self,
        texts: Any,
        *,
        batch_size: int | None = None,
        trace: bool = False,
        first: int = 1,
        **search: Any,
    ) -> Any:
        """Translates, and tells all that the search found.

        Args:
            texts: A string, or a list or Series of strings, as for `translate`.
            batch_size: Optional integer. Texts decoded at a time; see `translate`.
            trace: Whether to keep the tree that a beam search grew, for
                `plot_beam`.
            first: Integer. The number of the first text, where they are part of a
                longer list: warnings name it, and `sample` draws by it.
            **search: See `translate`; with `beam_width=5, n_best=5` every hypothesis
                is kept.

        Returns:
            A `Translation` for a string, else a list of them.

        Raises:
            InputError: If something is not a string, or an option does not fit.
        """
        request = SearchRequest.of(self.search, search)
        make = functools.partial(self._translations, trace=trace)
        translations = self._run(_as_list(texts), batch_size, request, make, first)
        return translations[0] if isinstance(texts, str) else translations

    @checks_numbers(batch_size=(1, 10**6))
    def propose(
        self, texts: Any, *, batch_size: int | None = None, **search: Any
    ) -> list[tuple[Translation, ...]]:
        """Finds all that a decision is made of, to make several of it.

        Args:
            texts: A list or Series of strings, as for `translate`.
            batch_size: Optional integer. Texts decoded at a time; see `translate`.
            **search: See `translate`; with `decision="mbr"` each model of an ensemble
                proposes by itself.

        Returns:
            A list with, for each text, a `Translation` of each model that proposes,
            with all that its search found.

        Raises:
            InputError: As of `translate`; and for `rescore`, which decides.
        """
        request = SearchRequest.of(self.search, search)
        if request.rescore is not None:
            raise InputError(
                "`propose` finds what is to be decided, and `rescore` decides: "
                "`decode` takes it."
            )
        is_risk = request.options.decision == "mbr"
        request = request._replace(options=proposals_of(request.options))
        found = [
            proposer._run(_as_list(texts), batch_size, request, self._translations)
            for proposer in (self._proposers() if is_risk else [self])
        ]
        return list(zip(*found, strict=True))

    @checks_numbers(batch_size=(1, 10**6))
    def translate_stream(
        self, texts: Iterable[str], *, batch_size: int | None = None, **search: Any
    ) -> Iterator[str]:
        """Translates texts as they come, without holding all of them.

        Args:
            texts: Iterable of strings.
            batch_size: Optional integer. Texts decoded at a time; see `translate`. 1
                answers each text before the next one is read; else 100 batches are read
                and sorted together.
            **search: See `translate`; a `prefix` is one string for all.

        Yields:
            A translation for each text, in the same order.
        """
        yield from self._stream(texts, batch_size, search, None)

    @checks_numbers(batch_size=(1, 10**6))
    def decode_stream(
        self, texts: Iterable[str], *, batch_size: int | None = None, **search: Any
    ) -> Iterator[Translation]:
        """Decodes texts as they come, without holding all of them.

        Args:
            texts: Iterable of strings.
            batch_size: Optional integer. Texts decoded at a time; see `translate`. 1
                answers each text before the next one is read; else 100 batches are read
                and sorted together.
            **search: See `translate`; a `prefix` is one string for all.

        Yields:
            A `Translation` for each text, in the same order.
        """
        yield from self._stream(texts, batch_size, search, self._translations)

    def _translations(
        self, texts: list[str], outputs: _Arrays, trace: bool = False
    ) -> list[Translation]:
        is_reversed = self.target_tokenizer.is_reversed
        return make_translations(texts, outputs, trace=trace, is_reversed=is_reversed)

    def _stream(
        self,
        texts: Iterable[str],
        batch_size: int | None,
        search: dict[str, Any],
        read: _Read | None,
    ) -> Iterator[Any]:
        check_texts(texts=texts)
        request = SearchRequest.of(self.search, search)
        texts, first = iter(texts), 1
        # One by one there is nothing to sort, and somebody may wait for each.
        size = batch_size or self._batch_size(request.options)
        together = 1 if size == 1 else BATCHES_TOGETHER * size
        while chunk := list(itertools.islice(texts, together)):
            yield from self._run(chunk, batch_size, request, read, first)
            first += len(chunk)

    def _run(
        self,
        texts: list[str],
        batch_size: int | None,
        request: SearchRequest,
        read: _Read | None,
        first: int = 1,
    ) -> list[Any]:
        """What `read` makes of the outputs for each text, in the order of the texts.

        Without `read` it is the best translation alone, for which less is searched.
        """
        check_not_forked()
        self._check_request(request)
        options, proposers = request.options, [self]
        if request.decides:
            read = functools.partial(_decide, request, read)
            if options.decision == "mbr":
                proposers = self._proposers()
            options = proposals_of(options)
        elif read is None and options.beam_width > 1:
            options = options.replace(n_best=1)
        form = self.source_tokenizer.unicode_form
        texts = normalize_in_python(texts, form, first=first)
        each, shared = request.inputs(self.target_tokenizer, len(texts), first)
        searches = [
            proposer._searcher(options, each, shared, read is not None)
            for proposer in proposers
        ]
        read = read or best_texts
        results: list[Any] = [None] * len(texts)
        together = BATCHES_TOGETHER * (batch_size or self._batch_size(options))
        for start in range(0, len(texts), together):
            chunk = _cut(texts[start : start + together], first + start)
            tokens, lengths = self._split(chunk)
            self._warn_of_long(lengths, first + start)
            self._check_copies(request, tokens)
            for batch in list(self._batches(lengths, batch_size, options.width)):
                rows = {name: each[name][start + batch] for name in each}
                taken = self._take(tokens, batch)
                outputs = [
                    search(taken, {**_drawing_apart(rows, place, proposers), **shared})
                    for place, search in enumerate(searches)
                ]
                made = read([chunk[row] for row in batch], *outputs)
                for row, result in zip(batch, made, strict=True):
                    results[start + row] = result
        return results

    def _logits(self, lengths: np.ndarray) -> np.ndarray:
        """How many logits a step makes for a hypothesis, by the tokens of its text."""
        return np.full(lengths.shape, self.target_tokenizer.vocabulary_size)

    def _batch_size(self, options: SearchOptions) -> int:
        """How many short texts are decoded at a time if nobody says so."""
        return int(_most_texts(self._logits(np.ones(1, int)), options.width)[0])

    def _batches(
        self, lengths: np.ndarray, batch_size: int | None, width: int
    ) -> Iterator[np.ndarray]:
        """Rows of texts that are decoded together, of like length."""
        # Stable, so that the same texts always make the same batches.
        order = np.argsort(lengths, kind="stable")
        logits = self._logits(np.minimum(lengths[order], self.max_source_length))
        most = np.full(len(order), batch_size or 0)
        if batch_size is None:
            most = _most_texts(logits, width)
        while len(order):
            # The longest text, which is the last, says how many there may be.
            several = most[: most[0]]
            count = int((several > np.arange(len(several))).sum())
            _check_memory(count * width, logits[count - 1])
            yield order[:count]
            order, logits, most = order[count:], logits[count:], most[count:]

    def _warn_of_long(self, lengths: np.ndarray, first: int) -> None:
        for row in np.flatnonzero(lengths > self.max_source_length):
            warnings.warn(
                f"Text {first + row} has {lengths[row]} tokens and is cut to the first "
                f"{self.max_source_length} (`max_source_length`).",
                stacklevel=5,
            )


def _most_texts(logits: np.ndarray, width: int) -> np.ndarray:
    """How many texts are decoded together, by the logits that each makes in a step."""
    hypotheses = np.minimum(_HYPOTHESES, _MANY_LOGITS // logits)
    return np.maximum(1, hypotheses // width)


def _check_memory(hypotheses: int, logits: int) -> None:
    """Refuses a beam whose logits and their order the memory cannot hold."""
    needed = 3 * 4 * hypotheses * int(logits)
    if needed < _LITTLE_MEMORY:
        return
    check_memory(
        needed,
        f"A search with {hypotheses:,} hypotheses at once",
        "Choose a smaller `batch_size`, `beam_width` or `n_best`.",
    )


def _cut(texts: list[str], first: int) -> list[str]:
    """What is read of texts; warns if that is not all."""
    for number, text in enumerate(texts, first):
        if len(text) > MAX_CHARACTERS:
            warnings.warn(
                f"Text {number} has {len(text):,} characters and is cut to the "
                f"first {MAX_CHARACTERS:,}.",
                stacklevel=5,
            )
    return [text[:MAX_CHARACTERS] for text in texts]


def _drawing_apart(
    rows: dict[str, np.ndarray], place: int, proposers: Sequence[TextTranslator]
) -> dict[str, np.ndarray]:
    """Inputs with which one of several that sample has random numbers of its own."""
    if "number" not in rows:
        return rows
    return {**rows, "number": rows["number"] * len(proposers) + place}


def _decide(
    request: SearchRequest, read: _Read | None, texts: list[str], *outputs: _Arrays
) -> list[Any]:
    """What is decided for, as `read` has it."""
    chosen = decide(request, read or make_translations, texts, *outputs)
    return chosen if read else [translation.text for translation in chosen]


def _is_pandas(kind: str, thing: Any) -> bool:
    """Whether it is a `Series` or `DataFrame`, without importing pandas to know."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(thing, getattr(pandas, kind, ()))


def _as_list(texts: Any) -> list[str]:
    if isinstance(texts, str):
        return [texts]
    if _is_pandas("Series", texts):
        return texts.tolist()
    if _is_pandas("DataFrame", texts) or not isinstance(texts, Iterable):
        raise InputError(
            "`translate` takes a string, a list of strings or a Series; of a "
            f"DataFrame pass one column. Received: a {type(texts).__name__}"
        )
    return list(texts)
