"""Weights of a file of LiteRT in fewer bits."""

from typing import Any

import numpy as np

from seq2seq_keras.translation.weight_precision import WeightPrecision, quantized

# What is smaller stays as it is.
_SMALLEST = 1024


def shrink_weights(model: bytes, precision: WeightPrecision) -> bytes:
    """Keeps the large matrices of a file in fewer bits.

    Only the file is smaller: a graph makes float32 of its weights when it first runs,
    and computes with that. In the converter's own int8 products are taken of bytes, and
    embeddings stay as they are.

    Args:
        model: The file.
        precision: "float32", "float16" or "int8", in which each row or column of a
            matrix, of whichever there are fewer, has a scale of its own.

    Returns:
        The file with other constants.
    """
    if precision == "float32":
        return model
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    content = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    _Shrinking(schema, content, precision).run()
    builder = flatbuffers.Builder(len(model))
    builder.Finish(content.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class _Shrinking:
    """Puts what makes float32 of a constant before all else in each graph."""

    def __init__(self, schema: Any, model: Any, precision: WeightPrecision) -> None:
        self.schema, self.model, self.precision = schema, model, precision
        self.stored: dict[tuple, tuple[int, Any]] = {}
        code = schema.OperatorCodeT()
        code.builtinCode = schema.BuiltinOperator.DEQUANTIZE
        code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
        code.version = 5  # the first with a scale for each row
        self.model.operatorCodes.append(code)

    def run(self) -> None:
        for graph in self.model.subgraphs:
            made = []
            for place in range(len(graph.tensors)):
                if self._is_large(graph.tensors[place]):
                    made.append(self._cast(graph, place))
            graph.operators = [*made, *graph.operators]
        used = {t.buffer for graph in self.model.subgraphs for t in graph.tensors}
        for number, buffer in enumerate(self.model.buffers):
            if number not in used:
                buffer.data = None

    def _is_large(self, tensor: Any) -> bool:
        data = self.model.buffers[tensor.buffer].data
        # Vectors stay: they are small, and one of them makes tokens impossible, by a
        # number that float16 does not have.
        is_matrix = tensor.type == self.schema.TensorType.FLOAT32 and (
            tensor.shape is not None and len(tensor.shape) == 2
        )
        return is_matrix and data is not None and len(data) >= _SMALLEST

    def _cast(self, graph: Any, place: int) -> Any:
        """Adds the small constant to a graph; returns what makes it the large one."""
        schema, tensor = self.schema, graph.tensors[place]
        small = schema.TensorT()
        small.shape, small.name = tensor.shape, b"%s/stored" % tensor.name
        small.buffer, small.quantization = self._store(tensor)
        kinds = schema.TensorType
        small.type = kinds.FLOAT16 if self.precision == "float16" else kinds.INT8
        graph.tensors.append(small)
        tensor.buffer = 0  # the empty one
        cast = schema.OperatorT()
        cast.opcodeIndex = len(self.model.operatorCodes) - 1
        cast.inputs, cast.outputs = [len(graph.tensors) - 1], [place]
        cast.builtinOptionsType = schema.BuiltinOptions.DequantizeOptions
        cast.builtinOptions = schema.DequantizeOptionsT()
        return cast

    def _store(self, tensor: Any) -> tuple[int, Any]:
        """The place of the small constant, which graphs share, and its scales."""
        key = (tensor.buffer, tuple(tensor.shape))
        if key not in self.stored:
            data = bytes(self.model.buffers[tensor.buffer].data)
            values = np.frombuffer(data, "float32").reshape(tensor.shape)
            scales = None
            if self.precision == "float16":
                small = values.astype("float16")
            else:
                # Scales stand in each graph anew, so there shall be few.
                factors, small = quantized(values, [int(np.argmax(values.shape))])
                scales = self._scales(factors)
            buffer = self.schema.BufferT()
            buffer.data = np.frombuffer(small.tobytes(), "uint8")
            self.model.buffers.append(buffer)
            self.stored[key] = len(self.model.buffers) - 1, scales
        return self.stored[key]

    def _scales(self, factors: np.ndarray) -> Any:
        scales = self.schema.QuantizationParametersT()
        scales.scale = factors.reshape(-1)
        scales.zeroPoint = np.zeros(factors.size, "int64")
        scales.quantizedDimension = int(factors.shape[0] == 1)
        return scales
