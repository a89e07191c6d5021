"""Which layers of a Keras 2 model are the encoder and which the decoder."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from seq2seq_keras.errors import InputError
from seq2seq_keras.importing.keras2_file import OldLayer, OldModel, Tensor
from seq2seq_keras.importing.keras2_layers import (
    DROPOUTS,
    Recurrent,
    as_recurrent,
    check_count,
    check_kinds,
    check_shape,
    refuse,
)


@dataclasses.dataclass(frozen=True)
class Words:
    """How the tokens of one side go in.

    Args:
        layer: The embedding, or the input of one-hot vectors.
        size: The ids there are.
        dim: The size of the vectors.
        matrix: The rows of the embedding; `None` for one-hot vectors.
        masked: Whether padding is skipped: id 0 of an embedding, and in place of a
            one-hot vector zeros, which are no id.
    """

    layer: OldLayer
    size: int
    dim: int
    matrix: np.ndarray | None
    masked: bool

    @property
    def skips_id_0(self) -> bool:
        """Whether id 0 can be no token."""
        return self.masked and self.matrix is not None


@dataclasses.dataclass(frozen=True)
class Parts:
    """An encoder-decoder, taken apart.

    Args:
        source: The `Words` of the encoder.
        target: Those of the decoder.
        encoder: Its `Recurrent` layers, from the lowest up.
        decoder: The same of the decoder.
        output: Kernel and bias of the last layer.
    """

    source: Words
    target: Words
    encoder: list[Recurrent]
    decoder: list[Recurrent]
    output: tuple[np.ndarray, np.ndarray]


def find_parts(model: OldModel) -> Parts:
    """Finds encoder and decoder, going from the output down.

    Args:
        model: The `OldModel`.

    Raises:
        InputError: If it is another kind of model; the layer is named.
    """
    check_kinds(model)
    _check_whole(model)
    top, last, output = _find_output(model)
    decoder, target = _find_stack(model, top)
    if not decoder[-1].options.get("return_sequences"):
        refuse(model, decoder[-1].layer, "predicts one token, not one at each step")
    starts = [list(_starts(model, recurrent)) for recurrent in decoder]
    encoder, source = _find_stack(model, starts[-1][0][0])
    if source.layer is target.layer and source.matrix is None:
        refuse(model, source.layer, "is the input of both encoder and decoder")
    _check_starts_from_zeros(model, encoder)
    _check_starts(model, encoder, decoder, starts)
    _check_alike(model, encoder, decoder)
    for words, layers in ((source, encoder), (target, decoder)):
        _check_sizes(model, words, layers)
    kernel = output[0]
    check_shape(model.path, last, kernel, (decoder[-1].units, kernel.shape[1]))
    return Parts(source, target, encoder, decoder, output)


def _check_sizes(model: OldModel, words: Words, layers: list[Recurrent]) -> None:
    """Refuses weights that do not fit what goes in."""
    below = words.dim
    for recurrent in layers:
        for kernel in recurrent.weights(model.path)[::3]:
            check_shape(model.path, recurrent.layer, kernel, (below, kernel.shape[1]))
        below = recurrent.units


def _check_whole(model: OldModel) -> None:
    """Refuses the models that decode step by step, which are halves of the trained."""
    kinds = [model.layers[tensor.layer].kind for tensor in model.outputs]
    advice = (
        "Import the model that was trained, with the source and the target as its "
        "inputs; both halves are made of it."
    )
    if not {"Dense", "TimeDistributed", "Activation", "Softmax"} & set(kinds):
        raise InputError(
            f"{model.path} puts out no distribution over tokens, but what "
            f"{', '.join(dict.fromkeys(kinds))} returns: it looks like the encoder of "
            f"inference. {advice}"
        )
    if len(model.inputs) != 2 or len(model.outputs) != 1:
        half = "the decoder of inference" if len(model.inputs) > 1 else "a single half"
        raise InputError(
            f"{model.path} has {len(model.inputs)} inputs and {len(model.outputs)} "
            f"outputs in place of 2 and 1: it looks like {half}. {advice}"
        )


def _find_output(
    model: OldModel,
) -> tuple[Tensor, OldLayer, tuple[np.ndarray, np.ndarray]]:
    """What goes into the last layer, that layer, and its weights."""
    tensor = model.outputs[0]
    layer = model.layers[tensor.layer]
    above = None
    while layer.kind in {"Activation", "Softmax", *DROPOUTS}:
        if layer.kind not in DROPOUTS:
            is_softmax = layer.kind == "Softmax"
            activation = "softmax" if is_softmax else layer.config.get("activation")
            above = _check_softmax(model, layer, activation, above)
        (tensor,) = layer.calls[tensor.call]
        layer = model.layers[tensor.layer]
    config, kind = layer.config, layer.kind
    if kind == "TimeDistributed":
        kind, config = config["layer"]["class_name"], config["layer"]["config"]
    if kind != "Dense":
        refuse(model, layer, "stands where the Dense output is expected")
    _check_softmax(model, layer, config.get("activation", "linear"), above)
    has_bias, units = bool(config.get("use_bias", True)), int(config["units"])
    check_count(model.path, layer, 2 if has_bias else 1)
    kernel, *given = layer.weights
    check_shape(model.path, layer, kernel, (*kernel.shape[:1], units))
    bias = given[0] if given else np.zeros(units, "float32")
    check_shape(model.path, layer, bias, (units,))
    (below,) = layer.calls[tensor.call]
    return _below_dropout(model, below), layer, (kernel, bias)


def _check_softmax(
    model: OldModel, layer: OldLayer, activation: Any, above: OldLayer | None
) -> OldLayer | None:
    """The layer whose softmax the model ends with, if this one or one above has it."""
    if activation == "linear":
        return above
    if activation != "softmax":
        refuse(model, layer, f"has the activation {activation!r}, not softmax")
    if above:
        refuse(model, layer, f"has a softmax, and {above} above it another")
    axis = layer.config.get("axis", -1)
    if axis not in (-1, 2):
        refuse(model, layer, f"has `axis={axis}`, which is not that of the tokens")
    return layer


def _below_dropout(model: OldModel, tensor: Tensor) -> Tensor:
    while model.layers[tensor.layer].kind in DROPOUTS:
        (tensor,) = model.layers[tensor.layer].calls[tensor.call]
    return tensor


def _find_stack(model: OldModel, top: Tensor) -> tuple[list[Recurrent], Words]:
    """The recurrent layers from one down to the words, the lowest first."""
    found: list[Recurrent] = []
    tensor = top
    while model.layers[tensor.layer].kind not in ("InputLayer", "Embedding", "Masking"):
        recurrent = as_recurrent(model, tensor)
        found.insert(0, recurrent)
        tensor = _below_dropout(model, recurrent.layer.calls[tensor.call][0])
    if not found:
        refuse(model, model.layers[tensor.layer], "is not read by an LSTM or GRU")
    return found, _find_words(model, tensor)


def _find_words(model: OldModel, tensor: Tensor) -> Words:
    layer, masks_zeros = model.layers[tensor.layer], False
    while layer.kind == "Masking":
        if layer.config.get("mask_value", 0):
            refuse(model, layer, "masks another value than 0")
        masks_zeros = True
        tensor = _below_dropout(model, layer.calls[tensor.call][0])
        layer = model.layers[tensor.layer]
    if layer.kind == "Embedding":
        size, dim = int(layer.config["input_dim"]), int(layer.config["output_dim"])
        check_count(model.path, layer, 1)
        matrix, masked = layer.weights[0], bool(layer.config.get("mask_zero"))
        check_shape(model.path, layer, matrix, (size, dim))
        if masks_zeros:
            # Its mask takes the place of that of the embedding.
            masked = not matrix[0].any()
        return Words(layer, size, dim, matrix, masked)
    if layer.kind != "InputLayer":
        refuse(model, layer, "stands where an Embedding or an Input is expected")
    shape = layer.config.get("batch_input_shape") or layer.config.get("batch_shape")
    if not shape or len(shape) != 3 or not isinstance(shape[-1], int):
        refuse(model, layer, f"has the shape {shape}; one-hot vectors are expected")
    return Words(layer, shape[-1], shape[-1], None, masks_zeros)


def _starts(
    model: OldModel, recurrent: Recurrent
) -> Iterator[tuple[Tensor, tuple[int, ...]]]:
    """For each state of a decoder layer what it starts from.

    That is the call of an encoder layer, and the places among what it returned.
    """
    (call,) = recurrent.layer.calls
    if len(call) - 1 != recurrent.state_count:
        refuse(
            model,
            recurrent.layer,
            f"starts from {len(call) - 1} states, and not from the "
            f"{recurrent.state_count} of the encoder",
        )
    for state in call[1:]:
        layer = model.layers[state.layer]
        parts = layer.calls[state.call] if layer.kind == "Concatenate" else [state]
        if layer.kind == "InputLayer":
            refuse(
                model,
                recurrent.layer,
                "starts from an input: this is the decoder of inference. Import the "
                "model that was trained",
            )
        if len({part[:2] for part in parts}) != 1:
            refuse(model, layer, "joins states of several layers")
        yield parts[0], tuple(part.place for part in parts)


def _check_starts_from_zeros(model: OldModel, encoder: list[Recurrent]) -> None:
    """Refuses layers of an encoder that start from states, as no encoder here does."""
    for each in encoder:
        (call,) = each.layer.calls
        if len(call) > 1:
            start = model.layers[call[1].layer]
            refuse(model, each.layer, f"of the encoder starts from what {start} gives")


def _check_starts(
    model: OldModel,
    encoder: list[Recurrent],
    decoder: list[Recurrent],
    starts: list[list[tuple[Tensor, tuple[int, ...]]]],
) -> None:
    """Refuses states that do not go from each layer to its counterpart, in order."""
    if len(encoder) != len(decoder):
        names = ", ".join(str(each.layer) for each in encoder)
        refuse(
            model,
            decoder[-1].layer,
            f"is the last of {len(decoder)} layers of the decoder, but the encoder has "
            f"{len(encoder)}: {names}. Both must have as many",
        )
    for below, above, states in zip(encoder, decoder, starts, strict=True):
        for number, (tensor, places) in enumerate(states):
            if tensor.layer != below.layer.name:
                refuse(
                    model,
                    above.layer,
                    f"starts from the states of {tensor.layer!r}, and not from those "
                    f"of its counterpart {below.layer.name!r}",
                )
            if places not in _places(below, number):
                refuse(
                    model,
                    above.layer,
                    f"starts from the values {places} that {tensor.layer!r} returns, "
                    f"not from its state {number} (forward, then backward)",
                )


def _places(recurrent: Recurrent, number: int) -> Iterator[tuple[int, ...]]:
    """Where a layer returns a state: behind its outputs, or as the last of these."""
    if recurrent.bidirectional:
        yield 1 + number, 1 + recurrent.state_count + number
    else:
        yield (1 + number,)
    merge = recurrent.layer.config.get("merge_mode", "concat")
    is_last = not recurrent.options.get("return_sequences") and merge == "concat"
    if number == 0 and is_last:
        yield (0,)


def _check_alike(
    model: OldModel, encoder: list[Recurrent], decoder: list[Recurrent]
) -> None:
    """Refuses layers of different cells or sizes, which a model here has not."""
    first = encoder[0]
    for each in [*encoder, *decoder]:
        pairs = {
            "kind": (each.kind, first.kind),
            "units": (each.units, first.units),
            **{
                name: (each.settings.get(name), first.settings[name])
                for name in first.settings
            },
        }
        for name, (its, other) in pairs.items():
            if its != other:
                refuse(
                    model,
                    each.layer,
                    f"has the {name} {its!r}, but {first.layer} {other!r}: all "
                    "layers must have one",
                )
        backwards = bool(each.options.get("go_backwards"))
        if backwards and not each.bidirectional and each is not first:
            refuse(model, each.layer, "has `go_backwards=True`")
    for each in encoder:
        if each.bidirectional != first.bidirectional:
            refuse(model, each.layer, f"and {first.layer} differ in their directions")
    for each in decoder:
        if each.bidirectional:
            refuse(model, each.layer, "reads the target in both directions")
