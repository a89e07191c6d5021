"""Corpora by name: built in, generated, or fetched once and kept."""

import functools
import gzip
import hashlib
import http.client
import importlib.resources
import itertools
import os
import pathlib
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from typing import Any, NamedTuple

from seq2seq_keras.data.lines import decode_lines
from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.data.phrasebook import Phrasebook
from seq2seq_keras.data.reading import read_pairs
from seq2seq_keras.data.splitting import split_pairs
from seq2seq_keras.data.toy_tasks import TOY_TASKS, make_toy_pairs
from seq2seq_keras.errors import InputError, check_choice
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.ranges import checks_numbers
from seq2seq_keras.terminal import say, show

_MULTI30K = "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1"
_SIGMORPHON = "https://raw.githubusercontent.com/sigmorphon/2021-task1/main/data"
_INFLECTION = (
    "https://raw.githubusercontent.com/sigmorphon/2023InflectionST/main/part1/data"
)
_TATOEBA = "https://www.manythings.org/anki"

_TATOEBA_LANGUAGES = ("fra", "kor")
_LOW = ("ady", "gre", "ice", "ita", "khm", "lav", "mlt_latn", "rum", "slv", "wel_sw")
_MEDIUM = (
    *("arm_e", "bul", "dut", "fre", "geo", "hbs_latn", "hun", "jpn_hira", "kor"),
    "vie_hanoi",
)
_SIGMORPHON_SIZES = {
    **dict.fromkeys(_LOW, "low"),
    **dict.fromkeys(_MEDIUM, "medium"),
    "eng_us": "high",
}
_INFLECTED = (
    *("afb", "amh", "arz", "bel", "dan", "deu", "eng", "fin", "fra", "grc", "heb"),
    *("heb_unvoc", "hun", "hye", "ita", "jap", "kat", "klr", "mkd", "nav", "rus"),
    *("san", "sme", "spa", "sqi", "swa", "tur"),
)
_TIMEOUT_SECONDS = 60
# Bytes, unpacked; the largest corpus has a tenth of it.
_LARGEST = 200_000_000
_CHUNK = 1 << 20


class _WrongFileError(Exception):
    """What came is not the file that was asked for."""


_FAILURES = (
    *(OSError, EOFError, http.client.HTTPException, zlib.error),
    _WrongFileError,
)


class Corpus(NamedTuple):
    """The three parts of a corpus, each `Pairs`."""

    train: Pairs
    validation: Pairs
    test: Pairs


def corpus_names() -> tuple[str, ...]:
    """Lists the names that `load_corpus` takes.

    Returns:
        A tuple of strings.

    Example:

    >>> "phrasebook/korean-english" in corpus_names()
    True
    """
    return tuple(_loaders(seed=0))


def has_features(name: str | None) -> bool:
    """Tells whether sources of a corpus begin with features.

    Args:
        name: Any string, or `None`.

    Returns:
        A boolean: whether they are as `join_features` makes them.

    Example:

    >>> has_features("sigmorphon2023/deu"), has_features("sigmorphon2021/kor")
    (True, False)
    """
    return str(name).startswith("sigmorphon2023/")


def is_split_by_seed(name: str | None) -> bool:
    """Tells whether the test pairs of a corpus are others with another seed.

    Args:
        name: Any string, or `None`.

    Returns:
        A boolean: False for what was published in parts, and for what is no corpus.

    Example:

    >>> is_split_by_seed("tatoeba/eng-fra"), is_split_by_seed("sigmorphon2021/kor")
    (True, False)
    """
    first, other = (_loaders(seed).get(str(name)) for seed in (0, 1))
    return first is not None and other is not None and first.args != other.args


