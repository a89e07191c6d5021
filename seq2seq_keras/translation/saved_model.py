"""Writing a SavedModel that takes strings and returns strings."""

import contextlib
import os
import pathlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

import tensorflow as tf
from google.protobuf.message import DecodeError
from keras.export import ExportArchive
from tensorflow.core.protobuf import saved_model_pb2

from seq2seq_keras.decoding import SearchOptions
from seq2seq_keras.errors import InputError
from seq2seq_keras.files import exchanged
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.translation.graph import TranslationGraph

# Of TensorFlow's messages, what tells a user nothing.
_WHERE = re.compile(r"\{\{.*?\}\} ?| \[Op:.*")
_PARTS = re.compile(
    r"saved_model\.pb|fingerprint\.pb|assets|variables"
    r"|variables/variables\.(index|data-\d+-of-\d+)"
)


def export_saved_model(
    graph: TranslationGraph, folder: str | os.PathLike, options: SearchOptions
) -> pathlib.Path:
    """Writes a `TranslationGraph` as a SavedModel.

    Whoever loads it needs tensorflow and nothing else, not even this package.
    Strings are expected in the Unicode form of the tokenizers, NFC by default; for
    Hangul any form will do.

    Its signatures, with `batch` of any size:

    - `serving_default`: `text` (string, `(batch,)`) to `translation` (string,
      `(batch,)`) and `score` (float32, `(batch,)`), the best that the search finds;
    - `nbest`: `text` to `translations` (string, `(batch, n)`), `scores` (float32,
      `(batch, n)`) and `ended` (bool, `(batch, n)`, `False` where the length ran out),
      best first, and of the best `tokens` (string, `(batch, target_length)`, `<eos>`
      last unless the length ran out, padded with empty strings) and, for a model with
      attention, `attention` (float32, `(batch, target_length, source_length)`) and its
      columns, `source_tokens`. Where there are fewer than `n` translations, the text is
      empty and the score minus infinity;
    - `encode`: `text` to the decoder's first states, by name;
    - `decode_step`: `token_ids` (int32, `(batch, 1)`; the first is `<sos>`, 2) and the
      states to `logits` (float32, `(batch, vocabulary_size)`, wider by the length of
      the source for a model that copies) and those states that change;
    - `detokenize`: `token_ids` (int32, `(batch, length)`) to `text`.

    Beam width, penalties, lengths and `n` are fixed: they are those of `options`. An
    ensemble has no `encode` and `decode_step`.

    Args:
        graph: A `TranslationGraph`.
        folder: Where the SavedModel goes; one of a translator that stands there is
            replaced, at once and as a whole.
        options: The `SearchOptions`. Sampling, which needs a seed, is refused.

    Returns:
        The folder, as a `pathlib.Path`.

    Raises:
        InputError: If the folder holds something else than the SavedModel of a
            translator, somebody else is writing it, or the options ask for sampling.
    """
    check_not_forked()
    if options.sample:
        raise InputError(
            "A SavedModel answers the same to the same text, so it does not sample: "
            "export a translator with `sample=False`."
        )
    folder = pathlib.Path(folder).resolve()
    with exchanged(folder, _check_replaceable) as staged, _notes_held_back():
        archive = _archive(graph, options)
        try:
            archive.write_out(str(staged), verbose=False)
        except tf.errors.OpError as error:
            reason = _WHERE.sub("", error.message.partition("\n")[0])
            reason = reason.replace(str(staged), str(folder))
            raise OSError(f"the SavedModel is not complete ({reason})") from error
    return folder


