"""Writing a translator for onnxruntime: graphs, tokenizers, options of the search."""

import os
import pathlib
import tempfile
from typing import Any, get_args

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import check_choice, import_optional
from seq2seq_keras.files import exchanged, write_text
from seq2seq_keras.page import read_onnxruntime_web, write_page
from seq2seq_keras.translation.graph import TranslationGraph
from seq2seq_keras.translation.id_graphs import IdGraph, id_graphs
from seq2seq_keras.translation.onnx_conversion import (
    OPSET,
    open_session,
    run,
    to_onnx,
)
from seq2seq_keras.translation.onnx_weights import SharedWeights
from seq2seq_keras.translation.runtime_card import runtime_card
from seq2seq_keras.translation.runtime_export import (
    check_equal,
    check_exportable,
    check_replaceable,
    example_feeds,
    in_float32,
    write_rest,
)
from seq2seq_keras.translation.runtime_format import (
    RUNTIME_CARD,
    RUNTIME_CONFIG,
    RUNTIME_WEIGHTS,
)
from seq2seq_keras.translation.weight_precision import WeightPrecision

_RUNTIME = "ONNX"
_LIBRARIES = ("onnx", "onnxruntime", "tf2onnx")


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
    check_choice("precision", precision, get_args(WeightPrecision))
    folder = check_exportable(graph, folder, options, _RUNTIME, _LIBRARIES)
    scripts = read_onnxruntime_web(onnxruntime_web) if page else None
    graph = in_float32(graph)
    graphs = id_graphs(graph)
    with tempfile.TemporaryDirectory() as scratch:
        weights = SharedWeights(RUNTIME_WEIGHTS, precision)
        tried = _convert(graphs, weights, pathlib.Path(scratch), graph)
        with exchanged(folder, check_replaceable) as staged:
            for path in tried:
                (staged / path.name).write_bytes(path.read_bytes())
            kind = {"runtime": "onnx", "precision": precision, "versions": _versions()}
            config = write_rest(graph, staged, options, graphs, **kind)
            write_text(staged / RUNTIME_CARD, runtime_card(graphs, config, page))
            if scripts:
                _write_page(staged, folder.name, config, scripts)
    return folder


def _convert(
    graphs: dict[str, IdGraph],
    weights: SharedWeights,
    folder: pathlib.Path,
    graph: TranslationGraph,
) -> list[pathlib.Path]:
    """Writes the graphs and their weights, and tries each of them."""
    feeds = example_feeds(graphs, graph.source_tokenizer.vocabulary_size)
    own = {
        name: {each: feeds[each] for each in id_graph.inputs}
        for name, id_graph in graphs.items()
    }
    for name, id_graph in graphs.items():
        model = to_onnx(id_graph, name)
        found = run(open_session(model.SerializeToString()), own[name])
        check_equal(id_graph, own[name], found, "onnxruntime")
        weights.take(model)
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    (folder / weights.name).write_bytes(weights.content)
    for name in graphs:
        run(open_session(str(folder / f"{name}.onnx")), own[name])
    return [*folder.iterdir()]


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
    versions = {name: library.__version__ for name, library in libraries.items()}
    return {**versions, "opset": OPSET}
