"""Options that several commands take; those of a class follow from its fields."""

import dataclasses
import json
import typing
from collections.abc import Sequence
from typing import Any

from jsonargparse import ArgumentParser as Parser

from seq2seq_keras.cli.value_types import (
    NumberType,
    TextType,
    add_choice,
    add_number,
    choice_settings,
)
from seq2seq_keras.data import DataOptions, ReadingOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import choices_of, options_of, ranges_of
from seq2seq_keras.ranges import alternatives
from seq2seq_keras.training import TrainingConfig
from seq2seq_keras.translation import RescoringOptions

_DATA = ranges_of(DataOptions)
AS_SAVED = " Unless the translator was saved with another: {}."
AS_TRAINED = " As in the training, unless given."
_BLEU_TOKENIZERS = choices_of(typing.get_type_hints(TrainingConfig)["bleu_tokenizer"])


def add_options(
    command: Parser, owner: type, *, saved: str = "", leave_out: Sequence[str] = ()
) -> None:
    """Adds the options of a dataclass, see `seq2seq_keras.options`.

    With `saved`, which says so, what is left out is as a translator was saved with.
    """
    hints = typing.get_type_hints(owner)
    for field in options_of(owner):
        if field.name in leave_out:
            continue
        kind, default = hints[field.name], field.default
        description = field.metadata["description"]
        if saved:
            description += saved.format(json.dumps(default))
            kind, default = kind | None, None
        command.add_argument(
            f"--{field.name}",
            default=default,
            help=description.replace("%", "%%"),
            **_values_of(owner, field, kind, is_optional=default is None),
        )


def _values_of(
    owner: type, field: dataclasses.Field, kind: Any, *, is_optional: bool
) -> dict[str, Any]:
    """What `add_argument` is told of the values of an option."""
    about, name, choices = field.metadata, field.name, choices_of(kind)
    settings: dict[str, Any] = {"type": kind}
    if about["metavar"]:
        settings["metavar"] = about["metavar"]
    if about["nargs"]:
        del settings["type"]
        settings["nargs"] = about["nargs"]
    elif allowed := ranges_of(owner).get(name):
        settings["type"] = NumberType(name, allowed, optional=is_optional)
    elif about["names_object"] or kind == str | None:
        settings["type"] = TextType(name)
    elif bool in alternatives(kind):
        settings |= choice_settings(name, (True, False), is_optional=is_optional)
        settings |= {"nargs": "?", "const": True}  # `--copy` is `--copy true`
    elif choices:
        settings |= choice_settings(name, choices, is_optional=is_optional)
    return settings


def add_import(command: Parser) -> None:
    """Adds modules to import first."""
    command.add_argument(
        "--import",
        nargs="+",
        metavar="MODULE",
        default=[],
        help="Modules that define cells, attentions or models of your own; from the "
        "present folder, or from where Python finds them. Not from a YAML file.",
    )


def add_ensemble(command: Parser) -> None:
    """Adds further members of an ensemble."""
    command.add_argument(
        "--ensemble",
        nargs="+",
        metavar="FOLDER",
        default=[],
        help="Further translators with the same vocabularies; the probabilities of all "
        "are averaged.",
    )


def add_rescore(command: Parser) -> None:
    """Adds translators that judge what the others have found."""
    command.add_argument(
        "--rescore",
        nargs="+",
        metavar="FOLDER",
        default=[],
        help="A translator, or several as one, that judges what a beam has found, such "
        "as one that was trained with `--reverse-target true`.",
    )
    add_options(command, RescoringOptions)


def add_test_pairs(command: Parser) -> None:
    """Adds where pairs to test on are read from."""
    add = command.add_argument
    add(
        "--test",
        nargs="+",
        metavar="FILE",
        help="Tables; or text files that are parallel line by line: sources and "
        "references, but for `score` of any number.",
    )
    add_options(command, ReadingOptions, saved=AS_TRAINED, leave_out=["weights_column"])
    add_corpus(command, "test")


def add_corpus(command: Parser, part: str) -> None:
    """Adds the corpus that pairs are taken from, and how it is split."""
    command.add_argument("--corpus", help=f"A corpus whose {part} pairs to use.")
    add_number(
        command,
        "seed",
        _DATA["seed"],
        None,
        "The seed the corpus is split with; by default that of the training.",
    )


def add_group_sources(command: Parser) -> None:
    """Adds whether equal sources are one with several references."""
    add_flag(
        command,
        "group_sources",
        "Make one sentence of equal sources, with all their targets as references.",
    )


def add_bleu_tokenizer(command: Parser) -> None:
    """Adds how BLEU splits."""
    about = "What BLEU splits text with; `none` for text that is split already."
    add_choice(command, "bleu_tokenizer", _BLEU_TOKENIZERS, "13a", about)


def add_model(command: Parser) -> None:
    """Adds the translator."""
    command.add_argument("model", help="Folder of a saved translator.")
    add_import(command)


def add_batch_size(command: Parser) -> None:
    """Adds how many sentences are translated at a time."""
    about = "Sentences at a time; with 1, `translate` answers each line at once."
    add_number(command, "batch_size", _DATA["batch_size"], 64, about)


def add_search(command: Parser) -> None:
    """Adds the options of a search, and how many sentences have it at a time."""
    add_options(command, SearchOptions, saved=AS_SAVED)
    add_batch_size(command)


def add_flag(command: Parser, name: str, description: str) -> None:
    """Adds an option without a value."""
    command.add_argument(f"--{name}", action="store_true", help=description)
