"""What exports for other runtimes share: checks, examples, what stands beside."""

import dataclasses
import json
import os
import pathlib
import platform
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.files import sha256, write_text
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.models import copy_model
from seq2seq_keras.page import page_files
from seq2seq_keras.special_tokens import END_ID, START_ID
from seq2seq_keras.text import Tokenizer, check_copying
from seq2seq_keras.translation.graph import TranslationGraph
from seq2seq_keras.translation.id_graphs import IdGraph
from seq2seq_keras.translation.runtime_format import (
    RUNTIME_CHECKED,
    RUNTIME_CONFIG,
    RUNTIME_FILES,
    RUNTIME_FORMAT,
    RUNTIME_TOKENIZERS,
)

# What each graph is tried with before it counts: a batch with padding, and options
# that do something.
_TRIED = {
    **{"max_length": 8, "max_length_ratio": 2.0, "min_length": 2},
    **{"min_length_ratio": 0.5, "block_ngrams": 2, "repetition_penalty": 1.5},
    **{"length_offset": 5.0, "length_exponent": 0.5, "coverage_penalty": 0.1},
    **{"beam_width": 3, "n_best": 2},
}

# Sums of float32 in another order.
_TOLERANCE = 1e-3


def check_exportable(
    graph: TranslationGraph,
    folder: str | os.PathLike,
    options: SearchOptions,
    runtime: str,
    libraries: Sequence[str],
) -> pathlib.Path:
    """Refuses what cannot be had in a format, before anything is written.

    Args:
        graph: A `TranslationGraph` of one model.
        folder: Where it is to go.
        options: `SearchOptions`.
        runtime: The format, as messages call it.
        libraries: Names of modules that are needed.

    Returns:
        The folder, without links.

    Raises:
        InputError: If a library is missing, or it cannot be had.
    """
    check_not_forked()
    for library in libraries:
        import_optional(library, f"An export for {runtime}")
    _check_translator(graph, options, runtime)
    folder = pathlib.Path(folder).resolve()
    check_replaceable(folder)
    return folder


def _check_translator(
    graph: TranslationGraph, options: SearchOptions, runtime: str
) -> None:
    if options.sample:
        raise InputError(
            "What is exported answers the same to the same text, so it does not "
            "sample: export a translator with `sample=False`."
        )
    if options.beam_groups > 1:
        raise InputError(
            f"Beams in groups are not exported for {runtime}, whose graphs take any "
            "`beam_width`: export with `beam_groups=1`, or a SavedModel."
        )
    if len(graph.models) > 1:
        raise InputError(
            f"An ensemble is not exported for {runtime}: export each of its "
            "translators."
        )
    tokenizers = (graph.source_tokenizer, graph.target_tokenizer)
    own = f"{Tokenizer.__module__.partition('.')[0]}."
    for tokenizer in (*tokenizers, graph.source_tokenizer.text_tokenizer):
        if not type(tokenizer).__module__.startswith(own):
            raise InputError(
                f"{type(tokenizer).__name__} is a tokenizer of your own, which exists "
                "in TensorFlow alone: export a SavedModel."
            )
    if graph.target_tokenizer.is_reversed:
        raise InputError(
            "A target that is read from its end (`reverse_target`) exists in "
            "TensorFlow alone: export a SavedModel."
        )
    if options.replace_unknown:
        check_copying(*tokenizers)


def in_float32(graph: TranslationGraph) -> TranslationGraph:
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


def example_feeds(graphs: dict[str, IdGraph], size: int) -> dict[str, np.ndarray]:
    """An array for each input of any of the graphs, of `size` tokens."""
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


def check_equal(
    graph: IdGraph,
    feeds: dict[str, np.ndarray],
    found: dict[str, np.ndarray],
    runtime: str,
) -> None:
    """Compares what a runtime found with what TensorFlow finds.

    Args:
        graph: An `IdGraph`.
        feeds: Arrays by name, those of its inputs among them.
        found: Its outputs by name.
        runtime: What computed them.

    Raises:
        InputError: If an output differs by more than sums in another order do.
    """
    expected = graph.run(**{name: tf.constant(feeds[name]) for name in graph.inputs})
    for name, tensor in expected.items():
        array = tensor.numpy()
        same = found[name].shape == array.shape and np.allclose(
            found[name], array, rtol=_TOLERANCE, atol=_TOLERANCE
        )
        if not same:
            raise InputError(
                f"In {runtime} {name!r} is not what it is in TensorFlow, so the model "
                "is not exported for it."
            )


def write_rest(
    graph: TranslationGraph,
    folder: pathlib.Path,
    options: SearchOptions,
    graphs: dict[str, IdGraph],
    **kind: Any,
) -> dict[str, Any]:
    """Writes tokenizers and configuration beside the graphs.

    Args:
        graph: A `TranslationGraph` of one model.
        folder: Where the graphs are.
        options: `SearchOptions`.
        graphs: What `id_graphs` made.
        **kind: `runtime`, `precision`, and in `versions` what is there beside Keras and
            TensorFlow.

    Returns:
        The configuration.
    """
    tokenizers = (graph.source_tokenizer, graph.target_tokenizer)
    for name, tokenizer in zip(RUNTIME_TOKENIZERS, tokenizers, strict=True):
        tokenizer.save(folder / name)
    states = [name for name in graphs["decoder"].inputs if name != "token_ids"]
    changing = sorted(graph.models[0].state_names)
    checked = RUNTIME_CHECKED[kind["runtime"]]
    config = {
        "format": RUNTIME_FORMAT,
        **kind,
        "decoding": {
            "max_source_length": graph.max_source_length,
            **dataclasses.asdict(options),
        },
        "copies": graph.copies,
        "attends": "attention_weights" in states,
        "states": changing,
        "memory": [name for name in states if name not in changing],
        "versions": _versions() | kind["versions"],
        "sha256": {name: sha256(folder / name) for name in checked},
    }
    text = json.dumps(config, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(folder / RUNTIME_CONFIG, text + "\n")
    return config


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
    }


def check_replaceable(folder: pathlib.Path) -> None:
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
