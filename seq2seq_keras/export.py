"""Writing a SavedModel that takes strings and returns strings."""

import pathlib
import shutil
import tempfile

import tensorflow as tf
from keras.export import ExportArchive

from seq2seq_keras.errors import InputError

_SAVED_MODEL_FILES = {"saved_model.pb", "fingerprint.pb", "variables", "assets"}


def export_saved_model(graph, folder):
    """Writes a `TranslationGraph` as a SavedModel.

    Whoever loads it needs tensorflow and nothing else, not even this package.
    Strings are expected in the Unicode form of the tokenizers, NFC by default; for
    Hangul any form will do.

    Its signatures, with `batch` of any size:

    - `serving_default`: `text` (string, `(batch,)`) to `translation` (string,
      `(batch,)`) and `score` (float32, `(batch,)`, log-probability per token);
    - `encode`: `text` to the decoder's first states, by name;
    - `decode_step`: `token_ids` (int32, `(batch, 1)`; the first is `<sos>`, 2) and the
      states to `logits` (float32, `(batch, vocabulary_size)`) and the next states;
    - `detokenize`: `token_ids` (int32, `(batch, length)`) to `text`.

    Args:
        graph: A `TranslationGraph`.
        folder: Where the SavedModel goes; one that stands there is replaced.

    Returns:
        The folder, as a `pathlib.Path`.

    Raises:
        InputError: If the folder holds something that is not a SavedModel.
    """
    folder = pathlib.Path(folder).resolve()
    _check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder.parent) as beside:
        staged = pathlib.Path(beside, folder.name)
        _archive(graph).write_out(str(staged), verbose=False)
        if folder.exists():
            shutil.rmtree(folder)
        staged.rename(folder)
    return folder


def _check_replaceable(folder):
    """Refuses to replace anything but an empty folder or a SavedModel."""
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder for the SavedModel.")
    if folder.exists():
        others = {path.name for path in folder.iterdir()} - _SAVED_MODEL_FILES
        if others:
            raise InputError(
                f"{folder} holds {sorted(others)[0]!r}, which is not part of a "
                "SavedModel, and exporting would replace it. Name another folder."
            )


def _archive(graph):
    # Saving the graph as a plain module reloads too, but `saved_model_cli run` then
    # finds no variables: the archive lists them where TensorFlow 1's loader looks.
    archive = ExportArchive()
    archive.track(graph.model)
    archive.track(graph)
    for name, function in _signatures(graph).items():
        archive.add_endpoint(name, function)
    return archive


def _signatures(graph):
    """A traced `tf.function` for each signature."""
    encoded = graph.encode.get_concrete_function().structured_outputs
    states = {
        name: tf.TensorSpec([None, *state.shape[1:]], state.dtype, name)
        for name, state in encoded.items()
    }
    decode_step = tf.function(graph.decode_step)
    decode_step.get_concrete_function(
        tf.TensorSpec([None, 1], tf.int32, "token_ids"), **states
    )
    detokenize = tf.function(graph.detokenize)
    detokenize.get_concrete_function(tf.TensorSpec([None, None], tf.int32, "token_ids"))
    graph.translate.get_concrete_function()
    return {
        "serving_default": graph.translate,
        "encode": graph.encode,
        "decode_step": decode_step,
        "detokenize": detokenize,
    }
