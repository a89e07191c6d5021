"""One file of weights for several graphs of ONNX, in fewer bits where asked."""

import hashlib
from typing import Any

import numpy as np

from seq2seq_keras.translation.weight_precision import WeightPrecision, quantized

# What is smaller stays in the graph.
_SMALLEST = 1024
# As a page of memory is, so that a runtime can map the file.
_ALIGNMENT = 4096
_PARTS = ("{}/stored", "{}/scales", "{}/cast")
_STORED = _PARTS[0]


class SharedWeights:
    """Takes the weights out of models, equal ones once.

    With "float16" and "int8" only the file is smaller: a graph makes float32 of its
    weights when it is opened, and computes with that. In "int8" each row or column of a
    matrix, whichever loses less, has a scale of its own.

    Args:
        name: The name of the file that the models will look for beside them.
        precision: "float32", "float16" or "int8".
    """

    def __init__(self, name: str, precision: WeightPrecision = "float32") -> None:
        self.name = name
        self.precision = precision
        self._content = bytearray()
        self._places: dict[bytes, int] = {}

    @property
    def content(self) -> bytes:
        """What the file holds."""
        return bytes(self._content)

    def take(self, model: Any) -> None:
        """Puts a place in the file where an `onnx.ModelProto` had large weights."""
        from onnx import numpy_helper

        graph = model.graph
        initializers, nodes = list(graph.initializer), list(graph.node)
        del graph.initializer[:], graph.node[:]
        for tensor in initializers:
            values = numpy_helper.to_array(tensor)
            if values.nbytes < _SMALLEST or values.dtype == object:
                graph.initializer.append(tensor)
            elif self.precision == "float32" or not _is_matrix(values):
                self._store(graph, tensor.name, values)
            elif self.precision == "float16":
                self._store_half(graph, tensor.name, values)
            else:
                self._store_bytes(graph, tensor.name, values)
        graph.node.extend(nodes)  # after those that make their weights

    def _store_half(self, graph: Any, name: str, values: np.ndarray) -> None:
        self._store(graph, _STORED.format(name), values.astype("float16"))
        self._cast(graph, _STORED.format(name), name)

    def _store_bytes(self, graph: Any, name: str, values: np.ndarray) -> None:
        from onnx import helper

        scales, whole = quantized(values)
        stored, scale, cast = (form.format(name) for form in _PARTS)
        self._store(graph, stored, whole)
        self._store(graph, scale, scales)
        self._cast(graph, stored, cast)
        # Not by `DequantizeLinear`, which onnxruntime would do anew in each run.
        graph.node.append(helper.make_node("Mul", [cast, scale], [name]))

    @staticmethod
    def _cast(graph: Any, source: str, name: str) -> None:
        from onnx import TensorProto, helper

        node = helper.make_node("Cast", [source], [name], to=TensorProto.FLOAT)
        graph.node.append(node)

    def _store(self, graph: Any, name: str, values: np.ndarray) -> None:
        from onnx import TensorProto, helper

        content = values.tobytes()
        tensor = graph.initializer.add(
            name=name,
            dims=values.shape,
            data_type=helper.np_dtype_to_tensor_dtype(values.dtype),
            data_location=TensorProto.EXTERNAL,
        )
        place = {"location": self.name, "offset": self._place(content)}
        for key, value in {**place, "length": len(content)}.items():
            tensor.external_data.add(key=key, value=str(value))

    def _place(self, content: bytes) -> int:
        known = hashlib.sha256(content).digest()
        if known not in self._places:
            self._content.extend(bytes(-len(self._content) % _ALIGNMENT))
            self._places[known] = len(self._content)
            self._content.extend(content)
        return self._places[known]


def _is_matrix(values: np.ndarray) -> bool:
    """Whether it is kept in fewer bits; a vector may hold what float16 does not have.

    One makes tokens impossible.
    """
    return values.dtype == np.float32 and values.ndim == 2
