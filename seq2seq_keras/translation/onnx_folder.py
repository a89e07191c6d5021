"""Writing a translator for onnxruntime: graphs, tokenizers, options of the search."""

import dataclasses
import json
import os
import pathlib
import platform
import tempfile
from typing import Any, get_args

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_choice, import_optional
from seq2seq_keras.files import exchanged, sha256, write_text
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.models import copy_model
from seq2seq_keras.page import page_files, read_onnxruntime_web, write_page
from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.text import Tokenizer, check_copying
from seq2seq_keras.translation.graph import TranslationGraph
from seq2seq_keras.translation.id_graphs import IdGraph, id_graphs
from seq2seq_keras.translation.onnx_conversion import (
    OPSET,
    check_equal,
    open_session,
    run,
    to_onnx,
)
from seq2seq_keras.translation.onnx_weights import SharedWeights, WeightPrecision
from seq2seq_keras.translation.runtime_card import runtime_card
from seq2seq_keras.translation.runtime_format import (
    RUNTIME_CARD,
    RUNTIME_CHECKED,
    RUNTIME_CONFIG,
    RUNTIME_FILES,
    RUNTIME_FORMAT,
    RUNTIME_TOKENIZERS,
    RUNTIME_WEIGHTS,
)

_LIBRARIES = ("onnx", "onnxruntime", "tf2onnx")
# What each graph is tried with before it counts: a batch with padding, and options
# that do something.
_TRIED = {
    **{"max_length": 8, "max_length_ratio": 2.0, "min_length": 2},
    **{"min_length_ratio": 0.5, "block_ngrams": 2, "repetition_penalty": 1.5},
    **{"length_offset": 5.0, "length_exponent": 0.5, "coverage_penalty": 0.1},
    **{"beam_width": 3, "n_best": 2},
}


def export_onnx(
    graph: TranslationGraph,
    folder: str | os.PathLike,
    options: SearchOptions,
    precision: WeightPrecision = "float32",
    page: bool = False,
    onnxruntime_web: str | os.PathLike | None = None,
) -> pathlib.Path:
    """Writes a `TranslationGraph` for onnxruntime.

    What is written is tried in onnxruntime first. `seq2seq_keras.runtime.Translator`
    reads the folder, and so can any other program; its README says how. A model that
    was trained in half precision computes in float32 there.

    Args:
        graph: A `TranslationGraph` of one model.
        folder: Where it goes; what `export_onnx` wrote there before is replaced, at
            once and as a whole.
        options: The `SearchOptions` that hold unless a call says otherwise.
        precision: How weights are kept: "float32", "float16" or "int8", half of the
            size and a quarter. Computed is in float32 in any case.
        page: Whether a page is written beside, which translates in a browser.
        onnxruntime_web: See `read_onnxruntime_web`.

    Returns:
        The folder, as a `pathlib.Path`.

    Raises:
        InputError: If the translator is an ensemble, samples, has a tokenizer of a
            user's own or an operation that ONNX lacks, the folder holds something
            else, or the extra `onnx` or what a page needs cannot be had.
    """
    check_not_forked()
    for library in _LIBRARIES:
        import_optional(library, "An ONNX export")
    check_choice("precision", precision, get_args(WeightPrecision))
    _check(graph, options)
    folder = pathlib.Path(folder).resolve()
    _check_replaceable(folder)
    scripts = read_onnxruntime_web(onnxruntime_web) if page else None
    graph = _in_float32(graph)
    graphs = id_graphs(graph)
    with tempfile.TemporaryDirectory() as scratch:
        weights = SharedWeights(RUNTIME_WEIGHTS, precision)
        tried = _convert(graphs, weights, pathlib.Path(scratch), graph)
        with exchanged(folder, _check_replaceable) as staged:
            for path in tried:
                (staged / path.name).write_bytes(path.read_bytes())
            config = _write_rest(graph, staged, options, graphs, precision)
            write_text(staged / RUNTIME_CARD, runtime_card(graphs, config, page))
            if scripts:
                _write_page(staged, folder.name, config, scripts)
    return folder


def _check(graph: TranslationGraph, options: SearchOptions) -> None:
    if options.sample:
        raise InputError(
            "What is exported answers the same to the same text, so it does not "
            "sample: export a translator with `sample=False`."
        )
    if len(graph.models) > 1:
        raise InputError(
            "An ensemble is not exported as ONNX: export each of its translators."
        )
    tokenizers = (graph.source_tokenizer, graph.target_tokenizer)
    own = f"{Tokenizer.__module__.partition('.')[0]}."
    for tokenizer in (*tokenizers, graph.source_tokenizer.text_tokenizer):
        if not type(tokenizer).__module__.startswith(own):
            raise InputError(
                f"{type(tokenizer).__name__} is a tokenizer of your own, which exists "
                "in TensorFlow alone: export a SavedModel."
            )
    if options.replace_unknown:
        check_copying(*tokenizers)


