"""What the trainings of all translators of a command were told, which must agree.

What no training is known of has no say: a file of translations, or a model that was
imported.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from jsonargparse import Namespace as Options

from seq2seq_keras import data, training
from seq2seq_keras.errors import InputError


def corpus_seed(options: Options, models: Sequence[str]) -> int:
    """What the pairs of a corpus are split with: as when all models learnt them.

    Args:
        options: The options of a command, with `seed` and `corpus`.
        models: The folders of all translators that have a part in it.

    Raises:
        InputError: If they were trained with several seeds that split the corpus
            differently, and none was given.
    """
    if options.seed is not None:
        return options.seed
    known = filter(training.is_remembered, models)
    seeds = list(dict.fromkeys(map(training.trained_seed, known))) or [0]
    if len(seeds) > 1 and data.is_split_by_seed(options.corpus):
        raise InputError(
            f"The translators were trained with the seeds {sorted(seeds)}, with which "
            f"{options.corpus} is split differently, so that a test pair of one may be "
            "a training pair of another. Say which counts: `--seed`."
        )
    return seeds[0]


def agreed_reading(
    files: Sequence[str],
    options: Options,
    models: Sequence[str],
    *,
    tables: bool = True,
) -> tuple[data.ReadingOptions, dict[str, Any]]:
    """How files of pairs are read, and what of it the trainings were told.

    Args:
        files: The files, folders or patterns.
        options: The options of a command, with those of `ReadingOptions`.
        models: The folders of all translators that have a part in it.
        tables: Whether the files may be tables; lines of text have an encoding only.

    Raises:
        InputError: If they were told different things that matter for these files,
            and none was given.
    """
    given = given_of(options, data.ReadingOptions)
    models = list(filter(training.is_remembered, models))
    if not models:
        return data.ReadingOptions(**given), {}
    readings = [training.trained_reading(model, given) for model in models]
    paths, _ = data.expand_files(files)
    _check_agreed(paths, models, readings, tables)
    reading, taken = readings[0]
    if "encoding" in taken:
        for path in paths:
            data.check_remembered_encoding(path, reading.encoding)
    return reading, taken


def _check_agreed(
    paths: Sequence[str],
    models: Sequence[str],
    readings: Sequence[tuple[data.ReadingOptions, dict[str, Any]]],
    tables: bool,
) -> None:
    options, told = zip(*readings, strict=True)
    if all(each == told[0] for each in told):
        return
    # Parallel text has an encoding only.
    has_columns = tables and (
        len(paths) == 1
        or any(data.is_table(path, each) for path in paths for each in options)
    )
    names = data.ReadingOptions.__dataclass_fields__ if has_columns else ["encoding"]
    for name, (model, own) in itertools.product(names, zip(models, told, strict=True)):
        if own.get(name) != told[0].get(name):
            option = "--" + name.replace("_", "-")
            first, other = (_told(name, each) or "nothing" for each in (told[0], own))
            raise InputError(
                f"How {paths[0]} is read is not clear: of `{option}` the training of "
                f"{models[0]} was told {first}, and that of {model} {other}. Say which "
                f"counts: `{option}`."
            )


def _told(name: str, taken: dict[str, Any]) -> str:
    return f"`{training.as_options({name: taken[name]})}`" if name in taken else ""


def given_of(options: Options, owner: Any) -> dict[str, Any]:
    """The options of a class that were given, or else are None."""
    names = [name for name in owner.__dataclass_fields__ if name in options]
    return {name: options[name] for name in names if options[name] is not None}
