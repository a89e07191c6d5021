"""`Translator` with nothing but NumPy and onnxruntime."""

import functools
import os
from typing import Any

import numpy as np

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.runtime.folder import RuntimeFolder, read_folder
from seq2seq_keras.runtime.found import Found, distinct, read_found
from seq2seq_keras.runtime.tokenizers import source_copy_ids
from seq2seq_keras.special_tokens import END_ID, PAD_ID
from seq2seq_keras.translation import RUNTIME_WEIGHTS, SearchRequest, TextTranslator

# Options that need one of the graphs with rules.
_RULES = ("min_length", "min_length_ratio", "coverage_penalty", "block_ngrams")
_FAR = 1e6  # a ratio that limits nothing
_QUIET = 3  # errors reach Python as exceptions


class Translator(TextTranslator):
    """Translates from what `export(format="onnx")` wrote, without TensorFlow.

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
        self._session = functools.cache(self._open)

    @classmethod
    @checks_numbers(threads=(0, 10**4))
    def load(cls, folder: str | os.PathLike, *, threads: int = 0) -> "Translator":
        """Loads a folder, after checking that it is whole.

        Args:
            folder: The folder that `export(format="onnx")` wrote.
            threads: Integer. How many threads compute at most; 0 for as many as there
                are cores.

        Returns:
            A `Translator`.

        Raises:
            InputError: If a file is missing or changed, or onnxruntime is.
        """
        import_optional("onnxruntime", "Translations from ONNX")
        return cls(read_folder(folder), threads=threads)

    def _open(self, name: str) -> Any:
        """A graph in onnxruntime; of what was checked, not of what lies there now."""
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = _QUIET
        settings.intra_op_num_threads = self._threads
        # Else threads that wait for work take all of a processor.
        settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
        weights = self._folder.weights
        settings.add_external_initializers_from_files_in_memory(
            [RUNTIME_WEIGHTS], [weights], [len(weights)]
        )
        content = self._folder.read_graph(name)
        try:
            return onnxruntime.InferenceSession(
                content, settings, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # which are of no public class
            raise InputError(
                f"{self._folder.path / name}.onnx cannot be opened by onnxruntime "
                f"{onnxruntime.__version__}: {str(error).splitlines()[0]}"
            ) from error

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
        session = self._session(f"{kind}_with_rules" if has_rules else kind)
        return functools.partial(self._search, session, options)

    def _check_request(self, request: SearchRequest) -> None:
        options = request.options
        for name in ("avoid", "allowed"):
            if getattr(request, name):
                raise InputError(
                    f"`{name}` needs TensorFlow: what was exported as ONNX cannot do "
                    "it. Translate with the saved translator."
                )
        if options.sample:
            raise InputError(
                "What was exported as ONNX does not sample. Translate with the saved "
                "translator."
            )
        for name in ("coverage_penalty", "replace_unknown"):
            if getattr(options, name) and not self._folder.attends:
                raise InputError(
                    f"`{name}` works on attention weights, and the model has none: "
                    'build it with `attention="luong"` or `"bahdanau"`.'
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
        session: Any,
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
        feeds["prefix"] = _padded(
            self.target_tokenizer.tokenize(
                [text.decode("utf-8") for text in inputs.get("prefix", ())]
            )
            or [[]] * len(tokens)
        )
        needed = [each.name for each in session.get_inputs()]
        names = [each.name for each in session.get_outputs()]
        outputs = session.run(names, {name: feeds[name] for name in needed})
        found = Found(**dict(zip(names, outputs, strict=True)))
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


def _padded(rows: list[list[int]]) -> np.ndarray:
    """Rows of ids as one array."""
    array = np.full((len(rows), max(map(len, rows), default=0)), PAD_ID, "int32")
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array
