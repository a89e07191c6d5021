"""Text in, text out, and the folder a translator lives in."""

import dataclasses
import functools
import itertools
import os
import pathlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_texts
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.memory import check_memory
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import Tokenizer, check_copying, normalize_in_python
from seq2seq_keras.translation import storage
from seq2seq_keras.translation.graph import MAX_CHARACTERS, TranslationGraph
from seq2seq_keras.translation.request import SearchRequest
from seq2seq_keras.translation.result import Translation, best_texts, make_translations
from seq2seq_keras.translation.saved_model import export_saved_model

# So many batches are split and sorted together, so that texts of like length meet.
_BATCHES_TOGETHER = 100
# To look how much is free would take a twentieth of a short translation.
_LITTLE_MEMORY = 2**26
# So many hypotheses are decoded at once, unless that makes more logits than these: more
# are hardly faster, and the longer a batch, the more unlike its texts.
_HYPOTHESES, _MANY_LOGITS = 320, 2**25
# What is made of the texts of a batch and the outputs of the graph.
_Read = Callable[[list[str], dict[str, tf.Tensor]], Iterable[Any]]


class Translator:
    """A model with its tokenizers: translates, is saved, loaded and exported.

    Args:
        model: A model from `build_model`, an `EncoderDecoder` of your own, or a list
            of such models with the same vocabularies: an ensemble, which averages
            their probabilities.
        source_tokenizer: The tokenizer the sources were trained with.
        target_tokenizer: The tokenizer the targets were trained with.
        max_source_length: Integer. Longer sources are cut to that many tokens, and
            before that to 10,000 characters, with a warning.
        scores: Optional dictionary of scores, kept with the model. Name the protocol
            in it, e.g. "validation perplexity".
        description: Markdown text for the README, e.g. on the data.
        **search: How translations are searched for unless `translate` is told
            otherwise: any of `SearchOptions`, e.g. `max_length=50, beam_width=5`.
            They are saved with the translator and hold in what it exports.

    Raises:
        InputError: If the vocabularies do not fit the model or an option is out of
            its range.

    Example:

    >>> from seq2seq_keras.models import build_model
    >>> from seq2seq_keras.text import WordTokenizer
    >>> tokenizer = WordTokenizer.fit(["a b c"])
    >>> translator = Translator(build_model(7, 7, units=8), tokenizer, tokenizer)
    >>> len(translator.translate(["a b", "c"], beam_width=2))
    2
    """

    @checks_numbers(max_source_length=(1, 10**5))
    def __init__(
        self,
        model: EncoderDecoder | Sequence[EncoderDecoder],
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
        *,
        max_source_length: int = 200,
        scores: dict[str, Any] | None = None,
        description: str = "",
        **search: Any,
    ) -> None:
        models: list[Any] = list(model) if isinstance(model, list | tuple) else [model]
        _check_models(models, source_tokenizer, target_tokenizer)
        self.models = models
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_source_length = max_source_length
        self.search = SearchOptions().replace(**search)
        self.scores = scores or {}
        self.description = description
        self._graph: TranslationGraph | None = None
        self._traced: list[int] = []

    @property
    def graph(self) -> TranslationGraph:
        """What runs: made anew where layers have got other variables."""
        # As by `quantize` and `enable_lora`; a trace would go on with the old ones.
        variables = [id(x) for model in self.models for x in model.variables]
        if self._graph is None or variables != self._traced:
            self._traced = variables
            self._graph = TranslationGraph(
                self.models,
                self.source_tokenizer,
                self.target_tokenizer,
                self.max_source_length,
            )
        return self._graph

    def __reduce__(self) -> tuple:
        # To copy and to pickle: Keras knows how for the models, and the graph is made
        # anew of what is copied.
        parts = self.models, self.source_tokenizer, self.target_tokenizer
        options = {
            "max_source_length": self.max_source_length,
            "scores": self.scores,
            "description": self.description,
            **dataclasses.asdict(self.search),
        }
        return _remake, (type(self), parts, options)

    @classmethod
    def ensemble(cls, translators: "Sequence[Translator]") -> "Translator":
        """Joins translators with the same vocabularies; their models decide together.

        Args:
            translators: List of `Translator`s. The first one lends its tokenizers and
                its search options.

        Returns:
            A `Translator` that averages the probabilities of all their models.

        Raises:
            InputError: If the vocabularies differ.
        """
        if not translators:
            raise InputError("An ensemble needs one translator at least.")
        first, *others = translators
        for number, other in enumerate(others, 2):
            for side in ("source_tokenizer", "target_tokenizer"):
                mine, its = (getattr(t, side).get_config() for t in (first, other))
                if mine != its:
                    raise InputError(
                        f"The {side.replace('_', ' ')} of translator {number} is not "
                        "that of the first one. Train the models of an ensemble with "
                        "the same tokenizers, e.g. on the same data with another seed."
                    )
        return cls(
            [model for translator in translators for model in translator.models],
            first.source_tokenizer,
            first.target_tokenizer,
            max_source_length=first.max_source_length,
            **dataclasses.asdict(first.search),
        )

    @property
    def model(self) -> EncoderDecoder:
        """The model; of an ensemble the first."""
        return self.models[0]

    @checks_numbers(batch_size=(1, 10**6))
    def translate(
        self, texts: Any, *, batch_size: int | None = None, **search: Any
    ) -> Any:
        r"""Translates one text or many.

        Args:
            texts: A string, a list of strings, or a pandas Series of strings. An
                empty or blank text has an empty translation. Where the source has a
                `FeaturesTokenizer`, features and a tab come first: `"V;PST\tgo"`.
            batch_size: Optional integer. Texts decoded at a time; texts of like length
                are decoded together and come back in the order given. Defaults to as
                many as have 320 hypotheses; fewer if the vocabulary is very large.
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

    @checks_numbers(batch_size=(1, 10**6))
    def decode(
        self,
        texts: Any,
        *,
        batch_size: int | None = None,
        trace: bool = False,
        **search: Any,
    ) -> Any:
        """Translates, and tells all that the search found.

        Args:
            texts: A string, or a list or Series of strings, as for `translate`.
            batch_size: Optional integer. Texts decoded at a time; see `translate`.
            trace: Whether to keep the tree that a beam search grew, for
                `plot_beam`.
            **search: See `translate`; with `beam_width=5, n_best=5` every hypothesis
                is kept.

        Returns:
            A `Translation` for a string, else a list of them.

        Raises:
            InputError: If something is not a string, or an option does not fit.
        """
        request = SearchRequest.of(self.search, search)
        make = functools.partial(make_translations, trace=trace)
        translations = self._run(_as_list(texts), batch_size, request, make)
        return translations[0] if isinstance(texts, str) else translations

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
        yield from self._stream(texts, batch_size, search, make_translations)

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
        together = 1 if size == 1 else _BATCHES_TOGETHER * size
        while chunk := list(itertools.islice(texts, together)):
            yield from self._run(chunk, size, request, read, first)
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
        options = request.options
        if read is None and options.beam_width > 1:
            options = options.replace(n_best=1)
        batch_size = batch_size or self._batch_size(options)
        self._check_memory(_width(options) * min(batch_size, len(texts)))
        form = self.source_tokenizer.unicode_form
        texts = normalize_in_python(texts, form, first=first)
        each, shared = request.inputs(self.target_tokenizer, len(texts), first)
        search = self.graph.searcher(
            options,
            prefix="prefix" in each,
            avoid="avoid" in shared,
            allowed="allowed" in shared,
            details=read is not None,
        )
        read = read or best_texts
        results: list[Any] = [None] * len(texts)
        together = _BATCHES_TOGETHER * batch_size
        for start in range(0, len(texts), together):
            chunk = self._cut(texts[start : start + together], first + start)
            tokens, lengths = self._split(chunk, first + start)
            if request.avoid and (self.graph.copies or request.options.replace_unknown):
                copied = self.source_tokenizer.copied_tokens(tokens.flat_values)
                words = (x.decode("utf-8") for x in copied.numpy())
                request.check_copies(words, self.target_tokenizer)
            # Stable, so that the same texts always make the same batches.
            order = np.argsort(lengths, kind="stable")
            for batch in np.split(order, range(batch_size, len(order), batch_size)):
                rows = {name: tf.constant(each[name][start + batch]) for name in each}
                alone = len(order) == 1
                rows["source_tokens"] = tokens if alone else tf.gather(tokens, batch)
                outputs = search({**rows, **shared})
                made = read([chunk[row] for row in batch], outputs)
                for row, result in zip(batch, made, strict=True):
                    results[start + row] = result
        return results

    def _batch_size(self, options: SearchOptions) -> int:
        """How many texts are decoded at a time if nobody says so."""
        numbers = _HYPOTHESES * self.target_tokenizer.vocabulary_size
        hypotheses = _HYPOTHESES * min(1, _MANY_LOGITS / numbers)
        return max(1, int(hypotheses) // _width(options))

    def _check_memory(self, hypotheses: int) -> None:
        """Refuses a beam whose logits and their order the memory cannot hold."""
        needed = 3 * 4 * hypotheses * self.target_tokenizer.vocabulary_size
        if needed < _LITTLE_MEMORY:
            return
        check_memory(
            needed,
            f"A search with {hypotheses:,} hypotheses at once",
            "Choose a smaller `batch_size`, `beam_width` or `n_best`.",
        )

    @staticmethod
    def _cut(texts: list[str], first: int) -> list[str]:
        """What the graph sees of texts; warns if that is not all."""
        for number, text in enumerate(texts, first):
            if len(text) > MAX_CHARACTERS:
                warnings.warn(
                    f"Text {number} has {len(text):,} characters and is cut to the "
                    f"first {MAX_CHARACTERS:,}.",
                    stacklevel=5,
                )
        return [text[:MAX_CHARACTERS] for text in texts]

    def _split(
        self, texts: list[str], first: int
    ) -> tuple[tf.RaggedTensor, np.ndarray]:
        """Tokens of texts, and how many; warns of those that will be cut."""
        tokens = self.graph.split_normalized(tf.constant(texts))
        lengths = np.diff(tokens.row_splits.numpy())
        for row in np.flatnonzero(lengths > self.max_source_length):
            warnings.warn(
                f"Text {first + row} has {lengths[row]} tokens and is cut to the first "
                f"{self.max_source_length} (`max_source_length`).",
                stacklevel=5,
            )
        return tokens, lengths

    def save(
        self,
        folder: str | os.PathLike,
        *,
        scores: dict[str, Any] | None = None,
        description: str | None = None,
    ) -> pathlib.Path:
        """Saves everything needed to translate the same in another process.

        The folder gets the model, both tokenizers, the configuration, the scores and
        a README that tells what it is. Other files in it are left alone.

        Args:
            folder: Where to; made if missing.
            scores: Optional dictionary in place of `self.scores`.
            description: Optional text in place of `self.description`.

        Returns:
            The folder, as a `pathlib.Path`.

        Raises:
            InputError: If it is an ensemble.
        """
        if len(self.models) > 1:
            raise InputError(
                "An ensemble is not saved as one: save the translator of each model, "
                "and make `Translator([a.model, b.model], ...)` of the loaded ones."
            )
        return storage.write(
            folder,
            model=self.model,
            source_tokenizer=self.source_tokenizer,
            target_tokenizer=self.target_tokenizer,
            decoding={
                "max_source_length": self.max_source_length,
                **dataclasses.asdict(self.search),
            },
            scores=self.scores if scores is None else scores,
            description=self.description if description is None else description,
        )

    def save_card(self, folder: str | os.PathLike) -> pathlib.Path:
        """Writes the scores and the README of a folder of `save` anew, and no more.

        Args:
            folder: The folder that holds this translator.

        Returns:
            The folder.
        """
        return storage.write_card(
            folder,
            model=self.model,
            source_tokenizer=self.source_tokenizer,
            target_tokenizer=self.target_tokenizer,
            scores=self.scores,
            description=self.description,
        )

    @classmethod
    def load(cls, folder: str | os.PathLike) -> "Translator":
        """Loads what `save` wrote, after checking that it is whole.

        Args:
            folder: The folder.

        Returns:
            A `Translator` that translates exactly as the saved one.

        Raises:
            InputError: If a file is missing, cut off or changed; it is named.
        """
        parts = storage.read(folder)
        return cls(
            parts["model"],
            parts["source_tokenizer"],
            parts["target_tokenizer"],
            **parts["decoding"],
            scores=parts["scores"],
            description=parts["description"],
        )

    def export(self, folder: str | os.PathLike, **search: Any) -> pathlib.Path:
        """Writes a SavedModel; see `export_saved_model`.

        Args:
            folder: Where it goes; a SavedModel that stands there is replaced.
            **search: Any of `SearchOptions`, e.g. `beam_width=5, n_best=5`, in place
                of the translator's own. The SavedModel keeps to them.

        Returns:
            The folder, as a `pathlib.Path`.
        """
        options = self.search.replace(**search)
        options.check_effect(search)
        return export_saved_model(self.graph, folder, options)


def _width(options: SearchOptions) -> int:
    """Hypotheses for each text."""
    return max(options.beam_width, options.n_best)


def _remake(cls: type[Translator], parts: tuple, options: dict) -> Translator:
    return cls(*parts, **options)


def _check_models(
    models: list[EncoderDecoder],
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
) -> None:
    if not models:
        raise InputError("A `Translator` needs one model at least.")
    for model in models:
        if not isinstance(model, EncoderDecoder):
            raise InputError(
                "A `Translator` needs a model that `build_model` made, or an "
                f"`EncoderDecoder` of your own. Received: a {type(model).__name__}"
            )
        for side, tokenizer in (
            ("source", source_tokenizer),
            ("target", target_tokenizer),
        ):
            size = getattr(model, f"{side}_vocabulary_size")
            if tokenizer.vocabulary_size != size:
                raise InputError(
                    f"The {side} tokenizer has {tokenizer.vocabulary_size} tokens, but "
                    f"the model was built for {size}. Pass the tokenizer it was "
                    "trained with."
                )
    if models[0].copies:
        check_copying(source_tokenizer, target_tokenizer)
    if len({model.copies for model in models}) != 1:
        raise InputError(
            "The models of an ensemble must either all copy source words "
            "(`copy=True`) or none of them."
        )


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
