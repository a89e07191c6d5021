"""The graphs of a folder in onnxruntime."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError, import_optional
from seq2seq_keras.runtime.folder import RuntimeFolder
from seq2seq_keras.runtime.onnx_file import external_files
from seq2seq_keras.translation import RUNTIME_WEIGHTS
from seq2seq_keras.untrusted import in_one_line

_Arrays = dict[str, np.ndarray]
# A graph without its weights; those of this package have some hundred thousand.
_GRAPH_BYTES = 2**26
_QUIET = 3  # errors reach Python as exceptions


def open_onnx(
    folder: RuntimeFolder, name: str, threads: int
) -> Callable[[_Arrays], _Arrays]:
    """Opens a graph, of what was checked and not of what lies there now.

    Args:
        folder: What was read of the folder.
        name: Of the graph.
        threads: Integer. How many threads compute at most; 0 for as many as there are
            cores.

    Returns:
        A function from inputs by name, of which it takes those it needs, to outputs by
        name.

    Raises:
        InputError: If the file is missing or changed, takes weights from another file
            than that of the folder, or cannot be opened.
    """
    onnxruntime = import_optional("onnxruntime", "Translations from ONNX")
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = _QUIET
    settings.intra_op_num_threads = threads
    # Else threads that wait for work take all of a processor.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    weights = folder.weights
    settings.add_external_initializers_from_files_in_memory(
        [RUNTIME_WEIGHTS], [weights], [len(weights)]
    )
    content = _read_graph(folder, name)
    try:
        session = onnxruntime.InferenceSession(
            content, settings, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # which are of no public class
        raise InputError(
            f"{folder.path / name}.onnx cannot be opened by onnxruntime "
            f"{onnxruntime.__version__}: {in_one_line(error)}"
        ) from error
    return _runner(session)


def _runner(session: Any) -> Callable[[_Arrays], _Arrays]:
    needed = [each.name for each in session.get_inputs()]
    names = [each.name for each in session.get_outputs()]

    def run(feeds: _Arrays) -> _Arrays:
        outputs = session.run(names, {name: feeds[name] for name in needed})
        return dict(zip(names, outputs, strict=True))

    return run


def _read_graph(folder: RuntimeFolder, name: str) -> bytes:
    content = folder.read(f"{name}.onnx", _GRAPH_BYTES)
    path = folder.path / f"{name}.onnx"
    if others := external_files(content, path) - {RUNTIME_WEIGHTS}:
        raise InputError(
            f"{path} takes weights from {sorted(others)[0]!r}, and no graph of such a "
            f"folder takes any but from {RUNTIME_WEIGHTS}."
        )
    return content
