"""Encoder-decoders of Keras 2 as translators of this package."""

import os
import pathlib
from typing import Any

import keras
import numpy as np

from seq2seq_keras.errors import check_choice, shown
from seq2seq_keras.forks import check_not_forked
from seq2seq_keras.importing.keras2_file import read_as_written, read_keras2
from seq2seq_keras.importing.keras2_graph import Parts, Words, find_parts
from seq2seq_keras.importing.keras2_layers import DROPOUTS, Recurrent
from seq2seq_keras.importing.token_ids import (
    Side,
    find_frame,
    place_source,
    place_target,
)
from seq2seq_keras.importing.vocabulary_files import Given, read_vocabulary
from seq2seq_keras.layers import hard_sigmoid_of_keras_2
from seq2seq_keras.markdown import as_markdown
from seq2seq_keras.models import Seq2Seq, build_model
from seq2seq_keras.translation import Translator

# Far below what a model says of any token, but training can still lift it.
_NEVER = -100.0
_TOKENS = ("auto", "characters", "words")


def import_keras2(
    path: str | os.PathLike,
    source_vocabulary: Given,
    target_vocabulary: Given,
    *,
    start: str | None = None,
    end: str | None = None,
    tokens: str = "auto",
) -> Translator:
    r"""Makes a translator of an encoder-decoder that Keras 2 saved as `.h5`.

    Keras 3 cannot load such a file. Here it is read as JSON and arrays, and nothing it
    names is run; the encoder and the decoder are found by the way the layers are
    joined, and a `Seq2Seq` with the same weights predicts the same. It is then a
    translator like any other.

    There may be one layer of LSTM or GRU or several, in the encoder in both directions
    or backwards; words may go in through embeddings or as one-hot vectors. Each layer
    of the decoder starts from the states of its counterpart in the encoder. Anything
    else is refused by the name of the layer.

    A text is read as the old script read it: no end is added to a source that had none.
    Tokens that only this package has, such as `<unk>`, are never predicted until the
    model is trained on.

    Args:
        path: The file that `model.save("old.h5")` wrote, of the model that was trained.
        source_vocabulary: The tokens of the source: a list whose places are the ids,
            a dictionary from tokens to ids, such as the `word_index` of a Keras
            `Tokenizer`, or the path of a file: of text with a token a line (`\t`,
            `\n`, `\r` and `\\` stand for these characters), or of JSON, what
            `Tokenizer.to_json()` returned among it.
        target_vocabulary: The same of the target.
        start: The token that targets began with, in `target_vocabulary`. By default
            one of the usual pairs, such as tab and line feed, `<start>` and `<end>` or
            `startseq` and `endseq`.
        end: The token that targets ended with.
        tokens: "characters", "words" (split at white space), or "auto": characters if
            all tokens are single characters.

    Returns:
        A `Translator`.

    Raises:
        InputError: If the file or a vocabulary is of another kind, or does not fit.

    Example:

    ```python
    translator = s2s.import_keras2("old.h5", "english.txt", "french.txt")
    translator.translate("Go.", max_length=60)
    translator.save("saved_models/english-french")
    ```
    """
    check_not_forked()
    check_choice("tokens", tokens, _TOKENS)
    old = read_keras2(path)
    with read_as_written(path):
        parts = find_parts(old)
        options = _options(parts)
    source_tokens, target_tokens = (
        read_vocabulary(given, side)
        for given, side in (
            (source_vocabulary, "source"),
            (target_vocabulary, "target"),
        )
    )
    start, end = find_frame(target_tokens, start, end)
    source = place_source(
        source_tokens, parts.source.size, masked=parts.source.skips_id_0, tokens=tokens
    )
    target = place_target(
        target_tokens,
        max(parts.target.size, len(parts.output[1])),
        masked=parts.target.skips_id_0,
        tokens=tokens,
        start=start,
        end=end,
    )
    with read_as_written(path):
        layers = [x for x in old.layers.values() if x.kind in DROPOUTS]
        rates = [float(x.config.get("rate") or 0) for x in layers]
        dropout = max([*rates, *_of_cells("dropout", parts)])
    model = build_model(
        source.tokenizer.vocabulary_size,
        target.tokenizer.vocabulary_size,
        **options,
        dropout=dropout,
    )
    _set_weights(model, parts, source, target, str(path))
    return Translator(
        model,
        source.tokenizer,
        target.tokenizer,
        description=_description(
            pathlib.Path(path).name, parts, (source, target), (start, end)
        ),
    )


