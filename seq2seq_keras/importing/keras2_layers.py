"""What the layers of a Keras 2 model are, or why they cannot be imported."""

import dataclasses
from typing import Any, NoReturn

import numpy as np

from seq2seq_keras.errors import InputError, shown
from seq2seq_keras.importing.keras2_file import OldLayer, OldModel, Tensor

# They act in training only.
DROPOUTS = {"Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout"}
_STATES = {"LSTM": 2, "GRU": 1}
_GATES = {"LSTM": 4, "GRU": 3}
_KNOWN = {
    *("InputLayer", "Embedding", "Masking", "Bidirectional", "Concatenate"),
    *("Dense", "TimeDistributed", "Activation", "Softmax"),
    *DROPOUTS,
    *_STATES,
}
_WHY_NOT = {
    "Lambda": "holds code of the old script, which is never run",
    "RepeatVector": "repeats the source in place of the last token: such a model does "
    "not write token by token",
    **dict.fromkeys(
        ("CuDNNLSTM", "CuDNNGRU"),
        "keeps its weights in another order. Where the old script runs, build the "
        "model with LSTM or GRU in its place (of CuDNNGRU with `reset_after=True`, of "
        'both with `recurrent_activation="sigmoid"`), `load_weights` and save it',
    ),
    **dict.fromkeys(
        ("Functional", "Model", "Sequential"),
        "is a model inside of the model. Save the model that was trained, with all of "
        "its layers in it",
    ),
}
# What Keras 2 and 3 compute alike.
_SAME = {
    *("tanh", "sigmoid", "relu", "linear", "elu", "selu", "softplus", "softsign"),
    *("exponential",),
}


@dataclasses.dataclass(frozen=True)
class Recurrent:
    """An LSTM or GRU, or both directions of one.

    Args:
        layer: The layer of the file.
        kind: "LSTM" or "GRU".
        options: The arguments of the cell, Bidirectional's from inside.
        bidirectional: Whether it reads in both directions.
    """

    layer: OldLayer
    kind: str
    options: dict[str, Any]
    bidirectional: bool

    @property
    def units(self) -> int:
        """The size of its states, both directions together."""
        return int(self.options["units"]) * (2 if self.bidirectional else 1)

    @property
    def state_count(self) -> int:
        """The states that the next layer starts from."""
        return _STATES[self.kind]

    @property
    def settings(self) -> dict[str, Any]:
        """What else the cell computes by: arguments of Keras's."""
        gates = self.options.get("recurrent_activation", "hard_sigmoid")
        settings = {
            "activation": self.options.get("activation", "tanh"),
            "recurrent_activation": gates,
        }
        if self.kind == "GRU":
            settings["reset_after"] = bool(self.options.get("reset_after", False))
        return settings

    def weights(self, path: str) -> list[np.ndarray]:
        """Kernel, recurrent kernel and bias, of both directions if there are two.

        Raises:
            InputError: If they are not as many or not as large as its options say.
        """
        units, gates = int(self.options["units"]), _GATES[self.kind]
        bias_shape: tuple[int, ...] = (gates * units,)
        if self.settings.get("reset_after"):
            bias_shape = (2, gates * units)
        has_bias = bool(self.options.get("use_bias", True))
        each, directions = 3 if has_bias else 2, 2 if self.bidirectional else 1
        check_count(path, self.layer, each * directions)
        found = []
        for start in range(0, each * directions, each):
            kernel, recurrent, *bias = self.layer.weights[start : start + each]
            check_shape(path, self.layer, kernel, (*kernel.shape[:1], gates * units))
            check_shape(path, self.layer, recurrent, (units, gates * units))
            bias = bias or [np.zeros(bias_shape, "float32")]
            check_shape(path, self.layer, bias[0], bias_shape)
            found += [kernel, recurrent, *bias]
        return found


def check_count(path: str, layer: OldLayer, count: int) -> None:
    """Refuses more or fewer arrays of weights than a layer has."""
    if len(layer.weights) != count:
        raise InputError(
            f"{path} is damaged: {layer} has {len(layer.weights)} arrays of weights in "
            f"place of {count}."
        )


def check_shape(
    path: str, layer: OldLayer, array: np.ndarray, shape: tuple[int, ...]
) -> None:
    """Refuses weights of another shape than the configuration says."""
    if array.shape != shape:
        raise InputError(
            f"{path} is damaged: {layer} has weights of shape {array.shape} in place "
            f"of {shape}."
        )


def refuse(model: OldModel, layer: OldLayer, why: str) -> NoReturn:
    """Raises an `InputError` that names a layer."""
    raise InputError(f"{model.path} cannot be imported: {layer} {why}.")


def check_kinds(model: OldModel) -> None:
    """Refuses the first layer that no encoder-decoder here has."""
    for layer in model.layers.values():
        if layer.kind not in _KNOWN:
            why = _WHY_NOT.get(
                layer.kind,
                "is none of those that can be: Embedding, LSTM, GRU, Bidirectional, "
                "Concatenate of states, Dropout, Masking and a Dense output",
            )
            refuse(model, layer, why)


def as_recurrent(model: OldModel, tensor: Tensor) -> Recurrent:
    """The recurrent layer that a tensor comes from.

    Raises:
        InputError: If it comes from another, or from one that cannot be imported.
    """
    layer = model.layers[tensor.layer]
    inner = layer.config.get("layer") if layer.kind == "Bidirectional" else None
    kind = inner["class_name"] if inner else layer.kind
    if kind not in _STATES:
        what = f"around {shown(kind)} " if inner else ""
        refuse(model, layer, f"{what}stands where an LSTM or GRU is expected")
    if len(layer.calls) != 1:
        refuse(
            model,
            layer,
            f"is called {len(layer.calls)} times; here each layer of the encoder and "
            "of the decoder has weights of its own",
        )
    options = dict(inner["config"]) if inner else layer.config
    found = Recurrent(layer, kind, options, bidirectional=inner is not None)
    for name in ("activation", "recurrent_activation"):
        value = found.settings[name]
        if not isinstance(value, str) or value not in {*_SAME, "hard_sigmoid"}:
            refuse(model, layer, f"has the {name} {shown(value)}, which is not known")
    if options.get("time_major"):
        refuse(model, layer, "has `time_major=True`, steps before sentences")
    if options.get("go_backwards") and inner:
        refuse(model, layer, "has `go_backwards=True` inside")
    if layer.config.get("backward_layer"):
        refuse(model, layer, "has a backward layer of its own")
    merge = layer.config.get("merge_mode", "concat")
    if inner and options.get("return_sequences") and merge != "concat":
        refuse(model, layer, f"has `merge_mode={merge!r}`; only 'concat' is known")
    return found
