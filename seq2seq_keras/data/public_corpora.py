"""Loading the public corpora: Tatoeba, Multi30k, SIGMORPHON 2021."""

import zipfile
import zlib

from seq2seq_keras.data.download import find, find_or_fetch
from seq2seq_keras.data.lines import decode_lines
from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.data.read import read_pairs
from seq2seq_keras.data.split import split_pairs
from seq2seq_keras.errors import InputError

_MULTI30K = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1"
_SIGMORPHON = "https://raw.githubusercontent.com/sigmorphon/2021-task1/main/data"
_TATOEBA = "https://www.manythings.org/anki"

TATOEBA_LANGUAGES = ("fra", "kor")
SIGMORPHON_SIZES = {
    **dict.fromkeys(("ady", "gre", "ice", "ita", "khm"), "low"),
    **dict.fromkeys(("dut", "fre", "jpn_hira", "kor"), "medium"),
}


def load_tatoeba(source, target, seed):
    """English and one of `TATOEBA_LANGUAGES`, split by source sentence.

    Args:
        source: "eng" or the other language.
        target: The other one of the two.
        seed: Integer. Seed of the split.

    Returns:
        Training, validation and test `Pairs`.
    """
    language = target if source == "eng" else source
    if path := find(f"tatoeba/eng-{language}.tsv"):
        pairs = read_pairs(path)
    else:
        name = f"{language}-eng.zip"
        path = find_or_fetch(f"tatoeba/{name}", f"{_TATOEBA}/{name}")
        pairs = _read_archive(path, f"{language}.txt")
    if source != "eng":
        pairs = Pairs(pairs.target, pairs.source)
    return split_pairs(pairs, seed=seed)


def load_multi30k(source, target, tokenized):
    """Image captions with the splits of the corpus; the test set is that of 2016.

    Args:
        source: "en" or "de".
        target: The other one.
        tokenized: Whether to load the lower-cased, normalized, tokenized edition.

    Returns:
        Training, validation and test `Pairs`.
    """
    parts = []
    for part in ("train", "val", "test_2016_flickr"):
        paths = []
        for language in (source, target):
            name = (
                f"{part}.lc.norm.tok.{language}" if tokenized else f"{part}.{language}"
            )
            url = f"tok/{name}" if tokenized else f"raw/{name}.gz"
            paths.append(find_or_fetch(f"multi30k/{name}", f"{_MULTI30K}/{url}"))
        parts.append(read_pairs(*paths))
    return parts


def load_sigmorphon(language):
    """Words and their phonemes, with the splits of the shared task.

    Args:
        language: One of `SIGMORPHON_SIZES`.

    Returns:
        Training, validation and test `Pairs`.
    """
    size = SIGMORPHON_SIZES[language]
    return [
        read_pairs(
            find_or_fetch(
                f"sigmorphon2021/{language}_{part}.tsv",
                f"{_SIGMORPHON}/{size}/{language}_{part}.tsv",
            )
        )
        for part in ("train", "dev", "test")
    ]


def _read_archive(path, member):
    """Reads English, translation and attribution, parted by tabs, from a zip file."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            rows = [line.split("\t") for line in decode_lines(file, f"{path}/{member}")]
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} is damaged ({error}). Delete it, and it is fetched anew."
        ) from error
    return read_pairs([(row[0], row[1]) for row in rows if len(row) > 1])