@checks_numbers(seed=(-(2**63), 2**63 - 1))
def load_corpus(name: str, *, seed: int = 0, fallback: str | None = None) -> Corpus:
    """Loads a corpus by its name.

    - `phrasebook/english-french`, and every other order of `english`, `french` and
      `korean`: written by the project's own grammar; its test set is made of
      combinations that training has not seen.
    - `copy`, `reverse`, `addition`, `dates`: generated, 20,000 / 1,000 / 1,000 pairs;
      for a `CharacterTokenizer`.
    - `tatoeba/eng-fra`, `tatoeba/eng-kor` and the other way round: short sentences
      (CC BY 2.0 FR), split 80 / 10 / 10 by source sentence.
    - `multi30k/en-de`, `multi30k/de-en`: image captions (research use; cite Elliott et
      al. 2016); `multi30k-tok/...` is lower-cased, normalized and tokenized.
    - `sigmorphon2021/kor` and 20 more languages: words to phonemes (CC BY-SA 3.0).
    - `sigmorphon2023/deu` and 26 more languages: features and a lemma, as
      `join_features` makes one text of them, to a form (CC BY-SA 3.0).

    The last four are looked for in the folder that the environment variable
    `SEQ2SEQ_KERAS_DATA` names, then in the cache (`~/.cache/seq2seq_keras`), and are
    else downloaded into it.

    Args:
        name: One of `corpus_names()`.
        seed: Integer. Seed of what is generated or split.
        fallback: Optional name of a built-in corpus to take, and to say so in one line,
            where the files are not at hand and cannot be downloaded.

    Returns:
        A `Corpus` of `train`, `validation` and `test`.

    Raises:
        InputError: If there is no such corpus or it cannot be downloaded.

    Example:

    >>> train, validation, test = load_corpus("reverse")
    >>> len(train), len(validation), len(test)
    (20000, 1000, 1000)
    """
    loaders = _loaders(seed)
    check_choice("corpus", name, tuple(loaders))
    try:
        return Corpus(*loaders[name]())
    except InputError as error:
        if fallback is None:
            raise
        show(f"{fallback}, which is built in, in place of {name}: {error}")
        return load_corpus(fallback, seed=seed)


def _loaders(seed: int) -> dict[str, functools.partial[Any]]:
    """A function without arguments for each name."""
    partial = functools.partial
    loaders: dict[str, functools.partial[Any]] = {}
    for source, target in itertools.permutations(Phrasebook.LANGUAGES, 2):
        name = f"phrasebook/{source}-{target}"
        loaders[name] = partial(_load_phrasebook, source, target, seed)
    for task in TOY_TASKS:
        loaders[task] = partial(_load_toy, task, seed)
    for language in _TATOEBA_LANGUAGES:
        for source, target in itertools.permutations(("eng", language)):
            name = f"tatoeba/{source}-{target}"
            loaders[name] = partial(_load_tatoeba, source, target, seed)
    for source, target in itertools.permutations(("en", "de")):
        for edition, tokenized in (("multi30k", False), ("multi30k-tok", True)):
            name = f"{edition}/{source}-{target}"
            loaders[name] = partial(_load_multi30k, source, target, tokenized)
    for language in _SIGMORPHON_SIZES:
        loaders[f"sigmorphon2021/{language}"] = partial(_load_sigmorphon, language)
    for language in _INFLECTED:
        loaders[f"sigmorphon2023/{language}"] = partial(_load_inflection, language)
    return loaders


def _load_phrasebook(source: str, target: str, seed: int) -> list[Pairs]:
    phrasebook = Phrasebook()
    return [
        Pairs(phrasebook.texts(source, rows), phrasebook.texts(target, rows))
        for rows in phrasebook.split(seed=seed)
    ]


def _load_toy(task: str, seed: int) -> tuple[Pairs, Pairs, Pairs]:
    pairs = make_toy_pairs(task, 22_000, seed)
    return pairs[:20_000], pairs[20_000:21_000], pairs[21_000:]


def _load_tatoeba(source: str, target: str, seed: int) -> tuple[Pairs, Pairs, Pairs]:
    """English and one of `_TATOEBA_LANGUAGES`, split by source sentence."""
    language = target if source == "eng" else source
    if path := find_corpus_file(f"tatoeba/eng-{language}.tsv"):
        pairs = read_pairs(path)
    else:
        name = f"{language}-eng.zip"
        path = fetch_corpus_file(f"tatoeba/{name}", f"{_TATOEBA}/{name}")
        pairs = _read_archive(path, f"{language}.txt")
    if source != "eng":
        pairs = Pairs(pairs.target, pairs.source)
    return split_pairs(pairs, seed=seed)


def _load_multi30k(source: str, target: str, tokenized: bool) -> list[Pairs]:
    """Image captions with the splits of the corpus; the test set is that of 2016."""
    parts = []
    for part in ("train", "val", "test_2016_flickr"):
        paths = []
        for language in (source, target):
            name = (
                f"{part}.lc.norm.tok.{language}" if tokenized else f"{part}.{language}"
            )
            url = f"tok/{name}" if tokenized else f"raw/{name}.gz"
            paths.append(fetch_corpus_file(f"multi30k/{name}", f"{_MULTI30K}/{url}"))
        parts.append(read_pairs(*paths))
    return parts


