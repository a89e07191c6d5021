"""Word vectors for TensorBoard's projector."""

import os
import pathlib

from seq2seq_keras.files import replaced_when_complete, write_text
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.vectors.matrices import check_dense
from seq2seq_keras.vectors.numbers import NUMBERS
from seq2seq_keras.vectors.word_vectors import WordVectors

_VECTORS, _WORDS = "vectors.tsv", "words.tsv"
_CONFIG = f"""\
embeddings {{
  tensor_name: "word vectors"
  tensor_path: "{_VECTORS}"
  metadata_path: "{_WORDS}"
}}
"""
_ROWS = 1024


@checks_numbers(NUMBERS)
def export_projector(
    vectors: WordVectors, folder: str | os.PathLike, *, limit: int = 10_000
) -> pathlib.Path:
    """Writes what TensorBoard's projector shows, in three dimensions and with search.

    `tensorboard --logdir FOLDER` shows them under "Projector"; so does
    projector.tensorflow.org, given the two `.tsv` files.

    Args:
        vectors: A `WordVectors`.
        folder: Where to write; it is made if missing.
        limit: Integer. The most words, from the most frequent on: a browser draws no
            more than some tens of thousands.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        InputError: If the vectors are sparse.

    Example:

    >>> import tempfile
    >>> from seq2seq_keras.vectors import WordVectors
    >>> vectors = WordVectors(["a", "b"], [[1.0, 2.0], [3.0, 4.0]])
    >>> folder = export_projector(vectors, tempfile.mkdtemp())
    >>> sorted(path.name for path in folder.iterdir())
    ['projector_config.pbtxt', 'vectors.tsv', 'words.tsv']
    """
    check_dense(vectors.matrix, "The projector shows")
    folder = pathlib.Path(folder)
    with (
        replaced_when_complete(folder / _VECTORS) as beside,
        beside.open("w", encoding="ascii", newline="\n") as file,
    ):
        for start in range(0, min(limit, len(vectors)), _ROWS):
            rows = vectors.matrix[start : min(start + _ROWS, limit)]
            file.writelines("\t".join(map(str, row)) + "\n" for row in rows.tolist())
    names = "".join(f"{_name(word)}\n" for word in vectors.words[:limit])
    write_text(folder / _WORDS, names)
    write_text(folder / "projector_config.pbtxt", _CONFIG)
    return folder


def _name(word: str) -> str:
    """A word on one line: tabs, line ends and the like are spelled out."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1]
        for character in word or '""'
    )
