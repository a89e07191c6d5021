"""Writing a translator for LiteRT: one file of graphs, tokenizers, options."""

import os
import pathlib
from typing import get_args

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError, check_choice, import_optional
from seq2seq_keras.files import exchanged, write_text
from seq2seq_keras.translation.graph import TranslationGraph
from seq2seq_keras.translation.id_graphs import IdGraph, id_graphs
from seq2seq_keras.translation.litert_conversion import run_litert, to_litert
from seq2seq_keras.translation.litert_weights import shrink_weights
from seq2seq_keras.translation.runtime_card import runtime_card
from seq2seq_keras.translation.runtime_export import (
    check_equal,
    check_exportable,
    check_replaceable,
    example_feeds,
    in_float32,
    write_rest,
)
from seq2seq_keras.translation.runtime_format import LITERT_MODEL, RUNTIME_CARD
from seq2seq_keras.translation.weight_precision import WeightPrecision

_RUNTIME = "LiteRT"
_LIBRARY = "ai_edge_litert"


def export_litert(
    graph: TranslationGraph,
    folder: str | os.PathLike,
    options: SearchOptions,
    precision: WeightPrecision = "float32",
) -> pathlib.Path:
    """Writes a `TranslationGraph` for LiteRT, which was TensorFlow Lite.

    One file holds the encoder, one step of the decoder and the searches, each as a
    signature; batch and lengths are free. It needs no operation of TensorFlow, and is
    tried in LiteRT's interpreter first. `seq2seq_keras.runtime.Translator` reads the
    folder; its README says how apps for Android and iOS do. A model that was trained
    in half precision computes in float32 there.

    Args:
        graph: A `TranslationGraph` of one model.
        folder: Where it goes; what was exported there before is replaced, at once and
            as a whole.
        options: The `SearchOptions` that hold unless a call says otherwise.
        precision: How weights are kept: "float32", "float16" or "int8", half of the
            size and a quarter. Computed is in float32 in any case.

    Returns:
        The folder, as a `pathlib.Path`.

    Raises:
        InputError: If the translator is an ensemble, samples, has a tokenizer of a
            user's own or an operation that LiteRT lacks, the folder holds something
            else, or the extra `litert` is not installed.
    """
    check_choice("precision", precision, get_args(WeightPrecision))
    folder = check_exportable(graph, folder, options, _RUNTIME, [_LIBRARY])
    if graph.models[0].aligns:
        # Its interpreter stumbles over the second pass that finds the alignment.
        raise InputError(
            "Hard attention does not run in LiteRT: export the translator as ONNX."
        )
    graph = in_float32(graph)
    graphs = id_graphs(graph)
    model = _tried(graphs, precision, graph.source_tokenizer.vocabulary_size)
    with exchanged(folder, check_replaceable) as staged:
        (staged / LITERT_MODEL).write_bytes(model)
        library = import_optional(_LIBRARY, "It")
        kind = {"runtime": "litert", "precision": precision}
        versions = {_LIBRARY: library.__version__}
        config = write_rest(graph, staged, options, graphs, **kind, versions=versions)
        write_text(staged / RUNTIME_CARD, runtime_card(graphs, config))
    return folder


def _tried(graphs: dict[str, IdGraph], precision: WeightPrecision, size: int) -> bytes:
    """The file, after each of its graphs ran and found what TensorFlow finds."""
    model, feeds = to_litert(graphs), example_feeds(graphs, size)
    own = {
        name: {each: feeds[each] for each in graph.inputs}
        for name, graph in graphs.items()
    }
    for name, found in run_litert(model, own).items():
        check_equal(graphs[name], own[name], found, _RUNTIME)
    if precision != "float32":
        model = shrink_weights(model, precision)
        run_litert(model, own)
    return model
