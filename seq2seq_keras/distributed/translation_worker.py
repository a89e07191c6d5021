"""What a process that translates holds, and does with some texts of a file."""

import dataclasses
import pathlib
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from seq2seq_keras import runtime, translation
from seq2seq_keras.errors import InputError, import_named
from seq2seq_keras.files import current


@dataclasses.dataclass(frozen=True)
class TranslationWork:
    """What every process is told of the work, once.

    Attributes:
        models: The folders of the translator and of the others of an ensemble.
        request: Dictionary of what `Translator.decode` is asked for.
        batch_size: Texts decoded at a time.
        lines: Function from a `Translation`, the number of its text, from 0, and
            `n_best` to the lines that are written.
        threads: Threads of each process.
        modules: Names of modules to import first, with a user's own parts.
        rescore: The folders of the translators that judge what these find.
    """

    models: Sequence[str]
    request: dict[str, Any]
    batch_size: int
    lines: Callable[..., list[str]]
    threads: int = 1
    modules: Sequence[str] = ()
    rescore: Sequence[str] = ()

    @property
    def texts_together(self) -> int:
        """How many texts make a task: those that are sorted together."""
        return self.batch_size * translation.BATCHES_TOGETHER

    def packed(self) -> list[dict[str, bytes]]:
        """The files of the models by name, for machines that share no disk."""
        return [_files_of(folder) for folder in (*self.models, *self.rescore)]


class Translated(NamedTuple):
    """What became of some texts.

    Attributes:
        lines: The lines to write.
        warnings: What is to be told of the texts.
        refused: Why they were not translated, or `None`.
    """

    lines: Sequence[str] = ()
    warnings: Sequence[str] = ()
    refused: str | None = None


class TranslationWorker:
    """A translator in a process of its own.

    Args:
        work: The `TranslationWork`.
        packed: Optional result of its `packed`, where the folders are not at hand.
    """

    def __init__(
        self, work: TranslationWork, packed: Sequence[dict[str, bytes]] | None = None
    ) -> None:
        self.work, self.packed = work, packed
        self.translator: Any = None
        self.request = work.request

    def check(self) -> tuple[str | None, bool]:
        """Why nothing can be translated so, or `None`; and whether texts have features.

        Features stand before each text, in one line with it.
        """
        refused = self.run([""], 1).refused
        if refused is not None:
            return refused, False
        tokenizer = self.translator.source_tokenizer
        return None, tokenizer.text_tokenizer is not tokenizer

    def run(self, texts: Sequence[str], first: int) -> Translated:
        """Translates texts, the first of which has the number `first` in its file."""
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            try:
                if self.translator is None:
                    self.translator = self._load()
                found = self.translator.decode(
                    list(texts),
                    batch_size=self.work.batch_size,
                    first=first,
                    **self.request,
                )
            except (InputError, OSError) as error:
                return Translated(refused=str(error))
            lines = list(self._lines(found, first - 1))
        messages = [str(x.message) for x in told if x.category is UserWarning]
        return Translated(lines, messages)

    def _lines(self, found: Sequence[Any], number: int) -> Iterator[str]:
        request = translation.SearchRequest.of(self.translator.search, self.request)
        n_best = request.options.n_best
        for each in found:
            yield from self.work.lines(each, number, n_best=n_best)
            number += 1

    def _load(self) -> Any:
        import_named(self.work.modules)
        models, rescore = self.work.models, self.work.rescore
        if self.packed is not None:
            folders = self._unpack(self.packed)
            models, rescore = folders[: len(models)], folders[len(models) :]
        first, *others = models
        if not runtime.is_runtime_folder(first):
            translator = _load_saved(models, self.work.threads)
        elif others:
            raise InputError(
                f"{self.work.models[0]} was exported for another runtime and takes no "
                "`--ensemble`: name folders of saved translators."
            )
        else:
            translator = runtime.Translator.load(first, threads=self.work.threads)
        if rescore:
            scorer = _load_saved(rescore, self.work.threads)
            self.request = {**self.request, "rescore": scorer}
        return translator

    def _unpack(self, packed: Sequence[dict[str, bytes]]) -> list[str]:
        # Graphs of ONNX are read when they are first needed.
        self.place = tempfile.TemporaryDirectory()
        folders = []
        for number, files in enumerate(packed):
            folder = pathlib.Path(self.place.name, str(number))
            folder.mkdir()
            for name, content in files.items():
                (folder / name).write_bytes(content)
            folders.append(str(folder))
        return folders


def _load_saved(folders: Sequence[str], threads: int) -> Any:
    """A translator, or several as an ensemble."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    loaded = [translation.Translator.load(folder) for folder in folders]
    return loaded[0] if len(loaded) == 1 else translation.Translator.ensemble(loaded)


def _files_of(folder: str) -> dict[str, bytes]:
    names = {*translation.TRANSLATOR_FILES, *translation.RUNTIME_FILES}
    paths = {name: current(folder, name) for name in sorted(names)}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
