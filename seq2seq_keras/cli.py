"""The command line: parses options, calls the package, prints; no logic."""

import argparse
import contextlib
import json
import os
import sys
import warnings

from seq2seq_keras.cli_options import make_parser
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
            options = make_parser().parse_args(arguments)
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


_COMMANDS = {
    "train": _train,
    "translate": _translate,
    "evaluate": _evaluate,
    "export": _export,
    "describe": _describe,
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
