"""Options that were given and would do nothing are refused."""

import pathlib
from collections.abc import Callable
from typing import NamedTuple

from jsonargparse import Namespace as Options

from seq2seq_keras.cli.many_files import is_shared
from seq2seq_keras.data import ReadingOptions
from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.distributed import ServingReplicas
from seq2seq_keras.errors import InputError
from seq2seq_keras.translation import RescoringOptions


class _Idle(NamedTuple):
    """Options of a command, when they do nothing, and how to say so."""

    names: tuple[str, ...]
    is_idle: Callable[[Options], bool]
    words: str


_READING = tuple(ReadingOptions.__dataclass_fields__)
_OF_TABLES = tuple(name for name in _READING if name != "encoding")
_TEST_PAIRS = (
    _Idle(_READING, lambda o: o.test is None, "without `--test`"),
    _Idle(("seed",), lambda o: o.corpus is None, "without `--corpus`"),
)
_RESCORING = _Idle(
    tuple(RescoringOptions.__dataclass_fields__),
    lambda o: not o.rescore,
    "without `--rescore`",
)
_BEST_ALONE = _Idle(
    ("n_best",),
    lambda o: not o.sample,
    "where the best translation alone is scored and none is drawn (`--sample`)",
)
_IDLE = {
    "train": (
        _Idle(("resume", "address"), lambda o: bool(o.seeds), "beside `--seeds`"),
    ),
    "translate": (
        _RESCORING,
        _Idle(("scores", "alignments"), lambda o: o.json, "beside `--json`"),
        _Idle(
            ("threads", "on_error"),
            lambda o: not is_shared(o),
            "unless several processes translate: for many files, or with "
            "`--num-workers`",
        ),
        _Idle(("attention_plot",), is_shared, "where several processes translate"),
    ),
    "evaluate": (
        _RESCORING,
        _BEST_ALONE,
        *_TEST_PAIRS,
        _Idle(("examples",), lambda o: o.json, "beside `--json`"),
        _Idle(
            ("length_metric",),
            lambda o: not (o.by_length or o.length_plot or o.json),
            "without `--by-length`, `--length-plot` or `--json`",
        ),
    ),
    "distill": (
        _Idle(_OF_TABLES, lambda o: o.train is None, "without `--train`"),
        _Idle(
            ("encoding",),
            lambda o: o.train is None and o.input is None,
            "without `--train` or `--input`",
        ),
        _Idle(("seed",), lambda o: o.corpus is None, "without `--corpus`"),
    ),
    "tune-search": (
        _Idle(_READING, lambda o: o.validation is None, "without `--validation`"),
        _Idle(("seed",), lambda o: o.corpus is None, "without `--corpus`"),
    ),
    "compare": (
        *_TEST_PAIRS,
        _BEST_ALONE,
        _Idle(
            (*SearchOptions.__dataclass_fields__, "batch_size"),
            lambda o: all(pathlib.Path(path).is_file() for path in o.systems),
            "where every system is a file of translations",
        ),
    ),
    **dict.fromkeys(("score", "report"), _TEST_PAIRS),
    "export": (
        _Idle(("page",), lambda o: o.format != "onnx", "without `--format onnx`"),
        _Idle(("onnxruntime_web",), lambda o: not o.page, "without `--page`"),
    ),
    "serve": (
        _Idle(
            tuple(ServingReplicas.__dataclass_fields__),
            lambda o: not o.ray,
            "without `--ray`",
        ),
        _Idle(
            ("workers",),
            lambda o: o.ray,
            "beside `--ray`: `--replicas` says how many processes answer",
        ),
    ),
    "vectors load": (
        _Idle(("format",), lambda o: o.output is None, "without `--output`"),
    ),
    "vectors plot": (
        _Idle(("seed",), lambda o: o.kind != "tsne", "without `--kind tsne`"),
    ),
}


def check_idle(command: str, options: Options) -> None:
    """Refuses the first option that was given and does nothing.

    Args:
        command: The name of the command, with its own one after a space.
        options: Its options, with the names `given`.

    Raises:
        InputError: Names it, and what it needs.
    """
    for idle in _IDLE.get(command, ()):
        for name in idle.names:
            # A flag in a file may be given as false.
            is_asked = name in options.given and options[name] is not False
            if is_asked and idle.is_idle(options):
                option = name.replace("_", "-")
                raise InputError(f"`--{option}` does nothing {idle.words}.")
