"""The options of every command."""

from typing import Literal

import jsonargparse

from seq2seq_keras import __version__
from seq2seq_keras.cli_shared_options import (
    add_batch_size,
    add_bleu_tokenizer,
    add_ensemble,
    add_model,
    add_pair_files,
    add_search,
    add_test_pairs,
)
from seq2seq_keras.cli_vector_options import add_vector_options
from seq2seq_keras.evaluation import METRICS
from seq2seq_keras.training import TrainingConfig

# Options of several words, which the parser does not make of a list by itself.
_MANY = {"train", "validation", "columns", "special_tokens"}
_DATA_OPTIONS = (
    *("corpus", "stream", "tokenizer", "target_tokenizer", "lowercase"),
    *("unicode_form", "min_frequency", "max_vocabulary_size", "batch_size", "seed"),
    *("batch_by", "max_source_length", "max_target_length"),
)


def make_parser():
    """Makes the parser of all commands; every option can also stand in YAML.

    Returns:
        A `jsonargparse.ArgumentParser` whose result has the name of the command as
        `command` and its options under that name.
    """
    parser = jsonargparse.ArgumentParser(
        prog="seq2seq-keras",
        description="Recurrent encoder-decoders with Keras.",
        version=__version__,
        exit_on_error=False,
    )
    commands = parser.add_subcommands(dest="command", metavar="COMMAND")
    for name, (description, add_options) in _COMMANDS.items():
        command = jsonargparse.ArgumentParser(
            description=description, exit_on_error=False
        )
        command.add_argument(
            "--config", action="config", help="YAML file with any of these options."
        )
        commands.add_subcommand(name, command, help=description)
        add_options(command)  # which may be commands of its own
    return parser


def _add_train_options(command):
    add_pair_files(command)
    command.add_class_arguments(TrainingConfig, skip=_MANY)
    command.add_argument(
        "--resume",
        metavar="FOLDER",
        help="Go on with the interrupted training into this folder; its options are "
        "those it began with.",
    )


def _add_describe_options(command):
    add_pair_files(command)
    others = set(TrainingConfig.__dataclass_fields__) - set(_DATA_OPTIONS)
    command.add_class_arguments(TrainingConfig, skip=others | _MANY)


def _add_translate_options(command):
    add_model(command)
    add_ensemble(command)
    command.add_argument("--input", help="Text, a sentence a line; or standard input.")
    command.add_argument("--output", help="Where to write; or standard output.")
    command.add_argument(
        "--prefix", help="What every translation begins with, e.g. a forced first word."
    )
    command.add_argument(
        "--avoid",
        nargs="+",
        metavar="WORD",
        default=[],
        help="Words or phrases that no translation contains.",
    )
    command.add_argument(
        "--allowed", help="File of the only translations there may be, one a line."
    )
    command.add_argument(
        "--seed", type=int, default=0, help="What --sample draws with."
    )
    command.add_argument(
        "--scores",
        action="store_true",
        help="Write a tab and the score behind each translation.",
    )
    command.add_argument(
        "--alignments",
        action="store_true",
        help="Write a tab and the alignment behind each translation: pairs of source "
        "and target token, counted from 0 (Pharaoh format); needs attention.",
    )
    command.add_argument(
        "--json",
        action="store_true",
        help="Write a line of JSON for each text, with tokens, probabilities, "
        "attention and the n-best list.",
    )
    command.add_argument(
        "--attention_plot",
        metavar="FILE",
        help="Draw where the decoder looked when it translated the first line, e.g. a "
        ".png; needs attention.",
    )
    add_search(command)
    add_batch_size(command)


def _add_evaluate_options(command):
    add_model(command)
    add_ensemble(command)
    add_test_pairs(command)
    command.add_argument("--output", help="File for the translations, one a line.")
    command.add_argument(
        "--by_length",
        action="store_true",
        help="Print the scores of short and long sources apart.",
    )
    command.add_argument(
        "--length_metric",
        type=Literal[tuple(METRICS)],
        help="The metric by length; by default BLEU, or exact match where no reference "
        "has the four tokens that BLEU needs.",
    )
    command.add_argument(
        "--length_plot", metavar="FILE", help="Draw the scores by length, e.g. a .png."
    )
    add_bleu_tokenizer(command)
    command.add_argument(
        "--examples",
        type=int,
        default=0,
        help="Translations to show before the scores.",
    )
    command.add_argument(
        "--json",
        action="store_true",
        help="Print JSON in place of tables, with all that is needed to repeat it.",
    )
    add_search(command)
    add_batch_size(command)


def _add_compare_options(command):
    command.add_argument(
        "systems",
        nargs="+",
        metavar="SYSTEM",
        help="Two or more: folders of saved translators, or text files with a "
        "translation a line. Each is compared with the first.",
    )
    add_test_pairs(command)
    add_bleu_tokenizer(command)
    command.add_argument(
        "--json", action="store_true", help="Print JSON in place of a table."
    )
    add_search(command)
    add_batch_size(command)


def _add_report_options(command):
    add_model(command)
    add_test_pairs(command)
    command.add_argument(
        "--output", default="report.html", help="The file to write, HTML."
    )
    command.add_argument(
        "--sentences",
        type=jsonargparse.typing.PositiveInt,
        default=500,
        help="The most sentences to show, taken from all over.",
    )
    add_search(command)
    add_batch_size(command)


def _add_score_options(command):
    add_model(command)
    add_test_pairs(command)
    command.add_argument(
        "--free_running",
        action="store_true",
        help="Feed the decoder its own words and not those of the target.",
    )
    add_batch_size(command)


def _add_export_options(command):
    add_model(command)
    command.add_argument("output", help="Folder for the SavedModel.")
    add_search(command)


_COMMANDS = {
    "train": ("Train a translator on pairs of sentences.", _add_train_options),
    "translate": ("Translate text, line by line.", _add_translate_options),
    "evaluate": ("Score translations of a test set.", _add_evaluate_options),
    "compare": (
        "Tell whether one system is better than another, or was lucky.",
        _add_compare_options,
    ),
    "score": ("Tell how probable given targets are.", _add_score_options),
    "report": (
        "Write translations of a test set as a page to look at.",
        _add_report_options,
    ),
    "export": ("Write a SavedModel: strings in, strings out.", _add_export_options),
    "describe": (
        "Look at pairs of sentences before training on them.",
        _add_describe_options,
    ),
    "vectors": ("Make, load, compare and draw word vectors.", add_vector_options),
}
