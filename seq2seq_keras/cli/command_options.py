"""The options of each command."""

import typing
from collections.abc import Callable, Mapping
from typing import TypeAlias

from jsonargparse import ArgumentParser as Parser

from seq2seq_keras.cli.shared_options import (
    AS_SAVED,
    AS_TRAINED,
    add_batch_size,
    add_bleu_tokenizer,
    add_corpus,
    add_ensemble,
    add_flag,
    add_group_sources,
    add_import,
    add_model,
    add_options,
    add_rescore,
    add_search,
    add_test_pairs,
)
from seq2seq_keras.cli.value_types import TextType, add_choice, add_number
from seq2seq_keras.cli.vectors import VECTOR_OPTIONS
from seq2seq_keras.data import DataOptions, ReadingOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.distributed import FilesOptions, ServingReplicas, TrainingWorkers
from seq2seq_keras.options import choices_of, ranges_of
from seq2seq_keras.ranges import Range
from seq2seq_keras.serving import ServingOptions
from seq2seq_keras.training import DistillationOptions, TrainingConfig

_DATA = ranges_of(DataOptions)
_METRICS = tuple(
    metric
    for metric in choices_of(typing.get_type_hints(TrainingConfig)["monitor"])
    if metric != "perplexity"
)

# A command has a description, and adds its options or has commands of its own.
Commands: TypeAlias = "Mapping[str, tuple[str, Callable[[Parser], None] | Commands]]"


def _add_train_options(command: Parser) -> None:
    add_options(command, TrainingConfig)
    command.add_argument(
        "--resume",
        metavar="FOLDER",
        help="Go on with the interrupted training into this folder. Its options are "
        "those it began with; epochs, patience, save_minutes, samples and backup may "
        "be others, also for a training that has ended.",
    )
    command.add_argument(
        "--seeds",
        nargs="+",
        metavar="SEED",
        help="Train with each of these seeds, as `0-9` or `1 5 7`, in place of `seed`: "
        "into folders of their own in the output, `seed-0` and so on, with a table of "
        "their scores. `num_workers` is then how many are trained at a time, as many "
        "as there are processors unless given. Given again, the command does what is "
        "missing.",
    )
    add_options(command, TrainingWorkers)
    add_import(command)


def _add_describe_options(command: Parser) -> None:
    add_options(command, DataOptions)
    command.add_argument(
        "--model",
        metavar="FOLDER",
        help="A saved translator whose tokenizers to count with, on data that are read "
        "as in its training.",
    )


def _add_translate_options(command: Parser) -> None:
    add_model(command)
    add_ensemble(command)
    add_rescore(command)
    _add_texts(command)
    _add_rules(command)
    _add_details(command)
    add_search(command)


def _add_texts(command: Parser) -> None:
    """Adds what is read, by whom, and where it is written."""
    add = command.add_argument
    add(
        "--input",
        help="Text, a sentence a line, or a table with `--columns`; or standard input. "
        "A folder, or a pattern such as 'in/*.txt', stands for many files.",
    )
    add(
        "--columns",
        nargs="+",
        metavar="COLUMN",
        help="The column of a table that holds the sources, by number, counted from 0, "
        "or name; of several the first." + AS_TRAINED,
    )
    add_options(
        command,
        ReadingOptions,
        saved=AS_TRAINED,
        leave_out=["columns", "weights_column"],
    )
    add(
        "--output",
        help="Where to write; or standard output. For many files a folder, which gets "
        "one for each; given again, the command makes those that are missing.",
    )
    add_options(command, FilesOptions)


def _add_rules(command: Parser) -> None:
    """Adds what holds for every translation."""
    add = command.add_argument
    add(
        "--prefix", help="What every translation begins with, e.g. a forced first word."
    )
    add(
        "--avoid",
        nargs="+",
        metavar="WORD",
        default=[],
        help="Words or phrases that no translation contains.",
    )
    add("--allowed", help="File of the only translations there may be, one a line.")
    seeds = Range(-(2**31), 2**31 - 1, whole=True)
    add_number(command, "seed", seeds, 0, "What --sample draws with.")


