"""The options of every command; those of a class of options follow from its fields."""

import json
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from jsonargparse import ArgumentParser
from jsonargparse import Namespace as Options

from seq2seq_keras import __version__, terminal
from seq2seq_keras.cli.config_file import ConfigFile
from seq2seq_keras.cli.value_types import NumberType, TextType, add_number
from seq2seq_keras.cli.vectors import VECTOR_OPTIONS
from seq2seq_keras.data import DataOptions, ReadingOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.distributed import FilesOptions, ServingReplicas, TrainingWorkers
from seq2seq_keras.options import choices_of, options_of, ranges_of
from seq2seq_keras.ranges import Range
from seq2seq_keras.serving import ServingOptions
from seq2seq_keras.training import DistillationOptions, TrainingConfig
from seq2seq_keras.translation import RescoringOptions

_HINTS = typing.get_type_hints(TrainingConfig)
_DATA = ranges_of(DataOptions)
_AS_SAVED = " Unless the translator was saved with another: {}."
_AS_TRAINED = " As in the training, unless given."
_BLEU_TOKENIZERS = choices_of(_HINTS["bleu_tokenizer"])
_METRICS = tuple(m for m in choices_of(_HINTS["monitor"]) if m != "perplexity")

# A command has a description, and adds its options or has commands of its own.
_Commands: TypeAlias = "Mapping[str, tuple[str, Callable[[Parser], None] | _Commands]]"


class Parser(ArgumentParser):
    """A parser whose help says when it cannot be written, e.g. to a full disk."""

    def _print_message(self, message: str, file: Any = None) -> None:
        terminal.write(message)


def make_parser() -> Parser:
    """Makes the parser of all commands; every option can also stand in YAML.

    Returns:
        A `jsonargparse.ArgumentParser` whose result has the name of the command as
        `command` and its options under that name. Those of `vectors` are in turn the
        name of its own command as `action`, and the options under that.
    """
    parser = Parser(
        prog="seq2seq-keras",
        description="Recurrent encoder-decoders with Keras.",
        version=__version__,
        exit_on_error=False,
    )
    _add_commands(parser, "command", _COMMANDS)
    return parser


def parse(arguments: Sequence[str]) -> Options:
    """Parses a command line.

    Args:
        arguments: List of strings.

    Returns:
        The options, as of `make_parser`. Those of the command, or of its own command,
        have beside them `given`, the names of those that were not left out.
    """
    parser = make_parser()
    options = parser.parse_args(arguments, defaults=False)
    names = {*_innermost(options).keys()} - {"config"}
    files = [level.pop("config", None) for level in _levels(options)]
    options = parser.parse_object(options)
    _innermost(options)["given"] = frozenset(names)
    # What is read from must not be written to.
    for level, file in zip(_levels(options), files, strict=True):
        level["config"] = file
    return options


def _levels(options: Options) -> list[Options]:
    """The options of a command, and of its own command."""
    command = options[options.command]
    return [command, command[command.action]] if "action" in command else [command]


def _innermost(options: Options) -> Options:
    return _levels(options)[-1]


def _add_commands(parser: Parser, kind: str, table: _Commands) -> None:
    commands = parser.add_subcommands(dest=kind, metavar=kind.upper())
    for name, (description, contents) in table.items():
        command = Parser(description=description, exit_on_error=False)
        command.add_argument(
            "--config",
            action=ConfigFile,
            help="YAML file with any of these options; those that stand behind it "
            "count in place of its own.",
        )
        commands.add_subcommand(name, command, help=description)
        if isinstance(contents, Mapping):
            _add_commands(command, "action", contents)
        else:
            contents(command)


