"""Writes the file of the phrasebook: python -m tools.phrasebook [FILE]."""

import argparse
import pathlib

import numpy as np

from seq2seq_keras.data import Phrasebook
from tools.phrasebook.corpus import Sentence, generate_sentences
from tools.phrasebook.phrases import KINDS

FILE = pathlib.Path(__file__).parents[2] / "seq2seq_keras" / "data" / "phrasebook.npz"


def make_arrays(sentences: list[Sentence]) -> dict[str, np.ndarray]:
    """Makes the arrays of the file, of integers and of text.

    Args:
        sentences: All sentences.

    Returns:
        Dictionary of arrays, as `Phrasebook` takes it.
    """
    arrays = {}
    columns = dict(zip(Sentence._fields, zip(*sentences, strict=True), strict=True))
    for language in Phrasebook.LANGUAGES:
        starts, ends = zip(*columns[language], strict=True)
        arrays |= _column(f"{language}_start", starts)
        arrays |= _column(f"{language}_end", ends)
    arrays |= _column("subject", columns["subject"])
    arrays |= _column("predicate", columns["predicate"])
    # In the order in which the kinds take turns.
    arrays |= _column("kind", columns["kind"], KINDS)
    parts = Phrasebook(arrays).draw()
    arrays["default_split"] = np.concatenate(parts).astype(np.uint32)
    return arrays


def _column(
    name: str, values: tuple[str, ...], texts: tuple[str, ...] | None = None
) -> dict[str, np.ndarray]:
    texts = texts or tuple(dict.fromkeys(values))
    numbers = {text: number for number, text in enumerate(texts)}
    smallest = np.min_scalar_type(len(texts))
    return {
        name: np.array([numbers[value] for value in values], smallest),
        f"{name}_texts": np.array(texts),
    }


def main() -> None:
    """Writes the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=pathlib.Path, default=FILE)
    file = parser.parse_args().file
    np.savez_compressed(file, **make_arrays(list(generate_sentences())))
    print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
