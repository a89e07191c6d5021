"""Corpora by name: built in, generated, or fetched once and kept."""

import functools
import itertools
from collections.abc import Callable
from typing import NamedTuple

from seq2seq_keras.data.pairs import Pairs
from seq2seq_keras.data.phrasebook import LANGUAGES, Phrasebook
from seq2seq_keras.data.public_corpora import (
    SIGMORPHON_SIZES,
    TATOEBA_LANGUAGES,
    load_multi30k,
    load_sigmorphon,
    load_tatoeba,
)
from seq2seq_keras.data.toy_tasks import TOY_TASKS, make_toy_pairs
from seq2seq_keras.errors import InputError, check_choice


class Corpus(NamedTuple):
    """The three parts of a corpus, each `Pairs`."""

    train: Pairs
    validation: Pairs
    test: Pairs


def corpus_names():
    """Lists the names that `load_corpus` takes.

    Returns:
        A tuple of strings.

    Example:

    >>> "phrasebook/korean-english" in corpus_names()
    True
    """
    return tuple(_loaders(seed=0))


def load_corpus(name, *, seed=0, fallback=None):
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
    - `sigmorphon2021/kor` and eight more languages: words to phonemes (CC BY-SA 3.0).

    The last three are looked for in the folder that the environment variable
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
        print(f"{fallback}, which is built in, in place of {name}: {error}")
        return load_corpus(fallback, seed=seed)


def _loaders(seed) -> dict[str, Callable]:
    """A function without arguments for each name."""
    partial = functools.partial
    loaders: dict[str, Callable] = {}
    for source, target in itertools.permutations(LANGUAGES, 2):
        name = f"phrasebook/{source}-{target}"
        loaders[name] = partial(_load_phrasebook, source, target, seed)
    for task in TOY_TASKS:
        loaders[task] = partial(_load_toy, task, seed)
    for language in TATOEBA_LANGUAGES:
        for source, target in itertools.permutations(("eng", language)):
            name = f"tatoeba/{source}-{target}"
            loaders[name] = partial(load_tatoeba, source, target, seed)
    for source, target in itertools.permutations(("en", "de")):
        for edition, tokenized in (("multi30k", False), ("multi30k-tok", True)):
            name = f"{edition}/{source}-{target}"
            loaders[name] = partial(load_multi30k, source, target, tokenized)
    for language in SIGMORPHON_SIZES:
        loaders[f"sigmorphon2021/{language}"] = partial(load_sigmorphon, language)
    return loaders


def _load_phrasebook(source: str, target: str, seed: int) -> list[Pairs]:
    phrasebook = Phrasebook()
    return [
        Pairs(phrasebook.texts(source, rows), phrasebook.texts(target, rows))
        for rows in phrasebook.split(seed=seed)
    ]


def _load_toy(task, seed):
    pairs = make_toy_pairs(task, 22_000, seed)
    return pairs[:20_000], pairs[20_000:21_000], pairs[21_000:]
