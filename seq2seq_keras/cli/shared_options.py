"""Options that several commands take; those of a class follow from its fields."""

import json
import typing
from collections.abc import Sequence
from typing import Literal

from jsonargparse import ArgumentParser as Parser

from seq2seq_keras.cli.value_types import NumberType, TextType, add_number
from seq2seq_keras.data import DataOptions, ReadingOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.options import choices_of, options_of, ranges_of
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
    hints, ranges = typing.get_type_hints(owner), ranges_of(owner)
    for field in options_of(owner):
        if field.name in leave_out:
            continue
        kind, default, about = hints[field.name], field.default, field.metadata
        choices, description = choices_of(kind), about["description"]
        if about["names_object"]:
            kind = str | None
        if saved:
            description += saved.format(json.dumps(default))
            kind, default = kind | None, None
        if allowed := ranges.get(field.name):
            kind = NumberType(field.name, allowed, optional=default is None)
        elif kind == str | None:
            kind = TextType(field.name)
        settings = {"nargs": about["nargs"]} if about["nargs"] else {"type": kind}
        if metavar := about["metavar"] or (choices and f"{{{','.join(choices)}}}"):
            settings["metavar"] = metavar
        command.add_argument(
            f"--{field.name}",
            default=default,
            help=description.replace("%", "%%"),
            **settings,
        )


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
    command.add_argument(
        "--bleu_tokenizer",
        type=Literal[_BLEU_TOKENIZERS],
        default="13a",
        help="What BLEU splits text with; `none` for text that is split already.",
    )


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