def _add_details(command: Parser) -> None:
    """Adds what is told beside the translations."""
    add_flag(command, "scores", "Write a tab and the score behind each translation.")
    add_flag(
        command,
        "alignments",
        "Write a tab and the alignment behind each translation: pairs of source and "
        "target token, counted from 0 (Pharaoh format); needs attention.",
    )
    add_flag(
        command,
        "json",
        "Write a line of JSON for each text, with tokens, probabilities, attention and "
        "the n-best list.",
    )
    command.add_argument(
        "--attention_plot",
        metavar="FILE",
        help="Draw where the decoder looked when it translated the first line, e.g. a "
        ".png; needs attention.",
    )


def _add_evaluate_options(command: Parser) -> None:
    add = command.add_argument
    add_model(command)
    add_ensemble(command)
    add_rescore(command)
    add_test_pairs(command)
    add_group_sources(command)
    add("--output", help="File for the translations, one a line.")
    add_flag(command, "by_length", "Print the scores of short and long sources apart.")
    add_choice(
        command,
        "length_metric",
        _METRICS,
        None,
        "The metric by length; by default BLEU, or exact match where no reference "
        "has the four tokens that BLEU needs.",
    )
    add("--length_plot", metavar="FILE", help="Draw the scores by length, e.g. a .png.")
    add_bleu_tokenizer(command)
    numbers = Range(0, 10**9, whole=True)
    about = "Translations to show before the scores."
    add_number(command, "examples", numbers, 0, about)
    add_flag(
        command,
        "json",
        "Print JSON in place of tables, with all that is needed to repeat it.",
    )
    add_search(command)


def _add_tune_options(command: Parser) -> None:
    add = command.add_argument
    add_model(command)
    add_ensemble(command)
    add(
        "--rescore",
        nargs="+",
        metavar="FOLDER",
        default=[],
        help="A translator, or several as one, that judges what the beam has found; "
        "its weight and that of the length are tuned too.",
    )
    add(
        "--validation",
        nargs="+",
        metavar="FILE",
        help="Validation pairs, as for `train`. Never those of a test.",
    )
    add_options(command, ReadingOptions, saved=AS_TRAINED, leave_out=["weights_column"])
    add_corpus(command, "validation")
    add(
        "--output",
        default="search.yaml",
        help="File for the options; `translate` and `evaluate` take it by `--config`.",
    )
    add_choice(
        command,
        "metric",
        _METRICS,
        None,
        "What chooses; by default BLEU, or exact match where no reference has the four "
        "tokens that BLEU needs.",
    )
    add_bleu_tokenizer(command)
    widths = ranges_of(SearchOptions)["beam_width"]
    about = "The widest beam to try, of 1, 2, 5, 10, 20, 50 and 100."
    add_number(command, "max_beam_width", widths, 20, about)
    add_batch_size(command)


def _add_distill_options(command: Parser) -> None:
    add = command.add_argument
    add(
        "teachers",
        nargs="+",
        metavar="TEACHER",
        help="Folders of saved translators; with `--backward true` of such as "
        "translate targets into sources.",
    )
    add_import(command)
    add(
        "--train",
        nargs="+",
        metavar="FILE",
        help="Training pairs: tables, or two parallel text files.",
    )
    add_options(command, ReadingOptions, saved=AS_TRAINED, leave_out=["weights_column"])
    add(
        "--weights_column",
        type=TextType("weights_column"),
        metavar="COLUMN",
        help="The column of a table that holds the weight of each pair.",
    )
    add("--corpus", help="A corpus whose training pairs to use.")
    about = "The seed the corpus is split with; that of the teachers unless given."
    add_number(command, "seed", _DATA["seed"], None, about)
    add(
        "--input",
        help="Texts without another side, one a line: targets with `--backward true`, "
        "else sources.",
    )
    add("--output", required=True, help="Table for the pairs, with tabs.")
    add_options(command, DistillationOptions)
    add_search(command)


def _add_compare_options(command: Parser) -> None:
    command.add_argument(
        "systems",
        nargs="+",
        metavar="SYSTEM",
        help="Two or more: folders of saved translators, or text files with a "
        "translation a line. Each is compared with the first.",
    )
    add_import(command)
    add_test_pairs(command)
    add_group_sources(command)
    add_bleu_tokenizer(command)
    add_flag(command, "json", "Print JSON in place of a table.")
    add_search(command)


