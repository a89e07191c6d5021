"""The commands: each calls the package and prints."""

import argparse
import contextlib
import dataclasses
import functools
import os
import pathlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from jsonargparse import Namespace as Options

from seq2seq_keras import (
    data,
    distributed,
    importing,
    plots,
    runtime,
    serving,
    terminal,
    training,
    translation,
)
from seq2seq_keras.cli.idle_options import check_idle
from seq2seq_keras.cli.improving import distill, tune_search
from seq2seq_keras.cli.inputs import (
    SourceReader,
    given_search,
    load_together,
    rescoring_of,
    rescoring_weights,
)
from seq2seq_keras.cli.many_files import WORKERS, is_shared, translate_shared
from seq2seq_keras.cli.output import (
    in_a_line,
    seeds_table,
    translation_json,
    translation_lines,
)
from seq2seq_keras.cli.parser import parse
from seq2seq_keras.cli.paths import check_paths
from seq2seq_keras.cli.scoring import compare, evaluate, report, score
from seq2seq_keras.cli.value_types import read_seeds
from seq2seq_keras.cli.vectors import run_vectors
from seq2seq_keras.errors import InputError, import_named
from seq2seq_keras.files import replaced_when_complete
from seq2seq_keras.terminal import quoted_path, say, show, write_result

# Options whose value may name a class, and its module before a colon.
_NAMING = ("--cell", "--attention")
# What `train` takes beside the options of a `TrainingConfig`.
_BESIDE_TRAINING = {"import", "resume", "seeds", *WORKERS}
# What of a training decides which pairs it had, and how they were batched.
_OF_BATCHES = (
    *("seed", "batch_size", "batch_by"),
    *("max_source_length", "max_target_length"),
)
# What follows it on a command line is no option, whatever it begins with.
_END_OF_OPTIONS = "--"


def run_command(arguments: Sequence[str]) -> None:
    """Runs what the command line says."""
    given = _with_underscores(arguments)
    try:
        options = parse(given)
    except argparse.ArgumentError as error:
        raise InputError(str(error)) from error
    command = options[options.command]
    check_idle(*_innermost(options))
    check_paths(options.command, command)
    _import_modules(given, command.get("import") or ())
    _COMMANDS[options.command](command)