def _add_options(
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


def _add_import(command: Parser) -> None:
    command.add_argument(
        "--import",
        nargs="+",
        metavar="MODULE",
        default=[],
        help="Modules that define cells, attentions or models of your own; from the "
        "present folder, or from where Python finds them. Not from a YAML file.",
    )


def _add_ensemble(command: Parser) -> None:
    command.add_argument(
        "--ensemble",
        nargs="+",
        metavar="FOLDER",
        default=[],
        help="Further translators with the same vocabularies; the probabilities of all "
        "are averaged.",
    )


def _add_rescore(command: Parser) -> None:
    command.add_argument(
        "--rescore",
        nargs="+",
        metavar="FOLDER",
        default=[],
        help="A translator, or several as one, that judges what a beam has found, such "
        "as one that was trained with `--reverse-target true`.",
    )
    _add_options(command, RescoringOptions)


def _add_test_pairs(command: Parser) -> None:
    add = command.add_argument
    add(
        "--test",
        nargs="+",
        metavar="FILE",
        help="Tables; or text files that are parallel line by line: sources and "
        "references, but for `score` of any number.",
    )
    _add_options(
        command, ReadingOptions, saved=_AS_TRAINED, leave_out=["weights_column"]
    )
    add("--corpus", help="A corpus whose test pairs to use.")
    add_number(
        command,
        "seed",
        _DATA["seed"],
        None,
        "The seed the corpus is split with; by default that of the training.",
    )


def _add_group_sources(command: Parser) -> None:
    _add_flag(
        command,
        "group_sources",
        "Make one sentence of equal sources, with all their targets as references.",
    )


def _add_bleu_tokenizer(command: Parser) -> None:
    command.add_argument(
        "--bleu_tokenizer",
        type=Literal[_BLEU_TOKENIZERS],
        default="13a",
        help="What BLEU splits text with; `none` for text that is split already.",
    )


def _add_model(command: Parser) -> None:
    command.add_argument("model", help="Folder of a saved translator.")
    _add_import(command)


def _add_batch_size(command: Parser) -> None:
    about = "Sentences at a time; with 1, `translate` answers each line at once."
    add_number(command, "batch_size", _DATA["batch_size"], 64, about)


def _add_search(command: Parser) -> None:
    _add_options(command, SearchOptions, saved=_AS_SAVED)
    _add_batch_size(command)


def _add_flag(command: Parser, name: str, description: str) -> None:
    command.add_argument(f"--{name}", action="store_true", help=description)


def _add_train_options(command: Parser) -> None:
    _add_options(command, TrainingConfig)
    command.add_argument(
        "--resume",
        metavar="FOLDER",
        help="Go on with the interrupted training into this folder. Its options are "
        "those it began with; epochs, patience, save_minutes and samples may be "
        "others, also for a training that has ended.",
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
    _add_options(command, TrainingWorkers)
    _add_import(command)


def _add_describe_options(command: Parser) -> None:
    _add_options(command, DataOptions)
    command.add_argument(
        "--model",
        metavar="FOLDER",
        help="A saved translator whose tokenizers to count with, on data that are read "
        "as in its training.",
    )


def _add_translate_options(command: Parser) -> None:
    add = command.add_argument
    _add_model(command)
    _add_ensemble(command)
    _add_rescore(command)
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
        "or name; of several the first." + _AS_TRAINED,
    )
    _add_options(
        command,
        ReadingOptions,
        saved=_AS_TRAINED,
        leave_out=["columns", "weights_column"],
    )
    add(
        "--output",
        help="Where to write; or standard output. For many files a folder, which gets "
        "one for each; given again, the command makes those that are missing.",
    )
    _add_options(command, FilesOptions)
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
    _add_flag(command, "scores", "Write a tab and the score behind each translation.")
    _add_flag(
        command,
        "alignments",
        "Write a tab and the alignment behind each translation: pairs of source and "
        "target token, counted from 0 (Pharaoh format); needs attention.",
    )
    _add_flag(
        command,
        "json",
        "Write a line of JSON for each text, with tokens, probabilities, attention and "
        "the n-best list.",
    )
    add(
        "--attention_plot",
        metavar="FILE",
        help="Draw where the decoder looked when it translated the first line, e.g. a "
        ".png; needs attention.",
    )
    _add_search(command)


def _add_evaluate_options(command: Parser) -> None:
    add = command.add_argument
    _add_model(command)
    _add_ensemble(command)
    _add_rescore(command)
    _add_test_pairs(command)
    _add_group_sources(command)
    add("--output", help="File for the translations, one a line.")
    _add_flag(command, "by_length", "Print the scores of short and long sources apart.")
    add(
        "--length_metric",
        type=Literal[_METRICS] | None,
        help="The metric by length; by default BLEU, or exact match where no reference "
        "has the four tokens that BLEU needs.",
    )
    add("--length_plot", metavar="FILE", help="Draw the scores by length, e.g. a .png.")
    _add_bleu_tokenizer(command)
    numbers = Range(0, 10**9, whole=True)
    about = "Translations to show before the scores."
    add_number(command, "examples", numbers, 0, about)
    _add_flag(
        command,
        "json",
        "Print JSON in place of tables, with all that is needed to repeat it.",
    )
    _add_search(command)


def _add_tune_options(command: Parser) -> None:
    add = command.add_argument
    _add_model(command)
    _add_ensemble(command)
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
    _add_options(
        command, ReadingOptions, saved=_AS_TRAINED, leave_out=["weights_column"]
    )
    add("--corpus", help="A corpus whose validation pairs to use.")
    add_number(
        command,
        "seed",
        _DATA["seed"],
        None,
        "The seed the corpus is split with; by default that of the training.",
    )
    add(
        "--output",
        default="search.yaml",
        help="File for the options; `translate` and `evaluate` take it by `--config`.",
    )
    add(
        "--metric",
        type=Literal[_METRICS] | None,
        help="What chooses; by default BLEU, or exact match where no reference has the "
        "four tokens that BLEU needs.",
    )
    _add_bleu_tokenizer(command)
    widths = ranges_of(SearchOptions)["beam_width"]
    about = "The widest beam to try, of 1, 2, 5, 10, 20, 50 and 100."
    add_number(command, "max_beam_width", widths, 20, about)
    _add_batch_size(command)


def _add_distill_options(command: Parser) -> None:
    add = command.add_argument
    add(
        "teachers",
        nargs="+",
        metavar="TEACHER",
        help="Folders of saved translators; with `--backward true` of such as "
        "translate targets into sources.",
    )
    _add_import(command)
    add(
        "--train",
        nargs="+",
        metavar="FILE",
        help="Training pairs: tables, or two parallel text files.",
    )
    _add_options(command, ReadingOptions, leave_out=["weights_column"])
    add("--corpus", help="A corpus whose training pairs to use.")
    about = "The seed the corpus is split with."
    add_number(command, "seed", _DATA["seed"], 0, about)
    add(
        "--input",
        help="Texts without another side, one a line: targets with `--backward true`, "
        "else sources.",
    )
    add("--output", required=True, help="Table for the pairs, with tabs.")
    _add_options(command, DistillationOptions)
    _add_search(command)


def _add_compare_options(command: Parser) -> None:
    command.add_argument(
        "systems",
        nargs="+",
        metavar="SYSTEM",
        help="Two or more: folders of saved translators, or text files with a "
        "translation a line. Each is compared with the first.",
    )
    _add_import(command)
    _add_test_pairs(command)
    _add_group_sources(command)
    _add_bleu_tokenizer(command)
    _add_flag(command, "json", "Print JSON in place of a table.")
    _add_search(command)


def _add_report_options(command: Parser) -> None:
    add = command.add_argument
    _add_model(command)
    _add_test_pairs(command)
    _add_group_sources(command)
    add("--output", default="report.html", help="The file to write, HTML.")
    numbers = Range(1, 10**6, whole=True)
    about = "The most sentences to show, taken from all over."
    add_number(command, "sentences", numbers, 500, about)
    _add_search(command)


def _add_score_options(command: Parser) -> None:
    _add_model(command)
    _add_test_pairs(command)
    _add_flag(
        command,
        "free_running",
        "Feed the decoder its own words and not those of the target.",
    )
    _add_batch_size(command)


def _add_export_options(command: Parser) -> None:
    _add_model(command)
    command.add_argument("output", help="Folder for what is exported.")
    command.add_argument(
        "--format",
        type=Literal["saved_model", "onnx", "litert"],
        default="saved_model",
        help="A SavedModel for TensorFlow, strings in and strings out; or graphs and "
        "tokenizers for onnxruntime or, for phones, LiteRT, which `translate` runs "
        "without TensorFlow.",
    )
    command.add_argument(
        "--precision",
        type=Literal["float32", "float16", "int8"],
        default="float32",
        help="How the weights of `--format onnx` and `litert` are kept, in half of the "
        "size or a quarter.",
    )
    _add_flag(
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
    _add_options(command, SearchOptions, saved=_AS_SAVED)


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
    add(
        "--tokens",
        type=Literal["auto", "characters", "words"],
        default="auto",
        help="What a token is; by default characters if all tokens are single ones.",
    )


def _add_serve_options(command: Parser) -> None:
    command.add_argument(
        "models",
        nargs="+",
        metavar="MODEL",
        help="Folders of saved translators, SavedModels, or folders of versions of "
        "them with numbers for names.",
    )
    _add_import(command)
    _add_options(command, ServingOptions)
    _add_flag(
        command,
        "ray",
        "Have replicas on the nodes of a cluster of Ray answer, not this process.",
    )
    _add_options(command, ServingReplicas)


_COMMANDS: _Commands = {
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
