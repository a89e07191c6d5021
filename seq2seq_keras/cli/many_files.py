"""`translate` where several processes do it: what they are told, what is reported."""

import dataclasses
import functools
import pathlib
from typing import Any

from jsonargparse import Namespace as Options

from seq2seq_keras import distributed
from seq2seq_keras.cli.inputs import SourceReader
from seq2seq_keras.cli.output import translation_json, translation_lines
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import current, owned, sha256
from seq2seq_keras.terminal import say, show
from seq2seq_keras.translation import CONFIG, RUNTIME_CONFIG

# What any of them says that several processes translate.
WORKERS = ("num_workers", "address")


def is_shared(options: Options) -> bool:
    """Whether several processes translate."""
    many = options.input is not None and distributed.is_many(options.input)
    return many or any(options.get(name) is not None for name in WORKERS)


def translate_shared(options: Options, request: dict[str, Any]) -> None:
    """Translates a file, or many, by several processes.

    Args:
        options: The options of the command.
        request: What is asked for of each text.
    """
    if options.input in (None, "-"):
        raise InputError(
            "Several processes translate from files to files, not from standard input: "
            "name an `--input`, and an `--output`."
        )
    is_many = distributed.is_many(options.input)
    if options.output is None:
        named = f"{options.input}: several processes write to a file"
        if is_many:
            what = "folder" if pathlib.Path(options.input).is_dir() else "pattern"
            named = f"{options.input} is a {what}: translations of files go to a folder"
        raise InputError(f"{named}. Name it: `--output`.")
    names = [field.name for field in dataclasses.fields(distributed.FilesOptions)]
    chosen = distributed.FilesOptions(**{name: options[name] for name in names})
    work = distributed.TranslationWork(
        models=[options.model, *options.ensemble],
        request=request,
        batch_size=options.batch_size,
        lines=_line_maker(options),
        threads=chosen.threads,
        modules=options.get("import") or (),
        rescore=options.rescore or (),
    )
    reader = SourceReader(options, options.model)
    run = functools.partial(
        distributed.translate_files, work=work, options=chosen, read=reader, say=say
    )
    if not is_many:
        _tell(run({options.input: pathlib.Path(options.output)}), 0)
        return
    suffix = ".jsonl" if options.json else ".txt"
    files = distributed.mirrored(options.input, options.output, suffix=suffix)
    with owned(options.output) as folder:
        distributed.check_made_with(folder, _made_with(options, work, reader))
        is_missing = distributed.is_missing
        left = {read: made for read, made in files.items() if is_missing(read, made)}
        if left:
            _tell(run(left), len(files) - len(left))
        else:
            show(f"All {len(files):,} files are translated already.")


def _line_maker(options: Options) -> Any:
    if options.json:
        return _json_line
    wanted = {"scores": options.scores, "alignments": options.alignments}
    return functools.partial(translation_lines, **wanted)


def _json_line(found: Any, number: int, *, n_best: int) -> list[str]:
    return [translation_json(found)]


def _made_with(
    options: Options, work: distributed.TranslationWork, reader: SourceReader
) -> dict[str, Any]:
    """All on which the bytes that are written depend, beside those that are read."""
    return {
        "model": [_sum(folder) for folder in work.models],
        "rescore": [_sum(folder) for folder in work.rescore],
        # 0 and False are no defaults everywhere.
        **{x: y for x, y in work.request.items() if y not in (None, [], ())},
        **{name: options[name] for name in ("batch_size", "json", "scores")},
        "alignments": options.alignments,
        "reading": {"given": reader.given, "taken": reader.taken},
    }


def _sum(folder: str) -> str:
    """That of the file that holds those of all others of a translator."""
    for name in (CONFIG, RUNTIME_CONFIG):
        if (path := current(folder, name)).is_file():
            return sha256(path)
    return ""  # whoever loads it says what is wrong


def _tell(report: distributed.FilesReport, already: int) -> None:
    rate = report.lines / max(report.seconds, 1e-9)
    told = [f"{report.files:,} files, {report.lines:,} texts"]
    told += [f"{report.seconds:.1f} s, {rate:,.0f} texts/s"]
    told += [f"{report.workers} processes"]
    if already:
        told.append(f"{already:,} files were translated already")
    if report.skipped:
        told.append(f"{report.skipped:,} texts skipped")
    if report.deaths:
        told.append(f"{report.deaths} processes ended before their time")
    show(", ".join(told) + ".")
    if report.failed:
        raise InputError(
            f"{len(report.failed):,} files were not translated: "
            f"{', '.join(list(report.failed)[:5])}"
            f"{' and others' if len(report.failed) > 5 else ''}. Mend them and give "
            "the same command, which does what is missing."
        )