def _add_report_options(command: Parser) -> None:
    add = command.add_argument
    add_model(command)
    add_test_pairs(command)
    add_group_sources(command)
    add("--output", default="report.html", help="The file to write, HTML.")
    numbers = Range(1, 10**6, whole=True)
    about = "The most sentences to show, taken from all over."
    add_number(command, "sentences", numbers, 500, about)
    add_search(command)


def _add_score_options(command: Parser) -> None:
    add_model(command)
    add_test_pairs(command)
    add_flag(
        command,
        "free_running",
        "Feed the decoder its own words and not those of the target.",
    )
    add_batch_size(command)


def _add_export_options(command: Parser) -> None:
    add_model(command)
    command.add_argument("output", help="Folder for what is exported.")
    add_choice(
        command,
        "format",
        ("saved_model", "onnx", "litert"),
        "saved_model",
        "A SavedModel for TensorFlow, strings in and strings out; or graphs and "
        "tokenizers for onnxruntime or, for phones, LiteRT, which `translate` runs "
        "without TensorFlow.",
    )
    add_choice(
        command,
        "precision",
        ("float32", "float16", "int8"),
        "float32",
        "How the weights of `--format onnx` and `litert` are kept, in half of the size "
        "or a quarter.",
    )
    add_flag(
        command,
        "page",
        "Write a page beside what `--format onnx` writes, which translates in a "
        "browser with no server but one of static files.",
    )
    command.add_argument(
        "--onnxruntime_web",
        metavar="FOLDER",
        help="Folder of the npm package onnxruntime-web, which the page needs; without "
        "it npm is asked.",
    )
    add_options(command, SearchOptions, saved=AS_SAVED)


def _add_import_options(command: Parser) -> None:
    add = command.add_argument
    add("file", help="The `.h5` file of a whole model that Keras 2 saved.")
    for side in ("source", "target"):
        add(
            f"--{side}_vocabulary",
            required=True,
            metavar="FILE",
            help=f"The tokens of the {side}: a token a line, the first of id 0, with "
            "\\t, \\n, \\r and \\\\ for these characters; or JSON, a list of tokens, "
            "their ids (`word_index`) or a Keras `Tokenizer`.",
        )
    add("--output", required=True, metavar="FOLDER", help="Folder for the translator.")
    for name, verb in (("start", "began"), ("end", "ended")):
        add(
            f"--{name}",
            metavar="TOKEN",
            help=f"The token that targets {verb} with, if it is no usual one.",
        )
    about = "What a token is; by default characters if all tokens are single ones."
    add_choice(command, "tokens", ("auto", "characters", "words"), "auto", about)


def _add_serve_options(command: Parser) -> None:
    command.add_argument(
        "models",
        nargs="+",
        metavar="MODEL",
        help="Folders of saved translators, SavedModels, or folders of versions of "
        "them with numbers for names.",
    )
    add_import(command)
    add_options(command, ServingOptions)
    add_flag(
        command,
        "ray",
        "Have replicas on the nodes of a cluster of Ray answer, not this process.",
    )
    add_options(command, ServingReplicas)


COMMANDS: Commands = {
    "train": ("Train a translator on pairs of sentences.", _add_train_options),
    "translate": ("Translate text, line by line.", _add_translate_options),
    "evaluate": ("Score translations of a test set.", _add_evaluate_options),
    "tune-search": (
        "Choose beam, length penalty, decision and weights by validation pairs.",
        _add_tune_options,
    ),
    "distill": (
        "Write training pairs that other models have translated.",
        _add_distill_options,
    ),
    "compare": (
        "Tell whether one system is better than another, or was lucky.",
        _add_compare_options,
    ),
    "score": ("Tell how probable given targets are.", _add_score_options),
    "report": (
        "Write translations of a test set as a page to look at.",
        _add_report_options,
    ),
    "export": ("Write what other programs translate from.", _add_export_options),
    "serve": ("Serve translators by REST and gRPC.", _add_serve_options),
    "describe": (
        "Look at pairs of sentences before training on them.",
        _add_describe_options,
    ),
    "import": (
        "Make a translator of a model that Keras 2 saved as `.h5`.",
        _add_import_options,
    ),
    "vectors": ("Make, load, compare and draw word vectors.", VECTOR_OPTIONS),
}
