"""Files of pairs: which they are, what each is, and the pairs they hold."""

import glob
import itertools
import os
import pathlib
import re
from collections.abc import Collection, Iterator, Sequence

from seq2seq_keras.data.columns import Choice
from seq2seq_keras.data.lines import STANDARD_INPUT
from seq2seq_keras.data.pairs import Pair
from seq2seq_keras.data.parallel import open_parallel
from seq2seq_keras.data.reading_options import ReadingOptions, given_options
from seq2seq_keras.data.table import table_pairs
from seq2seq_keras.data.table_files import TableFile, is_pipe, is_table, open_table
from seq2seq_keras.errors import InputError
from seq2seq_keras.packed import split_member

_PATTERN = re.compile(r"[*?[]")
_SPLITS = re.compile(
    r"(^|[^a-z])(dev|devel|devtest|eval|evaluation|gold|held|heldout|holdout|newstest"
    r"|test|tests|testing|tst|val|valid|validate|validation)([^a-z]|$)"
)


class PairFiles:
    """The pairs of some files, read anew each time they are gone through.

    Args:
        paths: Tables, or a single file of sources and one of targets; folders and
            patterns stand for the files they hold.
        targets: The files of targets, where `paths` are those of sources.
        options: `ReadingOptions`.
        may_be_idle: Options of tables that parallel text does not refuse, since
            nobody gave them for it.
        orders: Optional set of the names of source and target columns that others have
            found; none may be the other way round. What is found here goes in.

    Attributes:
        layouts: Dictionary: a line of words for each file that was begun.
        guesses: Dictionary: what was guessed of those where something was.
    """

    def __init__(
        self,
        paths: Sequence[str | os.PathLike],
        targets: Sequence[str | os.PathLike] | None = None,
        options: ReadingOptions | None = None,
        may_be_idle: Collection[str] = (),
        orders: set[tuple] | None = None,
    ) -> None:
        self.options = options or ReadingOptions()
        self.may_be_idle = may_be_idle
        self.layouts: dict[str, str] = {}
        self.guesses: dict[str, str] = {}
        self.orders: set[tuple] = set() if orders is None else orders
        found, told = expand_files(paths)
        self.sources, self.targets = found, None
        if targets is not None:
            self.targets, _ = expand_files(targets)
            self._check_parallel()
        elif len(found) > 1:
            self._split_or_join(told)

    def __iter__(self) -> Iterator[Pair]:
        if self.targets is None:
            return itertools.chain.from_iterable(map(self._table, self.sources))
        pairs = zip(self.sources, self.targets, strict=True)
        return itertools.chain.from_iterable(itertools.starmap(self._parallel, pairs))

    def _check_parallel(self) -> None:
        sources, targets = self.sources, self.targets or []
        if len(sources) != len(targets):
            raise InputError(
                "Parallel text needs as many files of targets as of sources. "
                f"Received: {len(sources)} and {len(targets)}"
            )
        for pair in zip(sources, targets, strict=True):
            if all(is_table(path, self.options) for path in pair):
                raise InputError(
                    f"{pair[0]} and {pair[1]} are tables, not parallel text: their "
                    "lines have several columns. Tables make one set of pairs if they "
                    f"are given as such: `--train {pair[0]} {pair[1]}`."
                )
        self._check_idle(f"{sources[0]} and {targets[0]}")

    def _check_idle(self, files: str) -> None:
        for name in given_options(self.options):
            if name != "encoding" and name not in self.may_be_idle:
                raise InputError(
                    f"{files} are parallel text, which has no columns: leave `{name}` "
                    "out."
                )

    def _split_or_join(self, were_found: bool) -> None:
        """Several tables are one set of pairs, and two other files parallel text."""
        files = self.sources
        # What can be read only once is as the others are.
        looked_at = [path for path in files if not is_pipe(path)]
        tables = [is_table(path, self.options) for path in looked_at]
        if tables and all(tables):
            return
        if any(tables) or len(files) != 2 or were_found:
            example = looked_at[tables.index(False)] if tables else files[0]
            raise InputError(
                f"{example} is no table, as several files of pairs must be. Parallel "
                "text is one file of sources and one of targets."
            )
        self.sources, self.targets = files[:1], files[1:]
        self._check_parallel()

    def _parallel(self, *paths: str) -> Iterator[Pair]:
        with open_parallel(paths, self.options.encoding) as (form, rows):
            self._tell(" and ".join(paths), f"{form}.")
            yield from ((source, target) for source, target in rows)

    def _table(self, path: str) -> Iterator[Pair]:
        options = self.options
        with open_table(path, options) as found:
            self._check_named(path, found)
            choice, pairs = table_pairs(found.table, options, found.why_one_column)
            self._check_order(path, choice)
            encoding = "" if "encoding" in found.idle else f", {options.encoding}"
            told = f"{found.form}{encoding}, {choice}."
            self._tell(path, told, choice.guess())
            yield from pairs

    def _check_named(self, path: str, found: TableFile) -> None:
        for name in found.idle:
            is_given = name in given_options(self.options)
            if is_given and name not in self.may_be_idle:
                raise InputError(
                    f"{path} is {found.form}, which has no {name}: leave `{name}` out."
                )

    def _check_order(self, path: str, choice: Choice) -> None:
        """Refuses a file whose columns go the other way than those of another."""
        if not choice.names:
            return
        names = (choice.names[choice.source], choice.names[choice.target])
        if names[0] != names[1] and names[::-1] in self.orders:
            raise InputError(
                f"{path} has {names[0]} before {names[1]}, and a file before it has "
                f"them the other way round. Say which is the source: `--columns "
                f"{names[1]} {names[0]}`."
            )
        self.orders.add(names)

    def _tell(self, path: str, layout: str, guess: str = "") -> None:
        self.layouts[path] = f"{path}: {layout} {guess}".rstrip()
        if guess:
            self.guesses[path] = f"{path}: {guess}"