def _load_sigmorphon(language: str) -> list[Pairs]:
    """Words and their phonemes, with the splits of the shared task."""
    size = _SIGMORPHON_SIZES[language]
    return [
        read_pairs(
            fetch_corpus_file(
                f"sigmorphon2021/{language}_{part}.tsv",
                f"{_SIGMORPHON}/{size}/{language}_{part}.tsv",
            )
        )
        for part in ("train", "dev", "test")
    ]


def _load_inflection(language: str) -> list[Pairs]:
    """Lemmas with features, and their forms, with the splits of the shared task."""
    return [
        read_pairs(
            fetch_corpus_file(
                f"sigmorphon2023/{language}.{part}", f"{_INFLECTION}/{language}.{part}"
            ),
            columns=[0, 2],
            features_column=1,
        )
        for part in ("trn", "dev", "tst")
    ]


def _read_archive(path: pathlib.Path, member: str) -> Pairs:
    """Reads English, translation and attribution, parted by tabs, from a zip file."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            if (size := archive.getinfo(member).file_size) > _LARGEST:
                raise zipfile.BadZipFile(f"{member} has {size:,} bytes")
            rows = [line.split("\t") for line in decode_lines(file, f"{path}/{member}")]
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path} is damaged ({error}). Delete it, and it is fetched anew."
        ) from error
    return read_pairs([(row[0], row[1]) for row in rows if len(row) > 1])


def fetch_corpus_file(name: str, url: str) -> pathlib.Path:
    """Finds a file of a corpus, and downloads it where there is none.

    Args:
        name: The path of the file below the data folder, such as
            `multi30k/train.en`.
        url: Where it is to be had. With a suffix `.gz` that `name` lacks, the file is
            unpacked.

    Returns:
        The path of the file: below the folder that the environment variable
        `SEQ2SEQ_KERAS_DATA` names if it is there, else below the cache folder.

    Raises:
        InputError: If it cannot be downloaded, is larger than 200 MB, or is not the
            file that was published, where that does not change.
    """
    if path := find_corpus_file(name):
        return path
    path = _cache() / name
    host = urllib.parse.urlsplit(url).netloc
    say(f"Fetching {name} from {host}")
    # Some hosts refuse Python's own user agent.
    request = urllib.request.Request(url, headers={"User-Agent": "seq2seq_keras"})
    packed = url.endswith(".gz") and not name.endswith(".gz")
    try:
        with (
            replaced_when_complete(path) as beside,
            urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response,
            gzip.open(response) if packed else response as content,
            beside.open("wb") as file,
        ):
            digest = _copy(content, file)
            if response.length:  # http.client itself takes this for the end
                raise _WrongFileError(f"the last {response.length} bytes are missing")
            if digest != _checksums().get(name, digest):
                raise _WrongFileError("its SHA-256 is not that of the published file")
    except _FAILURES as error:
        raise InputError(
            f"{name} could not be fetched from {host} ({error}). Try again, or fetch "
            "it yourself and name the folder above it in SEQ2SEQ_KERAS_DATA."
        ) from error
    return path


def _copy(content: Any, file: Any) -> str:
    """Copies what is not too large, and returns its SHA-256."""
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK):
        size += len(chunk)
        if size > _LARGEST:
            raise _WrongFileError(f"it is larger than {_LARGEST:,} bytes")
        digest.update(chunk)
        file.write(chunk)
    return digest.hexdigest()


@functools.cache
def _checksums() -> dict[str, str]:
    """The SHA-256 of the files that never change; Tatoeba grows every month."""
    table = importlib.resources.files(__package__) / "corpora.sha256"
    lines = table.read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in map(str.split, lines)}


def find_corpus_file(name: str) -> pathlib.Path | None:
    """The path of a file in the user's data folder or the cache, or None."""
    folders = [_cache()]
    if users := os.environ.get("SEQ2SEQ_KERAS_DATA"):
        folders.insert(0, pathlib.Path(users))
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    return None


def _cache() -> pathlib.Path:
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base, "seq2seq_keras")
