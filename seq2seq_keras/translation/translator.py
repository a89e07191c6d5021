"""Text in, text out, and the folder a translator lives in."""

import dataclasses
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.models import EncoderDecoder
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.text import Tokenizer, check_copying, normalize_in_python
from seq2seq_keras.translation import storage
from seq2seq_keras.translation.graph import TranslationGraph
from seq2seq_keras.translation.litert_folder import export_litert
from seq2seq_keras.translation.onnx_folder import export_onnx
from seq2seq_keras.translation.request import SearchRequest
from seq2seq_keras.translation.saved_model import export_saved_model
from seq2seq_keras.translation.saved_search import SOURCE_LENGTHS
from seq2seq_keras.translation.text_translator import TextTranslator
from seq2seq_keras.translation.weight_precision import WeightPrecision

EXPORT_FORMATS = ("saved_model", "onnx", "litert")


class Translator(TextTranslator):
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

    @checks_numbers(max_source_length=SOURCE_LENGTHS)
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
        self._generation: Any = None
        self._traced: list[int] = []
        self._members: list[Translator] | None = None

    @property
    def graph(self) -> TranslationGraph:
        """What runs: made anew where layers have got other variables."""
        # As by `quantize` and `enable_lora`; a trace would go on with the old ones.
        variables = [id(x) for model in self.models for x in model.variables]
        if self._graph is None or variables != self._traced:
            self._traced, self._generation = variables, None
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

    def _proposers(self) -> list[TextTranslator]:
        if len(self.models) == 1:
            return [self]
        if self._members is None:
            tokenizers = self.source_tokenizer, self.target_tokenizer
            most = self.max_source_length
            self._members = [
                Translator(model, *tokenizers, max_source_length=most)
                for model in self.models
            ]
        return [*self._members]

    def _logits(self, lengths: np.ndarray) -> np.ndarray:
        logits = super()._logits(lengths)
        # Hard attention has those of each position, of `<eos>` as well.
        has_many = any(model.aligns for model in self.models)
        return logits * (lengths + 1) if has_many else logits

    def _split(self, texts: list[str]) -> tuple[tf.RaggedTensor, np.ndarray]:
        tokens = self.graph.split_normalized(tf.constant(texts))
        return tokens, np.diff(tokens.row_splits.numpy())

    def _take(self, tokens: tf.RaggedTensor, rows: np.ndarray) -> tf.RaggedTensor:
        return tokens if len(rows) == tokens.nrows() == 1 else tf.gather(tokens, rows)

    def _searcher(
        self,
        options: SearchOptions,
        each: dict[str, np.ndarray],
        shared: dict[str, Any],
        details: bool,
    ) -> Any:
        search = self.graph.searcher(
            options,
            prefix="prefix" in each,
            avoid="avoid" in shared,
            allowed="allowed" in shared,
            details=details,
        )

        def run(tokens: tf.RaggedTensor, inputs: dict[str, Any]) -> Any:
            inputs = tf.nest.map_structure(tf.constant, inputs)
            outputs = search({"source_tokens": tokens, **inputs})
            return {name: output.numpy() for name, output in outputs.items()}

        return run

    @checks_numbers(batch_size=(1, 10**6))
    def token_log_probabilities(
        self,
        sources: Sequence[str],
        targets: Sequence[str],
        *,
        free_running: bool = False,
        batch_size: int = 64,
    ) -> list[tuple[tuple[str, ...], np.ndarray]]:
        """How probable each token of given targets is; see also `score_targets`.

        Args:
            sources: List of strings.
            targets: List of strings, the target of each.
            free_running: Whether each token is predicted from what the model itself
                would have written so far, and not from the true tokens before it.
            batch_size: Integer. Pairs at a time.

        Returns:
            A list with, for each pair, the tokens of the target as the model reads
            them, `<eos>` last, and a float32 array with a number for each.

        Raises:
            InputError: If there are not as many targets as sources.
        """
        score = self.graph.score_free_running if free_running else self.graph.score
        return self._score(score, "log_probabilities", sources, targets, batch_size)

    @checks_numbers(batch_size=(1, 10**6))
    def generation_probabilities(
        self, sources: Sequence[str], targets: Sequence[str], *, batch_size: int = 64
    ) -> list[tuple[tuple[str, ...], np.ndarray]]:
        """How much of each token of given targets a model that copies does not copy.

        The targets may be translations: then it tells where these came from.

        Args:
            sources: List of strings.
            targets: List of strings, the target of each.
            batch_size: Integer. Pairs at a time.

        Returns:
            A list with, for each pair, the tokens of the target, `<eos>` last, and a
            float32 array with a number for each: 1 where it comes from the vocabulary
            alone, 0 where it is copied. Of an ensemble it is the mean.

        Raises:
            InputError: If the model does not copy, or there are not as many targets as
                sources.

        Example:

        >>> from seq2seq_keras.models import build_model
        >>> from seq2seq_keras.text import WordTokenizer
        >>> tokenizer = WordTokenizer.fit(["a b"])
        >>> options = {"units": 8, "attention": "luong", "copy": True}
        >>> translator = Translator(build_model(6, 6, **options), tokenizer, tokenizer)
        >>> [(tokens, shares)] = translator.generation_probabilities(["a c"], ["c"])
        >>> tokens, shares.shape
        (('c', '<eos>'), (2,))

        Reference:
            - [See et al., 2017](https://arxiv.org/abs/1704.04368), equation 8.
        """
        if not self.graph.copies:
            raise InputError(
                "The model copies nothing, so that all is generated: build one with "
                "`copy=True`."
            )
        name = "generation_probabilities"
        graph = self.graph
        # Beside the graph, not in it, where it would be exported.
        self._generation = self._generation or graph.make_generation()
        return self._score(self._generation, name, sources, targets, batch_size)

    def _score(
        self,
        score: Any,
        name: str,
        sources: Sequence[str],
        targets: Sequence[str],
        batch_size: int,
    ) -> list[tuple[tuple[str, ...], np.ndarray]]:
        """The tokens of targets, and of each the number that a graph has for it."""
        check_not_forked()
        if len(sources) != len(targets):
            raise InputError(
                "Each source has one target. Received: "
                f"{len(sources)} sources and {len(targets)} targets"
            )
        sources, targets = (
            normalize_in_python(texts, tokenizer.unicode_form)
            for texts, tokenizer in (
                (sources, self.source_tokenizer),
                (targets, self.target_tokenizer),
            )
        )
        # Stable, so that the same pairs always make the same batches.
        order = np.argsort([len(source) for source in sources], kind="stable")
        found: list[Any] = [None] * len(order)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            outputs = score(
                tf.constant([sources[row] for row in rows]),
                tf.constant([targets[row] for row in rows]),
            )
            arrays = {name: output.numpy() for name, output in outputs.items()}
            for index, row in enumerate(rows):
                real = arrays["tokens"][index] != b""
                tokens = (t.decode("utf-8") for t in arrays["tokens"][index][real])
                found[row] = tuple(tokens), arrays[name][index][real]
        return found

    def _check_copies(self, request: SearchRequest, tokens: tf.RaggedTensor) -> None:
        if request.avoid and (self.graph.copies or request.options.replace_unknown):
            copied = self.source_tokenizer.copied_tokens(tokens.flat_values)
            words = (x.decode("utf-8") for x in copied.numpy())
            request.check_copies(words, self.target_tokenizer)

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

    def export(
        self,
        folder: str | os.PathLike,
        format: str = "saved_model",  # noqa: A002
        precision: WeightPrecision = "float32",
        page: bool = False,
        onnxruntime_web: str | os.PathLike | None = None,
        **search: Any,
    ) -> pathlib.Path:
        """Writes a SavedModel, or what other runtimes translate from.

        See `export_saved_model`, `export_onnx` and `export_litert` for what each holds.

        Args:
            folder: Where it goes; what was exported there before is replaced.
            format: "saved_model" for TensorFlow, "onnx" for onnxruntime, "litert" for
                phones.
            precision: How ONNX and LiteRT keep weights: "float32", "float16" or "int8".
            page: Whether a page is written beside graphs of ONNX, `index.html`, that
                translates in a browser with no server but one of static files.
            onnxruntime_web: Optional folder of the npm package that the page needs,
                such as `node_modules/onnxruntime-web`. Without it npm is asked.
            **search: Any of `SearchOptions`, e.g. `beam_width=5, n_best=5`, in place
                of the translator's own. A SavedModel keeps to them.

        Returns:
            The folder, as a `pathlib.Path`.

        Raises:
            InputError: If there is something in the folder that no export wrote, or
                this translator cannot be had in that format.
        """
        check_choice("format", format, EXPORT_FORMATS)
        options = self.search.replace(**search)
        options.check_effect(search)
        if options.decision != "map":
            raise InputError(
                '`decision="mbr"` is made of what a search has found, and a search '
                'alone is exported: export with `decision="map"`.'
            )
        if onnxruntime_web is not None and not page:
            raise InputError("`onnxruntime_web` does nothing without `page`.")
        if format == "onnx":
            return export_onnx(
                self.graph, folder, options, precision, page, onnxruntime_web
            )
        if page:
            raise InputError(
                'A page is made of graphs of ONNX: `page` is for `format="onnx"`.'
            )
        if format == "litert":
            return export_litert(self.graph, folder, options, precision)
        if precision != "float32":
            raise InputError(
                "A SavedModel has its weights as they are: `precision` is for "
                f'`format="onnx"` and "litert". Received: precision={precision!r}'
            )
        return export_saved_model(self.graph, folder, options)


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
        size = model.features_vocabulary_size
        features = getattr(source_tokenizer, "features", [])
        if size and size != len(features):
            raise InputError(
                f"The model reads {size} features, but the source tokenizer has "
                f"{len(features)}. Pass the tokenizer it was trained with."
            )
    if models[0].copies:
        check_copying(source_tokenizer, target_tokenizer)
    if len({model.copies for model in models}) != 1:
        raise InputError(
            "The models of an ensemble must either all copy source words "
            "(`copy=True`) or none of them."
        )