@contextlib.contextmanager
def _notes_held_back() -> Iterator[None]:
    """TensorFlow tells where the assets are; it was told a folder soon renamed."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("WARNING")
    try:
        yield
    finally:
        logger.setLevel(level)


def _check_replaceable(folder: pathlib.Path) -> None:
    """Refuses to replace anything but an empty folder or what `export` has written."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the SavedModel.")
    names = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir() or not any(path.iterdir())
    }
    if not names:
        return
    own = _own_assets(folder / "saved_model.pb")
    others = sorted(name for name in names if not _is_part(name, own or ()))
    if others:
        raise InputError(
            f"{folder} holds {others[0]!r}, which is not part of a SavedModel, and "
            "exporting would replace it. Name another folder."
        )
    if own is None:
        raise InputError(
            f"{folder} holds no SavedModel that `export` has written, and exporting "
            "would replace it. Delete it, or name another folder."
        )


def _is_part(name: str, assets: Iterable[str]) -> bool:
    if _PARTS.fullmatch(name):
        return True
    return name in {f"assets/{asset}" for asset in assets}


def _own_assets(path: pathlib.Path) -> set[str] | None:
    """The assets of a SavedModel, if its signatures are those of a translator."""
    saved = saved_model_pb2.SavedModel()
    try:
        saved.ParseFromString(path.read_bytes())
    except (OSError, DecodeError):
        return None
    for graph in saved.meta_graphs:
        best = graph.signature_def["serving_default"]
        if {"nbest", "detokenize"} <= set(graph.signature_def) and (
            set(best.inputs),
            set(best.outputs),
        ) == ({"text"}, {"translation", "score"}):
            return {asset.filename for asset in graph.asset_file_def}
    return None


def _archive(graph: TranslationGraph, options: SearchOptions) -> ExportArchive:
    # Saving the graph as a plain module reloads too, but `saved_model_cli run` then
    # finds no variables: the archive lists them where TensorFlow 1's loader looks.
    archive = ExportArchive()
    for model in graph.models:
        archive.track(model)
    archive.track(graph)
    for name, function in make_signatures(graph, options).items():
        archive.add_endpoint(name, function)
    return archive


def make_signatures(graph: TranslationGraph, options: SearchOptions) -> dict[str, Any]:
    """A traced `tf.function` for each signature of `export_saved_model`, by name.

    Args:
        graph: A `TranslationGraph`.
        options: `SearchOptions`.

    Returns:
        A dictionary.
    """
    signatures = _search_signatures(graph, options)
    detokenize = tf.function(graph.detokenize)
    detokenize.get_concrete_function(tf.TensorSpec([None, None], tf.int32, "token_ids"))
    signatures["detokenize"] = detokenize
    if len(graph.models) == 1:
        signatures |= _step_signatures(graph)
    return signatures


def _search_signatures(
    graph: TranslationGraph, options: SearchOptions
) -> dict[str, Any]:
    search = graph.searcher(options)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def nbest(text: tf.Tensor) -> dict[str, tf.Tensor]:
        found = search({"source_tokens": graph.split(text)})
        outputs = {name: found[name] for name in ("translations", "scores", "ended")}
        outputs["tokens"] = found["tokens"][:, 0]
        if "attention" in found:
            outputs["attention"] = found["attention"][:, 0]
            outputs["source_tokens"] = found["source_tokens"]
        return outputs

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def best(text: tf.Tensor) -> dict[str, tf.Tensor]:
        found = nbest(text)
        return {
            "translation": found["translations"][:, 0],
            "score": found["scores"][:, 0],
        }

    for function in (nbest, best):
        function.get_concrete_function()
    return {"serving_default": best, "nbest": nbest}


def _step_signatures(graph: TranslationGraph) -> dict[str, Any]:
    """For those who run the loop themselves."""
    encoded = graph.encode.get_concrete_function().structured_outputs
    states = {
        name: tf.TensorSpec([None, *state.shape[1:]], state.dtype, name)
        for name, state in encoded.items()
    }
    decode_step = tf.function(graph.decode_step)
    decode_step.get_concrete_function(
        tf.TensorSpec([None, 1], tf.int32, "token_ids"), **states
    )
    return {"encode": graph.encode, "decode_step": decode_step}
