"""Signatures: what TensorFlow Serving calls, named tensors in and out."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2, saved_model_pb2

from seq2seq_keras.serving.failures import RequestError

_MOST_AXES = 64  # of an array of NumPy
_SHOWN_AXES = 8
_METHOD = "tensorflow/serving/predict"
Arrays = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Signature:
    """A function of a model with named inputs and outputs.

    Attributes:
        function: What is called with the tensors by name.
        inputs: `tf.TensorSpec` of each input by name.
        outputs: `tf.TensorSpec` of each output by name.
    """

    function: Any
    inputs: dict[str, Any]
    outputs: dict[str, Any]

    @property
    def is_row_by_row(self) -> bool:
        """Whether rows of several requests may be put together and taken apart.

        Where an input or output has further axes, their lengths are those of the
        longest row, and would tell each client of the others.
        """
        specs = [*self.inputs.values(), *self.outputs.values()]
        return all(spec.shape.rank == 1 for spec in specs)

    def check(self, given: Mapping[str, Any]) -> None:
        """Refuses what the signature does not take.

        Args:
            given: For each input what has a shape and a type: an array, or a
                `tf.TensorSpec`.

        Raises:
            RequestError: Names the input.
        """
        extra, missing = given.keys() - self.inputs, self.inputs.keys() - given.keys()
        if extra or missing:
            raise RequestError(
                "INVALID_ARGUMENT",
                f"input size does not match signature: {len(given)}!="
                f"{len(self.inputs)}. Sent extra: {{{','.join(sorted(extra))}}}. "
                f"Missing but required: {{{','.join(sorted(missing))}}}.",
                field=min(extra or missing),
            )
        for name, spec in self.inputs.items():
            array = given[name]
            self.check_shape(name, tuple(array.shape))
            dtype = tf.as_dtype(array.dtype)
            if dtype != spec.dtype:
                raise RequestError(
                    "INVALID_ARGUMENT",
                    f"Expects {name!r} to be of type {spec.dtype.name}, but it is "
                    f"{dtype.name}.",
                    field=name,
                )

    def check_shape(self, name: str, shape: tuple[int, ...]) -> None:
        """Refuses a shape that an input does not have.

        Raises:
            RequestError: Names the input.
        """
        expected = self.inputs[name].shape
        # A shape of hundreds of axes is none, to TensorFlow and to NumPy.
        fits = len(shape) <= _MOST_AXES and expected.is_compatible_with(shape)
        if not fits:
            start, more = shape[:_SHOWN_AXES], len(shape) > _SHOWN_AXES
            axes = f"{start} and {len(shape) - len(start)} more axes" if more else start
            raise RequestError(
                "INVALID_ARGUMENT",
                f"Expects {name!r} to be of shape {expected}, but it is of shape "
                f"{axes}.",
                field=name,
            )

    def __call__(self, given: Mapping[str, np.ndarray]) -> Arrays:
        """Runs it.

        Args:
            given: An array for each input, which `check` has looked at.

        Returns:
            An array for each output.

        Raises:
            RequestError: If TensorFlow refuses the values.
        """
        tensors = {
            name: tf.constant(array, self.inputs[name].dtype)
            for name, array in given.items()
        }
        try:
            found = self.function(**tensors)
        except tf.errors.InvalidArgumentError as error:
            raise RequestError("INVALID_ARGUMENT", _reason(error.message)) from error
        return {name: tensor.numpy() for name, tensor in found.items()}

    def definition(self, name: str) -> meta_graph_pb2.SignatureDef:
        """The `SignatureDef` of a signature that was not read from a SavedModel."""
        made = meta_graph_pb2.SignatureDef(method_name=_METHOD)
        for side, specs in (("inputs", self.inputs), ("outputs", self.outputs)):
            for number, (key, spec) in enumerate(sorted(specs.items())):
                info = getattr(made, side)[key]
                is_input = side == "inputs"
                place = f"{name}_{key}:0" if is_input else f"{name}:{number}"
                info.name, info.dtype = place, spec.dtype.as_datatype_enum
                info.tensor_shape.CopyFrom(spec.shape.as_proto())
        return made


def _reason(message: str) -> str:
    """The line of TensorFlow's message that says what was wrong.

    Where a graph was run, it stands between the lines of the program that made the
    node and the node's name.
    """
    before, names_node, _ = message.partition("\n\t [[")
    return (
        before.rpartition("\n")[2] if names_node else before.partition("\n")[0]
    ).strip()


def traced_signature(function: Any) -> Signature:
    """The signature that a `tf.function` has, which was traced once."""
    (concrete,) = function._list_all_concrete_functions()
    args, kwargs = concrete.structured_input_signature
    inputs = {spec.name: spec for spec in args} | dict(kwargs)
    # Called as it was traced: the other would trace again for other shapes.
    return Signature(concrete, inputs, _specs(concrete.structured_outputs))


def loaded_signatures(module: Any) -> dict[str, Signature]:
    """The signatures of a SavedModel that was loaded."""
    return {
        name: Signature(
            concrete,
            dict(concrete.structured_input_signature[1]),
            _specs(concrete.structured_outputs),
        )
        for name, concrete in module.signatures.items()
    }


def stored_definitions(
    folder: str | os.PathLike,
) -> dict[str, meta_graph_pb2.SignatureDef]:
    """Each `SignatureDef` in the file of a SavedModel."""
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString(pathlib.Path(folder, "saved_model.pb").read_bytes())
    return dict(saved.meta_graphs[0].signature_def)


def _specs(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tf.TensorSpec(found.shape, found.dtype, name)
        for name, found in outputs.items()
    }
