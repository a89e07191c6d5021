"""`Translator` with nothing but NumPy and onnxruntime or LiteRT."""

import functools
import os
from typing import Any

import numpy as np

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.runtime.folder import RuntimeFolder, read_folder
from seq2seq_keras.runtime.found import Found, distinct, read_found
from seq2seq_keras.runtime.litert_graphs import open_litert
from seq2seq_keras.runtime.onnx_graphs import open_onnx
from seq2seq_keras.runtime.tokenizers import source_copy_ids
from seq2seq_keras.special_tokens import END_ID, PAD_ID
from seq2seq_keras.translation import SearchRequest, TextTranslator

# Options that need one of the graphs with rules.
_RULES = ("min_length", "min_length_ratio", "coverage_penalty", "block_ngrams")
_FAR = 1e6  # a ratio that limits nothing
# What a runtime needs, what opens a graph there, and what messages call it.
_RUNTIMES = {
    "onnx": ("onnxruntime", open_onnx, "ONNX"),
    "litert": ("ai_edge_litert", open_litert, "LiteRT"),
}


class Translator(TextTranslator):
    """Translates from what was exported as ONNX or for LiteRT, without TensorFlow.

    It has the methods, options, errors and warnings of the `Translator` that was
    exported, and the same translations: tokens, their order, and scores up to the
    rounding of sums. It does not sample, and has no `avoid` and no `allowed`.

    Args:
        folder: What was read of the folder.
        threads: Integer. How many threads compute at most; 0 for as many as there are
            cores.

    Example:

    ```python
    from seq2seq_keras.runtime import Translator

    translator = Translator.load("exported")
    translator.translate(["i am a student"], beam_width=5)
    ```
    """

    @checks_numbers(threads=(0, 10**4))
    def __init__(self, folder: RuntimeFolder, *, threads: int = 0) -> None:
        self._folder = folder
        self._threads = threads
        self.source_tokenizer = folder.source_tokenizer
        self.target_tokenizer = folder.target_tokenizer
        self.max_source_length = folder.max_source_length
        self.search = folder.search
        self._graph = functools.cache(self._open)

    @classmethod
    @checks_numbers(threads=(0, 10**4))
    def load(cls, folder: str | os.PathLike, *, threads: int = 0) -> "Translator":
        """Loads a folder, after checking that it is whole.

        Args:
            folder: The folder that `export(format="onnx")` wrote, or
                `format="litert"`.
            threads: Integer. How many threads compute at most; 0 for as many as there
                are cores.

        Returns:
            A `Translator`.

        Raises:
            InputError: If a file is missing or changed, or the runtime is.
        """
        read = read_folder(folder)
        library, _, runtime = _RUNTIMES[read.runtime]
        import_optional(library, f"Translations from {runtime}")
        return cls(read, threads=threads)

    def _open(self, name: str) -> Any:
        _, open_graph, _ = _RUNTIMES[self._folder.runtime]
        return open_graph(self._folder, name, self._threads)

    def _split(self, texts: list[str]) -> tuple[list[list[str]], np.ndarray]:
        rows = [self.source_tokenizer.split_normalized(text) for text in texts]
        return rows, np.array([len(row) for row in rows], "int64")

    def _take(self, tokens: list[list[str]], rows: np.ndarray) -> list[list[str]]:
        return [tokens[row] for row in rows]

    def _searcher(
        self,
        options: SearchOptions,
        each: dict[str, np.ndarray],
        shared: dict[str, Any],
        details: bool,
    ) -> Any:
        has_rules = "prefix" in each or options.repetition_penalty > 1
        has_rules |= any(getattr(options, name) for name in _RULES)
        kind = "beam_search" if options.beam_width > 1 else "greedy_search"
        graph = self._graph(f"{kind}_with_rules" if has_rules else kind)
        return functools.partial(self._search, graph, options)

    def _check_request(self, request: SearchRequest) -> None:
        options = request.options
        *_, runtime = _RUNTIMES[self._folder.runtime]
        for name in ("avoid", "allowed"):
            if getattr(request, name):
                raise InputError(
                    f"`{name}` needs TensorFlow: what was exported as {runtime} cannot "
                    "do it. Translate with the saved translator."
                )
        if options.sample:
            raise InputError(
                f"What was exported as {runtime} does not sample. Translate with the "
                "saved translator."
            )
        if options.beam_groups > 1:
            raise InputError(
                f"What was exported as {runtime} has no `beam_groups`. Translate with "
                "the saved translator."
            )
        for name in ("coverage_penalty", "replace_unknown"):
            if getattr(options, name) and not self._folder.attends:
                raise InputError(
                    f"`{name}` works on attention weights, and the model has none: "
                    'build it with `attention="luong"`, `"bahdanau"` or `"hard"`.'
                )
        kinds = [type(t.text_tokenizer) for t in self._tokenizers()]
        if options.replace_unknown and kinds[0] is not kinds[1]:
            names = [kind.__name__.removeprefix("Plain") for kind in kinds]
            raise InputError(
                "Copying source tokens (`copy`, `replace_unknown`) needs one kind of "
                f"tokenizer for both sides. Received: {' and '.join(names)}"
            )

    def _tokenizers(self) -> list[Any]:
        return [self.source_tokenizer, self.target_tokenizer]

    def _search(
        self,
        graph: Any,
        options: SearchOptions,
        tokens: list[list[str]],
        inputs: dict[str, Any],
    ) -> dict[str, np.ndarray]:
        is_distinct = options.distinct_texts and options.beam_width > 1
        is_distinct &= options.n_best > 1
        n_best = options.n_best
        if is_distinct:
            options = options.replace(n_best=options.beam_width)
        tokens = [row[: self.max_source_length] for row in tokens]
        feeds = {**self._source(tokens), **_scalars(options)}
        prefixes = self.target_tokenizer.tokenize(
            [text.decode("utf-8") for text in inputs.get("prefix", ())]
        )
        # One column at least: LiteRT takes no input without an element.
        feeds["prefix"] = _padded(prefixes or [[PAD_ID]] * len(tokens), least=1)
        found = Found(**graph(feeds))
        read = read_found(
            found,
            [[*row, self.source_tokenizer.vocabulary[END_ID]] for row in tokens],
            *self._tokenizers(),
            replace_unknown=options.replace_unknown,
        )
        return distinct(read, n_best) if is_distinct else read

    def _source(self, tokens: list[list[str]]) -> dict[str, np.ndarray]:
        ids = [[*self.source_tokenizer.ids(row), END_ID] for row in tokens]
        source = {"source_token_ids": _padded(ids)}
        if self._folder.copies:
            copied = map(self.source_tokenizer.copied_tokens, tokens)
            source["source_copy_ids"] = _padded(
                [
                    [*source_copy_ids(row, self.target_tokenizer), END_ID]
                    for row in copied
                ]
            )
        return source


def _scalars(options: SearchOptions) -> dict[str, np.ndarray]:
    """The options as the graphs take them."""
    offset, exponent = options.length_terms
    ratio = options.max_length_ratio
    whole = ("max_length", "beam_width", "n_best", "min_length", "block_ngrams")
    real = ("min_length_ratio", "repetition_penalty", "coverage_penalty")
    return {
        **{name: np.array(getattr(options, name), "int32") for name in whole},
        **{name: np.array(getattr(options, name), "float32") for name in real},
        "max_length_ratio": np.array(_FAR if ratio is None else ratio, "float32"),
        "length_offset": np.array(offset, "float32"),
        "length_exponent": np.array(exponent, "float32"),
    }


def _padded(rows: list[list[int]], least: int = 0) -> np.ndarray:
    """Rows of ids as one array of `least` columns or more."""
    longest = max(map(len, rows), default=0)
    array = np.full((len(rows), max(longest, least)), PAD_ID, "int32")
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array
