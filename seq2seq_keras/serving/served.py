"""One version of a model, loaded and warm: a translator, or a SavedModel."""

import abc
import dataclasses
import functools
import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.serving.failures import RequestError
from seq2seq_keras.serving.metrics import CountTokens
from seq2seq_keras.serving.signatures import (
    Signature,
    loaded_signatures,
    stored_definitions,
    traced_signature,
)
from seq2seq_keras.special_tokens import SpecialTokens
from seq2seq_keras.text import Tokenizer, normalize_in_python
from seq2seq_keras.translation import (
    Hypothesis,
    SearchRequest,
    Translation,
    Translator,
    make_signatures,
    proposals_of,
)

# Tracing is not safe in several threads, and none gains by loading beside another.
LOADING = threading.Lock()
_DEFAULT = "serving_default"
# Graphs of the defaults, and of what the page asks for; each with details and without.
_OWN_SETS = 4
_WARM_TEXTS = ["", "a b c"]


class Served(abc.ABC):
    """One version of a model.

    Attributes:
        signatures: Each `Signature` by its name.
        definitions: Each `SignatureDef` by its name.
        defaults: The search options with their values; none where there is no choice.
        has_attention: Whether translations come with attention.
        tokens: Function that says how many tokens texts and their translations have,
            none where nobody knows. It outlives the model, and does not hold it.
    """

    kind = ""
    signatures: dict[str, Signature]
    definitions: dict[str, Any]
    defaults: dict[str, Any]
    has_attention: bool
    tokens: CountTokens

    @abc.abstractmethod
    def request(self, search: dict[str, Any], count: int) -> Any:
        """What the options of a request mean, checked.

        Args:
            search: Any of `SearchOptions` and `SearchRequest`.
            count: How many texts there are.

        Raises:
            InputError: If an option does not fit.
        """

    @abc.abstractmethod
    def translate(
        self, texts: list[str], search: dict[str, Any], details: bool, trace: bool
    ) -> Sequence[Any]:
        """Strings for texts, or with `details` a `Translation` for each."""

    def search_tokens(self, search: dict[str, Any]) -> int:
        """How many tokens the search for one text may look at; 0 where nobody knows."""
        return 0

    @abc.abstractmethod
    def traces(self) -> int:
        """How many graphs have been traced so far."""

    def read_text(self, text: np.ndarray) -> np.ndarray:
        """The texts of a signature as its graph wants them."""
        return text

    def predict(self, name: str, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs a signature."""
        if "text" in given:
            given = {**given, "text": self.read_text(given["text"])}
        return self.signatures[name](given)

    def warm_up(self, batch_size: int) -> None:
        """Traces all that a request without options runs, and runs it once."""
        texts = [*_WARM_TEXTS, *["a"] * (batch_size - 2)]
        for details in (False, True):
            found = self.translate(texts, {}, details, False)
        self.tokens(texts, [translation.text for translation in found])
        for name, signature in self.signatures.items():
            if set(signature.inputs) == {"text"}:
                self.predict(name, {"text": np.array([b"", b"a b c"], object)})


class ServedTranslator(Served):
    """A version that is the folder of a translator.

    Args:
        folder: The folder.
        option_sets: How many sets of options stay traced, the last ones asked for,
            beside the model's defaults and the page's.

    Raises:
        InputError: If it is damaged.
    """

    kind = "translator"

    def __init__(self, folder: str | os.PathLike, option_sets: int) -> None:
        self.translator = translator = Translator.load(folder)
        self.defaults = dataclasses.asdict(translator.search)
        self.tokens = functools.partial(
            _count_tokens, translator.source_tokenizer, translator.target_tokenizer
        )
        # Models of the user's own are asked like any other: by what they answer.
        self.has_attention = translator.decode("a").attention is not None
        translator.graph.keep_searchers(option_sets + _OWN_SETS)
        made = {}
        # What is drawn at random needs a seed, which a signature has not, and what is
        # decided afterwards is no part of its graph.
        if not translator.search.sample and translator.search.decision == "map":
            made = make_signatures(translator.graph, translator.search)
        self.signatures = {name: traced_signature(made[name]) for name in made}
        self.definitions = {
            name: signature.definition(name)
            for name, signature in self.signatures.items()
        }

    def request(self, search: dict[str, Any], count: int) -> SearchRequest:
        request = SearchRequest.of(self.translator.search, search)
        request.inputs(self.translator.target_tokenizer, count)
        return request

    def search_tokens(self, search: dict[str, Any]) -> int:
        try:
            options = SearchRequest.of(self.translator.search, search).options
        except InputError:
            return 0  # `request` says why, in the words that are answered
        return options.width * options.max_length

    def translate(
        self, texts: list[str], search: dict[str, Any], details: bool, trace: bool
    ) -> Sequence[Any]:
        if details:
            return self.translator.decode(texts, trace=trace, **search)
        return self.translator.translate(texts, **search)

    def _graph(self, options: SearchOptions, details: bool) -> Any:
        flags = {"prefix": False, "avoid": False, "allowed": False}
        if options.decision == "mbr":
            options, details = proposals_of(options), True
        options = _searched(options, details)
        return self.translator.graph.searcher(options, **flags, details=details)

    def traces(self) -> int:
        graphs = [
            self._graph(self.translator.search, details) for details in (False, True)
        ]
        graph = self.translator.graph
        functions = [*graphs, graph.split, graph.split_normalized, graph.encode]
        return sum(f.experimental_get_tracing_count() for f in functions)

    def read_text(self, text: np.ndarray) -> np.ndarray:
        form = self.translator.source_tokenizer.unicode_form
        try:
            texts = [bytes(row).decode("utf-8") for row in text]
        except UnicodeDecodeError:
            return text  # which the graph takes as it is, like a SavedModel's
        texts = normalize_in_python(texts, form)
        return np.array([row.encode("utf-8") for row in texts], object)


class ServedSavedModel(Served):
    """A version that is a SavedModel, of `export` or another with its signatures.

    Args:
        folder: The folder.

    Raises:
        InputError: If it cannot be loaded.
    """

    kind = "saved_model"

    def __init__(self, folder: str | os.PathLike) -> None:
        try:
            self.module = tf.saved_model.load(os.fspath(folder))
            self.definitions = stored_definitions(folder)
        except Exception as error:  # whatever TensorFlow stumbles over
            reason = str(error).partition("\n")[0]
            raise InputError(
                f"{folder}: the SavedModel cannot be loaded ({reason})."
            ) from error
        self.defaults = {}
        self.tokens = _count_none
        self.signatures = loaded_signatures(self.module)
        if "nbest" in self.signatures:
            self.has_attention = "attention" in self.signatures["nbest"].outputs
        else:
            self.has_attention = False

    def request(self, search: dict[str, Any], count: int) -> None:
        if search:
            name = next(iter(search))
            raise InputError(
                f"`{name}` cannot be chosen: a SavedModel keeps to the options it was "
                "exported with. Serve the translator's folder, or export another."
            )
        best = self.signatures.get(_DEFAULT)
        if best is None or set(best.inputs) != {"text"}:
            raise InputError(
                "`model` names a SavedModel that is no translator's: it has no "
                f"signature {_DEFAULT!r} with the input 'text'."
            )

    def translate(
        self, texts: list[str], search: dict[str, Any], details: bool, trace: bool
    ) -> Sequence[Any]:
        given = {"text": np.array([text.encode("utf-8") for text in texts], object)}
        if not details:
            found = self.signatures[_DEFAULT](given)
            return [text.decode("utf-8") for text in found["translation"]]
        if "nbest" not in self.signatures:
            raise RequestError(
                "INVALID_ARGUMENT",
                "`details` are not in this SavedModel, which has no signature 'nbest'.",
                field="details",
            )
        found = self.signatures["nbest"](given)
        return [
            _translation(text, {name: rows[row] for name, rows in found.items()})
            for row, text in enumerate(texts)
        ]

    def traces(self) -> int:
        return len(self.signatures)  # a SavedModel has its graphs, and makes none


def _count_tokens(
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    texts: list[str],
    translations: Sequence[Any],
) -> tuple[int, int]:
    # One pass each, whatever the number of texts.
    source, target = (
        int(tokenizer.split(tf.constant(list(of))).row_splits[-1])
        for tokenizer, of in (
            (source_tokenizer, texts),
            (target_tokenizer, translations),
        )
    )
    return source, target


def _count_none(texts: list[str], translations: Sequence[Any]) -> tuple[int, int]:
    return 0, 0


def _searched(options: SearchOptions, details: bool) -> SearchOptions:
    """The options that a translator makes a graph of."""
    if details or options.beam_width == 1:
        return options
    return options.replace(n_best=1)


def _translation(text: str, row: dict[str, Any]) -> Translation:
    """What the signature `nbest` tells of one text."""
    tokens = tuple(token.decode("utf-8") for token in row["tokens"] if token)
    source = tuple(t.decode("utf-8") for t in row.get("source_tokens", ()) if t)
    attention = row.get("attention")
    if attention is not None:
        attention = attention[: len(tokens), : len(source)]
    # Exported by an earlier version it is not told, and the tokens of the best say so.
    ended = row.get("ended", [tokens[-1:] == (SpecialTokens().end,)])
    no_probabilities = np.zeros(0, "float32")
    hypotheses = [
        Hypothesis(
            text=other.decode("utf-8"),
            # Only the best one's are told.
            tokens=() if rank else tokens,
            score=float(score),
            token_probabilities=no_probabilities,
            attention=None if rank else attention,
            ended=bool(ended[rank]) if rank < len(ended) else True,
        )
        for rank, (other, score) in enumerate(
            zip(row["translations"], row["scores"], strict=True)
        )
        if not rank or np.isfinite(score)
    ]
    return Translation(text, source, tuple(hypotheses))
