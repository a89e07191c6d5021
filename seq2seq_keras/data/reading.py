"""Reading sentence pairs, or saying exactly why not."""

import os
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard, overload

from seq2seq_keras.data.pair_files import PairFiles
from seq2seq_keras.data.pairs import Pair, Pairs, PairStream
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.records import is_records, records_table
from seq2seq_keras.data.table import check_string, table_pairs
from seq2seq_keras.data.table_files import is_pipe
from seq2seq_keras.errors import InputError
from seq2seq_keras.options import takes_options

if TYPE_CHECKING:
    import pandas as pd

_Path = str | os.PathLike
_NO_PAIR = "There is no sentence pair in the data."


@overload
def read_pairs(
    data: "_Path | Sequence[_Path] | pd.DataFrame | Iterable[Any]",
    target: _Path | None = None,
    *,
    stream: Literal[False] = False,
    **options: Any,
) -> Pairs: ...


@overload
def read_pairs(
    data: "_Path | Sequence[_Path]",
    target: _Path | None = None,
    *,
    stream: bool,
    **options: Any,
) -> Pairs | PairStream: ...


@takes_options(ReadingOptions)
def read_pairs(
    data: "_Path | Sequence[_Path] | pd.DataFrame | Iterable[Any]",
    target: _Path | None = None,
    *,
    stream: bool = False,
    **options: Any,
) -> Pairs | PairStream:
    """Reads sentence pairs and checks every one of them.

    Cells stay the strings they are: `NA`, `null` and `007` are words. Blank lines of
    a table are skipped, unless they part empty cells; of parallel files they are
    empty sentences.

    Args:
        data: The path of a table, packed or not: with tabs and no quoting, with
            commas and quotes if it is called `.csv`, or with another `separator`.
            Or a list of such paths, a folder, a pattern, "-" for standard input; or
            a pandas DataFrame, or a list of `(source, target)`. With `target`, the
            path of the file of sources.
        target: Optional path of the file of targets, line by line parallel.
        stream: Whether a file is left on disk and read anew each time it is gone
            through, for files larger than the memory. It is read through once now, to
            check it, so it cannot be a pipe.
        **options: How the pairs stand in a table, by name:
        {options}

    Returns:
        `Pairs`, or a `PairStream` if `stream`.

    Raises:
        InputError: If anything is wrong with the data, or they look as if something
            else were meant; the message names the file, the row and what to do.

    Example:

    >>> read_pairs([("i am a student", "je suis étudiant")])
    Pairs(source=['i am a student'], target=['je suis étudiant'])
    """
    reading = _options(options)
    if isinstance(data, str | os.PathLike) or _are_paths(data):
        paths = [data] if isinstance(data, str | os.PathLike) else list(data)
        targets = None if target is None else [target]
        found = read_files(paths, targets, options=reading, stream=stream)
        for guess in found.guesses:
            warnings.warn(guess, stacklevel=2)
        return found.pairs
    if stream or target is not None:
        raise InputError("`target` and `stream` go with the path of a file.")
    if isinstance(data, Pairs) and not options:
        return data
    if is_records(data):
        for name in ("separator", "header", "encoding", "comment"):
            if name in options:
                raise InputError(f"A table of Python has no `{name}`: leave it out.")
        _, rows = table_pairs(records_table(data), reading)
        return _in_memory(rows)
    if options:
        raise InputError(f"A list of pairs has no `{next(iter(options))}`.")
    return _in_memory(_list(data))


class FoundPairs(NamedTuple):
    """What `read_files` found.

    Attributes:
        pairs: `Pairs` or a `PairStream`.
        layouts: List of strings: what each file is, and which columns are used.
        guesses: List of strings: what was guessed, and what to say if that is wrong.
        is_table: Whether it is a table, or several, and not parallel text.
    """

    pairs: Any
    layouts: list[str]
    guesses: list[str]
    is_table: bool


def read_files(
    paths: Sequence[_Path],
    targets: Sequence[_Path] | None = None,
    *,
    options: ReadingOptions | None = None,
    stream: bool = False,
    may_be_idle: Collection[str] = (),
) -> FoundPairs:
    """Reads the pairs of some files, and tells how they stood there.

    Args:
        paths: Tables, which make one set of pairs, or two parallel files; folders and
            patterns stand for the files they hold.
        targets: Optional files of targets; then `paths` are those of sources.
        options: Optional `ReadingOptions`.
        stream: See `read_pairs`.
        may_be_idle: Names of options that do nothing for parallel text, and need not.

    Returns:
        `FoundPairs`.
    """
    if isinstance(paths, str | os.PathLike) or not paths:
        raise InputError(f"Name files in a list. Received: {paths!r}")
    if stream:
        _check_rereadable([*paths, *(targets or ())])
    files = PairFiles(paths, targets, options, may_be_idle)
    pairs: Pairs | PairStream
    if stream:
        pairs = PairStream(lambda: iter(files))
        if not sum(1 for _ in files):
            raise InputError(_NO_PAIR)
    else:
        pairs = _in_memory(files)
    return FoundPairs(
        pairs,
        list(files.layouts.values()),
        list(files.guesses.values()),
        is_table=files.targets is None,
    )


def _options(given: dict[str, Any]) -> ReadingOptions:
    columns = given.get("columns")
    if columns is not None and (isinstance(columns, str) or len(columns) != 2):
        raise InputError(
            "`columns` must be two positions or two names. "
            f"Received: columns={columns!r}"
        )
    try:
        return ReadingOptions(**given)
    except TypeError as error:
        raise InputError(f"read_pairs: {error}") from None


def _are_paths(data: Any) -> "TypeGuard[Sequence[_Path]]":
    return (
        isinstance(data, list | tuple)
        and bool(data)
        and all(isinstance(item, str | os.PathLike) for item in data)
    )


def _in_memory(rows: Iterable[Pair]) -> Pairs:
    pairs = PairStream(lambda: iter(rows)).read()
    if not pairs:
        raise InputError(_NO_PAIR)
    return pairs


def _check_rereadable(paths: Sequence[_Path]) -> None:
    for path in paths:
        if is_pipe(path):
            raise InputError(
                f"{path} can be read only once, and `stream=True` reads it several "
                "times. Save it as a file first, or read it with `stream=False`."
            )


def _list(pairs: Iterable[Any]) -> Iterator[Pair]:
    for number, pair in enumerate(pairs):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise InputError(
                f"Item {number} of the list must be a pair (source, target). "
                f"Received: {pair!r}"
            )
        for cell in pair:
            check_string(cell, f"Item {number} of the list")
        yield pair[0], pair[1]
