"""The command line: parses options, calls the package, prints; no logic."""

import argparse
import contextlib
import json
import os
import re
import sys
import warnings

from seq2seq_keras.cli_options import make_parser
from seq2seq_keras.cli_vectors import run_vectors
from seq2seq_keras.data.corpora import load_corpus
from seq2seq_keras.data.lines import decode_lines, read_lines
from seq2seq_keras.data.report import describe_pairs
from seq2seq_keras.decoding.search_options import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.evaluation.evaluate import evaluate_translator
from seq2seq_keras.evaluation.html_report import write_html_report
from seq2seq_keras.evaluation.scores import score_translations
from seq2seq_keras.evaluation.target_scores import perplexity, score_targets
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.training.config import TrainingConfig
from seq2seq_keras.training.inputs import (
    fit_tokenizers,
    load_training_pairs,
    read_files,
    trained_seed,
)
from seq2seq_keras.training.train import train
from seq2seq_keras.translation_lines import choose_form
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
    config = TrainingConfig(**_fields(options))
    result = train(config)
    print()
    _print_evaluation(result.evaluation)
    print(f"\nThe best model is in {config.output}. Use it:")
    print(f"  seq2seq-keras translate {config.output} --input FILE")


def _translate(options):
    translator = _load_ensemble(options)
    search = translator.search.replace(**_search(options))
    form = choose_form(options, search.n_best)
    request = {
        "prefix": options.prefix,
        "avoid": options.avoid,
        "allowed": list(read_lines(options.allowed)) if options.allowed else (),
        "seed": options.seed,
        **_search(options),
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
            for line in form(number, translation):
                output.write(line.encode("utf-8") + b"\n")
        output.flush()


def _evaluate(options):
    translator = Translator.load(options.model)
    search = translator.search.replace(**_search(options))
    pairs, name = _test_pairs(options)
    evaluation = evaluate_translator(
        translator,
        pairs,
        batch_size=options.batch_size,
        protocol=f"{name}, {search.describe()}",
        **_search(options),
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


def _score(options):
    translator = Translator.load(options.model)
    pairs, name = _test_pairs(options)
    scores = score_targets(
        translator,
        pairs,
        free_running=options.free_running,
        batch_size=options.batch_size,
    )
    for (_, target), score in zip(pairs, scores, strict=True):
        print(f"{score.log_probability:.4f}\t{target}")
    kind = "free-running" if options.free_running else "teacher-forced"
    print(f"{kind} perplexity {perplexity(scores):.3f}, {name}", file=sys.stderr)


def _report(options):
    translator = Translator.load(options.model)
    pairs, name = _test_pairs(options)
    pairs = pairs[:: -(-len(pairs) // options.sentences)]
    search = translator.search.replace(**_search(options))
    translations = translator.decode(
        pairs.source, batch_size=options.batch_size, **_search(options)
    )
    write_html_report(
        translations,
        pairs.target,
        options.output,
        title=f"{name}, {search.describe()}",
        scores=score_translations(
            [translation.text for translation in translations],
            pairs.target,
            translator.target_tokenizer,
        ),
    )
    print(f"{len(pairs):,} sentences are in {options.output}. Open it in a browser.")


def _export(options):
    translator = Translator.load(options.model)
    folder = translator.export(options.output, **_search(options))
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


def _load_ensemble(options):
    folders = [options.model, *options.ensemble]
    translators = [Translator.load(folder) for folder in folders]
    return translators[0] if len(folders) == 1 else Translator.ensemble(translators)


def _test_pairs(options):
    """The pairs of a test set, and what to call them."""
    if (options.test is None) == (options.corpus is None):
        raise InputError("Give either `--test` files or the name of a `--corpus`.")
    if options.test is not None:
        pairs = read_files(options.test, columns=options.columns)
        return pairs, " and ".join(options.test)
    seed = trained_seed(options.model) if options.seed is None else options.seed
    pairs = load_corpus(options.corpus, seed=seed).test
    return pairs, f"test split of {options.corpus}, seed {seed}"


def _search(options):
    """The search options that were given."""
    given = {name: options[name] for name in SearchOptions.__dataclass_fields__}
    return {name: value for name, value in given.items() if value is not None}


_COMMANDS = {
    "train": _train,
    "translate": _translate,
    "evaluate": _evaluate,
    "score": _score,
    "report": _report,
    "export": _export,
    "describe": _describe,
    "vectors": run_vectors,
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
