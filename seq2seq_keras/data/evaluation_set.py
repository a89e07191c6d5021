"""Sources with all that is known to be a right answer to each."""

import dataclasses
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.data.parallel import open_parallel
from seq2seq_keras.data.reading_options import ReadingOptions
from seq2seq_keras.data.table_files import is_table
from seq2seq_keras.errors import InputError, check_texts


@dataclasses.dataclass(frozen=True)
class EvaluationSet:
    """Sources, each with any number of references.

    It takes the place of `Pairs` where translations are scored: a sentence has many
    right translations, and one that equals any of them is right.

    Args:
        source: List of strings.
        references: List of tuples of strings, one for each source; an empty one where
            there is no reference, and then the source counts nothing.

    Raises:
        InputError: If the two differ in number, or something is no tuple of strings.

    Example:

    >>> test = EvaluationSet(["hi", "bye"], [("salut", "bonjour"), ("au revoir",)])
    >>> len(test), test[1], test[:1]
    (2, ('bye', ('au revoir',)), EvaluationSet(source=['hi'], \
references=[('salut', 'bonjour')]))
    """

    source: list[str]
    references: list[tuple[str, ...]]

    def __post_init__(self) -> None:
        check_texts(source=self.source, references=self.references)
        if len(self.source) != len(self.references):
            raise InputError(
                "Every source needs a tuple of references. Received: "
                f"{len(self.source)} sources and {len(self.references)} tuples"
            )
        for number, own in enumerate(self.references, start=1):
            if not (isinstance(own, tuple) and all(isinstance(t, str) for t in own)):
                raise InputError(
                    f"The references of source {number} must be a tuple of strings. "
                    f"Received: {own!r}"
                )

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        return zip(self.source, self.references, strict=True)

    @overload
    def __getitem__(self, part: slice) -> "EvaluationSet": ...

    @overload
    def __getitem__(self, part: int) -> tuple[str, tuple[str, ...]]: ...

    def __getitem__(
        self, part: slice | int
    ) -> "EvaluationSet | tuple[str, tuple[str, ...]]":
        if isinstance(part, slice):
            return EvaluationSet(self.source[part], self.references[part])
        return self.source[part], self.references[part]

    def pairs(self) -> Pairs:
        """Each source beside each of its references.

        Returns:
            `Pairs`, in their order.

        Example:

        >>> EvaluationSet(["hi", "oh"], [("salut", "bonjour"), ()]).pairs()
        Pairs(source=['hi', 'hi'], target=['salut', 'bonjour'])
        """
        both = [(source, text) for source, own in self for text in own]
        return Pairs([source for source, _ in both], [text for _, text in both])


def group_sources(pairs: Iterable[tuple[str, str]] | EvaluationSet) -> EvaluationSet:
    """Makes one sentence of equal sources, with all their targets as references.

    Collections of sentences, dictionaries and chats have a line for each answer. Scored
    line by line, a translation that equals another line's answer is wrong.

    Args:
        pairs: `Pairs`, an iterable of `(source, target)`, or an `EvaluationSet`.

    Returns:
        An `EvaluationSet`: sources and the references of each in the order in which
        they are first seen. Of targets that differ in nothing that a score sees, white
        space and the Unicode form, the first is kept; blank ones are no references.

    Example:

    >>> group_sources([("hi", "salut"), ("bye", "au revoir"), ("hi", "bonjour")])
    EvaluationSet(source=['hi', 'bye'], \
references=[('salut', 'bonjour'), ('au revoir',)])
    """
    check_texts(pairs=pairs)
    rows: Iterable[tuple[str, tuple[str, ...]]] = (
        pairs
        if isinstance(pairs, EvaluationSet)
        else ((source, (target,)) for source, target in pairs)
    )
    groups: dict[str, dict[str, str]] = {}
    for source, targets in rows:
        own = groups.setdefault(source, {})
        for target in targets:
            if tidy := tidy_text(target):
                own.setdefault(tidy, target)
    return EvaluationSet(list(groups), [tuple(own.values()) for own in groups.values()])


def read_evaluation_set(
    source: str | os.PathLike,
    references: Sequence[str | os.PathLike],
    *,
    encoding: str = "utf-8",
) -> EvaluationSet:
    r"""Reads a file of sources and any number of files of references.

    Args:
        source: The path of the sources, a sentence a line, or a segment of SGML.
        references: List of the paths of files that are line by line parallel to it. A
            blank line means that the sentence has no such reference.
        encoding: What they are written in.

    Returns:
        An `EvaluationSet`.

    Raises:
        InputError: If there is no file of references, the files differ in their
            number of lines, or are tables.

    Example:

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> paths = [folder / name for name in ("test.en", "test.0.fr", "test.1.fr")]
    >>> for path, text in zip(paths, ("hi\nbye", "salut\nadieu", "bonjour\n\n")):
    ...     _ = path.write_text(text)
    >>> read_evaluation_set(paths[0], paths[1:]).references
    [('salut', 'bonjour'), ('adieu',)]
    """
    check_texts(references=references)
    if not references:
        raise InputError("Name one file of references or more.")
    paths = [os.fspath(path) for path in (source, *references)]
    for path in paths:
        if is_table(path, ReadingOptions(encoding=encoding)):
            raise InputError(
                f"{path} is a table, which is read by itself; files beside each other "
                "are one of sources and those of their references, a sentence a line."
            )
    with open_parallel(paths, encoding) as (_, rows):
        both = [(first, others) for first, *others in rows]
    return EvaluationSet(
        [first for first, _ in both],
        [tuple(text for text in others if text.strip()) for _, others in both],
    )


def tidy_text(text: str) -> str:
    """A text without what no score sees: white space and its Unicode form."""
    return " ".join(unicodedata.normalize("NFC", text).split())
