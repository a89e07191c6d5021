"""Test sets for word vectors."""

import pathlib

from seq2seq_keras.errors import InputError
from seq2seq_keras.vectors.optional import import_optional

# The names of the files that gensim brings along.
SIMILARITY_SETS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}
ANALOGY_SETS = {"google": "questions-words.txt"}


def read_similarity_set(name):
    """Reads pairs of words and how alike people find them.

    Args:
        name: One of `SIMILARITY_SETS`, or the path of a file with lines of two words
            and a number, parted by tabs; lines that begin with `#` are comments.

    Returns:
        A list of tuples `(first word, second word, score)`.

    Raises:
        InputError: If the file is missing or a line is broken.
    """
    path = _find(name, SIMILARITY_SETS)
    pairs = []
    for number, line in _lines(path):
        fields = line.split("\t")
        try:
            first, second, score = fields
            pairs.append((first.strip(), second.strip(), float(score)))
        except ValueError as error:
            raise InputError(
                f"{path}, line {number}: expected two words and a number, parted by "
                f"tabs. Received: {line[:60]!r}"
            ) from error
    if not pairs:
        raise InputError(f"{path}: it holds no pair of words.")
    return pairs


def read_analogy_set(name):
    """Reads analogies by section.

    Args:
        name: One of `ANALOGY_SETS`, or the path of a file with lines of four words,
            after lines with a colon and the name of a section.

    Returns:
        A dictionary from names of sections to lists of tuples of four words.

    Raises:
        InputError: If the file is missing or a line is broken.
    """
    path = _find(name, ANALOGY_SETS)
    sections: dict[str, list] = {}
    section = "all"
    for number, line in _lines(path):
        if line.startswith(":"):
            section = line[1:].strip()
            continue
        words = line.split()
        if len(words) != 4:
            raise InputError(
                f"{path}, line {number}: expected four words. Received: {line[:60]!r}"
            )
        sections.setdefault(section, []).append(tuple(words))
    if not sections:
        raise InputError(f"{path}: it holds no analogy.")
    return sections


def _find(name, known):
    if name in known:
        utils = import_optional("gensim.test.utils", f"Evaluations on {name}")
        return pathlib.Path(utils.datapath(known[name]))
    path = pathlib.Path(name)
    if not path.is_file():
        raise InputError(
            f"{path}: there is no such file. The sets known by name are "
            f"{', '.join(known)}."
        )
    return path


def _lines(path):
    """Yields the lines that are neither empty nor comments, and their numbers."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the file is not valid UTF-8.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip() and not line.startswith("#"):
            yield number, line
