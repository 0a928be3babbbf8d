"""How weights are stored in the graph: small on disk, fp32 in every computation.

int8 weight-only storage (one scale per output channel or per vocabulary row) costs a quarter of fp32 and keeps its
speed, because onnxruntime expands constants once at load. Dynamic int8 arithmetic was slower at this size and changed
more outputs (docs/model-package.md). Tied input and output embeddings are stored once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRECISIONS = ("int8", "fp16", "fp32")
_SMALLEST = 1024  # elements; norms and biases stay as they are
_HALF_LIMIT = 65504.0


def store_weights(model: Any, precision: str) -> int:
    """Rewrites the large weights of an ONNX model in place, returns how many; raises ValueError if fp16 overflows."""
    weights = _large_weights(model.graph)
    tied = _untie(model.graph, weights)
    for name, (array, axis) in weights.items():
        if name in tied or precision == "fp32":
            continue
        if precision == "int8":
            _store_int8(model.graph, name, array, axis)
        else:
            _store_half(model.graph, name, array)
    return len(weights)


def _large_weights(graph: Any) -> dict[str, tuple[NDArray[np.float32], int]]:
    """Two-dimensional fp32 weights of MatMul and Gather, with the axis that has a scale for each index."""
    from onnx import TensorProto, numpy_helper

    axes = {}
    for node in graph.node:
        if node.op_type == "Gather":
            axes[node.input[0]] = 0
        elif node.op_type == "MatMul":
            axes.setdefault(node.input[1], 1)
    found = {}
    for item in graph.initializer:
        if item.name in axes and item.data_type == TensorProto.FLOAT and len(item.dims) == 2:
            array = numpy_helper.to_array(item)
            if array.size >= _SMALLEST:
                found[item.name] = (array, axes[item.name])
    return found


def _untie(graph: Any, weights: dict[str, tuple[NDArray[np.float32], int]]) -> set[str]:
    """Makes an output projection that equals the transposed embedding refer to it; returns its names."""
    from onnx import helper

    tied: set[str] = set()
    embeddings = {name: array for name, (array, axis) in weights.items() if axis == 0}
    for name, (array, axis) in weights.items():
        same = next((other for other, rows in embeddings.items() if np.array_equal(rows.T, array)), None)
        if axis == 1 and same:
            _remove(graph, name)
            graph.node.insert(0, helper.make_node("Transpose", [same], [name], perm=[1, 0]))
            tied.add(name)
    return tied


def _remove(graph: Any, name: str) -> None:
    graph.initializer.remove(next(item for item in graph.initializer if item.name == name))


def _store_int8(graph: Any, name: str, array: NDArray[np.float32], axis: int) -> None:
    from onnx import helper, numpy_helper

    scale = np.abs(array).max(axis=1 - axis) / 127
    scale = np.where(scale == 0, 1, scale).astype(np.float32)
    quantised = np.rint(array / np.expand_dims(scale, 1 - axis)).clip(-127, 127).astype(np.int8)
    _remove(graph, name)
    graph.initializer.append(numpy_helper.from_array(quantised, f"{name}.int8"))
    graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
    inputs = [f"{name}.int8", f"{name}.scale"]
    graph.node.insert(0, helper.make_node("DequantizeLinear", inputs, [name], axis=axis))


def _store_half(graph: Any, name: str, array: NDArray[np.float32]) -> None:
    from onnx import TensorProto, helper, numpy_helper

    if float(np.abs(array).max()) > _HALF_LIMIT:
        msg = f"{name} has values beyond fp16's range: store as int8 or fp32"
        raise ValueError(msg)
    _remove(graph, name)
    graph.initializer.append(numpy_helper.from_array(array.astype(np.float16), f"{name}.fp16"))
    graph.node.insert(0, helper.make_node("Cast", [f"{name}.fp16"], [name], to=TensorProto.FLOAT))
