"""The command line: parses options, calls the package, prints; no logic."""

import argparse
import contextlib
import json
import os
import sys
import warnings

import jsonargparse

from seq2seq_keras import __version__
from seq2seq_keras.data.corpora import load_corpus
from seq2seq_keras.data.lines import decode_lines, read_lines
from seq2seq_keras.data.report import describe_pairs
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.evaluate import evaluate_translator
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.inputs import (
    fit_tokenizers,
    load_training_pairs,
    read_files,
    trained_seed,
)
from seq2seq_keras.training.train import train
from seq2seq_keras.translator import Translator

_BAD_INPUT, _INTERRUPTED = 2, 130
# Options of several words, which the parser does not make of a list by itself.
_MANY = {"train", "validation", "columns", "special_tokens"}
_DATA_OPTIONS = (
    *("corpus", "stream", "tokenizer", "target_tokenizer", "lowercase"),
    *("unicode_form", "min_frequency", "max_vocabulary_size", "batch_size", "seed"),
)


def main(arguments=None):
    """Runs a command.

    Args:
        arguments: Optional list of strings. Defaults to those of the process.

    Returns:
        The exit status: 0; 2 after a line on standard error that says what was wrong
        with the input; 130 when interrupted from the keyboard.
    """
    try:
        with warnings.catch_warnings():
            # A warning is one line for a person, not a place in the source code.
            warnings.showwarning = _print_warning
            options = _parser().parse_args(arguments)
            _COMMANDS[options.command][0](options[options.command])
    except KeyboardInterrupt:
        print("seq2seq-keras: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (InputError, argparse.ArgumentError, OSError) as error:
        message = " ".join(str(error).split())
        print(f"seq2seq-keras: error: {message}", file=sys.stderr)
        return _BAD_INPUT
    return 0


def _train(options):
    config = TrainingConfig(**_fields(options))
    result = train(config)
    print()
    _print_evaluation(result.evaluation)
    print(f"\nThe best model is in {config.output}. Use it:")
    print(f"  seq2seq-keras translate {config.output} --input FILE")


def _translate(options):
    translator = Translator.load(options.model)
    with contextlib.ExitStack() as stack:
        if options.input is None:
            lines = decode_lines(sys.stdin.buffer, "standard input")
        else:
            lines = read_lines(options.input)
        if options.output is None:
            output = sys.stdout.buffer
        else:
            beside = stack.enter_context(replaced_when_complete(options.output))
            output = stack.enter_context(beside.open("wb"))
        for text in translator.translate_stream(lines, batch_size=options.batch_size):
            output.write(text.encode("utf-8") + b"\n")
        output.flush()


def _evaluate(options):
    if (options.test is None) == (options.corpus is None):
        raise InputError("Give either `--test` files or the name of a `--corpus`.")
    translator = Translator.load(options.model)
    if options.seed is None:
        options.seed = trained_seed(options.model)
    if options.test is not None:
        pairs = read_files(options.test, columns=options.columns)
        protocol = f"{' and '.join(options.test)}, greedy search"
    else:
        pairs = load_corpus(options.corpus, seed=options.seed).test
        protocol = f"test split of {options.corpus}, seed {options.seed}, greedy search"
    evaluation = evaluate_translator(
        translator, pairs, batch_size=options.batch_size, protocol=protocol
    )
    if options.json:
        print(json.dumps(evaluation.as_dict(), ensure_ascii=False, indent=2))
        return
    examples = zip(pairs, evaluation.translations, strict=True)
    for _, ((source, reference), translation) in zip(
        range(options.examples), examples, strict=False
    ):
        print(f"source:      {source}")
        print(f"translation: {translation}")
        print(f"reference:   {reference}\n")
    _print_evaluation(evaluation)


def _export(options):
    folder = Translator.load(options.model).export(options.output)
    print(f"The SavedModel is in {folder}. Look at it with")
    print(f"  saved_model_cli show --dir {folder} --tag_set serve --all")


def _describe(options):
    config = TrainingConfig(output="", **_fields(options))
    pairs, validation = load_training_pairs(config)
    source_tokenizer, target_tokenizer = fit_tokenizers(config, pairs)
    test = load_corpus(config.corpus, seed=config.seed).test if config.corpus else None
    report = describe_pairs(
        pairs,
        validation,
        test,
        source_tokenizer=source_tokenizer,
        target_tokenizer=target_tokenizer,
        batch_size=config.batch_size,
    )
    print(report)


def _parser():
    parser = jsonargparse.ArgumentParser(
        prog="seq2seq-keras",
        description="Recurrent encoder-decoders with Keras.",
        version=__version__,
        exit_on_error=False,
    )
    commands = parser.add_subcommands(dest="command", metavar="COMMAND")
    for name, (_, description, add_options) in _COMMANDS.items():
        command = jsonargparse.ArgumentParser(
            description=description, exit_on_error=False
        )
        command.add_argument(
            "--config", action="config", help="YAML file with any of these options."
        )
        add_options(command)
        commands.add_subcommand(name, command, help=description)
    return parser


def _add_train_options(command):
    _add_pair_files(command)
    command.add_class_arguments(TrainingConfig, skip=_MANY)


def _add_describe_options(command):
    _add_pair_files(command)
    others = set(TrainingConfig.__dataclass_fields__) - set(_DATA_OPTIONS)
    command.add_class_arguments(TrainingConfig, skip=others | _MANY)


def _add_pair_files(command):
    for name in ("train", "validation"):
        command.add_argument(
            f"--{name}",
            nargs="+",
            metavar="FILE",
            help=f"The {name} pairs: one table (.csv, or tab-separated) or two "
            "parallel text files.",
        )
    _add_columns(command)
    command.add_argument(
        "--special_tokens",
        nargs=4,
        metavar=("PAD", "UNKNOWN", "START", "END"),
        help="How the special tokens are written.",
    )


def _add_columns(command):
    command.add_argument(
        "--columns",
        nargs=2,
        metavar=("SOURCE", "TARGET"),
        help="The columns of a table: two numbers counted from 0, or two names of its "
        "header row.",
    )


def _add_translate_options(command):
    _add_model(command)
    command.add_argument("--input", help="Text, a sentence a line; or standard input.")
    command.add_argument("--output", help="Where to write; or standard output.")
    _add_batch_size(command)


def _add_evaluate_options(command):
    _add_model(command)
    command.add_argument(
        "--test",
        nargs="+",
        metavar="FILE",
        help="One table or two parallel text files: sources and references.",
    )
    _add_columns(command)
    command.add_argument("--corpus", help="A corpus whose test pairs to use.")
    command.add_argument(
        "--seed",
        type=int,
        help="The seed the corpus is split with; by default that of the training.",
    )
    command.add_argument(
        "--examples",
        type=int,
        default=0,
        help="Translations to show before the scores.",
    )
    command.add_argument(
        "--json", action="store_true", help="Print JSON in place of a table."
    )
    _add_batch_size(command)


def _add_export_options(command):
    _add_model(command)
    command.add_argument("output", help="Folder for the SavedModel.")


def _add_model(command):
    command.add_argument("model", help="Folder of a saved translator.")


def _add_batch_size(command):
    command.add_argument(
        "--batch_size",
        type=jsonargparse.typing.PositiveInt,
        default=64,
        help="Sentences at a time.",
    )


_COMMANDS = {
    "train": (_train, "Train a translator on pairs of sentences.", _add_train_options),
    "translate": (_translate, "Translate text, line by line.", _add_translate_options),
    "evaluate": (_evaluate, "Score translations of a test set.", _add_evaluate_options),
    "export": (
        _export,
        "Write a SavedModel: strings in, strings out.",
        _add_export_options,
    ),
    "describe": (
        _describe,
        "Look at pairs of sentences before training on them.",
        _add_describe_options,
    ),
}


def _fields(options):
    """The options as a dictionary for `TrainingConfig`."""
    values = options.as_dict()
    return {name: values[name] for name in values if name != "config"}


def _print_evaluation(evaluation):
    values = evaluation.as_dict()
    perplexity = f"{evaluation.perplexity:.3f}"
    rows = [
        ("BLEU", f"{values['bleu']:.2f}", values["bleu_signature"]),
        ("chrF", f"{values['chrf']:.2f}", values["chrf_signature"]),
        ("exact match", f"{values['exact_match']:.4f}", ""),
        ("token error rate", f"{values['token_error_rate']:.4f}", ""),
        ("perplexity", perplexity, "teacher-forced"),
        ("sentences", f"{values['sentences']:,}", ""),
        ("seconds", f"{values['seconds']:.1f}", "to translate"),
    ]
    print(evaluation.protocol)
    for name, value, note in rows:
        print(f"{name:<18}{value:>10}  {note}".rstrip())


def _print_warning(message, category, filename, lineno, file=None, line=None):
    print(f"seq2seq-keras: warning: {message}", file=file or sys.stderr)
