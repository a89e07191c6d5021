"""The commands: each calls the package and prints."""

import argparse
import contextlib
import importlib
import itertools
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from jsonargparse import Namespace as Options

from seq2seq_keras import data, decoding, evaluation, plots, training, translation
from seq2seq_keras.cli.idle_options import check_idle
from seq2seq_keras.cli.output import print_json, translation_json, translation_lines
from seq2seq_keras.cli.parser import parse
from seq2seq_keras.cli.vectors import run_vectors
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import replaced_when_complete, write_text

_BAD_INPUT, _INTERRUPTED = 2, 130
# Options whose value may name a class, and its module before a colon.
_NAMING = ("--cell", "--attention")


def main(arguments: Sequence[str] | None = None) -> int:
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
            given = _with_underscores(sys.argv[1:] if arguments is None else arguments)
            options = parse(given)
            command = options[options.command]
            check_idle(*_innermost(options))
            _import_modules(given, command.get("import") or ())
            _COMMANDS[options.command](command)
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


def _with_underscores(arguments: Sequence[str]) -> list[str]:
    """`--beam-width` is `--beam_width`; values stay as they are."""
    return [
        re.sub(r"^--[a-z-]+", lambda name: "--" + name[0][2:].replace("-", "_"), text)
        for text in arguments
    ]


def _import_modules(arguments: Sequence[str], named: Sequence[str]) -> None:
    """Imports what the command line itself names, and nothing that a file does."""
    modules = list(_named_modules(arguments))
    if from_file := set(named) - set(modules):
        raise InputError(
            f"`import` of {', '.join(sorted(from_file))} stands in a file, but modules "
            "are imported only if the command line says so: `--import`."
        )
    if modules and os.getcwd() not in sys.path:  # noqa: PTH109
        # As `python -m` has it.
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise InputError(f"{module} cannot be imported: {error}") from error


def _named_modules(arguments: Sequence[str]) -> Iterator[str]:
    """The modules after `--import`, and those of `--cell module:Class`."""
    option = ""
    for argument in arguments:
        value = argument
        if argument.startswith("--"):
            option, _, value = argument.partition("=")
        if option == "--import" and value:
            yield value
        elif option in _NAMING and ":" in value:
            yield value.partition(":")[0]


def _innermost(options: Options) -> tuple[str, Options]:
    """The name of the command, and of its own one, and the options."""
    name, command = options.command, options[options.command]
    if "action" in command:
        return f"{name} {command.action}", command[command.action]
    return name, command


def _train(options: Options) -> None:
    folder = options.resume
    if folder is None:
        config = training.TrainingConfig(**_fields(options, "import", "resume"))
        folder, result = config.output, training.train(config)
    else:
        names = options.given - {"import", "resume"}
        changes = {name: options[name] for name in names}
        result = training.resume_training(folder, **changes)
    print()
    print(result.evaluation)
    print(f"\nThe best model is in {folder}. Use it:")
    print(f"  seq2seq-keras translate {folder} --input FILE")


def _translate(options: Options) -> None:
    translator = _load_ensemble(options)
    search = translator.search.replace(**_given_search(options))
    request = {
        "prefix": options.prefix,
        "avoid": options.avoid,
        "allowed": list(data.read_lines(options.allowed)) if options.allowed else (),
        "seed": options.seed,
        **_given_search(options),
    }
    with contextlib.ExitStack() as stack:
        if options.input is None:
            lines = data.decode_lines(sys.stdin.buffer, "standard input")
        else:
            lines = data.read_lines(options.input)
        if options.output is None:
            output = sys.stdout.buffer
        else:
            beside = stack.enter_context(replaced_when_complete(options.output))
            output = stack.enter_context(beside.open("wb"))
        translations = translator.decode_stream(
            lines, batch_size=options.batch_size, **request
        )
        for number, found in enumerate(translations):
            if number == 0 and options.attention_plot:
                plots.plot_attention(found, options.attention_plot)
            for line in _lines(found, number, search.n_best, options):
                output.write(line.encode("utf-8") + b"\n")
        output.flush()


def _lines(found: Any, number: int, n_best: int, options: Options) -> list[str]:
    if options.json:
        return [translation_json(found)]
    wanted = {"scores": options.scores, "alignments": options.alignments}
    return translation_lines(found, number, n_best=n_best, **wanted)


def _export(options: Options) -> None:
    translator = translation.Translator.load(options.model)
    folder = translator.export(options.output, **_given_search(options))
    print(f"The SavedModel is in {folder}. Look at it with")
    print(f"  saved_model_cli show --dir {folder} --tag_set serve --all")