def _options(parts: Parts) -> dict[str, Any]:
    """The options of the package's model that is the same."""
    first = parts.encoder[0]
    return {
        "cell": _cell(first),
        "units": first.units,
        "embedding_dim": max(parts.source.dim, parts.target.dim),
        "num_layers": len(parts.encoder),
        "bidirectional": first.bidirectional,
        "recurrent_dropout": max(_of_cells("recurrent_dropout", parts)),
        "reverse_source": bool(first.options.get("go_backwards")),
        "encode_end": False,
        "freeze_source_embeddings": _is_frozen(parts.source),
        "freeze_target_embeddings": _is_frozen(parts.target),
        "precision": "float32",
    }


def _of_cells(name: str, parts: Parts) -> list[float]:
    cells = [*parts.encoder, *parts.decoder]
    return [float(cell.options.get(name) or 0) for cell in cells]


def _is_frozen(words: Words) -> bool:
    # One-hot vectors stay what they are.
    return words.matrix is None or not words.layer.config.get("trainable", True)


def _cell(recurrent: Recurrent) -> Any:
    """A name where Keras's defaults are meant, else a cell with its settings."""
    usual = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    kinds = {
        "LSTM": ("lstm", keras.layers.LSTMCell),
        "GRU": ("gru", keras.layers.GRUCell),
    }
    name, make = kinds[recurrent.kind]
    settings = recurrent.settings
    if settings == usual | ({"reset_after": True} if name == "gru" else {}):
        return name
    for role in usual:
        if settings[role] == "hard_sigmoid":
            settings[role] = hard_sigmoid_of_keras_2
    return make(1, **settings)


def _set_weights(
    model: Seq2Seq, parts: Parts, source: Side, target: Side, path: str
) -> None:
    dim = model.options.embedding_dim or 0
    for name, words, side in (
        ("source_embedding", parts.source, source),
        ("target_embedding", parts.target, target),
    ):
        model.get_layer(name).set_weights([_embeddings(words, side.inputs, dim)])
    for name, layers in (("encoder", parts.encoder), ("decoder", parts.decoder)):
        for number, recurrent in enumerate(layers):
            arrays = recurrent.weights(path)
            if number == 0:
                arrays[::3] = [_padded(kernel, dim) for kernel in arrays[::3]]
            model.get_layer(f"{name}_{number}").set_weights(arrays)
    kernel, bias = parts.output
    model.get_layer("logits").set_weights(
        [_rows(kernel.T, target.outputs).T, _rows(bias, target.outputs, _NEVER)]
    )


def _embeddings(words: Words, old_ids: np.ndarray, dim: int) -> np.ndarray:
    """The vectors of the new ids, as wide as the wider of both sides."""
    vectors = np.zeros((len(old_ids), dim), "float32")
    if words.matrix is not None:
        vectors[:, : words.dim] = _rows(words.matrix, old_ids)
    else:
        known = np.flatnonzero((old_ids >= 0) & (old_ids < words.dim))
        vectors[known, old_ids[known]] = 1
    return vectors


def _padded(kernel: np.ndarray, dim: int) -> np.ndarray:
    return np.pad(kernel, ((0, dim - len(kernel)), (0, 0)))


def _rows(array: np.ndarray, old_ids: np.ndarray, other: float = 0.0) -> np.ndarray:
    """The old rows in the new order; `other` where there was none."""
    known = (old_ids >= 0) & (old_ids < len(array))
    rows = np.full((len(old_ids), *array.shape[1:]), other, "float32")
    rows[known] = array[old_ids[known]]
    return rows


def _description(name: str, parts: Parts, sides: tuple[Side, Side], frame: Any) -> str:
    """What was found, to be looked over, as a block of code in Markdown."""
    lines = {}
    for half, words, layers in (
        ("encoder", parts.source, parts.encoder),
        ("decoder", parts.target, parts.decoder),
    ):
        kind = "one-hot" if words.matrix is None else words.layer.kind
        masks = "id 0 masked" if words.skips_id_0 else "no mask"
        if words.masked and words.matrix is None:
            masks = "zeros masked"
        lines[half] = ", ".join(
            [
                f"{words.layer.name} ({kind}, {words.size:,} ids, {masks})",
                *(f"{x.layer.name} ({x.layer.kind}, {x.units} units)" for x in layers),
            ]
        )
    for half, side in zip(("source", "target"), sides, strict=True):
        lines[half] = type(side.tokenizer).__name__
    lines["target"] += f", from {shown(frame[0])} to {shown(frame[1])}"
    # Names are from the file: here they can only be text.
    block = [
        "".join(c if c.isprintable() else " " for c in f"    {half}: {line}")
        for half, line in lines.items()
    ]
    return f"Imported from {as_markdown(name)}, a model of Keras 2.\n\n" + "\n".join(
        block
    )
