"""The command line: parses options, calls the package, prints; no logic."""

import argparse
import contextlib
import os
import re
import sys
import warnings

from seq2seq_keras import cli_evaluation
from seq2seq_keras.cli_evaluation import given_search, load_ensemble
from seq2seq_keras.cli_options import make_parser
from seq2seq_keras.cli_vectors import run_vectors
from seq2seq_keras.data import decode_lines, describe_pairs, load_corpus, read_lines
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.plots import plot_attention
from seq2seq_keras.training import (
    TrainingConfig,
    fit_tokenizers,
    load_training_pairs,
    resume_training,
    train,
)
from seq2seq_keras.translation import Translator, choose_form

_BAD_INPUT, _INTERRUPTED = 2, 130


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
            arguments = sys.argv[1:] if arguments is None else arguments
            options = make_parser().parse_args(_with_underscores(arguments))
            _COMMANDS[options.command](options[options.command])
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


def _with_underscores(arguments):
    """`--beam-width` is `--beam_width`; values stay as they are."""
    return [
        re.sub(r"^--[a-z-]+", lambda name: "--" + name[0][2:].replace("-", "_"), text)
        for text in arguments
    ]


def _train(options):
    fields = _fields(options)
    folder = fields.pop("resume")
    if folder is None:
        folder = fields["output"]
        result = train(TrainingConfig(**fields))
    else:
        result = resume_training(folder)
    print()
    print(result.evaluation)
    print(f"\nThe best model is in {folder}. Use it:")
    print(f"  seq2seq-keras translate {folder} --input FILE")


def _translate(options):
    translator = load_ensemble(options)
    search = translator.search.replace(**given_search(options))
    form = choose_form(options, search.n_best)
    request = {
        "prefix": options.prefix,
        "avoid": options.avoid,
        "allowed": list(read_lines(options.allowed)) if options.allowed else (),
        "seed": options.seed,
        **given_search(options),
    }
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
        translations = translator.decode_stream(
            lines, batch_size=options.batch_size, **request
        )
        for number, translation in enumerate(translations):
            if number == 0 and options.attention_plot:
                plot_attention(translation, options.attention_plot)
            for line in form(number, translation):
                output.write(line.encode("utf-8") + b"\n")
        output.flush()


def _export(options):
    translator = Translator.load(options.model)
    folder = translator.export(options.output, **given_search(options))
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
        batch_by=config.batch_by,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
    )
    print(report)


_COMMANDS = {
    "train": _train,
    "translate": _translate,
    "evaluate": cli_evaluation.evaluate,
    "compare": cli_evaluation.compare,
    "score": cli_evaluation.score,
    "report": cli_evaluation.report,
    "export": _export,
    "describe": _describe,
    "vectors": run_vectors,
}


def _fields(options):
    """The options as a dictionary for `TrainingConfig`."""
    values = options.as_dict()
    return {name: values[name] for name in values if name != "config"}


def _print_warning(message, category, filename, lineno, file=None, line=None):
    print(f"seq2seq-keras: warning: {message}", file=file or sys.stderr)