def _in_float32(graph: TranslationGraph) -> TranslationGraph:
    """The same of a model that computes in float32, which every runtime can."""
    [model] = graph.models
    if model.compute_dtype == "float32" or "precision" not in model.get_config():
        return graph
    return TranslationGraph(
        [copy_model(model, precision="float32")],
        graph.source_tokenizer,
        graph.target_tokenizer,
        graph.max_source_length,
    )


def _convert(
    graphs: dict[str, IdGraph],
    weights: SharedWeights,
    folder: pathlib.Path,
    graph: TranslationGraph,
) -> list[pathlib.Path]:
    """Writes the graphs and their weights, and tries each of them."""
    feeds = _example(graphs, graph.source_tokenizer.vocabulary_size)
    own = {
        name: {each: feeds[each] for each in id_graph.inputs}
        for name, id_graph in graphs.items()
    }
    for name, id_graph in graphs.items():
        model = to_onnx(id_graph, name)
        check_equal(id_graph, open_session(model.SerializeToString()), own[name])
        weights.take(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    (folder / weights.name).write_bytes(weights.content)
    for name in graphs:
        run(open_session(str(folder / f"{name}.onnx")), own[name])
    return [*folder.iterdir()]


def _example(graphs: dict[str, IdGraph], size: int) -> dict[str, np.ndarray]:
    """An array for each input of each graph."""
    rows = [[4, 5, 6, END_ID, 0], [1, 5, 4, 4, END_ID]]  # unknown is 1
    source_token_ids = np.minimum(np.array(rows, "int32"), size - 1)
    feeds: dict[str, Any] = {"source_token_ids": source_token_ids}
    feeds["source_copy_ids"] = source_token_ids
    source = {name: feeds[name] for name in graphs["encoder"].inputs}
    tensors = {name: tf.constant(rows) for name, rows in source.items()}
    states = graphs["encoder"].run(**tensors)
    feeds |= {name: state.numpy() for name, state in states.items()}
    feeds["token_ids"] = np.array([START_ID, END_ID], "int32")
    feeds["prefix"] = np.array([[END_ID + 1], [0]], "int32")
    for id_graph in graphs.values():
        for name, spec in id_graph.inputs.items():
            if name in _TRIED:
                feeds[name] = np.array(_TRIED[name], spec.dtype.as_numpy_dtype)
    return feeds


def _write_rest(
    graph: TranslationGraph,
    folder: pathlib.Path,
    options: SearchOptions,
    graphs: dict[str, IdGraph],
    precision: WeightPrecision,
) -> dict[str, Any]:
    tokenizers = (graph.source_tokenizer, graph.target_tokenizer)
    for name, tokenizer in zip(RUNTIME_TOKENIZERS, tokenizers, strict=True):
        tokenizer.save(folder / name)
    states = [name for name in graphs["decoder"].inputs if name != "token_ids"]
    changing = sorted(graph.models[0].state_names)
    config = {
        "format": RUNTIME_FORMAT,
        "decoding": {
            "max_source_length": graph.max_source_length,
            **dataclasses.asdict(options),
        },
        "copies": graph.copies,
        "attends": "attention_weights" in states,
        "states": changing,
        "memory": [name for name in states if name not in changing],
        "precision": precision,
        "versions": _versions(),
        "sha256": {name: sha256(folder / name) for name in RUNTIME_CHECKED},
    }
    text = json.dumps(config, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(folder / RUNTIME_CONFIG, text + "\n")
    return config


def _write_page(
    folder: pathlib.Path, name: str, config: dict[str, Any], scripts: dict[str, bytes]
) -> None:
    defaults = dict(config["decoding"])
    del defaults["max_source_length"]
    write_page(
        folder,
        name=name,
        defaults=defaults,
        library=scripts,
        checked=(RUNTIME_CONFIG,),
    )


def _versions() -> dict[str, Any]:
    libraries = {name: import_optional(name, "It") for name in _LIBRARIES}
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        **{name: library.__version__ for name, library in libraries.items()},
        "opset": OPSET,
    }


def _check_replaceable(folder: pathlib.Path) -> None:
    """Refuses to replace anything but an empty folder or what was exported before."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder.")
    places = [*folder.iterdir(), *(folder / "page").glob("*")]
    names = sorted(path.relative_to(folder).as_posix() for path in places)
    known = {*RUNTIME_FILES, *page_files()}
    others = [name for name in names if name not in known]
    if others or (names and RUNTIME_CONFIG not in names):
        raise InputError(
            f"{folder} holds {(others or names)[0]!r}, and exporting would replace it. "
            "Delete it, or name another folder."
        )