def _with_underscores(arguments: Sequence[str]) -> list[str]:
    """`--beam-width` is `--beam_width`; values and words stay as they are."""
    options, words = _split(arguments)
    return [
        re.sub(r"^--[^=]+", lambda name: "--" + name[0][2:].replace("-", "_"), text)
        for text in options
    ] + words


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Where options may stand, and what comes after the end of options."""
    given = list(arguments)
    end = given.index(_END_OF_OPTIONS) if _END_OF_OPTIONS in given else len(given)
    return given[:end], given[end:]


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
    import_named(modules)


def _named_modules(arguments: Sequence[str]) -> Iterator[str]:
    """The modules after `--import`, and those of `--cell module:Class`."""
    option = ""
    for argument in _split(arguments)[0]:
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
    if options.seeds:
        _train_seeds(options)
        return
    folder, names = options.resume, options.given - _BESIDE_TRAINING
    chosen = {name: options[name] for name in WORKERS}
    several: dict[str, Any] = {}
    trainer: Any = training
    if distributed.TrainingWorkers(**chosen).are_several:
        trainer, several = distributed, {**chosen, "modules": options["import"]}
    if folder is None:
        config = training.TrainingConfig(**_fields(options, *_BESIDE_TRAINING))
        folder, result = config.output, trainer.train(config, **several)
    else:
        changes = {name: options[name] for name in names}
        result = trainer.resume_training(folder, **several, **changes)
    show(f"\n{result.evaluation}\n\nThe best model is in {folder}. Use it:")
    show(f"  seq2seq-keras translate {quoted_path(folder)} --input FILE")


def _train_seeds(options: Options) -> None:
    config = training.TrainingConfig(**_fields(options, *_BESIDE_TRAINING))
    table = distributed.train_seeds(
        config,
        read_seeds(options.seeds),
        num_workers=options.num_workers,
        modules=options["import"],
    )
    show(f"\n{seeds_table(table)}\n\nThe models are in {config.output}. Use them all:")
    first, *others = (
        quoted_path(pathlib.Path(config.output, f"seed-{seed}")) for seed in table.index
    )
    more = f" --ensemble {' '.join(others)}" if others else ""
    show(f"  seq2seq-keras translate {first}{more} --input FILE")


def _translate(options: Options) -> None:
    request = {
        "prefix": options.prefix,
        "avoid": options.avoid,
        "allowed": list(data.read_lines(options.allowed)) if options.allowed else (),
        "seed": options.seed,
        **given_search(options),
    }
    if is_shared(options):
        translate_shared(options, request | rescoring_weights(options))
        return
    translator = _load_for_translating(options)
    request |= rescoring_of(options)
    search = translation.SearchRequest.of(translator.search, request).options
    with contextlib.ExitStack() as stack:
        tokenizer = translator.source_tokenizer
        is_featured = tokenizer.text_tokenizer is not tokenizer
        path = "-" if options.input is None else options.input
        lines = SourceReader(options, options.model)(path, is_featured)
        write: Callable[[str], None] = write_result
        flush: Callable[[], None] = functools.partial(terminal.write, "")
        if options.output is not None:
            beside = stack.enter_context(replaced_when_complete(options.output))
            output = stack.enter_context(beside.open("wb"))
            write, flush = functools.partial(_write_line, output), output.flush
        translations = translator.decode_stream(
            lines, batch_size=options.batch_size, **request
        )
        broken = 0
        for number, found in enumerate(translations):
            if number == 0 and options.attention_plot:
                plots.plot_attention(found, options.attention_plot)
            for line in _lines(found, number, search.n_best, options):
                write(line)
            if options.batch_size == 1:
                flush()  # a line in, a line out
            broken += found.text != in_a_line(found.text)
    if broken and not options.json:
        say(
            f"{broken:,} translations have line ends, which are spaces here: `--json` "
            "keeps them."
        )


def _write_line(file: IO[bytes], line: str) -> None:
    file.write(line.encode("utf-8") + b"\n")


def _lines(found: Any, number: int, n_best: int, options: Options) -> list[str]:
    if options.json:
        return [translation_json(found)]
    wanted = {"scores": options.scores, "alignments": options.alignments}
    return translation_lines(found, number, n_best=n_best, **wanted)


def _export(options: Options) -> None:
    translator = translation.Translator.load(options.model)
    folder = translator.export(
        options.output,
        format=options.format,
        precision=options.precision,
        page=options.page,
        onnxruntime_web=options.onnxruntime_web,
        **given_search(options),
    )
    name = quoted_path(folder)
    if options.format == "saved_model":
        show(f"The SavedModel is in {folder}. Look at it with")
        show(f"  saved_model_cli show --dir {name} --tag_set serve --all")
    else:
        show(f"The graphs are in {folder}; README.md there tells how they are run. Try")
        show(f"  seq2seq-keras translate {name} --input FILE")
    if options.page:
        show("The page is there too. Serve it, and open http://127.0.0.1:8000:")
        command = "python -m http.server --bind 127.0.0.1 --directory"
        show(f"  {command} {name} 8000")


def _serve(options: Options) -> None:
    names = [field.name for field in dataclasses.fields(distributed.ServingReplicas)]
    chosen = _fields(options, "import", "models", "ray", *names)
    settings = serving.ServingOptions(**chosen)
    if options.ray:
        replicas = distributed.ServingReplicas(**{n: options[n] for n in names})
        modules = options["import"]
        distributed.serve(options.models, settings, replicas, modules=modules)
    else:
        serving.serve(options.models, settings)


def _import_keras2(options: Options) -> None:
    if translation.is_translator_folder(options.output):
        raise InputError(
            f"{options.output} holds a translator: name another `--output`."
        )
    translator = importing.import_keras2(
        options.file,
        options.source_vocabulary,
        options.target_vocabulary,
        **{name: options[name] for name in ("start", "end", "tokens")},
    )
    folder = translator.save(options.output)
    show(f"{translator.description}\n\nThe translator is in {folder}. Use it:")
    show(f"  seq2seq-keras translate {quoted_path(folder)} --input FILE")


def _describe(options: Options) -> None:
    given, tokenizers = _fields(options, "model"), None
    taken: dict[str, Any] = {}
    if options.model is not None:
        _check_not_chosen(options)
        translator = translation.Translator.load(options.model)
        tokenizers = (translator.source_tokenizer, translator.target_tokenizer)
        names = options.given & {*data.ReadingOptions.__dataclass_fields__}
        told = {name: given[name] for name in names}
        if options.train or options.train_source:
            _, taken = training.trained_reading(options.model, told)
        if taken:
            say(f"Read as in the training: {training.as_options(taken)}")
        given |= taken
        # Another seed would set aside, and test with, what the training had.
        others = [name for name in _OF_BATCHES if name not in options.given]
        given |= training.trained_options(options.model, others)
    config = data.DataOptions(**given)
    # Gone through again for each count, whatever their number.
    is_read_again = config.corpus is None and not config.pipes()
    # What is made up of pairs is made of all of them, in memory.
    config.stream = is_read_again and not config.hallucinate
    found = training.load_training_pairs(config, keep_streams=True, may_be_idle=taken)
    if tokenizers is None:
        tokenizers = training.fit_tokenizers(config, found.train)
    show(training.preview(found.layouts, found.train, tokenizers))
    test = None
    if config.corpus:
        test = data.load_corpus(config.corpus, seed=config.seed).test
    report = data.describe_pairs(
        found.train,
        found.validation,
        test,
        source_tokenizer=tokenizers[0],
        target_tokenizer=tokenizers[1],
        batch_size=config.batch_size,
        batch_by=config.batch_by,
        max_source_length=config.max_source_length,
        max_target_length=config.max_target_length,
    )
    show(report)


def _check_not_chosen(options: Options) -> None:
    for name in training.OPTIONS_OF_TOKENIZERS:
        if name in options.given:
            option = name.replace("_", "-")
            raise InputError(
                f"`--{option}` cannot be chosen beside `--model`, which brings its "
                "tokenizers along."
            )


def _load_for_translating(options: Options) -> Any:
    """The translator of a command, of whichever kind of folder."""
    if not runtime.is_runtime_folder(options.model):
        return _load_ensemble(options)
    if options.ensemble:
        raise InputError(
            f"{options.model} was exported for another runtime and takes no "
            "`--ensemble`: name folders of saved translators."
        )
    return runtime.Translator.load(options.model)


def _load_ensemble(options: Options) -> Any:
    """The translator of a command, or that and the others it takes with it."""
    return load_together([options.model, *options.ensemble])


_COMMANDS: dict[str, Callable[[Options], None]] = {
    "train": _train,
    "translate": _translate,
    "evaluate": evaluate,
    "tune-search": tune_search,
    "distill": distill,
    "compare": compare,
    "score": score,
    "report": report,
    "export": _export,
    "serve": _serve,
    "describe": _describe,
    "import": _import_keras2,
    "vectors": run_vectors,
}


def _fields(options: Options, *others: str) -> dict[str, Any]:
    """The options as a dictionary for the dataclass they are of."""
    values = options.as_dict()
    return {n: values[n] for n in values if n not in ("config", "given", *others)}
