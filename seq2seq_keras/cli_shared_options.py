"""The options that several commands have."""

from typing import Literal

import jsonargparse

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.evaluation import BLEU_TOKENIZERS


def add_pair_files(command):
    """Adds the files of training and validation pairs."""
    for name in ("train", "validation"):
        command.add_argument(
            f"--{name}",
            nargs="+",
            metavar="FILE",
            help=f"The {name} pairs: one table (.csv, or tab-separated) or two "
            "parallel text files.",
        )
    add_columns(command)
    command.add_argument(
        "--special_tokens",
        nargs=4,
        metavar=("PAD", "UNKNOWN", "START", "END"),
        help="How the special tokens are written.",
    )


def add_columns(command):
    """Adds the columns of a table."""
    command.add_argument(
        "--columns",
        nargs=2,
        metavar=("SOURCE", "TARGET"),
        help="The columns of a table: two numbers counted from 0, or two names of its "
        "header row.",
    )


def add_ensemble(command):
    """Adds further translators."""
    command.add_argument(
        "--ensemble",
        nargs="+",
        metavar="FOLDER",
        default=[],
        help="Further translators with the same vocabularies; the probabilities of all "
        "are averaged.",
    )


def add_search(command):
    """Adds the options of searching."""
    command.add_class_arguments(SearchOptions)
    # What is left out is as the translator was saved with.
    command.set_defaults(dict.fromkeys(SearchOptions.__dataclass_fields__))


def add_test_pairs(command):
    """Adds the files, or the corpus, to test on."""
    command.add_argument(
        "--test",
        nargs="+",
        metavar="FILE",
        help="One table or two parallel text files: sources and references.",
    )
    add_columns(command)
    command.add_argument("--corpus", help="A corpus whose test pairs to use.")
    command.add_argument(
        "--seed",
        type=int,
        help="The seed the corpus is split with; by default that of the training.",
    )


def add_bleu_tokenizer(command):
    """Adds what BLEU splits text with."""
    command.add_argument(
        "--bleu_tokenizer",
        type=Literal[BLEU_TOKENIZERS],
        default="13a",
        help="What BLEU splits text with; `none` for text that is split already.",
    )


def add_model(command):
    """Adds the folder of a translator."""
    command.add_argument("model", help="Folder of a saved translator.")


def add_batch_size(command):
    """Adds the sentences at a time."""
    command.add_argument(
        "--batch_size",
        type=jsonargparse.typing.PositiveInt,
        default=64,
        help="Sentences at a time.",
    )
