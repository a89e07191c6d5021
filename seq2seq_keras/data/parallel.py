"""Files that are parallel, line by line or segment by segment."""

import contextlib
import itertools
import re
from collections.abc import Iterator, Sequence

from seq2seq_keras.data.lines import decode_lines
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.sgm import parallel_segments, sgm_segments
from seq2seq_keras.data.table_files import (
    SEGMENTS,
    find_kind,
    has_columns,
    is_pipe,
    open_data,
)
from seq2seq_keras.errors import InputError

_LOOKED_AT = 100
_AS_TEXT = ReadingOptions()
_REFERENCES, _SOURCES = re.compile(rb"<refset", re.I), re.compile(rb"<srcset", re.I)


@contextlib.contextmanager
def open_parallel(
    paths: Sequence[str], encoding: str
) -> Iterator[tuple[str, Iterator[Sequence[str]]]]:
    """Opens files of which line n, or segment n, belongs to that of all others.

    Args:
        paths: The files: text, or test sets in SGML.
        encoding: What they are written in.

    Yields:
        What they are, in words, and their texts side by side.

    Raises:
        InputError: If they are something else, or one has more lines; the latter while
            they are read.
    """
    pipes = [path for path in paths if is_pipe(path)]
    if len({*pipes}) < len(pipes):
        raise InputError(
            f"{' and '.join(paths)}: standard input, or a pipe, can be read only once. "
            "Name files."
        )
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(open_data(path)) for path in paths]
        kinds = [find_kind(start, name, _AS_TEXT) for _, start, name in opened]
        lines = [
            decode_lines(file, name, encoding=encoding) for file, _, name in opened
        ]
        if set(kinds) == {SEGMENTS}:
            _check_sides(paths, [start for _, start, _ in opened])
            sides = list(map(sgm_segments, lines, paths))
            rows = parallel_segments(sides, " and ".join(paths)).rows
            yield "test sets in SGML", (cells for _, cells in rows)
        elif SEGMENTS in kinds:
            found = paths[kinds.index(SEGMENTS)]
            raise InputError(
                f"{found} is a test set in SGML, and another of {', '.join(paths)} is "
                "not. Give the same of all."
            )
        else:
            yield f"parallel text, {encoding}", _side_by_side(paths, lines)


def _check_sides(paths: Sequence[str], starts: Sequence[bytes]) -> None:
    if _REFERENCES.search(starts[0]) and any(map(_SOURCES.search, starts[1:])):
        raise InputError(
            f"{paths[0]} holds references, and a file behind it the sources. Name that "
            "of the sources first."
        )


def _side_by_side(
    paths: Sequence[str], lines: Sequence[Iterator[str]]
) -> Iterator[Sequence[str]]:
    looked_at = [list(itertools.islice(side, _LOOKED_AT)) for side in lines]
    if all(has_columns(first, _AS_TEXT) for first in looked_at):
        raise InputError(
            f"{' and '.join(paths)} are tables, not parallel text: their lines have "
            "several columns."
        )
    lines = [itertools.chain(*both) for both in zip(looked_at, lines, strict=True)]
    for number, row in enumerate(itertools.zip_longest(*lines)):
        if None in row:
            # The shortest file has `number` lines; those that go on have this more.
            counts = [number + (line is not None) for line in row]
            counts = [
                count + sum(1 for _ in rest)
                for count, rest in zip(counts, lines, strict=True)
            ]
            told = [
                f"{path} has {count:,}"
                for path, count in zip(paths, counts, strict=True)
            ]
            raise InputError(
                f"The files differ in their lines: {', '.join(told)}. Line n of each "
                "must belong to line n of all others; leave one blank where nothing "
                "belongs."
            )
        yield row
