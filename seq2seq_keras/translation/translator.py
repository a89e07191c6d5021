"""Text in, text out, and the folder a translator lives in."""

import dataclasses
import itertools
import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.models import Seq2Seq
from seq2seq_keras.text import check_copying, normalize_in_python
from seq2seq_keras.translation import storage
from seq2seq_keras.translation.graph import MAX_CHARACTERS, TranslationGraph
from seq2seq_keras.translation.request import SearchRequest
from seq2seq_keras.translation.result import make_translations
from seq2seq_keras.translation.saved_model import export_saved_model


class Translator:
    """A model with its tokenizers: translates, is saved, loaded and exported.

    Args:
        model: A model from `build_model`, or a list of models with the same
            vocabularies: an ensemble, which averages their probabilities.
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

    def __init__(
        self,
        model,
        source_tokenizer,
        target_tokenizer,
        *,
        max_source_length=200,
        scores=None,
        description="",
        **search,
    ):
        models = list(model) if isinstance(model, list | tuple) else [model]
        _check_models(models, source_tokenizer, target_tokenizer)
        _check_positive("max_source_length", max_source_length)
        self.models = models
        self.source_tokenizer = source_tokenizer
        self.target_tokenizer = target_tokenizer
        self.max_source_length = max_source_length
        self.search = SearchOptions().replace(**search)
        self.scores = scores or {}
        self.description = description
        self.graph = TranslationGraph(
            models, source_tokenizer, target_tokenizer, max_source_length
        )

    @classmethod
    def ensemble(cls, translators):
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
    def model(self):
        """The model; of an ensemble the first."""
        return self.models[0]

    def translate(self, texts, *, batch_size=64, **search):
        """Translates one text or many.

        Args:
            texts: A string, a list of strings, or a pandas Series of strings. An
                empty or blank text has an empty translation.
            batch_size: Integer. Texts decoded at a time; texts of like length are
                decoded together and come back in the order given.
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
        if isinstance(texts, str):
            return self._translate_list([texts], batch_size, request)[0]
        if isinstance(texts, pd.Series):
            translations = self._translate_list(texts.tolist(), batch_size, request)
            return pd.Series(
                translations, index=texts.index, name=texts.name, dtype="str"
            )
        return self._translate_list(_as_list(texts), batch_size, request)

    def decode(self, texts, *, batch_size=64, trace=False, **search):
        """Translates, and tells all that the search found.

        Args:
            texts: A string, or a list or Series of strings.
            batch_size: Integer. Texts decoded at a time.
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
        if isinstance(texts, str):
            return self._decode_list([texts], batch_size, request, trace)[0]
        return self._decode_list(_as_list(texts), batch_size, request, trace)

    def translate_stream(self, texts, *, batch_size=64, **search):
        """Translates texts as they come, without holding all of them.

        Args:
            texts: Iterable of strings.
            batch_size: Integer. Texts decoded at a time.
            **search: See `translate`; a `prefix` is one string for all.

        Yields:
            A translation for each text, in the same order.
        """
        for translation in self.decode_stream(texts, batch_size=batch_size, **search):
            yield translation.text

    def decode_stream(self, texts, *, batch_size=64, **search):
        """Decodes texts as they come, without holding all of them.

        Args:
            texts: Iterable of strings.
            batch_size: Integer. Texts decoded at a time.
            **search: See `translate`; a `prefix` is one string for all.

        Yields:
            A `Translation` for each text, in the same order.
        """
        _check_positive("batch_size", batch_size)
        request = SearchRequest.of(self.search, search)
        texts, first = iter(texts), 1
        # Many batches together, so that texts of like length meet.
        while chunk := list(itertools.islice(texts, 100 * batch_size)):
            yield from self._decode_list(chunk, batch_size, request, False, first)
            first += len(chunk)

    def _translate_list(self, texts, batch_size, request):
        translations = [""] * len(texts)
        for positions, _, outputs in self._run(texts, batch_size, request):
            best = outputs["translations"].numpy()[:, 0]
            for position, text in zip(positions, best, strict=True):
                translations[position] = text.decode("utf-8")
        return translations

    def _decode_list(self, texts, batch_size, request, trace, first=1):
        translations = [None] * len(texts)
        for positions, batch, outputs in self._run(texts, batch_size, request, first):
            made = make_translations(batch, outputs, trace)
            for position, translation in zip(positions, made, strict=True):
                translations[position] = translation
        return translations

    def _run(self, texts, batch_size, request, first=1):
        """Yields the positions of some texts, the texts, and what was found."""
        _check_positive("batch_size", batch_size)
        search = self.graph.searcher(
            request.options,
            prefix=request.prefix is not None,
            avoid=bool(request.avoid),
            allowed=bool(request.allowed),
        )
        form = self.source_tokenizer.unicode_form
        texts = normalize_in_python(texts, form, first=first)
        texts = [self._cut(text, number) for number, text in enumerate(texts, first)]
        each, shared = request.inputs(self.target_tokenizer, len(texts), first)
        # Stable, so that the same texts always make the same batches.
        order = np.argsort(self._lengths(texts, first), kind="stable")
        for start in range(0, len(texts), batch_size):
            positions = order[start : start + batch_size]
            batch = [texts[position] for position in positions]
            rows = {name: tf.constant(each[name][positions]) for name in each}
            outputs = search({"text": tf.constant(batch), **rows, **shared})
            yield positions, batch, outputs

    @staticmethod
    def _cut(text, number):
        """What the graph sees of a text; warns if that is not all."""
        if len(text) > MAX_CHARACTERS:
            warnings.warn(
                f"Text {number} has {len(text):,} characters and is cut to the first "
                f"{MAX_CHARACTERS:,}.",
                stacklevel=5,
            )
        return text[:MAX_CHARACTERS]

    def _lengths(self, texts, first):
        """Tokens of each text; warns of those that will be cut."""
        if not texts:
            return np.zeros(0, int)
        lengths = self.source_tokenizer.tokenize_to_ragged(texts).row_lengths().numpy()
        for position in np.flatnonzero(lengths > self.max_source_length):
            warnings.warn(
                f"Text {first + position} has {lengths[position]} tokens and is cut to "
                f"the first {self.max_source_length} (`max_source_length`).",
                stacklevel=4,
            )
        return lengths

    def save(self, folder, *, scores=None, description=None):
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

    @classmethod
    def load(cls, folder):
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

    def export(self, folder, **search):
        """Writes a SavedModel; see `export_saved_model`.

        Args:
            folder: Where it goes; a SavedModel that stands there is replaced.
            **search: Any of `SearchOptions`, e.g. `beam_width=5, n_best=5`, in place
                of the translator's own. The SavedModel keeps to them.

        Returns:
            The folder, as a `pathlib.Path`.
        """
        return export_saved_model(self.graph, folder, self.search.replace(**search))


def _check_models(models, source_tokenizer, target_tokenizer):
    if not models:
        raise InputError("A `Translator` needs one model at least.")
    for model in models:
        if not isinstance(model, Seq2Seq):
            raise InputError(
                "A `Translator` needs a model that `build_model` made. "
                f"Received: a {type(model).__name__}"
            )
        for side, tokenizer in (
            ("source", source_tokenizer),
            ("target", target_tokenizer),
        ):
            size = getattr(model.options, f"{side}_vocabulary_size")
            if tokenizer.vocabulary_size != size:
                raise InputError(
                    f"The {side} tokenizer has {tokenizer.vocabulary_size} tokens, but "
                    f"the model was built for {size}. Pass the tokenizer it was "
                    "trained with."
                )
    if models[0].options.copy:
        check_copying(source_tokenizer, target_tokenizer)
    if len({model.options.copy for model in models}) != 1:
        raise InputError(
            "The models of an ensemble must either all copy source words "
            "(`copy=True`) or none of them."
        )


def _as_list(texts):
    if isinstance(texts, pd.DataFrame) or not isinstance(texts, Iterable):
        raise InputError(
            "`translate` takes a string, a list of strings or a Series; of a "
            f"DataFrame pass one column. Received: a {type(texts).__name__}"
        )
    return list(texts)


def _check_positive(name, value):
    if not isinstance(value, int | np.integer) or value < 1:
        raise InputError(
            f"`{name}` must be a positive integer. Received: {name}={value}"
        )