def expand_files(paths: Sequence[str | os.PathLike]) -> tuple[list[str], bool]:
    """The files that names, folders and patterns stand for, and whether any did.

    Args:
        paths: The names, each of a file, of a member of an archive, of a folder, or a
            pattern.

    Raises:
        InputError: If a pattern or a folder stands for nothing, or for files of which
            some are to test what is learnt from the others.
    """
    files: list[str] = []
    named = 0
    for path in [os.fspath(path) for path in paths]:
        if not path:
            raise InputError("The name of a file is empty.")
        if path == STANDARD_INPUT:
            found = [path]
        elif pathlib.Path(path).is_dir():
            found = _in_folder(path)
        elif not pathlib.Path(path).exists() and _PATTERN.search(path):
            found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207
            if not found:
                raise InputError(f"No file is called as the pattern says: {path}")
        else:
            found = [path]
        if len(found) > 1:
            _check_splits(path, found)
        named += found == [path]
        files += found
    return files, named < len(files)


def _in_folder(folder: str) -> list[str]:
    files = [
        str(path)
        for path in sorted(pathlib.Path(folder).iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    if not files:
        raise InputError(f"{folder} is a folder without a file in it.")
    return files


def _check_splits(name: str, files: Sequence[str]) -> None:
    """Refuses files of which some are to test what is learnt from the others."""
    names = [pathlib.Path(file).name for file in files]
    others = [x for x in names if _SPLITS.search(x.lower())]
    if others and len(others) < len(names):
        raise InputError(
            f"{name} stands for files of several splits, such as {others[0]} and "
            f"{next(x for x in names if x not in others)}. Name those that are meant."
        )


def files_of(name: str | os.PathLike) -> list[str]:
    """The files that are read for a name; the name itself if there is none."""
    text = os.fspath(name)
    if pathlib.Path(text).is_dir():
        found = [str(path) for path in pathlib.Path(text).iterdir() if path.is_file()]
    elif not pathlib.Path(text).exists() and _PATTERN.search(text):
        found = glob.glob(text, recursive=True)  # noqa: PTH207
    else:
        found = [os.fspath(split_member(text)[0])]
    return found or [text]