def _describe(options: Options) -> None:
    config = data.DataOptions(**_fields(options))
    pairs, validation = training.load_training_pairs(config)
    source_tokenizer, target_tokenizer = training.fit_tokenizers(config, pairs)
    test = None
    if config.corpus:
        test = data.load_corpus(config.corpus, seed=config.seed).test
    report = data.describe_pairs(
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


def _evaluate(options: Options) -> None:
    """Scores translations of a test set."""
    translator = _load_ensemble(options)
    pairs, name = _test_pairs(options, options.model)
    search = translator.search.replace(**_given_search(options))
    protocol = f"{name}, {search.describe()}"
    if options.ensemble:
        protocol += f", ensemble of {len(translator.models)}"
    evaluated = evaluation.evaluate_translator(
        translator,
        pairs,
        batch_size=options.batch_size,
        protocol=protocol,
        bleu_tokenizer=options.bleu_tokenizer,
        **_given_search(options),
    )
    if options.output:
        write_text(options.output, "".join(f"{t}\n" for t in evaluated.translations))
    table = _length_table(options, translator, pairs, evaluated)
    if options.length_plot:
        plots.plot_score_by_length({str(options.model): table}, options.length_plot)
    if options.json:
        record = evaluation.evaluation_record(evaluated, translator, pairs, table)
        print_json(record)
        return
    examples = zip(pairs, evaluated.translations, strict=True)
    shown = itertools.islice(examples, options.examples)
    for (source, reference), translated in shown:
        print(f"source:      {source}")
        print(f"translation: {translated}")
        print(f"reference:   {reference}\n")
    print(evaluated)
    if options.by_length:
        print("\n".join(["", *evaluation.length_lines(table)]))


def _compare(options: Options) -> None:
    """Tells whether one system is better than another, or was lucky."""
    pairs, name = _test_pairs(options, options.systems[0])
    if len(set(options.systems)) < len(options.systems):
        raise InputError("A system is named twice. Name each one once.")
    systems, tokenizer = {}, None
    for path in options.systems:
        systems[path], own = evaluation.read_system(
            path, pairs.source, batch_size=options.batch_size, **_given_search(options)
        )
        # One tokenizer for all, or the rates could not be compared.
        tokenizer = tokenizer or own
    table = evaluation.compare_translations(
        systems, pairs.target, tokenizer, bleu_tokenizer=options.bleu_tokenizer
    )
    if options.json:
        record = evaluation.comparison_record(table, pairs, name)
        print_json(record)
    else:
        print(f"{name}, {len(pairs):,} sentences")
        print("\n".join(evaluation.comparison_lines(table)))


def _score(options: Options) -> None:
    """Tells how probable given targets are."""
    translator = translation.Translator.load(options.model)
    pairs, name = _test_pairs(options, options.model)
    scores = evaluation.score_targets(
        translator,
        pairs,
        free_running=options.free_running,
        batch_size=options.batch_size,
    )
    for (_, target), each in zip(pairs, scores, strict=True):
        print(f"{each.log_probability:.4f}\t{target}")
    kind = "free-running" if options.free_running else "teacher-forced"
    perplexity = evaluation.perplexity(scores)
    print(f"{kind} perplexity {perplexity:.3f}, {name}", file=sys.stderr)


def _report(options: Options) -> None:
    """Writes translations of a test set as a page to look at."""
    translator = translation.Translator.load(options.model)
    pairs, name = _test_pairs(options, options.model)
    pairs = pairs[:: -(-len(pairs) // options.sentences)]
    search = translator.search.replace(**_given_search(options))
    translations = translator.decode(
        pairs.source, batch_size=options.batch_size, **_given_search(options)
    )
    evaluation.write_html_report(
        translations,
        pairs.target,
        options.output,
        title=f"{name}, {search.describe()}",
        scores=evaluation.score_translations(
            [translation.text for translation in translations],
            pairs.target,
            translator.target_tokenizer,
        ),
    )
    print(f"{len(pairs):,} sentences are in {options.output}. Open it in a browser.")


def _load_ensemble(options: Options) -> Any:
    """The translator of a command, or that and the others it takes with it."""
    folders = [options.model, *options.ensemble]
    first, *others = [translation.Translator.load(folder) for folder in folders]
    return translation.Translator.ensemble([first, *others]) if others else first


def _given_search(options: Options) -> dict[str, Any]:
    """The search options that were given."""
    names = decoding.SearchOptions.__dataclass_fields__
    return {name: options[name] for name in names if options[name] is not None}


def _test_pairs(options: Options, model: str) -> tuple[Any, str]:
    """The pairs of a test set, and what to call them."""
    if (options.test is None) == (options.corpus is None):
        raise InputError("Give either `--test` files or the name of a `--corpus`.")
    if options.test is not None:
        pairs = training.read_files(options.test, columns=options.columns)
        return pairs, " and ".join(options.test)
    seed = training.trained_seed(model) if options.seed is None else options.seed
    pairs = data.load_corpus(options.corpus, seed=seed).test
    return pairs, f"test split of {options.corpus}, seed {seed}"


def _length_table(options: Options, translator: Any, pairs: Any, evaluated: Any) -> Any:
    # Words to spell have no BLEU.
    metric = "exact_match" if evaluated.scores.bleu is None else "bleu"
    return evaluation.score_by_length(
        pairs.source,
        evaluated.translations,
        pairs.target,
        translator.target_tokenizer,
        metric=options.length_metric or metric,
        bleu_tokenizer=options.bleu_tokenizer,
    )


_COMMANDS: dict[str, Callable[[Options], None]] = {
    "train": _train,
    "translate": _translate,
    "evaluate": _evaluate,
    "compare": _compare,
    "score": _score,
    "report": _report,
    "export": _export,
    "describe": _describe,
    "vectors": run_vectors,
}


def _fields(options: Options, *others: str) -> dict[str, Any]:
    """The options as a dictionary for the dataclass they are of."""
    values = options.as_dict()
    return {n: values[n] for n in values if n not in ("config", "given", *others)}


def _print_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: IO[str] | None = None,
    line: str | None = None,
) -> None:
    print(f"seq2seq-keras: warning: {message}", file=file or sys.stderr)
